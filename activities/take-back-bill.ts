import { lookAtBill } from '../accounting/bill-look.ts';
import type { AccountingCall } from '../accounting/port.ts';
import { addLog } from '../db/queries/integration-log.ts';
import { loadBillPart, standsInBooks } from '../db/queries/overhead-push.ts';
import { clearWaiting, keepProblems, noteWaiting } from '../db/queries/push-outcome.ts';
import type { Db } from '../db/types.ts';
import { type BillUndoAction, judgeBillUndo } from '../domain/bill-undo.ts';
import { DomainError } from '../domain/errors.ts';
import type { Finding } from '../domain/invoice.ts';
import { attempt, type Trail } from './attempt.ts';
import { convergeBill } from './converge-bill.ts';
import { refusalOfAccounting } from './overhead-attempt.ts';
import type { BooksDeps } from './overhead-problems.ts';
import type { InvoiceRef } from './push-attempt.ts';

/**
 * Brings the bill of an invoice that is taken back one write closer to being gone. Both parts of the invoice have one run
 * then, so what this waits for or meets is told on the invoice itself.
 *
 * @returns whether nothing is left to write
 */
export const takeBackBill = (
  deps: BooksDeps & { settleDelayMs: number },
  ref: InvoiceRef,
): Promise<{ done: boolean }> => convergeBill(deps, ref, attemptedUndo);

/**
 * Looks at the bill of an invoice that is taken back. What is there now must be what the person agreed to; else nothing
 * is done.
 *
 * @returns whether a bill has to go
 */
export function prepareBillUndo(
  { db, accounting }: BooksDeps,
  ref: InvoiceRef,
  agreedTo: BillUndoAction | undefined,
): Promise<boolean> {
  return attemptedUndo(db, ref, async (trail) => {
    const part = await loadBillPart(db, ref);
    if (part === null || !standsInBooks(part)) return false;
    const { connectionId, apiUrl, organisationId } = part;
    const api = accounting.organisation({ connectionId, apiUrl, organisationId, onCall: trail.onCall });
    const judged = judgeBillUndo(part.agreed, await lookAtBill(api, part, null), accounting.system);
    if (judged.kind === 'refuse') throw new DomainError(judged.code, judged.facts as never);
    if (judged.action !== agreedTo)
      throw new DomainError('LOCKED', {
        number: part.agreed?.sent.number ?? part.desired?.bill.number ?? 'The bill',
        why: `it changed in ${accounting.system} since the preview (${judged.why === '' ? 'it can simply be removed' : judged.why})`,
      });
    return judged.action === 'remove';
  });
}

const attemptedUndo = <T>(db: Db, ref: InvoiceRef, run: (trail: Trail<AccountingCall>) => Promise<T>): Promise<T> =>
  attempt(
    {
      asked: 'Asked accounting.',
      log: (entry) => addLog(db, { account: ref.account, documentId: ref.invoiceId, ...entry }),
      clearWaiting: () => clearWaiting(db, ref),
      noteWaiting: (code) => noteWaiting(db, ref, code),
      keepProblem: ({ code, facts }) => keepProblems(db, ref, [{ code, facts, severity: 'blocks' } as Finding]),
      refusalOf: refusalOfAccounting,
      expired: 'ACCOUNTING_AUTH_EXPIRED',
      outage: 'ACCOUNTING_UNAVAILABLE',
    },
    run,
  );
