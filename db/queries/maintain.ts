import { and, eq, sql } from 'drizzle-orm';
import { procoreCompany, procoreConnection, webhookHook } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** What is deleted once it is old; nothing that still waits is among it. Days as PostgreSQL counts them. */
const OLD = {
  /** events that were dealt with; the records they brought stay */
  inboxEvents: sql`inbox_event where state <> 'pending' and received_at < now() - interval '90 days'`,
  /** domain.md Q47 */
  log: sql`integration_log where at < now() - interval '18 months'`,
  comparisons: sql`reconcile_run where state <> 'running' and created_at < now() - interval '18 months'`,
  /** a repeated request comes within minutes */
  idempotencyKeys: sql`idempotency_key where created_at < now() - interval '30 days'`,
} as const;

export type Prunable = keyof typeof OLD;
export const PRUNABLE = Object.keys(OLD) as Prunable[];

/** Rows deleted by one statement: few enough that nobody waits for it. */
const ROWS_AT_ONCE = 5_000;

/** Deletes some of what is old; true when there may be more. */
export async function prune(db: Queryable, account: string, what: Prunable): Promise<boolean> {
  const table = sql.raw(TABLES[what]);
  const rows = await db.execute(sql`
    delete from ${table} where id in (select id from ${OLD[what]} and account = ${account} order by id limit ${ROWS_AT_ONCE})
    returning 1`);
  return rows.length === ROWS_AT_ONCE;
}

const TABLES: Record<Prunable, string> = {
  inboxEvents: 'inbox_event',
  log: 'integration_log',
  comparisons: 'reconcile_run',
  idempotencyKeys: 'idempotency_key',
};

/** Consents nobody finished. */
export async function pruneOauthStates(db: Queryable, account: string): Promise<void> {
  await db.execute(sql`delete from oauth_state where account = ${account} and expires_at < now() - interval '1 day'`);
}

/** What came in is asked for by runs under way, none of which lasts so long without reading anew. */
export async function pruneArrivals(db: Queryable, account: string): Promise<void> {
  await db.execute(sql`delete from arrival where account = ${account} and arrived_at < now() - interval '30 days'`);
}

/** The companies of an account whose sign-in works. */
export async function connectedCompanies(db: Queryable, account: string): Promise<string[]> {
  const rows = await db
    .select({ id: procoreCompany.id })
    .from(procoreCompany)
    .innerJoin(procoreConnection, eq(procoreConnection.id, procoreCompany.connectionId))
    .where(
      and(
        eq(procoreCompany.account, account),
        eq(procoreCompany.isActive, true),
        eq(procoreConnection.state, 'connected'),
      ),
    )
    .orderBy(procoreCompany.id);
  return rows.map(({ id }) => id);
}

/** What Procore says of its deliveries to one hook. */
export interface Deliveries {
  failing: number;
  discarded: number;
  newestDiscardedId: string | null;
}

/** Notes it with the hook; true when Procore gave deliveries up since it was last asked. */
export async function noteDeliveries(
  db: Queryable,
  hook: typeof webhookHook.$inferSelect,
  { failing, discarded, newestDiscardedId }: Deliveries,
): Promise<boolean> {
  await db
    .update(webhookHook)
    .set({
      failingDeliveries: failing,
      discardedDeliveries: discarded,
      discardedDeliveryId: newestDiscardedId,
      deliveriesCheckedAt: sql`now()`,
    })
    .where(eq(webhookHook.id, hook.id));
  return newestDiscardedId !== null && newestDiscardedId !== hook.discardedDeliveryId;
}

export interface DeliveryHealth {
  failing: number;
  discarded: number;
  checkedAt: string | null;
}

/** How Procore's deliveries to us fare, over all hooks of an account or of one company. */
export async function deliveryHealth(db: Queryable, account: string, companyId?: string): Promise<DeliveryHealth> {
  const [row] = await db
    .select({
      failing: sql<number>`coalesce(sum(${webhookHook.failingDeliveries}), 0)::int`,
      discarded: sql<number>`coalesce(sum(${webhookHook.discardedDeliveries}), 0)::int`,
      checkedAt: sql<string | null>`min(${webhookHook.deliveriesCheckedAt})::text`,
    })
    .from(webhookHook)
    .where(
      and(eq(webhookHook.account, account), companyId === undefined ? undefined : eq(webhookHook.companyId, companyId)),
    );
  return row ?? { failing: 0, discarded: 0, checkedAt: null };
}
