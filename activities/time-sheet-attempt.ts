import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { clearSheetWaiting, noteSheetWaiting, type SheetRef } from '../db/queries/time-sheet-queue.ts';
import { addTimeLog } from '../db/queries/time-sheets.ts';
import type { Db } from '../db/types.ts';
import { CATALOGUE, DomainError, type ErrorCode } from '../domain/errors.ts';
import { failureOf, refusalOf } from '../platform/errors.ts';
import type { CallRecord } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';

/** After so long with the same outage, waiting stops and a person is told. */
const OUTAGE_MS = 24 * 60 * 60 * 1000;

/** The calls of one activity, to be logged with the words of what they were for. */
export interface TimeTrail {
  onCall: (call: CallRecord) => void;
  about(sentence: string): void;
}

/**
 * Runs one step of a posting: logs each call that wrote or failed, without what was sent or answered (that names people
 * and hours), and keeps on the time sheet what it waits for while Temporal tries again.
 */
export async function attemptedPosting<T>(db: Db, ref: SheetRef, run: (trail: TimeTrail) => Promise<T>): Promise<T> {
  const calls: { call: CallRecord; about: string }[] = [];
  let about = 'Asked Procore.';
  try {
    const result = await run({
      onCall: (call) => void calls.push({ call, about }),
      about: (sentence) => {
        about = sentence;
      },
    });
    await clearSheetWaiting(db, ref);
    return result;
  } catch (error) {
    throw await noteTrouble(db, ref, error);
  } finally {
    for (const { call, about: sentence } of calls) await logCall(db, ref, call, sentence);
  }
}

async function logCall(db: Db, { account, timeSheetId }: SheetRef, call: CallRecord, about: string): Promise<void> {
  const isSuccess = call.status !== null && call.status < 400;
  if (isSuccess && call.method === 'GET') return;
  const { workflowExecution } = activityInfo();
  const answer = call.status === null ? 'no answer' : `answer ${call.status}`;
  await addTimeLog(
    db,
    account,
    timeSheetId,
    'call',
    isSuccess ? 'success' : 'fail',
    isSuccess ? about : `${about.replace(/\.$/, '')}: ${answer}.`,
    null,
    {
      request: { method: call.method, path: call.path.split('?')[0] },
      response: { status: call.status },
      procoreRequestId: call.requestId,
      durationMs: call.durationMs,
      workflowId: workflowExecution?.workflowId ?? null,
      runId: workflowExecution?.runId ?? null,
    },
  );
}

async function noteTrouble(db: Db, ref: SheetRef, error: unknown): Promise<unknown> {
  if (error instanceof ApplicationFailure) {
    if (!error.nonRetryable && isCode(error.type)) await noteSheetWaiting(db, ref, error.type);
    return error;
  }
  const refusal = error instanceof ProcoreError ? refusalInGeneral(error) : error;
  if (!(refusal instanceof DomainError)) return error;
  const failure = failureOf(refusal, error instanceof ProcoreError ? error.retryAfterMs : undefined);
  if (failure.nonRetryable && refusal.code !== 'AUTH_EXPIRED') return failure;
  const since = await noteSheetWaiting(db, ref, refusal.code);
  if (refusal.code !== 'PROCORE_5XX' || Date.now() - Date.parse(since) < OUTAGE_MS) return failure;
  return ApplicationFailure.create({ message: failure.message, type: refusal.code, nonRetryable: true });
}

/** The path of a call names people, so a refusal of time is told without it. */
function refusalInGeneral(error: ProcoreError): DomainError {
  if (error.kind === 'forbidden' || error.kind === 'tool-off' || error.kind === 'not-found')
    return new DomainError('NO_ACCESS', { tool: 'Timecards', place: 'this company', said: error.said });
  const refusal = refusalOf(error);
  return refusal.code === 'REFUSED'
    ? new DomainError('REFUSED', { what: 'the time sheet', said: error.said })
    : refusal;
}

const isCode = (type: string | null | undefined): type is ErrorCode => type != null && type in CATALOGUE;
