import { boolean, numeric, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { account, createdAt, id } from './columns.ts';
import { procoreCompany } from './connections.ts';

/** Percent, such as 15.0000 */
const rate = () => numeric({ precision: 9, scale: 4 });

/** Lentune's own tax codes. */
export const taxCode = pgTable(
  'tax_code',
  {
    id: id(),
    account: account(),
    code: text().notNull(),
    description: text().notNull(),
    rate: rate().notNull(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.account, table.code)],
);

/** The company's tax codes as Procore lists them. */
export const procoreTaxCode = pgTable(
  'procore_tax_code',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    procoreId: text().notNull(),
    code: text().notNull(),
    description: text(),
    /** null when Procore gives none */
    rate: rate(),
    isArchived: boolean().notNull().default(false),
  },
  (table) => [unique().on(table.companyId, table.procoreId)],
);

/** Setup guide: Procore Tax Mappings. Several Lentune codes may map to one Procore code. */
export const taxMapping = pgTable(
  'tax_mapping',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    taxCodeId: uuid()
      .notNull()
      .references(() => taxCode.id, { onDelete: 'cascade' }),
    procoreTaxCodeId: uuid()
      .notNull()
      .references(() => procoreTaxCode.id, { onDelete: 'cascade' }),
  },
  (table) => [unique().on(table.companyId, table.taxCodeId)],
);
