import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { migrate } from '../db/migrate.ts';
import { defaultSettings } from '../simulator/engine/settings.ts';
import type { Child, Children } from './children.ts';
import type { Service } from './keep-running.ts';
import type { LocalSettings } from './local-settings.ts';
import { waitUntilReady } from './ports.ts';
import { databaseUrl, ensureDatabase, preparePostgres } from './postgres.ts';
import { StartError } from './start-error.ts';
import { startTemporal } from './temporal.ts';
import { findTemporal } from './temporal-binary.ts';

const DATABASE = 'lentune';
/** the task queue of all workflow code; a worker is ready when it asks there for work */
const WORKFLOW_QUEUE = 'sync';

export const ADMIN_EMAIL = 'admin@lentune.test';

export interface StackOptions {
  root: string;
  env: NodeJS.ProcessEnv;
  settings: LocalSettings;
  children: Children;
  say(line: string): void;
  /** a child's line a person should see */
  warn(name: string, line: string): void;
}

/** Where people open each part. */
export interface StackAddresses {
  app: string;
  temporalUi: string | null;
  simulator: string | null;
}

export function addresses({ env, settings: { ports, startsTemporal, startsSimulator } }: StackOptions): StackAddresses {
  return {
    app: env.PUBLIC_URL || `http://localhost:${ports.app}`,
    temporalUi: env.TEMPORAL_UI_URL || (startsTemporal ? `http://localhost:${ports.temporalUi}` : null),
    simulator: startsSimulator ? `http://localhost:${ports.simulator}` : null,
  };
}

/** PostgreSQL, with our database in it and migrated; with DATABASE_URL only that one is migrated. */
export async function startDatabase(options: StackOptions, run: (service: Service) => Promise<void>): Promise<void> {
  const { settings, children } = options;
  if (settings.startsPostgres) {
    const launch = preparePostgres(children, postgresOptions(options));
    await run({ name: 'PostgreSQL', launch });
    await ensureDatabase(postgresOptions(options), DATABASE);
  }
  await migrate(productEnv(options).DATABASE_URL ?? '').catch((error: unknown) => {
    throw new StartError(`The database could not be brought up to date: ${plainReason(error)}`);
  });
}

/** Temporal's dev server, unless TEMPORAL_ADDRESS names another. */
export async function startTemporalServer(
  { settings: { startsTemporal, ports, dataDir }, env, children, say }: StackOptions,
  run: (service: Service) => Promise<void>,
): Promise<void> {
  if (!startsTemporal) return;
  const binary = await findTemporal(children, env, say);
  const launch = () =>
    startTemporal(children, {
      binary,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      dbFile: join(dataDir, 'temporal.db'),
      namespaces: env.TEMPORAL_NAMESPACE ? [env.TEMPORAL_NAMESPACE] : [],
      logFile: join(dataDir, 'logs', 'temporal.log'),
    });
  await run({ name: 'Temporal', launch });
}

export function simulator(options: StackOptions): Service {
  const { ports, dataDir } = options.settings;
  const args = ['--port', String(ports.simulator), '--data', join(dataDir, 'simulator')];
  return {
    name: 'The simulator',
    launch: async () => {
      const child = await spawnOurs(options, 'simulator', 'simulator/main.ts', args, options.env);
      await waitUntilReady(child, {
        port: ports.simulator,
        timeoutMs: 60_000,
        isReady: () => answers(`http://127.0.0.1:${ports.simulator}/`, (status) => status < 500),
      });
      return child;
    },
  };
}

export function api(options: StackOptions): Service {
  const port = options.settings.ports.app;
  return {
    name: 'The API',
    launch: async () => {
      const child = await spawnOurs(options, 'api', 'api/main.ts', [], productEnv(options));
      await waitUntilReady(child, {
        port,
        timeoutMs: 60_000,
        isReady: () => answers(`http://127.0.0.1:${port}/health`, (status) => status === 200),
      });
      return child;
    },
  };
}

