import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** What a list is asked for. `cursor` is what the page before gave as `nextCursor`. */
export interface ListInput {
  search?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

export interface ListPage<T> {
  rows: T[];
  /** how many rows match, whatever the page */
  total: number;
  nextCursor: string | null;
}

/** Cuts the page out of `limit + 1` rows ordered by code and id. */
export function toPage<T extends { id: string; code: string }>(rows: T[], total: number, limit: number): ListPage<T> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const nextCursor =
    rows.length > limit && last ? Buffer.from(JSON.stringify([last.code, last.id])).toString('base64url') : null;
  return { rows: page, total, nextCursor };
}

/** Rows behind the cursor in the order of code and id; one that cannot be read is the start of the list. */
export function behind(cursor: string | undefined, code: AnyPgColumn, id: AnyPgColumn): SQL | undefined {
  const place = cursor === undefined ? undefined : readCursor(cursor);
  return place && sql`(${code}, ${id}) > (${place[0]}, ${place[1]}::uuid)`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function readCursor(cursor: string): [string, string] | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(place)) return undefined;
    const [code, id] = place as unknown[];
    return typeof code === 'string' && typeof id === 'string' && UUID.test(id) ? [code, id] : undefined;
  } catch {
    return undefined;
  }
}

/** Rows of which one of the columns holds the text, whatever its case. */
export function holding(search: string | undefined, ...columns: AnyPgColumn[]): SQL | undefined {
  const text = search?.trim();
  if (!text) return undefined;
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return sql`(${sql.join(
    columns.map((column) => sql`${column} ilike ${pattern}`),
    sql` or `,
  )})`;
}
