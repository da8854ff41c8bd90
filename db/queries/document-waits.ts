import { and, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { type Wait, waitKeys } from '../../domain/waits.ts';
import { arrival, documentWait, payableInvoice, purchaseOrder } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { addLog } from './integration-log.ts';

/**
 * Lets every change that is coming in finish, and holds up those to come until the transaction ends. A run does so before
 * it reads the document, and before it says what the document waits for: then no change comes in unseen between the two.
 */
export async function settleArrivals(tx: Tx, account: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${arrivalsOf(account)}, 0))`);
}

const arrivalsOf = (account: string): string => `arrivals ${account}`;

/**
 * Replaces what a failed document waits for. What came in since its run was queued may have been read too early: then the
 * document is queued again at once. The caller has settled the arrivals, and given the document its mark.
 *
 * @param since when its run was queued
 */
export async function replaceWaits(
  tx: Tx,
  { account, id, kind }: { account: string; id: string; kind: 'invoice' | 'purchase_order' },
  waits: readonly Wait[],
  since: string | null,
): Promise<void> {
  await clearWaits(tx, account, id);
  if (waits.length === 0) return;
  await tx
    .insert(documentWait)
    .values(waits.map((wait) => ({ account, documentKind: kind, documentId: id, ...wait })))
    .onConflictDoNothing();
  if (since === null) return;
  const missed = await tx
    .select({ key: arrival.key })
    .from(arrival)
    .where(
      and(
        eq(arrival.account, account),
        inArray(
          arrival.key,
          waits.map(({ key }) => key),
        ),
        gt(arrival.arrivedAt, since),
      ),
    );
  await requeue(
    tx,
    account,
    missed.map(({ key }) => key),
    CAME_IN,
  );
}

const CAME_IN = 'Queued again by itself: what it waited for came in from Procore.';

/** Notes that changes of these keys are coming in, for runs that are under way. Runs settle until this commits. */
async function noteArrivals(db: Queryable, account: string, keys: readonly string[]): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock_shared(hashtextextended(${arrivalsOf(account)}, 0))`);
  await db
    .insert(arrival)
    .values([...new Set(keys)].sort().map((key) => ({ account, key, arrivedAt: sql`clock_timestamp()` })))
    .onConflictDoUpdate({ target: [arrival.account, arrival.key], set: { arrivedAt: sql`excluded.arrived_at` } });
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
  if (due.length > 0) await requeue(db, account, [key], 'Tried again: Procore is asked whether it may go on now.');
}

/** An edited, cancelled or re-queued document waits for nothing. */
export async function clearWaits(db: Queryable, account: string, documentId: string): Promise<void> {
  await db.delete(documentWait).where(and(eq(documentWait.account, account), eq(documentWait.documentId, documentId)));
}

/**
 * Queues again the documents that failed for want of what just came in, in the transaction that brings it in; runs that are
 * under way find it when they end. Only those still approved and failed: one that a person edited, cancelled or ignored
 * stays where it is (design: clearing).
 * Each passes preflight again when its turn comes.
 *
 * @param keys such as `cost-code:<Procore project id>:<code>`, see domain/waits.ts
 * @returns the ids that were queued
 */
export async function requeueWaiting(db: Queryable, account: string, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  await noteArrivals(db, account, keys);
  return requeue(db, account, keys, CAME_IN);
}

async function requeue(db: Queryable, account: string, keys: readonly string[], message: string): Promise<string[]> {
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
