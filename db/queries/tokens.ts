import { and, eq, sql } from 'drizzle-orm';
import { DomainError } from '../../domain/errors.ts';
import type { AccessToken, Grant, RefreshResult, TokenStore } from '../../procore/ports.ts';
import { procoreConnection } from '../schema/connections.ts';
import type { Db, Queryable } from '../types.ts';

/** What seals a secret to its row; platform/crypto.ts has it. */
interface Secrets {
  seal(plain: string, place: string): string;
  open(sealed: string, place: string): string;
}

/** A token is replaced this long before it ends, so that no call leaves with one that dies on the way. */
const EARLY_MS = 120_000;

type Refresh = (grant: Grant) => Promise<RefreshResult>;

/**
 * The tokens of every connection, one refresh at a time each: the row is locked over the refresh call, and whoever
 * waited for the lock finds the new pair. A new pair is committed before anyone uses it, because the old one is dead
 * from the moment it was sent.
 */
export function createTokenStore(db: Db, secrets: Secrets): TokenStore {
  /** One refresh of ours per connection, so that waiting for the lock does not use up the database pool. */
  const refreshing = new Map<string, Promise<unknown>>();

  async function accessToken(connectionId: string, refresh: Refresh, refused?: number): Promise<AccessToken> {
    const stored = usable(await read(db, connectionId), secrets, refused);
    if (stored !== null) return stored;
    const running = refreshing.get(connectionId);
    if (running !== undefined) {
      await running.catch(() => undefined);
      return accessToken(connectionId, refresh, refused);
    }
    const mine = replace(connectionId, refresh, refused);
    refreshing.set(connectionId, mine);
    try {
      return await mine;
    } finally {
      refreshing.delete(connectionId);
    }
  }

  async function replace(connectionId: string, refresh: Refresh, refused?: number): Promise<AccessToken> {
    const token = await db.transaction(async (tx) => {
      const row = await read(tx, connectionId, 'locked');
      const stored = usable(row, secrets, refused);
      if (stored !== null) return stored;
      const result = await refresh(grantOf(row, secrets));
      if (result.kind === 'dead') {
        await markReconnectNeeded(tx, connectionId);
        return null;
      }
      await store(tx, secrets, connectionId, result);
      return { value: result.accessToken, version: row.tokenVersion + 1 };
    });
    if (token === null) throw new DomainError('AUTH_EXPIRED', {});
    return token;
  }

  return { accessToken };
}

interface NewTokens {
  accessToken: string;
  /** null for a service account */
  refreshToken: string | null;
  expiresInSeconds: number;
}

/** Keeps the first pair of a consent and makes the connection usable again. */
export async function saveTokens(
  db: Queryable,
  secrets: Secrets,
  connectionId: string,
  tokens: NewTokens,
): Promise<void> {
  await db
    .update(procoreConnection)
    .set({ state: 'connected', ...sealed(secrets, connectionId, tokens) })
    .where(eq(procoreConnection.id, connectionId));
}

/** The grant is dead: everything stays queued until a person connects again. */
async function markReconnectNeeded(db: Queryable, connectionId: string): Promise<void> {
  await db
    .update(procoreConnection)
    .set({ state: 'reconnect_needed', updatedAt: sql`now()` })
    .where(and(eq(procoreConnection.id, connectionId), eq(procoreConnection.state, 'connected')));
}

async function store(db: Queryable, secrets: Secrets, connectionId: string, tokens: NewTokens): Promise<void> {
  await db
    .update(procoreConnection)
    .set(sealed(secrets, connectionId, tokens))
    .where(eq(procoreConnection.id, connectionId));
}

const sealed = (secrets: Secrets, connectionId: string, tokens: NewTokens) => ({
  accessToken: secrets.seal(tokens.accessToken, placeOf('access_token', connectionId)),
  refreshToken:
    tokens.refreshToken === null ? null : secrets.seal(tokens.refreshToken, placeOf('refresh_token', connectionId)),
  accessTokenExpiresAt: sql`now() + make_interval(secs => ${tokens.expiresInSeconds})`,
  tokenVersion: sql`${procoreConnection.tokenVersion} + 1`,
  updatedAt: sql`now()`,
});

/** The lock lets other tables go on referring to the row, but not a second refresh or a new consent. */
async function read(db: Queryable, connectionId: string, lock?: 'locked') {
  const query = db
    .select({
      id: procoreConnection.id,
      state: procoreConnection.state,
      clientId: procoreConnection.clientId,
      clientSecret: procoreConnection.clientSecret,
      loginUrl: procoreConnection.loginUrl,
      accessToken: procoreConnection.accessToken,
      refreshToken: procoreConnection.refreshToken,
      tokenVersion: procoreConnection.tokenVersion,
      msLeft: sql<number>`coalesce(extract(epoch from ${procoreConnection.accessTokenExpiresAt} - clock_timestamp()) * 1000, 0)::float8`,
    })
    .from(procoreConnection)
    .where(eq(procoreConnection.id, connectionId));
  const [row] = await (lock === 'locked' ? query.for('no key update') : query);
  if (row?.state !== 'connected') throw new DomainError('AUTH_EXPIRED', {});
  return row;
}

type Row = Awaited<ReturnType<typeof read>>;

function usable(row: Row, secrets: Secrets, refused: number | undefined): AccessToken | null {
  if (row.accessToken === null || row.msLeft < EARLY_MS || row.tokenVersion <= (refused ?? -1)) return null;
  return { value: secrets.open(row.accessToken, placeOf('access_token', row.id)), version: row.tokenVersion };
}

function grantOf(row: Row, secrets: Secrets): Grant {
  return {
    refreshToken: row.refreshToken === null ? null : secrets.open(row.refreshToken, placeOf('refresh_token', row.id)),
    clientId: row.clientId,
    clientSecret: secrets.open(row.clientSecret, placeOf('client_secret', row.id)),
    loginUrl: row.loginUrl,
  };
}

/** Binds a sealed value to its column and row; see db/schema/connections.ts. */
const placeOf = (column: 'access_token' | 'refresh_token' | 'client_secret', connectionId: string): string =>
  `procore_connection.${column}:${connectionId}`;
