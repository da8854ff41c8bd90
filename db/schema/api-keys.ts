import { pgTable, text } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id } from './columns.ts';

/** Keys of machines. The key itself is shown once and kept only as SHA-256. */
export const apiKey = pgTable('api_key', {
  id: id(),
  account: account(),
  name: text().notNull(),
  /** the first characters, so people can tell keys apart */
  prefix: text().notNull(),
  hash: text().notNull().unique(),
  /** roles, as for people */
  scopes: text().array().notNull(),
  lastUsedAt: at(),
  revokedAt: at(),
  createdAt: createdAt(),
});
