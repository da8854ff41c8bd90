import { type ConnectionRow, clientSecretPlace } from '../db/queries/connections.ts';
import type { Deps } from '../platform/deps.ts';
import { revoke } from '../procore/oauth.ts';

/** Asks Procore to forget a grant we no longer hold. Its refusal or silence changes nothing here: the tokens are gone. */
export async function revokeGrant({ secrets, logger }: Deps, connection: ConnectionRow): Promise<void> {
  if (connection.refreshToken === null) return;
  const { id, loginUrl, clientId } = connection;
  try {
    const clientSecret = secrets.open(connection.clientSecret, clientSecretPlace(id));
    const token = secrets.open(connection.refreshToken, `procore_connection.refresh_token:${id}`);
    await revoke({ loginUrl, clientId, clientSecret }, token);
  } catch (error) {
    logger.warn({ err: error }, 'Procore could not be asked to forget the old sign-in');
  }
}
