import { sql } from 'drizzle-orm';
import { bigserial, boolean, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt } from './columns.ts';

export const FLOWS = [
  'project',
  'vendors',
  'cost-codes',
  'users',
  'fetch',
  'connect',
  'reconcile',
  'tax-test',
] as const;

/** Every change that came in, from whichever side; the only queue. A row is never deleted while pending. */
export const inboxEvent = pgTable(
  'inbox_event',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    account: account(),
    companyId: uuid(),
    source: text({ enum: ['webhook', 'reconcile', 'fetch', 'refresh'] }).notNull(),
    /** which workflow drains it; null for what could not be read */
    flow: text({ enum: FLOWS }),
    /** the one writer's unit: our company id, `<company id>/<Procore project id>`, a fetch run id, or `<company id>/<mode>` */
    scope: text(),
    /** what changed: project, vendor, cost_code, sub_job, budget, cost_type, standard_cost_code, stage, tax_code */
    recordKind: text(),
    /** Procore's id; null means the whole kind */
    recordId: text(),
    eventType: text(),
    /** the sender's own id of the delivery; with the hook it makes duplicates visible */
    deliveryKey: text(),
    isDuplicate: boolean().notNull().default(false),
    /** the raw body, truncated, kept for people */
    payload: text(),
    /** the fetch that asked for it, and which of its projects; null from every other source */
    fetchRunId: uuid(),
    fetchItemId: uuid(),
    /** the comparison that found it; null from every other source */
    reconcileRunId: uuid(),
    state: text({ enum: ['pending', 'applied', 'unchanged', 'ignored', 'failed'] })
      .notNull()
      .default('pending'),
    attempts: integer().notNull().default(0),
    nextAttemptAt: at().notNull().defaultNow(),
    /** one sentence: what came of it */
    outcome: text(),
    receivedAt: createdAt(),
    finishedAt: at(),
  },
  (table) => [
    index('inbox_event_due').on(table.flow, table.scope, table.nextAttemptAt).where(sql`${table.state} = 'pending'`),
    uniqueIndex('inbox_event_delivery').on(table.deliveryKey).where(sql`not ${table.isDuplicate}`),
    index('inbox_event_account').on(table.account, table.id),
    index('inbox_event_fetch')
      .on(table.fetchRunId)
      .where(sql`${table.state} = 'pending' and ${table.fetchRunId} is not null`),
  ],
);

/** One row per (flow, scope): when its workflow may be rung, and the fence that keeps a frozen worker from writing. */
export const inboxScope = pgTable(
  'inbox_scope',
  {
    flow: text({ enum: FLOWS }).notNull(),
    scope: text().notNull(),
    account: account(),
    companyId: uuid(),
    /** do not ring before */
    quietUntil: at().notNull().default(sql`'-infinity'`),
    /** pacing: the time up to which the scope's calls are paid for */
    paidUntil: at().notNull().default(sql`'-infinity'`),
    /** grows with every drain page; a page that lost it writes nothing */
    epoch: integer().notNull().default(0),
    /** rings since the last drain began */
    unanswered: integer().notNull().default(0),
    /** holds only fetch rows, so it counts against the cap of a fetch */
    bulk: boolean().notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.flow, table.scope] }), index().on(table.quietUntil)],
);
