import { boolean, index, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { account, createdAt, id, updatedAt } from './columns.ts';

/** Lentune's DsPayable account: a supplier. Bank and tax details are local, never sent and never overwritten. */
export const payableAccount = pgTable(
  'payable_account',
  {
    id: id(),
    account: account(),
    code: text().notNull(),
    /** the supplier's name; follows the Procore vendor's name while linked */
    description: text().notNull(),
    /** `description` normalised for comparison (domain.md 2.1) */
    matchName: text().notNull(),
    address: text(),
    city: text(),
    postcode: text(),
    countryCode: text(),
    phone: text(),
    email: text(),
    bankAccount: text(),
    taxNumber: text(),
    isActive: boolean().notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique().on(table.account, table.code), index().on(table.account, table.matchName)],
);
