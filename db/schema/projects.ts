import { boolean, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id, updatedAt } from './columns.ts';
import { procoreCompany } from './connections.ts';

/** A Lentune project. `code` is fixed once created; `description` follows Procore's name. */
export const project = pgTable(
  'project',
  {
    id: id(),
    account: account(),
    companyId: uuid().references(() => procoreCompany.id, { onDelete: 'set null' }),
    code: text().notNull(),
    description: text().notNull(),
    stageName: text(),
    timeZone: text(),
    /** linked and in a ticked stage; false keeps everything and warns on posting */
    isMonitored: boolean().notNull().default(true),
    /** why it is not monitored, in words */
    notMonitoredReason: text(),
    /** whether direct costs keep tax codes there; null until the first line tells */
    keepsTax: boolean(),
    /** a budget was read; null until tried */
    hasBudget: boolean(),
    /** a warning people should see beside the project, such as "no budget" */
    warning: text(),
    fetchedAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique().on(table.account, table.code), index().on(table.account, table.companyId)],
);
