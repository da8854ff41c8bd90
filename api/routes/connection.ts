import { writeAudit } from '../../db/queries/audit.ts';
import {
  type ConnectionFacts,
  type ConnectionRow,
  changeConnection,
  ensureConnection,
  forgetTokens,
  keepOauthState,
  lastWebhookAt,
} from '../../db/queries/connections.ts';
import { getSettings } from '../../db/queries/settings.ts';
import type { Queryable } from '../../db/types.ts';
import { randomSecret, sha256 } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { authorizeUrl } from '../../procore/oauth.ts';
import { Connection, ConnectionChange, ConnectStart } from '../../schemas/connection.ts';
import { callbackUrl, connectionDefaults } from '../connection-defaults.ts';
import type { RouteContext } from '../context.ts';
import { conflict, forbidden } from '../refusal.ts';
import { revokeGrant } from '../revoke-grant.ts';

const LOCKED = 'Switch on "Enable Procore setting edit" first.';

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
      does: "Changes the app's client id or secret",
      may: 'connection.change',
      body: ConnectionChange,
      answer: Connection,
    },
    ({ db, caller, body }) =>
      db.transaction(async (tx) => {
        if (!(await getSettings(tx, caller.account)).procoreSettingEdit) throw conflict(LOCKED);
        const before = await connectionOf(tx, deps, caller.account);
        const after = await changeConnection(tx, caller.account, before.id, body, deps.secrets.seal);
        await writeAudit(tx, {
          account: caller.account,
          actor: caller.actor,
          action: 'connection.changed',
          subject: after.apiUrl,
          before: { clientId: before.clientId },
          after: { clientId: after.clientId, clientSecret: body.clientSecret === undefined ? 'kept' : 'replaced' },
        });
        return present(tx, deps, after);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/connection/connect',
      does: 'Begins the sign-in to Procore; the browser goes to the address answered',
      may: 'connection.change',
      answer: ConnectStart,
    },
    async ({ db, caller }) => {
      if (caller.sessionId === null) throw forbidden('Only a signed-in person can connect to Procore.');
      const connection = await connectionOf(db, deps, caller.account);
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

async function present(db: Queryable, { env }: Deps, row: ConnectionFacts) {
  return {
    ...row,
    callbackUrl: callbackUrl(env),
    hasClientSecret: true,
    lastWebhookAt: await lastWebhookAt(db, row.account, row.id),
  };
}
