import { and, asc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import { purchaseOrder } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { settleArrivals } from './document-waits.ts';
import { addLog } from './integration-log.ts';
import { mayStandInProcore } from './purchase-order-document.ts';

/** A queued purchase order whose turn it is, with what its run is found by. */
export interface DueOrder extends Record<string, unknown> {
  id: string;
  account: string;
  number: string;
  /** dollars excluding tax */
  total: string;
  vendorName: string | null;
  companyId: string;
  companyProcoreId: string;
  projectProcoreId: string | null;
  /** tells this queueing from an earlier or later one of the same order */
  queuedAt: string;
}

export interface OrderRef {
  account: string;
  purchaseOrderId: string;
}

/** What the row of an order that has left the queue says. */
export const ORDER_OFF_THE_QUEUE = {
  queuedAt: null,
  queuedBy: null,
  markBefore: null,
  dispatchedAt: null,
  waitingSince: null,
  waitingFor: null,
  updatedAt: sql`now()`,
} as const;

/**
 * Queued orders that may start now: of each company as many as leave it at `openPerCompany` under way, a person's click
 * before what queued itself, then the oldest.
 */
export async function dueOrders(db: Queryable, openPerCompany: number): Promise<DueOrder[]> {
  const [any] = await db.execute(
    sql`select 1 from purchase_order where queued_at is not null and dispatched_at is null limit 1`,
  );
  if (any === undefined) return [];
  return db.execute<DueOrder>(sql`
    with turns as (
      select *, row_number() over (partition by company_id order by queued_priority desc, queued_at, id) + (
        select count(*) from purchase_order o where o.company_id = w.company_id and o.dispatched_at is not null
      ) as turn
      from purchase_order w where queued_at is not null and dispatched_at is null
    )
    select t.id, t.account, t.number, v.description as "vendorName", t.company_id as "companyId",
      c.procore_id as "companyProcoreId", l.procore_id as "projectProcoreId", t.queued_at::text as "queuedAt",
      (select coalesce(sum(amount), 0)::text from purchase_order_line line where line.commitment_id = t.id
        and line.origin = 'lentune' and not line.is_removed) as total
    from turns t
    join procore_company c on c.id = t.company_id
    left join payable_account v on v.id = t.payable_account_id
    left join procore_link l on l.company_id = t.company_id and l.kind = 'project' and l.local_id = t.project_id
    where t.turn <= ${openPerCompany}
    order by t.queued_priority desc, t.queued_at, t.id`);
}

const mine = ({ account, purchaseOrderId }: OrderRef) =>
  and(eq(purchaseOrder.account, account), eq(purchaseOrder.id, purchaseOrderId));

/** Notes that the run of a queueing was started. The run notes it too, in case nobody else lives to do so. */
export async function markOrderDispatched(db: Queryable, { account, id, queuedAt }: DueOrder): Promise<void> {
  await db
    .update(purchaseOrder)
    .set({ dispatchedAt: sql`now()`, integration: 'sending', updatedAt: sql`now()` })
    .where(
      and(
        mine({ account, purchaseOrderId: id }),
        eq(purchaseOrder.integration, 'queued'),
        eq(purchaseOrder.queuedAt, queuedAt),
      ),
    );
}

/** The run takes its queueing: from here on it is under way. False when a person took it back meanwhile. */
export async function takeQueuedOrder(tx: Tx, ref: OrderRef): Promise<boolean> {
  await settleArrivals(tx, ref.account);
  const rows = await tx
    .update(purchaseOrder)
    .set({
      integration: 'sending',
      dispatchedAt: sql`coalesce(${purchaseOrder.dispatchedAt}, now())`,
      updatedAt: sql`now()`,
    })
    .where(and(mine(ref), isNotNull(purchaseOrder.queuedAt)))
    .returning({ id: purchaseOrder.id });
  return rows.length > 0;
}

/** Orders that were started long enough ago to ask whether their run still lives. */
export const ordersLongUnderWay = (db: Queryable, limit: number): Promise<{ id: string; account: string }[]> =>
  db
    .select({ id: purchaseOrder.id, account: purchaseOrder.account })
    .from(purchaseOrder)
    .where(
      and(
        inArray(purchaseOrder.integration, ['sending', 'waiting']),
        sql`${purchaseOrder.dispatchedAt} < now() - interval '2 minutes'`,
      ),
    )
    .orderBy(asc(purchaseOrder.dispatchedAt))
    .limit(limit);

/** A run that ended without saying how, such as one terminated by hand: a person decides how to go on. */
export async function holdOrder(db: Queryable, { account, purchaseOrderId }: OrderRef): Promise<void> {
  const rows = await db
    .update(purchaseOrder)
    .set({ ...ORDER_OFF_THE_QUEUE, integration: 'held' })
    .where(and(mine({ account, purchaseOrderId }), inArray(purchaseOrder.integration, ['sending', 'waiting'])))
    .returning({ id: purchaseOrder.id });
  if (rows.length === 0) return;
  await addLog(db, {
    account,
    documentKind: 'purchase_order',
    documentId: purchaseOrderId,
    event: 'failed',
    result: 'fail',
    message: 'Its run was ended from outside. Retry goes on from what already stands in Procore.',
  });
}

/** A cancelled run: what already stands in Procore is held for a person, else nothing happened. */
export async function endCancelledOrder(db: Queryable, ref: OrderRef): Promise<void> {
  const isStanding = await mayStandInProcore(db, ref.purchaseOrderId);
  await db
    .update(purchaseOrder)
    .set({ ...ORDER_OFF_THE_QUEUE, integration: isStanding ? 'held' : null })
    .where(and(mine(ref), inArray(purchaseOrder.integration, ['queued', 'sending', 'waiting'])));
}

/** Orders of an account whose runs wait for somebody to sign in to Procore again, in pages by id. */
export async function ordersWaitingForSignIn(db: Queryable, account: string, after: string | null): Promise<string[]> {
  const rows = await db
    .select({ id: purchaseOrder.id })
    .from(purchaseOrder)
    .where(
      and(
        eq(purchaseOrder.account, account),
        eq(purchaseOrder.integration, 'waiting'),
        eq(purchaseOrder.waitingFor, 'AUTH_EXPIRED'),
        after === null ? undefined : gt(purchaseOrder.id, after),
      ),
    )
    .orderBy(asc(purchaseOrder.id))
    .limit(100);
  return rows.map(({ id }) => id);
}
