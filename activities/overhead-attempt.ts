import { type AccountingCall, AccountingError } from '../accounting/port.ts';
import { addLog } from '../db/queries/integration-log.ts';
import { clearOverheadWaiting, keepOverheadProblems, noteOverheadWaiting } from '../db/queries/overhead-push.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import type { Finding } from '../domain/invoice.ts';
import { accountingRefusal } from '../platform/accounting-errors.ts';
import { attempt, type Refusal, type Trail } from './attempt.ts';
import type { InvoiceRef } from './push-attempt.ts';

export type AccountingTrail = Trail<AccountingCall>;

/** Runs one step of sending overheads to accounting: its calls are logged, and why it waits or failed is kept on the invoice. */
export const attemptedOverhead = <T>(
  db: Db,
  ref: InvoiceRef,
  run: (trail: AccountingTrail) => Promise<T>,
): Promise<T> =>
  attempt(
    {
      asked: 'Asked accounting.',
      log: (entry) => addLog(db, { account: ref.account, documentId: ref.invoiceId, ...entry }),
      clearWaiting: () => clearOverheadWaiting(db, ref),
      noteWaiting: (code) => noteOverheadWaiting(db, ref, code),
      keepProblem: ({ code, facts }) => keepOverheadProblems(db, ref, [{ code, facts, severity: 'blocks' } as Finding]),
      refusalOf: refusalOfAccounting,
      expired: 'ACCOUNTING_AUTH_EXPIRED',
      outage: 'ACCOUNTING_UNAVAILABLE',
    },
    run,
  );

/** What an error of a step that asks accounting says in the catalogue's words. */
export function refusalOfAccounting(error: unknown): Refusal | null {
  if (error instanceof AccountingError)
    return { refusal: accountingRefusal(error, 'what we asked'), retryAfterMs: error.retryAfterMs };
  return error instanceof DomainError ? { refusal: error } : null;
}
