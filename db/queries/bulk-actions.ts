import { and, asc, desc, eq, gte, inArray, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { BulkFilter } from '../../domain/bulk.ts';
import { bulkAction, integrationLog, payableAccount, payableInvoice } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import { OFF_THE_QUEUE } from './document-queue.ts';
import { isBeforeGoLive } from './go-live.ts';
import { invoicesOfCompany, searchedInvoices, standsStillFor } from './invoice-list.ts';

export type BulkKind = (typeof bulkAction.$inferSelect)['kind'];

/** What queues invoices to be sent; taking back has its own rules (bulk-undo.ts). */
type SendingKind = Exclude<BulkKind, 'undo'>;

/** What a bulk action would take. */
export interface BulkPreview {
  count: number;
  /** excluding tax */
  value: string;
  oldestDate: string | null;
  /** match too, but are from before go-live: only an admin sends them, one by one */
  beforeGoLive: number;
}

/** Retry takes what stands still; sending takes what is approved and was never sent. */
const STATE: Record<SendingKind, SQL> = {
  retry: inArray(payableInvoice.integration, ['failed', 'partial', 'held']),
  send: isNull(payableInvoice.integration),
  schedule: isNull(payableInvoice.integration),
};

const matching = (account: string, kind: SendingKind, filter: BulkFilter) =>
  and(filtered(account, filter), eq(payableInvoice.status, 'approved'), STATE[kind]);

/** Invoices a filter names, whatever their state. Needs the supplier joined. */
export const filtered = (account: string, filter: BulkFilter) =>
  and(
    eq(payableInvoice.account, account),
    filter.problem === undefined ? undefined : standsStillFor(filter.problem),
    searchedInvoices(filter.search),
    filter.payableAccountId === undefined ? undefined : eq(payableInvoice.payableAccountId, filter.payableAccountId),
    filter.projectId === undefined
      ? undefined
      : sql`(${payableInvoice.projectId} = ${filter.projectId} or exists (select 1 from payable_invoice_line l
          where l.invoice_id = ${payableInvoice.id} and l.project_id = ${filter.projectId}))`,
    invoicesOfCompany(filter.companyId),
    filter.from === undefined ? undefined : gte(payableInvoice.invoiceDate, filter.from),
    filter.until === undefined ? undefined : lte(payableInvoice.invoiceDate, filter.until),
  );

/** Counts what a bulk action would take now. */
export async function previewBulk(
  db: Queryable,
  account: string,
  kind: SendingKind,
  filter: BulkFilter,
  where: SQL | undefined = undefined,
): Promise<BulkPreview> {
  const [row] = await db
    .select({
      count: sql<number>`(count(*) filter (where not ${isBeforeGoLive}))::int`,
      value: sql<string>`coalesce(sum(${payableInvoice.total}) filter (where not ${isBeforeGoLive}), 0)::text`,
      oldestDate: sql<string | null>`(min(${payableInvoice.invoiceDate}) filter (where not ${isBeforeGoLive}))::text`,
      beforeGoLive: sql<number>`(count(*) filter (where ${isBeforeGoLive}))::int`,
    })
    .from(payableInvoice)
    .leftJoin(payableAccount, eq(payableAccount.id, payableInvoice.payableAccountId))
    .where(and(matching(account, kind, filter), where));
  return row ?? { count: 0, value: '0.00', oldestDate: null, beforeGoLive: 0 };
}

/**
 * Queues all that match, but nothing from before go-live: a row, and the invoices that name it.
 *
 * @param expected the count a person saw; another one now changes nothing
 * @returns null when nothing matches, or when it is not what was expected
 */
export async function startBulk(
  tx: Tx,
  account: string,
  actor: string,
  order: { kind: SendingKind; filter: BulkFilter; expected?: number; where?: SQL },
): Promise<{ id: string; total: number } | null> {
  const found = await tx
    .select({ id: payableInvoice.id, total: payableInvoice.total })
    .from(payableInvoice)
    .leftJoin(payableAccount, eq(payableAccount.id, payableInvoice.payableAccountId))
    .where(and(matching(account, order.kind, order.filter), sql`not ${isBeforeGoLive}`, order.where))
    .orderBy(asc(payableInvoice.id))
    .for('update', { of: payableInvoice });
  if (found.length === 0 || (order.expected !== undefined && order.expected !== found.length)) return null;
  const [bulk] = await tx
    .insert(bulkAction)
    .values({
      account,
      actor,
      kind: order.kind,
      filter: order.filter,
      total: found.length,
      value: sql`(select sum(total) from payable_invoice where id = any(${arrayOf(found.map(({ id }) => id))}))`,
    })
    .returning();
  if (!bulk) throw new Error('The bulk action just begun is gone');
  await queueAll(
    tx,
    account,
    actor,
    bulk.id,
    order.kind,
    found.map(({ id }) => id),
  );
  await writeAudit(tx, {
    account,
    actor,
    action: 'invoices.queued',
    subject: `${found.length} invoices`,
    after: { kind: order.kind, filter: order.filter, value: bulk.value },
  });
  return { id: bulk.id, total: found.length };
}

const arrayOf = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`;

async function queueAll(tx: Tx, account: string, actor: string, bulkId: string, kind: SendingKind, ids: string[]) {
  const wanted = sql`${payableInvoice.id} = any(${arrayOf(ids)})`;
  await tx
    .update(payableInvoice)
    .set({
      ...OFF_THE_QUEUE,
      integration: 'queued',
      queuedAt: sql`now()`,
      queuedBy: actor,
      queuedPriority: 0,
      markBefore: sql`${payableInvoice.integration}`,
      bulkId,
    })
    .where(wanted);
  await tx.execute(sql`delete from document_wait where account = ${account} and document_id = any(${arrayOf(ids)})`);
  const event = kind === 'retry' ? 'retried' : 'queued';
  const message = { retry: 'Queued again with others.', send: 'Queued with others.', schedule: 'Queued by schedule.' };
  // Names its own columns only: the log may get others.
  await tx.execute(sql`insert into integration_log (account, document_kind, document_id, event, result, message, actor)
    select ${account}, 'invoice', id::text, ${event}, 'info', ${message[kind]}, ${actor}
    from payable_invoice where id = any(${arrayOf(ids)})`);
}

/** How far a bulk action is. What its invoices were queued for again since then no longer counts to it. */
export interface BulkView {
  id: string;
  kind: BulkKind;
  filter: BulkFilter;
  actor: string;
  createdAt: string;
  cancelledAt: string | null;
  total: number;
  value: string;
  queued: number;
  underWay: number;
  /** of an undo: what is gone from where it was sent to */
  sent: number;
  /** of an undo: what stayed there after all */
  failed: number;
  /** taken back, or gone on to something else */
  other: number;
}

const progress = (db: Queryable) =>
  db
    .select({
      id: bulkAction.id,
      kind: bulkAction.kind,
      filter: bulkAction.filter,
      actor: bulkAction.actor,
      createdAt: bulkAction.createdAt,
      cancelledAt: bulkAction.cancelledAt,
      total: bulkAction.total,
      value: bulkAction.value,
      queued: counted(sql`i.integration = 'queued' and i.dispatched_at is null`),
      underWay: counted(sql`i.integration in ('sending', 'waiting') or i.dispatched_at is not null`),
      sent: counted(sql`case when bulk_action.kind = 'undo' then i.integration = 'ignored'
        else i.integration in ('sent', 'skipped') end`),
      failed: counted(sql`case when bulk_action.kind = 'undo'
        then i.queued_at is null and i.integration <> 'ignored' and jsonb_array_length(i.problems) > 0
        else i.integration in ('failed', 'partial', 'held') end`),
    })
    .from(bulkAction);

const counted = (what: SQL) =>
  sql<number>`(select count(*)::int from payable_invoice i where i.bulk_id = bulk_action.id and (${what}))`;

type ProgressRow = Awaited<ReturnType<ReturnType<typeof progress>['execute']>>[number];

const present = ({ filter, ...row }: ProgressRow): BulkView => ({
  ...row,
  filter: filter as BulkFilter,
  other: row.total - row.queued - row.underWay - row.sent - row.failed,
});

/** One bulk action; null when the account has none of that id. */
export async function getBulk(db: Queryable, account: string, id: string): Promise<BulkView | null> {
  const [row] = await progress(db).where(and(eq(bulkAction.account, account), eq(bulkAction.id, id)));
  return row ? present(row) : null;
}

/** The newest bulk actions of an account. */
export async function listBulks(db: Queryable, account: string, limit: number): Promise<BulkView[]> {
  const rows = await progress(db).where(eq(bulkAction.account, account)).orderBy(desc(bulkAction.id)).limit(limit);
  return rows.map(present);
}

/**
 * Takes back what was not started yet; each goes back to the mark it had. What is under way goes on.
 *
 * @returns how many were taken back; null when the account has no such action
 */
export async function cancelBulk(tx: Tx, account: string, id: string, actor: string): Promise<number | null> {
  const [bulk] = await tx
    .update(bulkAction)
    .set({ cancelledAt: sql`coalesce(${bulkAction.cancelledAt}, now())`, cancelledBy: actor })
    .where(and(eq(bulkAction.account, account), eq(bulkAction.id, id)))
    .returning();
  if (!bulk) return null;
  const taken = await tx
    .update(payableInvoice)
    .set({ ...OFF_THE_QUEUE, bulkId: null, integration: sql`${payableInvoice.markBefore}` })
    .where(
      and(eq(payableInvoice.bulkId, id), eq(payableInvoice.integration, 'queued'), isNull(payableInvoice.dispatchedAt)),
    )
    .returning({ id: payableInvoice.id });
  if (taken.length > 0)
    await tx.insert(integrationLog).values(
      taken.map(({ id: documentId }) => ({
        account,
        documentKind: 'invoice' as const,
        documentId,
        event: 'cancelled',
        result: 'info' as const,
        actor,
        message: 'Taken back before it was started.',
      })),
    );
  await writeAudit(tx, {
    account,
    actor,
    action: 'invoices.taken-back',
    subject: `${taken.length} of ${bulk.total} invoices`,
  });
  return taken.length;
}
