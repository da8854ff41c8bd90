import { and, eq, inArray, sql } from 'drizzle-orm';
import type { DesiredClaim } from '../../domain/claim.ts';
import type { DesiredDirectCost } from '../../domain/direct-cost.ts';
import { isOnItsWay } from '../../domain/invoice.ts';
import { reversalNumber, type UndoAction, type UndoOrder } from '../../domain/undo.ts';
import { payableInvoice, pushPart } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import { CORRECTION, noteClaimed } from './claim-parts.ts';
import { addLog } from './integration-log.ts';
import { queue } from './invoice-steps.ts';
import { IS_ON_ITS_WAY, lockInvoice, type StepResult } from './invoices.ts';
import { forgetBill, loadBillPart, standsInBooks } from './overhead-push.ts';
import { loadPart, type Part, partStates } from './push-parts.ts';

const REVERSAL = 'reverse:';

/** The key of the part that takes another one back; a correcting claim stays with those of its commitment. */
const keyOfReversal = ({ id, partKey, target }: Pick<PartState, 'id' | 'partKey' | 'target'>): string =>
  target === 'requisition' ? `${partKey}${CORRECTION}` : `${REVERSAL}${id}`;
const isReversal = (partKey: string): boolean => partKey.startsWith(REVERSAL) || partKey.endsWith(CORRECTION);

type PartState = Awaited<ReturnType<typeof partStates>>[number];

/** Standing records that can be taken back; a reversal and what it reversed stay. */
const isUndoable = ({ partKey, target, state, procoreId, sending }: PartState): boolean =>
  (target === 'direct_cost' || target === 'requisition') &&
  state !== 'reversed' &&
  !isReversal(partKey) &&
  (procoreId !== null || sending !== null);

/** The direct costs and claims of an invoice that stand in Procore, or may. */
export async function undoParts(db: Queryable, account: string, documentId: string): Promise<Part[]> {
  const parts: Part[] = [];
  for (const { id } of (await partStates(db, account, documentId)).filter(isUndoable)) {
    const part = await loadPart(db, account, id);
    if (part !== null) parts.push(part);
  }
  return parts;
}

/** Why an invoice cannot be taken back that was never sent, or was taken back already. */
const NOTHING_STANDS = 'Nothing of the invoice stands in Procore or accounting.';

/** Queues taking an invoice back from Procore and accounting, as a person agreed to after the preview. */
export async function queueUndo(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  order: UndoOrder,
  bulkId: string | null = null,
): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (isOnItsWay(row.integration)) return { kind: 'conflict', message: IS_ON_ITS_WAY };
  const states = await partStates(db, account, id);
  const standing = states.filter(isUndoable);
  const bill = await loadBillPart(db, { account, invoiceId: id });
  const hasBill = bill !== null && standsInBooks(bill);
  if (standing.length === 0 && !hasBill) return { kind: 'conflict', message: NOTHING_STANDS };
  if (standing.some((part) => order.actions[part.id] === undefined) || (hasBill && order.bill === undefined))
    return { kind: 'conflict', message: 'More of it stands there now. Look at the preview again.' };
  await db.update(payableInvoice).set({ undoOrder: order }).where(eq(payableInvoice.id, id));
  await queue(db, account, id, actor, { queuedFor: 'undo', bulkId });
  await addLog(db, {
    account,
    documentId: id,
    event: 'queued',
    result: 'info',
    actor,
    message: `Queued to be taken back: ${order.reason}`,
  });
  await writeAudit(db, { account, actor, action: 'invoice.undo-queued', subject: row.number, after: order });
  return { kind: 'done' };
}

/** What is done about one record. */
export interface UndoPlan {
  part: Part;
  action: UndoAction;
  /** the record that takes it back, where it is not deleted */
  reversal: DesiredDirectCost | DesiredClaim | null;
}

/**
 * Notes what shall become of each record. Planning again finds the same parts, so a repeated step does no harm.
 *
 * @returns the parts to converge
 */
export async function planUndo(tx: Tx, account: string, documentId: string, plans: readonly UndoPlan[]) {
  const partIds: string[] = [];
  for (const { part, action, reversal } of plans) {
    if (action === 'delete') {
      await tx
        .update(pushPart)
        .set({ desired: null, removal: { evenApproved: true }, updatedAt: sql`now()` })
        .where(eq(pushPart.id, part.id));
      partIds.push(part.id);
    }
    if (reversal === null) continue;
    const [row] = await tx
      .insert(pushPart)
      .values({
        account,
        documentId,
        companyId: part.companyId,
        documentKind: 'invoice',
        partKey: keyOfReversal(part),
        target: part.target,
        projectProcoreId: part.projectProcoreId,
        revision: 0,
        desired: reversal,
      })
      .onConflictDoUpdate({ target: [pushPart.documentId, pushPart.partKey], set: { updatedAt: sql`now()` } })
      .returning({ id: pushPart.id });
    if (row) partIds.push(row.id);
  }
  return partIds;
}

/**
 * Ends an undo: records that are gone or let go of leave the journal, reversed ones stay in it with their reversal.
 *
 * @returns why the invoice is ignored from now on
 */
export async function endUndo(
  tx: Tx,
  account: string,
  row: { id: string; number: string; undoOrder: unknown },
): Promise<string> {
  const { reason, actions, bill } = (row.undoOrder ?? { reason: '', actions: {} }) as UndoOrder;
  if (bill !== undefined) await forgetBill(tx, { account, invoiceId: row.id });
  const states = await partStates(tx, account, row.id);
  const keys = states.map(({ partKey }) => partKey);
  const reversed = states.filter((part) => keys.includes(keyOfReversal(part))).map(({ id }) => id);
  const dropped = states.filter(({ id }) => actions[id] === 'delete' || actions[id] === 'release').map(({ id }) => id);
  if (dropped.length > 0)
    await tx.delete(pushPart).where(and(eq(pushPart.account, account), inArray(pushPart.id, dropped)));
  if (reversed.length > 0)
    await tx
      .update(pushPart)
      .set({ state: 'reversed', updatedAt: sql`now()` })
      .where(and(eq(pushPart.account, account), inArray(pushPart.id, reversed)));
  if (states.some(({ target }) => target === 'requisition')) await noteClaimed(tx, { account, documentId: row.id });
  return reversed.length > 0 ? `Reversed as ${reversalNumber(row.number)}: ${reason}` : `Taken back: ${reason}`;
}
