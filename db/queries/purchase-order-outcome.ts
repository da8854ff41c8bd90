import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { ErrorCode, Problem } from '../../domain/errors.ts';
import { messageOf } from '../../domain/errors.ts';
import type { Finding, InvoiceMark } from '../../domain/invoice.ts';
import { documentLines } from '../../domain/purchase-order-plan.ts';
import { waitsOf } from '../../domain/waits.ts';
import { purchaseOrder, pushPart } from '../schema/index.ts';
import type { Db, Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import { releaseAll } from './claims.ts';
import { replaceWaits, settleArrivals } from './document-waits.ts';
import { addLog } from './integration-log.ts';
import { loadOrder } from './purchase-order-document.ts';
import { endCancelledOrder, ORDER_OFF_THE_QUEUE, type OrderRef } from './purchase-order-queue.ts';
import type { Outcome, RunRef } from './run-outcome.ts';

const mine = ({ account, purchaseOrderId }: OrderRef) =>
  and(eq(purchaseOrder.account, account), eq(purchaseOrder.id, purchaseOrderId));

/** Only what a run holds may get a mark from it: a person may have taken the order back meanwhile. */
const underWay = (ref: OrderRef) =>
  and(mine(ref), inArray(purchaseOrder.integration, ['queued', 'sending', 'waiting']));

/** Notes what a push waits for; returns since when it waits. */
export async function noteOrderWaiting(db: Queryable, ref: OrderRef, code: ErrorCode): Promise<string> {
  const [row] = await db
    .update(purchaseOrder)
    .set({
      integration: 'waiting',
      // Another cause is another wait.
      waitingSince: sql`case when ${purchaseOrder.waitingFor} = ${code} then ${purchaseOrder.waitingSince} else now() end`,
      waitingFor: code,
      updatedAt: sql`now()`,
    })
    .where(underWay(ref))
    .returning({ since: purchaseOrder.waitingSince });
  return row?.since ?? new Date().toISOString();
}

/** A step went through: nothing is waited for any more. */
export async function clearOrderWaiting(db: Queryable, ref: OrderRef): Promise<void> {
  await db
    .update(purchaseOrder)
    .set({ integration: 'sending', waitingSince: null, waitingFor: null, updatedAt: sql`now()` })
    .where(and(underWay(ref), isNotNull(purchaseOrder.waitingSince)));
}

/** Keeps why a push failed where the screen looks. */
export async function keepOrderProblems(db: Queryable, ref: OrderRef, problems: readonly Finding[]): Promise<void> {
  await db
    .update(purchaseOrder)
    .set({ problems: [...problems], updatedAt: sql`now()` })
    .where(mine(ref));
}

/**
 * Ends a push in one transaction: mark, log, what it waits for, claims, audit.
 *
 * @returns the mark it ends with; null when it is no longer ours to end
 */
export async function endOrder(db: Db, ref: OrderRef, outcome: Outcome, run: RunRef): Promise<InvoiceMark | null> {
  const { account, purchaseOrderId } = ref;
  return db.transaction(async (tx) => {
    if (outcome.kind === 'failed') await settleArrivals(tx, account);
    await releaseAll(tx, account, purchaseOrderId);
    if (outcome.kind === 'cancelled') {
      await endCancelledOrder(tx, ref);
      return null;
    }
    const [before] = await tx.select().from(purchaseOrder).where(underWay(ref)).for('update');
    if (!before) return null;
    const mark = outcome.kind === 'sent' ? 'sent' : 'failed';
    const problems = outcome.kind === 'sent' ? [] : (before.problems as Finding[]);
    await tx
      .update(purchaseOrder)
      .set({
        ...ORDER_OFF_THE_QUEUE,
        integration: mark,
        problems,
        needsVariation: problems.some(({ code }) => code === 'PO_NEEDS_VARIATION'),
        ...(outcome.kind === 'sent'
          ? { sentAt: sql`now()`, sentRevision: await sentRevision(tx, purchaseOrderId) }
          : {}),
      })
      .where(mine(ref));
    const blocking = problems.filter(({ severity }) => severity === 'blocks');
    await addLog(tx, {
      account,
      documentKind: 'purchase_order',
      documentId: purchaseOrderId,
      event: outcome.kind,
      result: outcome.kind === 'sent' ? 'success' : 'fail',
      code: outcome.kind === 'failed' ? outcome.code : null,
      message:
        outcome.kind === 'sent' ? 'Sent.' : blocking.map((one) => messageOf(one as Problem)).join(' ') || 'Not sent.',
      ...run,
    });
    await writeAudit(tx, {
      account,
      actor: 'push',
      action: `purchase-order.${outcome.kind}`,
      subject: before.number,
      after: { mark },
    });
    if (outcome.kind === 'failed') await waitFor(tx, ref, problems, before.queuedAt);
    return mark;
  });
}

/** The revision that was planned is the one that arrived, also when the order was edited meanwhile. */
async function sentRevision(tx: Tx, orderId: string): Promise<number | null> {
  const [part] = await tx
    .select({ revision: pushPart.revision })
    .from(pushPart)
    .where(eq(pushPart.documentId, orderId));
  return part?.revision ?? null;
}

async function waitFor(tx: Tx, ref: OrderRef, problems: readonly Finding[], since: string | null): Promise<void> {
  const { account, purchaseOrderId: id } = ref;
  const loaded = await loadOrder(tx, account, id);
  if (loaded === null) return;
  const { vendor } = loaded.document;
  const document = { vendor, lines: documentLines(loaded.document), poNumber: null, commitment: null };
  await replaceWaits(tx, { account, id, kind: 'purchase_order' }, waitsOf(document, problems), since);
}
