import { and, eq, sql } from 'drizzle-orm';
import { DomainError } from '../../domain/errors.ts';
import type { AccessToken, Grant, RefreshResult, TokenStore } from '../../procore/ports.ts';
import { accountingConnection } from '../schema/accounting.ts';
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

/** A table whose rows hold token pairs. Both have the same columns, so that one store serves both. */
export interface TokenHolder {
  name: string;
  table: typeof procoreConnection;
  /** where tokens are asked for */
  loginUrl: typeof procoreConnection.loginUrl;
  expired: () => DomainError;
}

const PROCORE_TOKENS: TokenHolder = {
  name: 'procore_connection',
  table: procoreConnection,
  loginUrl: procoreConnection.loginUrl,
  expired: () => new DomainError('AUTH_EXPIRED', {}),
};

/** The sign-in to the accounting system. */
export const ACCOUNTING_TOKENS: TokenHolder = {
  name: 'accounting_connection',
  table: accountingConnection as unknown as typeof procoreConnection,
  loginUrl: accountingConnection.identityUrl as unknown as typeof procoreConnection.loginUrl,
  expired: () => new DomainError('ACCOUNTING_AUTH_EXPIRED', { system: 'Xero' }),
};

/**
 * The tokens of every connection, one refresh at a time each: the row is locked over the refresh call, and whoever
 * waited for the lock finds the new pair. A new pair is committed before anyone uses it, because the old one is dead
 * from the moment it was sent.
 */
export function createTokenStore(db: Db, secrets: Secrets, holder = PROCORE_TOKENS): TokenStore {
  /** One refresh of ours per connection, so that waiting for the lock does not use up the database pool. */
  const refreshing = new Map<string, Promise<unknown>>();

  async function accessToken(connectionId: string, refresh: Refresh, refused?: number): Promise<AccessToken> {
    const stored = usable(holder, await read(holder, db, connectionId), secrets, refused);
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
      const row = await read(holder, tx, connectionId, 'locked');
      const stored = usable(holder, row, secrets, refused);
      if (stored !== null) return stored;
      const result = await refresh(grantOf(holder, row, secrets));
      if (result.kind === 'dead') {
        await markReconnectNeeded(holder, tx, connectionId);
        return null;
      }
      await store(holder, tx, secrets, connectionId, result);
      return { value: result.accessToken, version: row.tokenVersion + 1 };
    });
    if (token === null) throw holder.expired();
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
  holder = PROCORE_TOKENS,
): Promise<void> {
  await db
    .update(holder.table)
    .set({ state: 'connected', ...sealed(holder, secrets, connectionId, tokens) })
    .where(eq(holder.table.id, connectionId));
}

/** The grant is dead: everything stays queued until a person connects again. */
async function markReconnectNeeded({ table }: TokenHolder, db: Queryable, connectionId: string): Promise<void> {
  await db
    .update(table)
    .set({ state: 'reconnect_needed', updatedAt: sql`now()` })
    .where(and(eq(table.id, connectionId), eq(table.state, 'connected')));
}

async function store(
  holder: TokenHolder,
  db: Queryable,
  secrets: Secrets,
  connectionId: string,
  tokens: NewTokens,
): Promise<void> {
  await db
    .update(holder.table)
    .set(sealed(holder, secrets, connectionId, tokens))
    .where(eq(holder.table.id, connectionId));
}

const sealed = (holder: TokenHolder, secrets: Secrets, connectionId: string, tokens: NewTokens) => ({
  accessToken: secrets.seal(tokens.accessToken, placeOf(holder, 'access_token', connectionId)),
  refreshToken:
    tokens.refreshToken === null
      ? null
      : secrets.seal(tokens.refreshToken, placeOf(holder, 'refresh_token', connectionId)),
  accessTokenExpiresAt: sql`now() + make_interval(secs => ${tokens.expiresInSeconds})`,
  tokenVersion: sql`${holder.table.tokenVersion} + 1`,
  updatedAt: sql`now()`,
});

/** The lock lets other tables go on referring to the row, but not a second refresh or a new consent. */
async function read({ table, loginUrl, expired }: TokenHolder, db: Queryable, connectionId: string, lock?: 'locked') {
  const query = db
    .select({
      id: table.id,
      state: table.state,
      clientId: table.clientId,
      clientSecret: table.clientSecret,
      loginUrl,
      accessToken: table.accessToken,
      refreshToken: table.refreshToken,
      tokenVersion: table.tokenVersion,
      msLeft: sql<number>`coalesce(extract(epoch from ${table.accessTokenExpiresAt} - clock_timestamp()) * 1000, 0)::float8`,
    })
    .from(table)
    .where(eq(table.id, connectionId));
  const [row] = await (lock === 'locked' ? query.for('no key update') : query);
  if (row?.state !== 'connected') throw expired();
  return row;
}

type Row = Awaited<ReturnType<typeof read>>;

function usable(holder: TokenHolder, row: Row, secrets: Secrets, refused: number | undefined): AccessToken | null {
  if (row.accessToken === null || row.msLeft < EARLY_MS || row.tokenVersion <= (refused ?? -1)) return null;
  return { value: secrets.open(row.accessToken, placeOf(holder, 'access_token', row.id)), version: row.tokenVersion };
}

function grantOf(holder: TokenHolder, row: Row, secrets: Secrets): Grant {
  return {
    refreshToken:
      row.refreshToken === null ? null : secrets.open(row.refreshToken, placeOf(holder, 'refresh_token', row.id)),
    clientId: row.clientId,
    clientSecret: secrets.open(row.clientSecret, placeOf(holder, 'client_secret', row.id)),
    loginUrl: row.loginUrl,
  };
}

/** Binds a sealed value to its table, column and row; see db/schema/connections.ts. */
const placeOf = (
  { name }: TokenHolder,
  column: 'access_token' | 'refresh_token' | 'client_secret',
  connectionId: string,
): string => `${name}.${column}:${connectionId}`;
