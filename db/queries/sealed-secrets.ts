import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../types.ts';

/** What seals secrets; platform/crypto.ts has it. */
interface Secrets {
  seal(plain: string, place: string): string;
  open(sealed: string, place: string): string;
  /** whether the newest key sealed it */
  isCurrent(sealed: string): boolean;
}

/** Every column that holds sealed secrets. A value is bound to its place, `<table>.<column>:<id of the row>`. */
export const SEALED = {
  procore_connection: ['client_secret', 'access_token', 'refresh_token'],
  accounting_connection: ['client_secret', 'access_token', 'refresh_token'],
  webhook_hook: ['secret'],
  event_hook: ['secret'],
} as const;

export interface Resealed {
  /** secrets that are sealed with the newest key now, and were not */
  count: number;
  /** places of secrets that no known key opens */
  lost: string[];
}

/**
 * Seals every secret that an older key sealed with the newest one, so that the older keys may go. A row that a token
 * refresh holds is waited for.
 */
export async function resealSecrets(db: Db, secrets: Secrets): Promise<Resealed> {
  const result: Resealed = { count: 0, lost: [] };
  for (const [table, columns] of Object.entries(SEALED)) {
    const rows = await db.execute<{ id: string }>(sql`select id from ${sql.identifier(table)}`);
    for (const { id } of rows) await resealRow(db, secrets, { table, columns, id }, result);
  }
  return result;
}

async function resealRow(
  db: Db,
  secrets: Secrets,
  { table, columns, id }: { table: string; columns: readonly string[]; id: string },
  result: Resealed,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.execute<Record<string, string | null>>(
      sql`select * from ${sql.identifier(table)} where id = ${id} for no key update`,
    );
    const changes: SQL[] = [];
    for (const column of columns) {
      const sealed = row?.[column];
      if (!sealed || secrets.isCurrent(sealed)) continue;
      const place = `${table}.${column}:${id}`;
      const plain = opened(secrets, sealed, place);
      if (plain === null) result.lost.push(place);
      else changes.push(sql`${sql.identifier(column)} = ${secrets.seal(plain, place)}`);
    }
    if (changes.length === 0) return;
    await tx.execute(sql`update ${sql.identifier(table)} set ${sql.join(changes, sql`, `)} where id = ${id}`);
    result.count += changes.length;
  });
}

function opened(secrets: Secrets, sealed: string, place: string): string | null {
  try {
    return secrets.open(sealed, place);
  } catch {
    return null;
  }
}
