import { createRateBudget } from '../../db/queries/rate-windows.ts';
import { createTokenStore, saveTokens } from '../../db/queries/tokens.ts';
import { procoreConnection, rateWait, rateWindow } from '../../db/schema/index.ts';
import { createProcore } from '../../procore/client.ts';
import { type SimulatorOptions, startSimulator } from '../../simulator/server.ts';
import { addConnection, secrets, startDatabase } from './connection.ts';

interface Example {
  id: number;
  codes: { id: number; budgeted: { wbsCodeId: number; lineItemTypeId: number }[] }[];
}

/** What the tests use of the simulator's own description of its sample. */
interface Guide {
  companies: { id: number }[];
  client: { clientId: string; clientSecret: string };
  exampleProjects: { inConstruction: Example };
  exampleVendors: Record<'acmeSteel' | 'kiwiPlumbing' | 'inactive', { id: number }>;
}

export type SignedIn = Awaited<ReturnType<typeof signIn>>;

/** A simulator, and the product's own client signed in to it. */
export async function signIn(options: SimulatorOptions = {}) {
  const [simulator, database] = await Promise.all([startSimulator(options), startDatabase()]);
  async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${simulator.url}/control${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return (await answer.json()) as T;
  }
  const guide = await control<Guide>('GET', '/sample');
  const connectionId = await addConnection(database.db, { apiUrl: simulator.url, loginUrl: simulator.url });
  const pair = await control<{ access_token: string; refresh_token: string }>('POST', '/tokens', {});
  await database.db.update(procoreConnection).set({
    clientId: guide.client.clientId,
    clientSecret: secrets.seal(guide.client.clientSecret, `procore_connection.client_secret:${connectionId}`),
  });
  const tokens = { accessToken: pair.access_token, refreshToken: pair.refresh_token, expiresInSeconds: 5400 };
  await saveTokens(database.db, secrets, connectionId, tokens);
  const procore = createProcore({
    tokens: createTokenStore(database.db, secrets),
    budget: createRateBudget(database.db),
    timeoutMs: 2000,
  });
  const scope = { connectionId, apiUrl: simulator.url, lane: 'person' as const };
  const companyId = String(guide.companies[0]?.id);
  return {
    simulator,
    guide,
    control,
    pair,
    companyId,
    user: procore.user(scope),
    company: () => procore.company({ ...scope, companyId }),
    api: procore.company({ ...scope, companyId }),
    /** Forgets that Procore refused a call, so that the next need not wait. */
    async reopen() {
      await database.db.delete(rateWait);
      await database.db.delete(rateWindow);
      await procore.user(scope).me();
    },
    async close() {
      await procore.close();
      await simulator.close();
      await database.close();
    },
  };
}
