import { randomBytes } from 'node:crypto';
import { authOrganization, procoreConnection } from '../../db/schema/index.ts';
import type { Db } from '../../db/types.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { openDatabase } from '../../platform/database.ts';
import { createDatabase } from '../environment/database.ts';

export const secrets = createSecretBox([{ id: 'test', bytes: randomBytes(32) }]);

/** A database with one connection in it, not signed in yet. */
export async function startDatabase(pool = 10) {
  const { url, drop } = await createDatabase();
  const handle = openDatabase(url, { max: pool });
  return {
    db: handle.db,
    connectionId: await addConnection(handle.db),
    async close() {
      await handle.close();
      await drop();
    },
  };
}

export async function addConnection(
  db: Db,
  hosts = { apiUrl: 'http://procore.test', loginUrl: 'http://login.test' },
): Promise<string> {
  await db.insert(authOrganization).values({ id: 'acme', name: 'Acme', slug: 'acme' }).onConflictDoNothing();
  const id = crypto.randomUUID();
  await db.insert(procoreConnection).values({
    id,
    account: 'acme',
    ...hosts,
    clientId: 'client',
    clientSecret: secrets.seal('client secret', `procore_connection.client_secret:${id}`),
  });
  return id;
}
