import { writeAudit } from '../db/queries/audit.ts';
import { type ConnectionRow, clientSecretPlace, noteConsent } from '../db/queries/connections.ts';
import { saveTokens } from '../db/queries/tokens.ts';
import { connectCompanies } from '../dispatch/connect.ts';
import { wakeDocuments } from '../dispatch/documents.ts';
import type { Deps } from '../platform/deps.ts';
import type { OAuthClient, Tokens } from '../procore/oauth.ts';
import type { Caller } from './caller.ts';

/** The app of a connection, as the sign-in service knows it. */
export function clientOf({ secrets }: Deps, { id, loginUrl, clientId, clientSecret }: ConnectionRow): OAuthClient {
  return { loginUrl, clientId, clientSecret: secrets.open(clientSecret, clientSecretPlace(id)) };
}

/** Keeps the tokens of a sign-in, takes over the companies it reaches, and lets go on whatever waited for it. */
export async function finishSignIn(
  deps: Deps,
  { account, actor }: Pick<Caller, 'account' | 'actor'>,
  connection: ConnectionRow,
  tokens: Tokens,
): Promise<void> {
  const { db, secrets } = deps;
  await saveTokens(db, secrets, connection.id, tokens);
  await noteConsent(db, account, connection.id, { ...(await whoSignedIn(deps, connection)), connectedBy: actor });
  await writeAudit(db, { account, actor, action: 'connection.connected', subject: connection.apiUrl });
  await connectCompanies(deps, account, connection.id);
  await wakeDocuments(deps, account);
}

/** As whom we are signed in. That Procore does not say is no reason to refuse a sign-in it accepted. */
async function whoSignedIn({ procore, logger }: Deps, { id: connectionId, apiUrl, ...row }: ConnectionRow) {
  const companyId = row.signIn === 'service_account' ? row.serviceCompanyId : null;
  try {
    const { id, name, login } = await procore.user({ connectionId, apiUrl, companyId, lane: 'person' }).me();
    return { procoreUserId: id, procoreUserName: name || login || null };
  } catch (error) {
    logger.warn({ err: error }, 'Procore did not say who signed in');
    return { procoreUserId: null, procoreUserName: null };
  }
}
