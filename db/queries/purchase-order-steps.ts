import { and, eq, sql } from 'drizzle-orm';
import { formatMoney, sum } from '../../domain/decimal.ts';
import { messageOf } from '../../domain/errors.ts';
import { accountingMethodOf, allowedOrderSteps, limitOf, orderGaps } from '../../domain/purchase-order.ts';
import { procoreCompany, procoreLink, purchaseOrder } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { approvalLimits } from './approval-limits.ts';
import { writeAudit } from './audit.ts';
import { clearWaits } from './document-waits.ts';
import type { LogEvent } from './integration-log.ts';
import type { QueueResult } from './invoice-steps.ts';
import type { StepResult } from './invoices.ts';
import { raiseMappingTasks } from './mapping-tasks.ts';
import { loadOrder, mayStandInProcore, type OrderRow } from './purchase-order-document.ts';
import { ORDER_OFF_THE_QUEUE } from './purchase-order-queue.ts';
import { lockOrder, logOrder, whyNotEdited } from './purchase-orders.ts';
import { getSettings } from './settings.ts';

/** Who acts. */
export interface Approver {
  id: string;
  actor: string;
  roles: readonly string[];
}

/**
 * Approves a draft, within the limit of whoever approves. Nobody approves what they entered themselves unless the account
 * allows it. An order that stands in Procore goes out again with what was changed.
 */
export async function approveOrder(db: Queryable, account: string, id: string, by: Approver): Promise<StepResult> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).approve)
    return {
      kind: 'conflict',
      message: row.orderStatus === 'approved' ? 'The purchase order is approved already.' : whyNotEdited(row),
    };
  const loaded = await loadOrder(db, account, id);
  if (loaded === null) return { kind: 'not-found' };
  const gaps = orderGaps(loaded.document);
  if (gaps.length > 0) return { kind: 'conflict', message: gaps.map(messageOf).join(' ') };
  if (row.enteredBy === by.actor && !(await getSettings(db, account)).selfApproval)
    return { kind: 'forbidden', message: 'You entered this purchase order, so somebody else must approve it.' };
  const total = sum(loaded.document.lines.map(({ amount }) => amount));
  const limit = limitOf(by, await approvalLimits(db, account));
  if (limit !== null && total.gt(limit))
    return {
      kind: 'forbidden',
      message: `${row.number} comes to $${formatMoney(total)}; you may approve up to $${formatMoney(limit)}.`,
    };
  await db
    .update(purchaseOrder)
    .set({ orderStatus: 'approved', approvedBy: by.actor, approvedAt: sql`now()`, updatedAt: sql`now()` })
    .where(eq(purchaseOrder.id, id));
  await noteOrderStep(db, row, by.actor, 'approved', `Approved: $${formatMoney(total)}.`, 'approved');
  if (loaded.document.isSendingOn && (await mayStandInProcore(db, id)))
    await queueOrder(db, { ...row, orderStatus: 'approved' }, by.actor, 'Queued for Procore with what was changed.');
  return { kind: 'done' };
}

/** Takes the approval back; what already stands in Procore stays there. */
export async function unapproveOrder(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).unapprove)
    return {
      kind: 'conflict',
      message: row.orderStatus === 'draft' ? 'The purchase order is not approved.' : whyNotEdited(row),
    };
  await db
    .update(purchaseOrder)
    .set({ orderStatus: 'draft', approvedBy: null, approvedAt: null, updatedAt: sql`now()` })
    .where(eq(purchaseOrder.id, id));
  await clearWaits(db, account, id);
  await noteOrderStep(db, row, actor, 'unapproved', 'Approval withdrawn.', 'changed');
  return { kind: 'done' };
}

/**
 * Cancels an order. Nothing is deleted, here or in Procore: what Procore's status becomes there is a question for a person.
 */
