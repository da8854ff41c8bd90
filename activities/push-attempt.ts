import { addLog } from '../db/queries/integration-log.ts';
import { clearWaiting, keepProblems, noteWaiting } from '../db/queries/push-outcome.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import type { Finding } from '../domain/invoice.ts';
import { refusalOf } from '../platform/errors.ts';
import type { CallRecord } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import { attempt, type Refusal, type Trail as TrailOf } from './attempt.ts';

/** The invoice an activity works on. */
export interface InvoiceRef {
  account: string;
  invoiceId: string;
}

export type Trail = TrailOf<CallRecord>;

/** Runs one step of sending an invoice to Procore: its calls are logged, and why it waits or failed is kept on it. */
export const attempted = <T>(db: Db, ref: InvoiceRef, run: (trail: Trail) => Promise<T>): Promise<T> =>
  attempt(
    {
      asked: 'Asked Procore.',
      log: (entry) => addLog(db, { account: ref.account, documentId: ref.invoiceId, ...entry }),
      clearWaiting: () => clearWaiting(db, ref),
      noteWaiting: (code) => noteWaiting(db, ref, code),
      keepProblem: ({ code, facts }) => keepProblems(db, ref, [{ code, facts, severity: 'blocks' } as Finding]),
      refusalOf: procoreRefusal,
      expired: 'AUTH_EXPIRED',
      outage: 'PROCORE_5XX',
    },
    run,
  );

/** What an error of a step that asks Procore says in the catalogue's words. */
function procoreRefusal(error: unknown): Refusal | null {
  if (error instanceof ProcoreError) return { refusal: refusalOf(error), retryAfterMs: error.retryAfterMs };
  return error instanceof DomainError ? { refusal: error } : null;
}
