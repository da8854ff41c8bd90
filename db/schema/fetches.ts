import { sql } from 'drizzle-orm';
import { date, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id } from './columns.ts';
import { procoreCompany } from './connections.ts';

/** One press of Fetch, or one scheduled fetch. */
export const fetchRun = pgTable('fetch_run', {
  id: id(),
  account: account(),
  companyId: uuid()
    .notNull()
    .references(() => procoreCompany.id, { onDelete: 'cascade' }),
  /** days of the company's zone, both included; null when fetched by id */
  startDate: date({ mode: 'string' }),
  endDate: date({ mode: 'string' }),
  /** fetch exactly this Procore project; the dates are then ignored */
  projectProcoreId: text(),
  state: text({ enum: ['queued', 'listing', 'running', 'done', 'cancelled', 'failed'] })
    .notNull()
    .default('queued'),
  /** Procore ids of the stages to bring; null brings every ticked one */
  stageProcoreIds: text().array(),
  /** the fetch whose failed projects this one tries again */
  retryOf: uuid(),
  /** set while a person holds it */
  pausedAt: at(),
  /** what stopped it, in words */
  problem: text(),
  /** counts of the company-wide kinds: {vendors: n, master_cost_codes: n, cost_types: n, tax_codes: n} */
  counts: jsonb().$type<Record<string, number>>().notNull().default(sql`'{}'`),
  callsUsed: integer().notNull().default(0),
  startedBy: text(),
  createdAt: createdAt(),
  finishedAt: at(),
});

/** One project of a fetch; progress is a count of these. */
export const fetchItem = pgTable(
  'fetch_item',
  {
    id: id(),
    account: account(),
    fetchRunId: uuid()
      .notNull()
      .references(() => fetchRun.id, { onDelete: 'cascade' }),
    projectProcoreId: text().notNull(),
    projectName: text(),
    projectNumber: text(),
    state: text({ enum: ['pending', 'done', 'skipped', 'failed', 'cancelled'] })
      .notNull()
      .default('pending'),
    /** why skipped or failed, in words */
    reason: text(),
    finishedAt: at(),
  },
  (table) => [unique().on(table.fetchRunId, table.projectProcoreId), index().on(table.fetchRunId, table.state)],
);
