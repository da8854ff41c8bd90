import { and, eq, lt, ne, sql } from 'drizzle-orm';
import { oauthState, procoreCompany, procoreConnection, webhookHook } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

export type ConnectionRow = typeof procoreConnection.$inferSelect;
/** A connection as screens may see it. */
export type ConnectionFacts = Omit<ConnectionRow, 'clientSecret' | 'accessToken' | 'refreshToken'>;

/** Encrypts; `place` binds the ciphertext to its row (platform/crypto.ts). */
type Seal = (plain: string, place: string) => string;

/** What a sealed client secret is bound to. */
export const clientSecretPlace = (connectionId: string) => `procore_connection.client_secret:${connectionId}`;

/** Where the API of a company answers: its own host if Procore named one, else the connection's. Needs both tables. */
export const companyApiUrl = sql<string>`coalesce(${procoreCompany.apiUrl}, ${procoreConnection.apiUrl})`;

/** How this installation reaches Procore when an account has not said otherwise. */
export interface ConnectionDefaults {
  apiUrl: string;
  loginUrl: string;
  clientId: string;
  clientSecret: string;
}

/**
 * The account's connection: to the host an admin chose, else to the installation's, made when there is none yet.
 * A host named by another address is another connection (design: data).
 */
export async function ensureConnection(
  db: Queryable,
  account: string,
  defaults: ConnectionDefaults,
  seal: Seal,
): Promise<ConnectionRow> {
  const [chosen] = await db
    .select()
    .from(procoreConnection)
    .where(and(eq(procoreConnection.account, account), eq(procoreConnection.isChosen, true)));
  return chosen ?? connectionTo(db, account, defaults, seal);
}

/**
 * Turns the account to another Procore; null is the installation's own. Companies of the one before are no longer
 * active, but keep their links and settings for the day it is chosen again.
 */
export async function chooseHosts(
  tx: Queryable,
  account: string,
  hosts: Pick<ConnectionDefaults, 'apiUrl' | 'loginUrl'> | null,
  defaults: ConnectionDefaults,
  seal: Seal,
): Promise<ConnectionRow> {
  const connection = await connectionTo(tx, account, { ...defaults, ...hosts }, seal);
  const isIt = eq(procoreConnection.id, connection.id);
  await tx
    .update(procoreConnection)
    .set({ isChosen: sql`${isIt} and ${hosts !== null}`, updatedAt: sql`now()` })
    .where(eq(procoreConnection.account, account));
  await tx
    .update(procoreCompany)
    .set({ isActive: false, updatedAt: sql`now()` })
    .where(and(eq(procoreCompany.account, account), ne(procoreCompany.connectionId, connection.id)));
  return { ...connection, isChosen: hosts !== null };
}

async function connectionTo(
  db: Queryable,
  account: string,
  defaults: ConnectionDefaults,
  seal: Seal,
): Promise<ConnectionRow> {
  const found = await findConnection(db, account, defaults.apiUrl);
  if (found) return found;
  const [{ id } = { id: '' }] = await db.execute<{ id: string }>(sql`select uuidv7() as id`);
  const { clientSecret, ...rest } = defaults;
  await db
    .insert(procoreConnection)
    .values({ id, account, ...rest, clientSecret: seal(clientSecret, clientSecretPlace(id)) })
    .onConflictDoNothing();
  const made = await findConnection(db, account, defaults.apiUrl);
  if (!made) throw new Error('The connection row just inserted is gone');
  return made;
}

async function findConnection(db: Queryable, account: string, apiUrl: string): Promise<ConnectionRow | undefined> {
  const [row] = await db
    .select()
    .from(procoreConnection)
    .where(and(eq(procoreConnection.account, account), eq(procoreConnection.apiUrl, apiUrl)));
  return row;
}

/** One connection of the account. */
export async function findConnectionById(
  db: Queryable,
  account: string,
  connectionId: string,
): Promise<ConnectionRow | undefined> {
  const [row] = await db
    .select()
    .from(procoreConnection)
    .where(and(eq(procoreConnection.account, account), eq(procoreConnection.id, connectionId)));
  return row;
}

