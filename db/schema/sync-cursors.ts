import { index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id } from './columns.ts';
import { procoreCompany } from './connections.ts';

/** How far a kind of a company is read: everything Procore changed before this moment is in the inbox. */
export const syncCursor = pgTable(
  'sync_cursor',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    /** vendors, users, projects; or `project/<Procore project id>`: when its codes were last asked for whole */
    kind: text().notNull(),
    at: at().notNull(),
  },
  (table) => [unique().on(table.companyId, table.kind)],
);

/** One comparison with Procore, by schedule or by a person. */
export const reconcileRun = pgTable(
  'reconcile_run',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    /** `delta`: what changed since the cursors; `full`: every record, since some lists tell no change dates */
    mode: text({ enum: ['delta', 'full'] }).notNull(),
    state: text({ enum: ['running', 'done', 'failed'] })
      .notNull()
      .default('running'),
    /** what could not be compared, in words */
    problem: text(),
    /** rows put into the inbox, by kind of record */
    found: jsonb().$type<Record<string, number>>().notNull().default({}),
    /** of those: records that differed although no webhook had told of them */
    missed: jsonb().$type<Record<string, number>>().notNull().default({}),
    /** Procore calls of the run and of the drains that read only for it */
    calls: integer().notNull().default(0),
    /** of those: the ones that read projects, and the projects they read */
    projectCalls: integer().notNull().default(0),
    projects: integer().notNull().default(0),
    createdAt: createdAt(),
    /** moves while it runs; one that stands still was abandoned */
    aliveAt: createdAt(),
    finishedAt: at(),
  },
  (table) => [index().on(table.companyId, table.id)],
);
