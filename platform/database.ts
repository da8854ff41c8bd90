import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from '../db/schema/index.ts';
import type { Db } from '../db/types.ts';

export interface DatabaseHandle {
  db: Db;
  close(): Promise<void>;
}

/** Opens the pool every query goes through. */
export function openDatabase(url: string, options: { max?: number } = {}): DatabaseHandle {
  const client = postgres(url, { max: options.max ?? 20, onnotice: () => undefined });
  return { db: drizzle(client, { schema, casing: 'snake_case' }), close: () => client.end({ timeout: 5 }) };
}
