import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { createChildren } from '../cli/children.ts';
import { freePort } from '../cli/ports.ts';
import { databaseUrl, ensureDatabase, preparePostgres } from '../cli/postgres.ts';
import { startTemporal } from '../cli/temporal.ts';
import { findTemporal } from '../cli/temporal-binary.ts';
import { migrate } from '../db/migrate.ts';
import { hookSecretPlace } from '../db/queries/companies.ts';
import { webhookHook } from '../db/schema/index.ts';
import type { Services, Stack } from '../test/environment/stack.ts';

/** A PostgreSQL that waits for its disk, as in production, and a Temporal dev server in memory. */
export interface Servers {
  services: Services;
  stop(): Promise<void>;
}

export async function startServers(): Promise<Servers> {
  const children = createChildren();
  const folder = mkdtempSync(join(tmpdir(), 'lentune-bench-'));
  chmodSync(folder, 0o755); // PostgreSQL's own user goes through it when we are root
  const options = {
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
  };
  await preparePostgres(children, options)();
  await ensureDatabase(options, 'bench');
  const url = databaseUrl(options, 'bench');
  await migrate(url);
  const port = await freePort();
  const binary = await findTemporal(children, process.env, (line) => console.error(line));
  await startTemporal(children, { binary, port, uiPort: null, dbFile: null, namespaces: ['bench'] });
  return {
    services: {
      databaseUrl: url,
      address: `127.0.0.1:${port}`,
      namespace: 'bench',
      drop: async () => undefined,
    },
    async stop() {
      await children.stopAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where Procore would post a company's events, and with which secret. */
export async function receiverOf(
  { deps, url }: Stack,
  companyId: string,
): Promise<{ path: string; authorization: string; url: string }> {
  const [hook] = await deps.db.select().from(webhookHook).where(eq(webhookHook.companyId, companyId));
  if (!hook) throw new Error('The company has no hook');
  const path = `/webhooks/procore/${hook.key}`;
  return { url, path, authorization: deps.secrets.open(hook.secret, hookSecretPlace(hook.id)) };
}

export const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

export const quantile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.ceil(numbers.length * share) - 1)] ?? 0;

export const rounded = (value: number, places = 2): number => Number(value.toFixed(places));
