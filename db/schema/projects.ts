import { sql } from 'drizzle-orm';
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
    /** Procore says that an accounting system is connected to it */
    isErpConnected: boolean().notNull().default(false),
    /** custom segments its budget codes are made of; costs cannot be booked on such codes */
    customSegments: text().array().notNull().default(sql`'{}'`),
    /** a warning people should see beside the project, such as "no budget" */
    warning: text(),
    fetchedAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique().on(table.account, table.code), index().on(table.account, table.companyId)],
);

/** A project in a stage that is not ticked, which an administrator wants all the same (domain.md Q5). */
export const projectByHand = pgTable(
  'project_by_hand',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    procoreId: text().notNull(),
    reason: text().notNull(),
    actor: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.companyId, table.procoreId)],
);

/** One press of "Test this project": whether direct costs keep tax codes there. Its journal is a push_part. */
export const taxTest = pgTable(
  'tax_test',
  {
    id: id(),
    account: account(),
    projectId: uuid()
      .notNull()
      .references(() => project.id, { onDelete: 'cascade' }),
    state: text({ enum: ['queued', 'running', 'done', 'failed'] })
      .notNull()
      .default('queued'),
    /** what came of it, in words */
    outcome: text(),
    actor: text().notNull(),
    createdAt: createdAt(),
    finishedAt: at(),
  },
  (table) => [index().on(table.account, table.projectId, table.id)],
);