/** When Procore last posted something for a company of this connection. */
export async function lastWebhookAt(db: Queryable, account: string, connectionId: string): Promise<string | null> {
  const [row] = await db
    .select({ at: sql<string | null>`max(${webhookHook.lastEventAt})` })
    .from(webhookHook)
    .innerJoin(procoreCompany, eq(procoreCompany.id, webhookHook.companyId))
    .where(and(eq(webhookHook.account, account), eq(procoreCompany.connectionId, connectionId)));
  return row?.at ?? null;
}

/** How an account signs in, and as which app. */
export interface ConnectionEdit {
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  signIn?: ConnectionRow['signIn'] | undefined;
  serviceCompanyId?: string | null | undefined;
}

/** Changes the app's id or secret, or the way to sign in. Tokens belong to the app that got them, so another id ends the connection. */
export async function changeConnection(
  db: Queryable,
  account: string,
  connectionId: string,
  change: ConnectionEdit,
  seal: Seal,
): Promise<ConnectionRow> {
  const mine = and(eq(procoreConnection.account, account), eq(procoreConnection.id, connectionId));
  const [before] = await db.select().from(procoreConnection).where(mine).for('update');
  const isOtherApp = change.clientId !== undefined && change.clientId !== before?.clientId;
  const [row] = await db
    .update(procoreConnection)
    .set({
      ...(change.clientId === undefined ? {} : { clientId: change.clientId }),
      ...(change.clientSecret === undefined
        ? {}
        : { clientSecret: seal(change.clientSecret, clientSecretPlace(connectionId)) }),
      ...(change.signIn === undefined ? {} : { signIn: change.signIn }),
      ...(change.serviceCompanyId === undefined ? {} : { serviceCompanyId: change.serviceCompanyId }),
      ...(isOtherApp ? FORGOTTEN_TOKENS : {}),
      updatedAt: sql`now()`,
    })
    .where(mine)
    .returning();
  if (!row) throw new Error('The connection just read is gone');
  return row;
}

const FORGOTTEN_TOKENS = {
  state: 'disconnected',
  accessToken: null,
  refreshToken: null,
  accessTokenExpiresAt: null,
  tokenVersion: sql`${procoreConnection.tokenVersion} + 1`,
} as const;

/** Forgets the tokens. Companies, links and settings stay, so that connecting again goes on where it was. */
export async function forgetTokens(db: Queryable, account: string, connectionId: string): Promise<void> {
  await db
    .update(procoreConnection)
    .set({ ...FORGOTTEN_TOKENS, updatedAt: sql`now()` })
    .where(and(eq(procoreConnection.account, account), eq(procoreConnection.id, connectionId)));
}

/** Notes who connected, and as whom Procore knows them. */
export async function noteConsent(
  db: Queryable,
  account: string,
  connectionId: string,
  who: { procoreUserId: string | null; procoreUserName: string | null; connectedBy: string },
): Promise<void> {
  await db
    .update(procoreConnection)
    .set({ ...who, connectedAt: sql`now()`, updatedAt: sql`now()` })
    .where(and(eq(procoreConnection.account, account), eq(procoreConnection.id, connectionId)));
}

export type OauthStateRow = typeof oauthState.$inferSelect;
const STATE_MINUTES = 10;

/** Begins a consent; the state itself is only in the browser. */
export async function keepOauthState(db: Queryable, state: Omit<OauthStateRow, 'expiresAt'>): Promise<void> {
  await db.delete(oauthState).where(lt(oauthState.expiresAt, sql`now() - interval '1 day'`));
  await db
    .insert(oauthState)
    .values({ ...state, expiresAt: sql`now() + make_interval(mins => ${STATE_MINUTES})` as unknown as string });
}

/** Ends a consent: the state can be taken once. An expired one is returned too, since that has its own sentence. */
export async function takeOauthState(
  db: Queryable,
  hash: string,
): Promise<(OauthStateRow & { isExpired: boolean }) | null> {
  const [row] = await db.delete(oauthState).where(eq(oauthState.hash, hash)).returning();
  return row ? { ...row, isExpired: Date.parse(row.expiresAt) <= Date.now() } : null;
}
