import { AccountingError } from '../accounting/port.ts';
import type { UndoCandidate } from '../db/queries/bulk-undo.ts';
import { IS_ON_ITS_WAY } from '../db/queries/invoices.ts';
import { lockBreach } from '../db/queries/period-lock.ts';
import { DomainError, messageOf } from '../domain/errors.ts';
import { isOnItsWay } from '../domain/invoice.ts';
import { whyStays } from '../domain/undo.ts';
import { accountingRefusal } from '../platform/accounting-errors.ts';
import { refusalOf } from '../platform/errors.ts';
import { ProcoreError } from '../procore/errors.ts';
import { lookAtUndo, type UndoDeps } from './undo-look.ts';

/** Looks under way at once: as many as a person would hardly wait for one by one. */
const LOOKS_AT_ONCE = 4;

type Judged = UndoCandidate & { why: string | null };

/** Looks at each invoice of a choice and says why it stays; null where it can simply be removed. In the order of their ids. */
export async function judgeEach(deps: UndoDeps, account: string, found: readonly UndoCandidate[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  const queue = [...found];
  async function looker(): Promise<void> {
    for (let invoice = queue.shift(); invoice !== undefined; invoice = queue.shift())
      judged.push({
        ...invoice,
        why: isOnItsWay(invoice.integration) ? IS_ON_ITS_WAY : await whyOf(deps, account, invoice.id),
      });
  }
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, looker));
  return judged.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Why an invoice stays. A record that cannot be looked at stays too; that nobody is signed in is told of all at once. */
async function whyOf(deps: UndoDeps, account: string, id: string): Promise<string | null> {
  try {
    const breach = await lockBreach(deps.db, account, id);
    if (breach !== null) return messageOf({ code: 'PERIOD_LOCKED', facts: breach });
    return whyStays(await lookAtUndo(deps, account, id));
  } catch (error) {
    const refusal =
      error instanceof ProcoreError
        ? refusalOf(error)
        : error instanceof AccountingError
          ? accountingRefusal(error, 'what we asked')
          : error;
    if (!(refusal instanceof DomainError) || refusal.code.includes('AUTH_EXPIRED')) throw error;
    return refusal.message;
  }
}
