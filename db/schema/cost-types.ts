import { boolean, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { account, createdAt, id, updatedAt } from './columns.ts';

/** A cost type (Procore: line item type). The GL code is local. */
export const costType = pgTable(
  'cost_type',
  {
    id: id(),
    account: account(),
    code: text().notNull(),
    externalCode: text().notNull(),
    description: text().notNull(),
    /** Procore's base_type: labor, equipment, materials, commitment, owner_cost, professional_services, other */
    baseType: text(),
    glCode: text(),
    isActive: boolean().notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique().on(table.account, table.code)],
);
