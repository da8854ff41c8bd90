import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { apiKey, authOrganization } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** A machine that may call the API. */
export interface ApiKey {
  id: string;
  account: string;
  accountName: string;
  name: string;
  scopes: string[];
}

/** Finds the living key with this hash and notes its use, at most once a minute. */
export async function findApiKey(db: Queryable, hash: string): Promise<ApiKey | null> {
  const [key] = await db
    .select({
      id: apiKey.id,
      account: apiKey.account,
      accountName: authOrganization.name,
      name: apiKey.name,
      scopes: apiKey.scopes,
    })
    .from(apiKey)
    .innerJoin(authOrganization, eq(authOrganization.id, apiKey.account))
    .where(and(eq(apiKey.hash, hash), isNull(apiKey.revokedAt)));
  if (!key) return null;
  await db
    .update(apiKey)
    .set({ lastUsedAt: sql`now()` })
    .where(
      and(
        eq(apiKey.id, key.id),
        or(isNull(apiKey.lastUsedAt), lt(apiKey.lastUsedAt, sql`now() - interval '1 minute'`)),
      ),
    );
  return key;
}

/** Stores a key by its hash; one that exists is left as it is, revoked or not. */
export async function keepApiKey(
  db: Queryable,
  key: { account: string; name: string; prefix: string; hash: string; scopes: string[] },
): Promise<void> {
  await db.insert(apiKey).values(key).onConflictDoNothing({ target: apiKey.hash });
}
