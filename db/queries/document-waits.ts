import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import { type Wait, waitKeys } from '../../domain/waits.ts';
import { documentWait, payableInvoice, purchaseOrder } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { addLog } from './integration-log.ts';

/** Replaces what a failed document waits for. */
export async function replaceWaits(
  db: Queryable,
  account: string,
  documentId: string,
  waits: readonly Wait[],
  documentKind: 'invoice' | 'purchase_order' = 'invoice',
): Promise<void> {
  await clearWaits(db, account, documentId);
  if (waits.length === 0) return;
  await db
    .insert(documentWait)
    .values(waits.map((wait) => ({ account, documentKind, documentId, ...wait })))
    .onConflictDoNothing();
}

/**
 * Queues again what waits for a period to open or a claim to be approved, of which nothing tells: each at most by the hour,
 * and only while something waits.
 */
export async function requeueClaims(db: Queryable, account: string, companyId: string): Promise<void> {
  const key = waitKeys.claims(companyId);
  const due = await db
    .select({ id: documentWait.id })
    .from(documentWait)
    .where(
      and(
        eq(documentWait.account, account),
        eq(documentWait.key, key),
        lt(documentWait.createdAt, sql`now() - interval '55 minutes'`),
      ),
    )
    .limit(1);
  if (due.length > 0)
    await requeueWaiting(db, account, [key], 'Tried again: Procore is asked whether it may go on now.');
}

/** An edited, cancelled or re-queued document waits for nothing. */
export async function clearWaits(db: Queryable, account: string, documentId: string): Promise<void> {
  await db.delete(documentWait).where(and(eq(documentWait.account, account), eq(documentWait.documentId, documentId)));
}

/**
 * Queues again the documents that failed for want of what just came in, in the transaction that brings it in.
 * Only those still approved and failed: one that a person edited, cancelled or ignored stays where it is (design: clearing).
 * Each passes preflight again when its turn comes.
 *
 * @param keys such as `cost-code:<Procore project id>:<code>`, see domain/waits.ts
 * @returns the ids that were queued
 */
export async function requeueWaiting(
  db: Queryable,
  account: string,
  keys: readonly string[],
  message = 'Queued again by itself: what it waited for came in from Procore.',
): Promise<string[]> {
  if (keys.length === 0) return [];
  const waiting = db
    .select({ id: documentWait.documentId })
    .from(documentWait)
    .where(and(eq(documentWait.account, account), inArray(documentWait.key, [...keys])));
  const again = {
    integration: 'queued',
    queuedAt: sql`now()`,
    queuedBy: 'automatic',
    queuedPriority: 0,
    markBefore: 'failed',
    dispatchedAt: null,
    waitingSince: null,
    waitingFor: null,
    updatedAt: sql`now()`,
  } as const;
  const invoices = await db
    .update(payableInvoice)
    .set(again)
    .where(
      and(
        eq(payableInvoice.account, account),
        eq(payableInvoice.status, 'approved'),
        eq(payableInvoice.integration, 'failed'),
        inArray(payableInvoice.id, waiting),
      ),
    )
    .returning({ id: payableInvoice.id });
  const orders = await db
    .update(purchaseOrder)
    .set(again)
    .where(
      and(
        eq(purchaseOrder.account, account),
        eq(purchaseOrder.orderStatus, 'approved'),
        eq(purchaseOrder.integration, 'failed'),
        inArray(purchaseOrder.id, waiting),
      ),
    )
    .returning({ id: purchaseOrder.id });
  const queued = [
    ...invoices.map(({ id }) => ({ id, documentKind: 'invoice' as const })),
    ...orders.map(({ id }) => ({ id, documentKind: 'purchase_order' as const })),
  ];
  for (const { id, documentKind } of queued) {
    await clearWaits(db, account, id);
    await addLog(db, {
      account,
      documentKind,
      documentId: id,
      event: 'queued',
      result: 'info',
      message,
    });
  }
  return queued.map(({ id }) => id);
}
