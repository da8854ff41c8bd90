import { and, asc, eq, gt, inArray, isNotNull, ne, or, sql } from 'drizzle-orm';
import { payableInvoice } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { settleArrivals } from './document-waits.ts';
import { addLog } from './integration-log.ts';
import { hasParts } from './push-parts.ts';

/** What a run is asked to do. */
export type QueuedFor = (typeof payableInvoice.$inferSelect)['queuedFor'];

/** A queued invoice whose turn it is, with what its run is found by. */
export interface DueDocument extends Record<string, unknown> {
  id: string;
  account: string;
  number: string;
  total: string;
  vendorName: string | null;
  companyId: string | null;
  companyProcoreId: string | null;
  projectProcoreId: string | null;
  /** tells this queueing from an earlier or later one of the same invoice */
  queuedAt: string;
}

/** Nothing of it goes to Procore: dispatch/overheads.ts starts it. */
const IS_OVERHEAD_ALONE = sql`queued_for = 'send' and exists (
  select 1 from payable_invoice_line l where l.invoice_id = waiting.id
) and not exists (
  select 1 from payable_invoice_line l
  where l.invoice_id = waiting.id and coalesce(l.project_id, waiting.project_id) is not null
)`;

/**
 * Queued invoices that may start now: of each company as many as leave it at `openPerCompany` under way, a person's click
 * before what queued itself, then the oldest.
 */
export async function dueDocuments(db: Queryable, openPerCompany: number): Promise<DueDocument[]> {
  const [any] = await db.execute(
    sql`select 1 from payable_invoice where queued_at is not null and dispatched_at is null limit 1`,
  );
  if (any === undefined) return [];
  return db.execute<DueDocument>(sql`
    with under_way as (
      select i.*, place.company_id, place.project_id as place_id
      from payable_invoice i
      left join lateral (
        select p.company_id, p.id as project_id from payable_invoice_line l
        join project p on p.id = coalesce(l.project_id, i.project_id)
        where l.invoice_id = i.id and p.company_id is not null
        order by l.position limit 1
      ) place on true
      where i.queued_at is not null
    ), turns as (
      select *, row_number() over (
        partition by account, company_id order by queued_priority desc, queued_at, id
      ) + (
        select count(*) from under_way open
        where open.dispatched_at is not null and open.account = waiting.account
          and open.company_id is not distinct from waiting.company_id
      ) as turn
      from under_way waiting where dispatched_at is null and not (${IS_OVERHEAD_ALONE})
    )
    select t.id, t.account, t.number, t.total::text, v.description as "vendorName", t.company_id as "companyId",
      c.procore_id as "companyProcoreId", l.procore_id as "projectProcoreId", t.queued_at::text as "queuedAt"
    from turns t
    left join payable_account v on v.id = t.payable_account_id
    left join procore_company c on c.id = t.company_id
    left join procore_link l on l.company_id = t.company_id and l.kind = 'project' and l.local_id = t.place_id
    where t.turn <= ${openPerCompany}
    order by t.queued_priority desc, t.queued_at, t.id`);
}

/** Notes that the run of a queueing was started. The run notes it too, in case nobody else lives to do so. */
export async function markDispatched(db: Queryable, { account, id, queuedAt }: DueDocument): Promise<void> {
  await db
    .update(payableInvoice)
    .set({ dispatchedAt: sql`now()`, integration: 'sending', updatedAt: sql`now()` })
    .where(
      and(
        eq(payableInvoice.account, account),
        eq(payableInvoice.id, id),
        eq(payableInvoice.integration, 'queued'),
        eq(payableInvoice.queuedAt, queuedAt),
      ),
    );
}

/** The run takes its queueing and learns what for: from here on it is under way. Null when a person took it back meanwhile. */
export async function takeQueued(tx: Tx, account: string, id: string): Promise<QueuedFor | null> {
  await settleArrivals(tx, account);
  const rows = await tx
    .update(payableInvoice)
    .set({
      integration: 'sending',
      dispatchedAt: sql`coalesce(${payableInvoice.dispatchedAt}, now())`,
      updatedAt: sql`now()`,
    })
    .where(
      and(
        eq(payableInvoice.account, account),
        eq(payableInvoice.id, id),
        or(eq(payableInvoice.status, 'approved'), ne(payableInvoice.queuedFor, 'send')),
        isNotNull(payableInvoice.queuedAt),
      ),
    )
    .returning({ queuedFor: payableInvoice.queuedFor });
  return rows[0]?.queuedFor ?? null;
}

/** Invoices that were started long enough ago to ask whether their run still lives. */
export async function longUnderWay(db: Queryable, limit: number): Promise<{ id: string; account: string }[]> {
  return db
    .select({ id: payableInvoice.id, account: payableInvoice.account })
    .from(payableInvoice)
    .where(
      and(
        inArray(payableInvoice.integration, ['sending', 'waiting']),
        sql`${payableInvoice.dispatchedAt} < now() - interval '2 minutes'`,
      ),
    )
    .orderBy(asc(payableInvoice.dispatchedAt))
    .limit(limit);
}

/** A run that ended without saying how, such as one terminated by hand: a person decides how to go on. */
export async function holdAbandoned(db: Queryable, account: string, id: string): Promise<void> {
  const rows = await db
    .update(payableInvoice)
    .set({ ...OFF_THE_QUEUE, integration: 'held' })
    .where(
      and(
        eq(payableInvoice.account, account),
        eq(payableInvoice.id, id),
        inArray(payableInvoice.integration, ['sending', 'waiting']),
      ),
    )
    .returning({ id: payableInvoice.id });
  if (rows.length === 0) return;
  await addLog(db, {
    account,
    documentId: id,
    event: 'failed',
    result: 'fail',
    message: 'Its run was ended from outside. Retry goes on from what already stands in Procore.',
  });
}

/** What no longer waits for a run. */
export const OFF_THE_QUEUE = {
  queuedAt: null,
  queuedBy: null,
  queuedFor: 'send',
  markBefore: null,
  dispatchedAt: null,
  waitingSince: null,
  waitingFor: null,
  updatedAt: sql`now()`,
} as const;

/** A cancelled run: what already stands in Procore is held for a person, else nothing happened. */
export async function endCancelled(db: Queryable, account: string, id: string): Promise<void> {
  await db
    .update(payableInvoice)
    .set({
      ...OFF_THE_QUEUE,
      integration: sql`case when ${payableInvoice.queuedFor} = 'send'
        then ${(await hasParts(db, id)) ? 'held' : null}::text else ${payableInvoice.markBefore} end`,
    })
    .where(
      and(
        eq(payableInvoice.account, account),
        eq(payableInvoice.id, id),
        inArray(payableInvoice.integration, ['queued', 'sending', 'waiting']),
      ),
    );
}

/** Invoices of an account whose runs wait for somebody to sign in to Procore again, in pages by id. */
export async function waitingForSignIn(db: Queryable, account: string, after: string | null): Promise<string[]> {
  const rows = await db
    .select({ id: payableInvoice.id })
    .from(payableInvoice)
    .where(
      and(
        eq(payableInvoice.account, account),
        eq(payableInvoice.integration, 'waiting'),
        eq(payableInvoice.waitingFor, 'AUTH_EXPIRED'),
        after === null ? undefined : gt(payableInvoice.id, after),
      ),
    )
    .orderBy(asc(payableInvoice.id))
    .limit(100);
  return rows.map(({ id }) => id);
}
