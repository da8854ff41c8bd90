import { and, eq, lt, sql } from 'drizzle-orm';
import { accountingConnection, accountingOauthState } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

export type AccountingConnectionRow = typeof accountingConnection.$inferSelect;

/** Encrypts; `place` binds the ciphertext to its row (platform/crypto.ts). */
type Seal = (plain: string, place: string) => string;

/** What a sealed value of the connection is bound to. */
export const accountingPlace = (column: 'client_secret' | 'refresh_token', connectionId: string) =>
  `accounting_connection.${column}:${connectionId}`;

/** How this installation reaches the accounting system. */
export interface AccountingDefaults {
  system: 'xero';
  apiUrl: string;
  consentUrl: string;
  identityUrl: string;
  clientId: string;
  clientSecret: string;
}

/** The account's connection to one host, made from the defaults when there is none yet. */
export async function ensureAccountingConnection(
  db: Queryable,
  account: string,
  defaults: AccountingDefaults,
  seal: Seal,
): Promise<AccountingConnectionRow> {
  const found = await findByHost(db, account, defaults.apiUrl);
  if (found) return found;
  const [{ id } = { id: '' }] = await db.execute<{ id: string }>(sql`select uuidv7() as id`);
  const { clientSecret, ...rest } = defaults;
  await db
    .insert(accountingConnection)
    .values({ id, account, ...rest, clientSecret: seal(clientSecret, accountingPlace('client_secret', id)) })
    .onConflictDoNothing();
  const made = await findByHost(db, account, defaults.apiUrl);
  if (!made) throw new Error('The connection row just inserted is gone');
  return made;
}

async function findByHost(db: Queryable, account: string, apiUrl: string) {
  const [row] = await db
    .select()
    .from(accountingConnection)
    .where(and(eq(accountingConnection.account, account), eq(accountingConnection.apiUrl, apiUrl)));
  return row;
}

const one = (account: string, id: string) =>
  and(eq(accountingConnection.account, account), eq(accountingConnection.id, id));

/** One connection of the account. */
export async function findAccountingConnection(db: Queryable, account: string, id: string) {
  const [row] = await db.select().from(accountingConnection).where(one(account, id));
  return row;
}

const FORGOTTEN = {
  state: 'disconnected',
  accessToken: null,
  refreshToken: null,
  accessTokenExpiresAt: null,
  tokenVersion: sql`${accountingConnection.tokenVersion} + 1`,
} as const;

/** Changes the app's id or secret. Tokens belong to the app that got them, so another id ends the connection. */
export async function changeAccountingConnection(
  db: Queryable,
  account: string,
  before: AccountingConnectionRow,
  change: { clientId?: string; clientSecret?: string },
  seal: Seal,
): Promise<AccountingConnectionRow> {
  const { clientId, clientSecret } = change;
  const [row] = await db
    .update(accountingConnection)
    .set({
      ...(clientId === undefined ? {} : { clientId }),
      ...(clientSecret === undefined
        ? {}
        : { clientSecret: seal(clientSecret, accountingPlace('client_secret', before.id)) }),
      ...(clientId !== undefined && clientId !== before.clientId ? FORGOTTEN : {}),
      updatedAt: sql`now()`,
    })
    .where(one(account, before.id))
    .returning();
  if (!row) throw new Error('The connection just read is gone');
  return row;
}

/** Forgets the tokens. Organisations, mappings and contacts stay, so that connecting again goes on where it was. */
export async function forgetAccountingTokens(db: Queryable, account: string, id: string): Promise<void> {
  await db
    .update(accountingConnection)
    .set({ ...FORGOTTEN, updatedAt: sql`now()` })
    .where(one(account, id));
}

/** Notes who connected. */
export async function noteAccountingConsent(db: Queryable, account: string, id: string, actor: string): Promise<void> {
  await db
    .update(accountingConnection)
    .set({ connectedBy: actor, connectedAt: sql`now()`, updatedAt: sql`now()` })
    .where(one(account, id));
}

type StateRow = typeof accountingOauthState.$inferSelect;

/** Begins a consent; the state itself is only in the browser. */
export async function keepAccountingState(db: Queryable, state: Omit<StateRow, 'expiresAt'>): Promise<void> {
  await db.delete(accountingOauthState).where(lt(accountingOauthState.expiresAt, sql`now() - interval '1 day'`));
  await db
    .insert(accountingOauthState)
    .values({ ...state, expiresAt: sql`now() + interval '10 minutes'` as unknown as string });
}

/** Ends a consent: the state can be taken once. */
export async function takeAccountingState(
  db: Queryable,
  hash: string,
): Promise<(StateRow & { isExpired: boolean }) | null> {
  const [row] = await db.delete(accountingOauthState).where(eq(accountingOauthState.hash, hash)).returning();
  return row ? { ...row, isExpired: Date.parse(row.expiresAt) <= Date.now() } : null;
}
