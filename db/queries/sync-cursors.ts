import { sql } from 'drizzle-orm';
import { syncCursor } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

/** The kinds Procore lists by change date. */
export type CursorKind = 'vendors' | 'users' | 'projects';

/** How far back a look goes behind its cursor: clocks differ, and a change is listed a while after it happened. */
export const OVERLAP_MINUTES = 10;

/** From when on a look asks for changes: the cursor, or when the company was first connected, less the overlap. */
export async function changesSince(
  db: Queryable,
  account: string,
  companyId: string,
  kind: CursorKind,
): Promise<string> {
  const [row] = await db.execute<{ since: string }>(sql`
    select to_char((coalesce(k.at, c.created_at) - make_interval(mins => ${OVERLAP_MINUTES})) at time zone 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
    from procore_company c left join sync_cursor k on k.company_id = c.id and k.kind = ${kind}
    where c.account = ${account} and c.id = ${companyId}`);
  if (!row) throw new Error(`There is no company ${companyId}`);
  return row.since;
}

/** Everything changed before a moment is in the inbox: committed with the last of those rows, and never moved back. */
export async function advanceCursor(
  tx: Tx,
  account: string,
  companyId: string,
  kind: CursorKind,
  at: string,
): Promise<void> {
  await tx
    .insert(syncCursor)
    .values({ account, companyId, kind, at })
    .onConflictDoUpdate({
      target: [syncCursor.companyId, syncCursor.kind],
      set: { at: sql`greatest(${syncCursor.at}, excluded.at)` },
    });
}
