import { index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id, money } from './columns.ts';

/** Many invoices queued at once, by a person or by the schedule. Its invoices name it; how far it is, is counted. */
export const bulkAction = pgTable(
  'bulk_action',
  {
    id: id(),
    account: account(),
    kind: text({ enum: ['send', 'retry', 'schedule', 'undo'] }).notNull(),
    /** what they were chosen by: BulkFilter of domain/bulk.ts, or the ids of those that are taken back */
    filter: jsonb().notNull(),
    /** how many it queued, and what they are worth excluding tax */
    total: integer().notNull(),
    value: money().notNull(),
    actor: text().notNull(),
    createdAt: createdAt(),
    cancelledBy: text(),
    cancelledAt: at(),
  },
  (table) => [index().on(table.account, table.id)],
);
