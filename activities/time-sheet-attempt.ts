import { clearSheetWaiting, noteSheetWaiting, type SheetRef } from '../db/queries/time-sheet-queue.ts';
import { addTimeLog } from '../db/queries/time-sheets.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import { refusalOf } from '../platform/errors.ts';
import { ProcoreError } from '../procore/errors.ts';
import { attempt, type CallEntry, type Refusal } from './attempt.ts';
import type { Trail } from './push-attempt.ts';

/**
 * Runs one step of a posting: logs each call that wrote or failed, without what was sent or answered (that names people
 * and hours), and keeps on the time sheet what it waits for while Temporal tries again.
 */
export const attemptedPosting = <T>(db: Db, ref: SheetRef, run: (trail: Trail) => Promise<T>): Promise<T> =>
  attempt(
    {
      asked: 'Asked Procore.',
      log: (entry) => logDiscreetly(db, ref, entry),
      clearWaiting: () => clearSheetWaiting(db, ref),
      noteWaiting: (code) => noteSheetWaiting(db, ref, code),
      // A time sheet keeps its problems entry by entry, when the posting is recorded.
      keepProblem: async () => undefined,
      refusalOf: refusalInGeneral,
      expired: 'AUTH_EXPIRED',
      outage: 'PROCORE_5XX',
    },
    run,
  );

function logDiscreetly(db: Db, ref: SheetRef, { event, result, message, request, response, ...more }: CallEntry) {
  const { method, path } = request as { method: string; path: string };
  const { status } = response as { status: number | null };
  return addTimeLog(db, ref.account, ref.timeSheetId, event, result, message, null, {
    ...more,
    request: { method, path: path.split('?')[0] },
    response: { status },
  });
}

/** The path of a call names people, so a refusal of time is told without it. */
function refusalInGeneral(error: unknown): Refusal | null {
  if (!(error instanceof ProcoreError)) return error instanceof DomainError ? { refusal: error } : null;
  const { retryAfterMs } = error;
  if (error.kind === 'forbidden' || error.kind === 'tool-off' || error.kind === 'not-found')
    return {
      refusal: new DomainError('NO_ACCESS', { tool: 'Timecards', place: 'this company', said: error.said }),
      retryAfterMs,
    };
  const refusal = refusalOf(error);
  return {
    refusal:
      refusal.code === 'REFUSED' ? new DomainError('REFUSED', { what: 'the time sheet', said: error.said }) : refusal,
    retryAfterMs,
  };
}
