import {
  type AccountingConnectionRow,
  type AccountingDefaults,
  accountingPlace,
  ensureAccountingConnection,
} from '../db/queries/accounting-connection.ts';
import type { Queryable } from '../db/types.ts';
import type { Deps } from '../platform/deps.ts';
import type { Env } from '../platform/env.ts';
import type { OAuthClient } from '../procore/oauth.ts';

/** The accounting system this installation is pointed at. */
const accountingDefaults = (env: Env): AccountingDefaults => ({
  system: 'xero',
  apiUrl: env.XERO_API_URL,
  consentUrl: env.XERO_LOGIN_URL,
  identityUrl: env.XERO_IDENTITY_URL,
  clientId: env.XERO_CLIENT_ID,
  clientSecret: env.XERO_CLIENT_SECRET,
});

export const accountingConnectionOf = (
  db: Queryable,
  { env, secrets }: Deps,
  account: string,
): Promise<AccountingConnectionRow> => ensureAccountingConnection(db, account, accountingDefaults(env), secrets.seal);

/** What the app in Xero's developer portal must name as its redirect address, to the letter. */
export const accountingCallbackUrl = (env: Pick<Env, 'PUBLIC_URL'>): string => `${env.PUBLIC_URL}/oauth/xero/callback`;

/** The app of a connection, as the service that gives tokens knows it. */
export const accountingClientOf = (
  { secrets }: Deps,
  { id, identityUrl, clientId, clientSecret }: AccountingConnectionRow,
): OAuthClient => ({
  loginUrl: identityUrl,
  clientId,
  clientSecret: secrets.open(clientSecret, accountingPlace('client_secret', id)),
});