export async function cancelOrder(
  db: Tx,
  account: string,
  id: string,
  actor: string,
  reason: string,
): Promise<StepResult> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).cancel) return { kind: 'conflict', message: whyNotEdited(row) };
  await db
    .update(purchaseOrder)
    .set({
      orderStatus: 'cancelled',
      isAccepted: false,
      cancelledBy: actor,
      cancelledAt: sql`now()`,
      cancelReason: reason,
      updatedAt: sql`now()`,
    })
    .where(eq(purchaseOrder.id, id));
  await clearWaits(db, account, id);
  await noteOrderStep(db, row, actor, 'cancelled', `Cancelled: ${reason}`, 'cancelled');
  const [link] = await db
    .select({ procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .where(and(eq(procoreLink.account, account), eq(procoreLink.kind, 'purchase_order'), eq(procoreLink.localId, id)));
  if (link?.procoreId)
    await raiseMappingTasks(db, account, row.companyId, 'purchase_order', [
      {
        procoreId: link.procoreId,
        question: 'cancelled',
        subject: row.number,
        reason: `Purchase order ${row.number} was cancelled in Lentune: ${reason.replace(/\.$/, '')}. Its status in Procore is ${row.procoreStatus ?? 'not known'}; change it there, then say so here.`,
        candidates: [],
      },
    ]);
  return { kind: 'done' };
}

/**
 * Marks approved orders as queued, each on the revision it has now; the dispatcher starts them (design: sending is a row).
 * Several at once never contain one from before the go-live date of its company.
 */
export async function queueOrders(
  db: Queryable,
  account: string,
  ids: readonly string[],
  actor: string,
): Promise<QueueResult> {
  const result: QueueResult = { queued: [], refused: [] };
  // One order of locking for all, so that two batches that share orders cannot wait for each other.
  for (const id of [...new Set(ids)].sort()) {
    const row = await lockOrder(db, account, id);
    const why = row === null ? 'There is no such purchase order.' : await whyNotSent(db, row, ids.length > 1);
    if (row === null || why !== null) {
      result.refused.push({ id, number: row?.number ?? '', message: why ?? '' });
      continue;
    }
    const isRetry = allowedOrderSteps(row).retry;
    await queueOrder(db, row, actor, isRetry ? 'Queued again.' : 'Queued for Procore.', isRetry ? 'retried' : 'queued');
    result.queued.push(id);
  }
  return result;
}

async function whyNotSent(db: Queryable, row: OrderRow, isOneOfMany: boolean): Promise<string | null> {
  const { number } = row;
  const may = allowedOrderSteps(row);
  if (!may.send && !may.retry) {
    if (row.origin === 'procore') return `${number} was entered in Procore.`;
    if (row.orderStatus === 'draft') return `${number} is not approved yet.`;
    if (row.orderStatus === 'cancelled') return `${number} is cancelled.`;
    if (row.integration === 'sent') return `${number} has been sent already.`;
    if (row.integration === 'ignored') return `${number} is ignored.`;
    return `${number} is on its way already.`;
  }
  const [company] = await db.select().from(procoreCompany).where(eq(procoreCompany.id, row.companyId));
  if (company?.purchaseOrderMaster !== 'lentune')
    return messageOf({ code: 'PO_SENDING_OFF', facts: { number, company: company?.name ?? '' } });
  const { orderDate } = row;
  if (isOneOfMany && orderDate !== null && orderDate < company.goLiveDate)
    return `${number}: ${messageOf({ code: 'BEFORE_GO_LIVE', facts: { date: orderDate, goLive: company.goLiveDate } })} Send it by itself.`;
  return null;
}

/** A person's click goes before what queued itself. */
const PERSON = 1;

/** Puts an order on the queue; the caller has found that it may go there. */
export async function queueOrder(
  db: Queryable,
  row: OrderRow,
  actor: string,
  message: string,
  event: 'queued' | 'retried' = 'queued',
  queuedFor: OrderRow['queuedFor'] = 'send',
): Promise<void> {
  const loaded = await loadOrder(db, row.account, row.id);
  if (loaded === null) throw new Error(`Purchase order ${row.id} is not one of ours`);
  const { isMethodFixed, lines } = loaded.document;
  await db
    .update(purchaseOrder)
    .set({
      ...(isMethodFixed ? {} : { accountingMethod: accountingMethodOf(lines) }),
      integration: 'queued',
      queuedFor,
      queuedAt: sql`now()`,
      queuedBy: actor,
      queuedPriority: PERSON,
      markBefore: row.integration,
      dispatchedAt: null,
      waitingSince: null,
      waitingFor: null,
      updatedAt: sql`now()`,
    })
    .where(eq(purchaseOrder.id, row.id));
  await clearWaits(db, row.account, row.id);
  await noteOrderStep(db, row, actor, 'queued', message, event);
}

/** Sends the files of a sent order, and nothing else of it. */
export async function sendOrderFiles(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).sendFiles)
    return { kind: 'conflict', message: 'Only the files of a sent purchase order go alone.' };
  await queueOrder(db, row, actor, 'Queued to send its files.', 'retried', 'files');
  return { kind: 'done' };
}

/**
 * Takes an order back that is on its way. One that was not started is free at once; `running` means its run must be
 * cancelled too (dispatch/purchase-orders.ts), and the mark follows when the run has ended.
 */
export async function stopOrder(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
): Promise<StepResult | { kind: 'running' }> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).stop) return { kind: 'conflict', message: 'The purchase order is not on its way.' };
  const isRunning = row.integration !== 'queued' || row.dispatchedAt !== null;
  if (!isRunning)
    await db
      .update(purchaseOrder)
      .set({ ...ORDER_OFF_THE_QUEUE, integration: row.markBefore })
      .where(eq(purchaseOrder.id, id));
  await clearWaits(db, account, id);
  await noteOrderStep(db, row, actor, 'stopped', 'Sending cancelled.', 'cancelled');
  return { kind: isRunning ? 'running' : 'done' };
}

/** Keeps an order from being sent until somebody takes that back. */
export async function ignoreOrder(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  reason: string,
): Promise<StepResult> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).ignore)
    return { kind: 'conflict', message: 'Only a purchase order that is neither sent nor on its way can be ignored.' };
  await db
    .update(purchaseOrder)
    .set({ integration: 'ignored', markBefore: row.integration, ignoredReason: reason, updatedAt: sql`now()` })
    .where(eq(purchaseOrder.id, id));
  await clearWaits(db, account, id);
  await noteOrderStep(db, row, actor, 'ignored', `Ignored: ${reason}`, 'changed');
  return { kind: 'done' };
}

/** Takes "ignored" back: the order stands where it stood before. */
export async function unignoreOrder(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).unignore) return { kind: 'conflict', message: 'The purchase order is not ignored.' };
  await db
    .update(purchaseOrder)
    .set({ integration: row.markBefore, markBefore: null, ignoredReason: null, updatedAt: sql`now()` })
    .where(eq(purchaseOrder.id, id));
  await noteOrderStep(db, row, actor, 'unignored', 'No longer ignored.', 'changed');
  return { kind: 'done' };
}

/** Notes a step in the story of an order and in the audit, where it is called `what`. */
export async function noteOrderStep(
  db: Queryable,
  { account, id, number }: OrderRow,
  actor: string,
  what: string,
  message: string,
  event: LogEvent,
): Promise<void> {
  const result = event === 'approved' ? 'success' : 'info';
  await logOrder(db, { account, documentId: id, event, result, actor, message });
  await writeAudit(db, { account, actor, action: `purchase-order.${what}`, subject: number, after: { message } });
}
