import { sql } from 'drizzle-orm';
import { customType, numeric, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { authOrganization } from './auth.ts';

/** uuidv7: unique without coordination and ordered by creation, so an index on it is an index on age. */
export const id = () => uuid().primaryKey().default(sql`uuidv7()`);

/** The Lentune customer a row belongs to; every query names it. */
export const account = () =>
  text()
    .notNull()
    .references(() => authOrganization.id, { onDelete: 'cascade' });

export const at = () => timestamp({ withTimezone: true, mode: 'string' });
export const createdAt = () => at().notNull().defaultNow();
export const updatedAt = () => at().notNull().defaultNow();

/** The content of a file. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** Dollars: a decimal string in code, exact in the database. */
export const money = () => numeric({ precision: 18, scale: 2 });
/** Quantities and unit prices keep more places than money. */
export const quantity = () => numeric({ precision: 24, scale: 8 });
