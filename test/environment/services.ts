import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { createChildren } from '../../cli/children.ts';
import { freePort } from '../../cli/ports.ts';
import { databaseUrl, ensureDatabase, preparePostgres } from '../../cli/postgres.ts';
import { startTemporal } from '../../cli/temporal.ts';
import { findTemporal } from '../../cli/temporal-binary.ts';
import { migrate } from '../../db/migrate.ts';

/** How many tests of one run may have a Temporal namespace of their own. */
const NAMESPACES = process.env.SOAK ? 200 : 100;

/** What a test reaches through `inject('services')`; use environment/database.ts and environment/namespace.ts instead. */
interface Services {
  /** database in which the run's namespaces are counted, on the server that holds every test's database */
  postgresUrl: string;
  templateDatabase: string;
  temporalAddress: string;
  namespaces: number;
}

declare module 'vitest' {
  export interface ProvidedContext {
    services: Services;
  }
}

interface Running {
  services: Services;
  users: number;
  stop(): Promise<void>;
}

/** Every vitest project loads this file anew, in one process: the servers they share hang on the process itself. */
const shared = globalThis as typeof globalThis & { lentuneTestServices?: Promise<Running> };

/** Starts one PostgreSQL and one Temporal for the whole test run; the last project to end stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.lentuneTestServices ??= startServices();
  const running = await shared.lentuneTestServices;
  running.users += 1;
  project.provide('services', running.services);
  return async () => {
    running.users -= 1;
    if (running.users > 0) return;
    shared.lentuneTestServices = undefined;
    await running.stop();
  };
}

async function startServices(): Promise<Running> {
  const children = createChildren();
  const folder = mkdtempSync(join(tmpdir(), 'lentune-test-'));
  chmodSync(folder, 0o755); // PostgreSQL's own user goes through it when we are root
  const stop = async () => {
    await children.stopAll();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [database, temporalAddress] = await Promise.all([
      startDatabase(children, folder),
      startTemporalServer(children),
    ]);
    return { services: { ...database, temporalAddress, namespaces: NAMESPACES }, users: 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type StartedDatabase = Pick<Services, 'postgresUrl' | 'templateDatabase'>;

async function startDatabase(children: ReturnType<typeof createChildren>, folder: string): Promise<StartedDatabase> {
  const options = {
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
    isThrowaway: true,
  };
  await preparePostgres(children, options)();
  const templateDatabase = 'migrated';
  await ensureDatabase(options, templateDatabase);
  await migrate(databaseUrl(options, templateDatabase));
  const postgresUrl = databaseUrl(options, 'postgres');
  const sql = postgres(postgresUrl, { max: 1 });
  await sql`create sequence claimed_namespace`;
  await sql.end();
  return { postgresUrl, templateDatabase };
}

async function startTemporalServer(children: ReturnType<typeof createChildren>): Promise<string> {
  const port = await freePort();
  await startTemporal(children, {
    binary: await findTemporal(children, process.env, (line) => process.stderr.write(`${line}\n`)),
    port,
    uiPort: null,
    dbFile: null,
    namespaces: Array.from({ length: NAMESPACES }, (_, index) => `test-${index + 1}`),
  });
  return `127.0.0.1:${port}`;
}
