import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm';
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

/** A key as people see it. */
export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  roles: string[];
  createdAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

const SHOWN = {
  id: apiKey.id,
  name: apiKey.name,
  prefix: apiKey.prefix,
  roles: apiKey.scopes,
  createdAt: apiKey.createdAt,
  lastUsedAt: apiKey.lastUsedAt,
  revokedAt: apiKey.revokedAt,
};

/** Every key of an account, newest first; revoked ones stay, so that old entries of the log can be explained. */
export const listApiKeys = (db: Queryable, account: string): Promise<ApiKeyRow[]> =>
  db.select(SHOWN).from(apiKey).where(eq(apiKey.account, account)).orderBy(desc(apiKey.id));

/** Stores a new key by its hash. */
export async function addApiKey(
  db: Queryable,
  key: { account: string; name: string; prefix: string; hash: string; scopes: string[] },
): Promise<ApiKeyRow> {
  const [row] = await db.insert(apiKey).values(key).returning(SHOWN);
  if (!row) throw new Error('The key just inserted is gone');
  return row;
}

/** Ends a key from now on; null when the account has no such living key. */
export async function revokeApiKey(db: Queryable, account: string, id: string): Promise<ApiKeyRow | null> {
  const [row] = await db
    .update(apiKey)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKey.account, account), eq(apiKey.id, id), isNull(apiKey.revokedAt)))
    .returning(SHOWN);
  return row ?? null;
}
