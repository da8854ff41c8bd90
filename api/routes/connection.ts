import { writeAudit } from '../../db/queries/audit.ts';
import {
  type ConnectionFacts,
  type ConnectionRow,
  changeConnection,
  chooseHosts,
  ensureConnection,
  forgetTokens,
  keepOauthState,
  lastWebhookAt,
} from '../../db/queries/connections.ts';
import { getSettings } from '../../db/queries/settings.ts';
import type { Queryable } from '../../db/types.ts';
import { environmentOf, PROCORE_HOSTS } from '../../domain/procore-hosts.ts';
import { randomSecret, sha256 } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { ProcoreError } from '../../procore/errors.ts';
import { authorizeUrl, clientCredentials } from '../../procore/oauth.ts';
import { Connection, ConnectionChange, ConnectStart } from '../../schemas/connection.ts';
import type { Caller } from '../caller.ts';
import { callbackUrl, connectionDefaults } from '../connection-defaults.ts';
import type { RouteContext } from '../context.ts';
import { clientOf, finishSignIn } from '../finish-sign-in.ts';
import { conflict, forbidden } from '../refusal.ts';
import { revokeGrant } from '../revoke-grant.ts';

const LOCKED = 'Switch on "Enable Procore setting edit" first.';
const CONNECTED = 'Disconnect from Procore before you connect to another one or in another way.';

export function connectionRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/connection',
      does: 'The connection to Procore; the secret is never in it',
      may: 'read',
      answer: Connection,
    },
    async ({ db, caller }) => present(db, deps, await connectionOf(db, deps, caller.account)),
  );

  route(
    {
      method: 'patch',
      path: '/api/connection',
      does: "Changes the app's client id or secret, the way to sign in, or which Procore it is",
      may: 'connection.change',
      body: ConnectionChange,
      answer: Connection,
    },
    ({ db, caller, body }) =>
      db.transaction(async (tx) => {
        if (!(await getSettings(tx, caller.account)).procoreSettingEdit) throw conflict(LOCKED);
        const { environment, ...edit } = body;
        const before = await connectionOf(tx, deps, caller.account);
        const isOther = environment !== undefined && environment !== nameOf(before);
        const isOtherWay = edit.signIn !== undefined && edit.signIn !== before.signIn;
        if ((isOther || isOtherWay) && before.state !== 'disconnected') throw conflict(CONNECTED);
        const current = isOther ? await choose(tx, deps, caller.account, environment) : before;
        const after = await changeConnection(tx, caller.account, current.id, edit, deps.secrets.seal);
        await writeAudit(tx, {
          account: caller.account,
          actor: caller.actor,
          action: 'connection.changed',
          subject: after.apiUrl,
          before: factsOf(before),
          after: { ...factsOf(after), clientSecret: body.clientSecret === undefined ? 'kept' : 'replaced' },
        });
        return present(tx, deps, after);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/connection/connect',
      does: 'Begins the sign-in to Procore; the browser goes to the address answered. A service account needs no browser',
      may: 'connection.change',
      answer: ConnectStart,
    },
    async ({ db, caller }) => {
      if (caller.sessionId === null) throw forbidden('Only a signed-in person can connect to Procore.');
      const connection = await connectionOf(db, deps, caller.account);
      if (connection.signIn === 'service_account') {
        await signInAsService(deps, caller, connection);
        return { authorizeUrl: null };
      }
      const state = randomSecret();
      await keepOauthState(db, {
        hash: sha256(state),
        account: caller.account,
        connectionId: connection.id,
        sessionId: caller.sessionId,
        userId: caller.id,
      });
      const { loginUrl, clientId } = connection;
      return { authorizeUrl: authorizeUrl({ loginUrl, clientId, redirectUri: callbackUrl(deps.env), state }) };
    },
  );

  route(
    {
      method: 'post',
      path: '/api/connection/disconnect',
      does: 'Ends the sign-in to Procore; companies, links and settings stay',
      may: 'connection.change',
    },
    async ({ db, caller }) => {
      const connection = await connectionOf(db, deps, caller.account);
      await db.transaction(async (tx) => {
        await forgetTokens(tx, caller.account, connection.id);
        await writeAudit(tx, {
          account: caller.account,
          actor: caller.actor,
          action: 'connection.disconnected',
          subject: connection.apiUrl,
        });
      });
      await revokeGrant(deps, connection);
      return undefined;
    },
  );
}

const connectionOf = (db: Queryable, { env, secrets }: Deps, account: string): Promise<ConnectionRow> =>
  ensureConnection(db, account, connectionDefaults(env), secrets.seal);

/** Turns the account to one of Procore's own hosts, or back to the installation's. */
function choose(tx: Queryable, { env, secrets }: Deps, account: string, name: Connection['environment']) {
  const hosts = name === 'installation' ? null : PROCORE_HOSTS[name];
  return chooseHosts(tx, account, hosts, connectionDefaults(env), secrets.seal);
}

/** Asks for a token in the app's own name; it has no one to consent, and no refresh token. */
async function signInAsService(deps: Deps, caller: Caller, connection: ConnectionRow): Promise<void> {
  if (connection.serviceCompanyId === null)
    throw conflict('Enter the Procore company id of the service account first.');
  const tokens = await clientCredentials(clientOf(deps, connection)).catch((error: unknown) => {
    if (error instanceof ProcoreError) throw conflict(`Procore did not accept the service account: ${error.said}`);
    throw error;
  });
  try {
    await finishSignIn(deps, caller, connection, tokens);
  } catch (error) {
    if (!(error instanceof ProcoreError)) throw error;
    await forgetTokens(deps.db, caller.account, connection.id);
    throw conflict(`Procore did not list the companies of the service account: ${error.said}`);
  }
}

/** The name of the Procore an account is turned to. */
const nameOf = ({ isChosen, apiUrl }: ConnectionFacts): Connection['environment'] =>
  (isChosen ? environmentOf(apiUrl) : null) ?? 'installation';

/** What the audit keeps of a connection. */
const factsOf = ({ clientId, signIn, apiUrl }: ConnectionFacts) => ({ clientId, signIn, apiUrl });

async function present(db: Queryable, { env }: Deps, row: ConnectionFacts) {
  return {
    ...row,
    environment: nameOf(row),
    callbackUrl: callbackUrl(env),
    hasClientSecret: true,
    lastWebhookAt: await lastWebhookAt(db, row.account, row.id),
  };
}