export function worker(options: StackOptions): Service {
  return {
    name: 'The worker',
    launch: async () => {
      const env = productEnv(options);
      // As in production (docker-compose.yml): what it holds does not grow with the data, so neither need its heap.
      const bounded = { ...env, NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --max-old-space-size=384`.trim() };
      const child = await spawnOurs(options, 'worker', 'workers/main.ts', [], bounded);
      const connection = Connection.lazy({ address: env.TEMPORAL_ADDRESS });
      try {
        await waitUntilReady(child, {
          port: null,
          timeoutMs: 90_000,
          isReady: () => polls(connection, env.TEMPORAL_NAMESPACE || 'default', child),
        });
      } finally {
        await connection.close();
      }
      return child;
    },
  };
}

function spawnOurs(
  { root, children, settings, warn }: StackOptions,
  name: string,
  entry: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<Child> {
  return children.spawn({
    name: `The ${name}`,
    command: process.execPath,
    args: ['--import', 'tsx', entry, ...args],
    cwd: root,
    env,
    logFile: join(settings.dataDir, 'logs', `${name}.log`),
    onLine: (line) => warn(name, line),
  });
}

/** The environment of the API and the worker: what was given, completed by what runs here. */
function productEnv(options: StackOptions): NodeJS.ProcessEnv {
  const { env, settings } = options;
  const { secrets, ports } = settings;
  const where = addresses(options);
  const [client] = defaultSettings().clients;
  const simulated = {
    PROCORE_API_URL: where.simulator ?? undefined,
    PROCORE_LOGIN_URL: where.simulator ?? undefined,
    PROCORE_CLIENT_ID: client?.clientId,
    PROCORE_CLIENT_SECRET: client?.clientSecret,
    ...(where.simulator === null ? {} : simulatedXero(where.simulator)),
  };
  const local = {
    DATABASE_URL: databaseUrl(postgresOptions(options), DATABASE),
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_UI_URL: where.temporalUi ?? undefined,
    PORT: String(ports.app),
    PUBLIC_URL: where.app,
    ENCRYPTION_KEYS: secrets.encryptionKeys,
    BOOTSTRAP_ADMIN_EMAIL: ADMIN_EMAIL,
    BOOTSTRAP_ADMIN_PASSWORD: secrets.adminPassword,
    BOOTSTRAP_API_KEY: secrets.apiKey,
    ...(settings.startsSimulator ? simulated : {}),
  };
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  return { ...local, ...given };
}

/** The simulator serves Xero too, below a path of its own. */
function simulatedXero(simulatorUrl: string): NodeJS.ProcessEnv {
  const url = `${simulatorUrl}/xero`;
  const [client] = defaultSettings().xero.clients;
  return {
    XERO_API_URL: url,
    XERO_LOGIN_URL: url,
    XERO_IDENTITY_URL: url,
    XERO_CLIENT_ID: client?.clientId,
    XERO_CLIENT_SECRET: client?.clientSecret,
  };
}

const postgresOptions = ({ settings: { dataDir, ports, secrets } }: StackOptions) => ({
  dataDir: join(dataDir, 'pg'),
  port: ports.postgres,
  password: secrets.postgresPassword,
  logFile: join(dataDir, 'logs', 'postgres.log'),
});

/** A refused connection has its reason in `code`, and no message of its own. */
function plainReason(error: unknown): string {
  const { message, code, cause } = error as { message?: string; code?: string; cause?: { message?: string } };
  return cause?.message || message || code || String(error);
}

async function answers(url: string, isGood: (status: number) => boolean): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000), redirect: 'manual' });
  await response.body?.cancel();
  return isGood(response.status);
}

/** Pollers of an earlier worker stay listed for minutes; identities begin with the process number. */
async function polls(connection: Connection, namespace: string, child: Child): Promise<boolean> {
  const { pollers } = await connection.withDeadline(Date.now() + 2000, () =>
    connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: WORKFLOW_QUEUE }, taskQueueType: 1 }),
  );
  return (pollers ?? []).some(({ identity }) => identity?.startsWith(`${child.pid}@`));
}
