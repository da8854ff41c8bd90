import { and, count, eq, inArray, isNotNull, min, ne, sql } from 'drizzle-orm';
import type { Problem } from '../../domain/errors.ts';
import {
  inboxEvent,
  payableInvoice,
  procoreCompany,
  project,
  projectStage,
  purchaseOrder,
  taxMapping,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** How much came in and is not applied yet, or could not be. */
export async function inboxBacklog(db: Queryable, account: string): Promise<{ pending: number; failed: number }> {
  const rows = await db
    .select({ state: inboxEvent.state, rows: count() })
    .from(inboxEvent)
    .where(and(eq(inboxEvent.account, account), inArray(inboxEvent.state, ['pending', 'failed'])))
    .groupBy(inboxEvent.state);
  const of = (state: string) => rows.find((row) => row.state === state)?.rows ?? 0;
  return { pending: of('pending'), failed: of('failed') };
}

/** Documents on their way to Procore, and since when the oldest waits. */
export async function documentsOnTheirWay(
  db: Queryable,
  account: string,
): Promise<{ queued: number; oldestQueuedAt: string | null }> {
  const [row] = await db
    .select({ queued: count(), oldestQueuedAt: min(payableInvoice.queuedAt) })
    .from(payableInvoice)
    .where(
      and(
        eq(payableInvoice.account, account),
        inArray(payableInvoice.integration, ['queued', 'sending', 'waiting']),
        isNotNull(payableInvoice.queuedAt),
      ),
    );
  return row ?? { queued: 0, oldestQueuedAt: null };
}

/** Invoices that stand still until a person acts, by their first problem, each with its newest example. */
export async function needsPerson(db: Queryable, account: string): Promise<{ example: Problem; count: number }[]> {
  const first = sql<Problem>`${payableInvoice.problems} -> 0`;
  return db
    .select({ example: sql<Problem>`(array_agg(${first} order by ${payableInvoice.id} desc))[1]`, count: count() })
    .from(payableInvoice)
    .where(
      and(
        eq(payableInvoice.account, account),
        inArray(payableInvoice.integration, ['failed', 'held', 'partial']),
        sql`jsonb_array_length(${payableInvoice.problems}) > 0`,
      ),
    )
    .groupBy(sql`${first} ->> 'code'`)
    .orderBy(sql`count(*) desc`);
}

/** Purchase orders that stand still until a person acts, by their first problem, each with its newest example. */
export async function ordersNeedPerson(db: Queryable, account: string): Promise<{ example: Problem; count: number }[]> {
  const first = sql<Problem>`${purchaseOrder.problems} -> 0`;
  return db
    .select({ example: sql<Problem>`(array_agg(${first} order by ${purchaseOrder.id} desc))[1]`, count: count() })
    .from(purchaseOrder)
    .where(
      and(
        eq(purchaseOrder.account, account),
        inArray(purchaseOrder.integration, ['failed', 'held', 'partial']),
        ne(purchaseOrder.orderStatus, 'cancelled'),
        sql`jsonb_array_length(${purchaseOrder.problems}) > 0`,
      ),
    )
    .groupBy(sql`${first} ->> 'code'`)
    .orderBy(sql`count(*) desc`);
}

/** What of the first set-up is done. */
export async function setupProgress(db: Queryable, account: string) {
  const exists = (query: unknown) => sql<boolean>`exists (${query})`;
  const one = { one: sql`1` };
  const [row] = await db
    .select({
      hasMonitoredStage: exists(
        db
          .select(one)
          .from(projectStage)
          .innerJoin(procoreCompany, eq(procoreCompany.id, projectStage.companyId))
          .where(and(eq(projectStage.account, account), projectStage.isMonitored, procoreCompany.isActive)),
      ),
      hasTaxMapping: exists(db.select(one).from(taxMapping).where(eq(taxMapping.account, account))),
      hasProject: exists(
        db
          .select(one)
          .from(project)
          .where(and(eq(project.account, account), isNotNull(project.companyId))),
      ),
      hasSentInvoice: exists(
        db
          .select(one)
          .from(payableInvoice)
          .where(and(eq(payableInvoice.account, account), isNotNull(payableInvoice.sentAt))),
      ),
    })
    .from(sql`(values (1)) as nothing`);
  if (!row) throw new Error('A query without a table answers one row');
  return row;
}
