import { boolean, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { account, createdAt, id, updatedAt } from './columns.ts';
import { costType } from './cost-types.ts';
import { project } from './projects.ts';

/** A code of the company's standard list; a read-only mirror. */
export const masterCostCode = pgTable(
  'master_cost_code',
  {
    id: id(),
    account: account(),
    code: text().notNull(),
    /** the full code as Procore has it; differs from `code` where a suffix avoids a clash */
    externalCode: text().notNull(),
    description: text().notNull(),
    isActive: boolean().notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique().on(table.account, table.code)],
);

/** A code costs of one project are booked on. Codes of sub jobs are ordinary rows that remember their sub job. */
export const projectCostCode = pgTable(
  'project_cost_code',
  {
    id: id(),
    account: account(),
    projectId: uuid()
      .notNull()
      .references(() => project.id, { onDelete: 'cascade' }),
    /** division folded in: `03-310` */
    code: text().notNull(),
    externalCode: text().notNull(),
    description: text().notNull(),
    /** Procore's sub job the code belongs to; null at project level */
    subJobId: text(),
    subJobName: text(),
    /** headings cannot be charged */
    isPostable: boolean().notNull().default(true),
    isBudgeted: boolean().notNull().default(false),
    isActive: boolean().notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique().on(table.projectId, table.code), index().on(table.account, table.projectId)],
);

/** A cost type a project cost code may be booked with. A local allocation is never removed by a sync. */
export const projectCostCodeType = pgTable(
  'project_cost_code_type',
  {
    id: id(),
    account: account(),
    projectCostCodeId: uuid()
      .notNull()
      .references(() => projectCostCode.id, { onDelete: 'cascade' }),
    costTypeId: uuid()
      .notNull()
      .references(() => costType.id, { onDelete: 'cascade' }),
    /** budget: Procore's budget has the pair; local: a person allocated it here */
    source: text({ enum: ['budget', 'local'] }).notNull(),
    /** the type proposed on new lines of this code */
    isDefault: boolean().notNull().default(false),
    /** null: verified by the budget itself */
    verifiedBy: text(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.projectCostCodeId, table.costTypeId)],
);
