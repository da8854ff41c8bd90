import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { and, eq, sql } from 'drizzle-orm';
import type { DrainFlow } from '../../activities/drain.ts';
import type { FlowReader } from '../../activities/flow.ts';
import { createApp } from '../../api/app.ts';
import { bootstrap } from '../../api/bootstrap.ts';
import { type CompanyView, listCompanies } from '../../db/queries/companies.ts';
import { ensureConnection, noteConsent } from '../../db/queries/connections.ts';
import { changeSettings } from '../../db/queries/settings.ts';
import { saveTokens } from '../../db/queries/tokens.ts';
import { inboxEvent } from '../../db/schema/index.ts';
import { connectCompanies } from '../../dispatch/connect.ts';
import { createDocumentDispatcher } from '../../dispatch/documents.ts';
import { createDoorbell, type Doorbell } from '../../dispatch/doorbell.ts';
import { createScheduleKeeper } from '../../dispatch/schedules.ts';
import { createDeps, type Deps } from '../../platform/deps.ts';
import { readEnv } from '../../platform/env.ts';
import { type SimulatorOptions, startSimulator } from '../../simulator/server.ts';
import { logTemporalTo, type RunningWorker, startWorker } from '../../workers/worker.ts';

export interface StackOptions {
  simulator?: SimulatorOptions;
  /** false: nothing drains until `startWorker` or `startWorkerProcess` */
  hasWorker?: boolean;
  /** false: nothing is rung */
  hasDoorbell?: boolean;
  /** true: Temporal's schedules follow the settings */
  hasSchedules?: boolean;
  /** replaces what a flow reads, for what Procore would hardly do */
  readers?: Partial<Record<DrainFlow, FlowReader>>;
  /** where Temporal answers, when a test stands between */
  temporalAddress?: string;
  /** a database and a Temporal of the caller's; a test run's own otherwise */
  on?: Services;
  env?: Record<string, string>;
}

export interface Services {
  databaseUrl: string;
  address: string;
  namespace: string;
  drop(): Promise<void>;
}

/** A whole product: database, Temporal namespace, simulator, API, doorbell and worker, all its own. */
export interface Stack {
  deps: Deps;
  /** the environment, for a process of the product */
  env: Record<string, string>;
  account: string;
  connectionId: string;
  /** where the API listens */
  url: string;
  simulatorUrl: string;
  doorbell: Doorbell | null;
  /** Calls our API with the account's machine key. */
  api<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
  /** Calls the simulator's control API. */
  control<T>(method: string, path: string, body?: unknown): Promise<T>;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** A worker that can be killed; it runs when this resolves. */
  startWorkerProcess(): Promise<ChildProcess>;
  close(): Promise<void>;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const services = options.on ?? (await claimServices());
    closers.push(services.drop);
    const simulator = await startSimulator(options.simulator);
    closers.push(simulator.close);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    const env = environment(services, simulator.url, url, options);
    const deps = createDeps(readEnv(env), 'test');
    closers.push(deps.close);
    logTemporalOnce(deps);
    const { account } = await bootstrap(deps);
    const { id: connectionId } = await ensureConnection(
      deps.db,
      account,
      {
        apiUrl: deps.env.PROCORE_API_URL,
        loginUrl: deps.env.PROCORE_LOGIN_URL,
        clientId: deps.env.PROCORE_CLIENT_ID,
        clientSecret: deps.env.PROCORE_CLIENT_SECRET,
      },
      deps.secrets.seal,
    );
    const doorbell =
      options.hasDoorbell === false
        ? null
        : createDoorbell({
            ...deps,
            databaseUrl: deps.env.DATABASE_URL,
            documents: createDocumentDispatcher(deps),
            ...(options.hasSchedules ? { schedules: createScheduleKeeper(deps) } : {}),
          });
    if (doorbell) closers.push(doorbell.close);
    server.on('request', createApp(deps, doorbell ?? undefined));
    closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    let worker: RunningWorker | undefined;
    const children: ChildProcess[] = [];
    const stack: Stack = {
      deps,
      env,
      account,
      connectionId,
      url,
      simulatorUrl: simulator.url,
      doorbell,
      api: (method, path, body) => callApi(`${url}${path}`, method, env.BOOTSTRAP_API_KEY ?? '', body),
      control: (method, path, body) => callControl(`${simulator.url}/control${path}`, method, body),
      async startWorker() {
        worker = await startWorker(deps, { readers: options.readers });
      },
      async stopWorker() {
        await worker?.stop();
        worker = undefined;
      },
      async startWorkerProcess() {
        const child = await startWorkerProcess(env);
        children.push(child);
        return child;
      },
      close,
    };
    closers.push(async () => {
      for (const child of children) child.kill('SIGKILL');
      await stack.stopWorker();
    });
    if (options.hasWorker !== false) await stack.startWorker();
    return stack;
  } catch (error) {
    await close();
    throw error;
  }
}

let isTemporalLogged = false;

function logTemporalOnce({ logger }: Deps): void {
  if (!isTemporalLogged) logTemporalTo(logger);
  isTemporalLogged = true;
}

/** Signs in to the simulator as its administrator, without the consent page, and waits until every company is ready. */
export async function connectStack(stack: Stack): Promise<CompanyView[]> {
  const { deps, account, connectionId } = stack;
  const token = await stack.control<{ access_token: string; refresh_token: string; expires_in: number }>(
    'POST',
    '/tokens',
    {},
  );
  await saveTokens(deps.db, deps.secrets, connectionId, {
    accessToken: token.access_token,
    refreshToken: token.refresh_token,
    expiresInSeconds: token.expires_in,
  });
  await noteConsent(deps.db, account, connectionId, {
    procoreUserId: '1',
    procoreUserName: 'Test Person',
    connectedBy: 'test',
  });
  await changeSettings(deps.db, account, { invoicesInterface: 'procore' });
  await connectCompanies(deps, account, connectionId);
  const isConnecting = and(eq(inboxEvent.flow, 'connect'), eq(inboxEvent.state, 'pending'));
  await eventually(async () => (await deps.db.$count(inboxEvent, isConnecting)) === 0);
  return listCompanies(deps.db, account, connectionId);
}

/** Calls are paid for with time; a test that asks about something else does not wait for that. */
export const forgetPacing = ({ deps }: Pick<Stack, 'deps'>) =>
  deps.db.execute(
    sql`update inbox_scope set paid_until = '-infinity', quiet_until = '-infinity' where paid_until > now()`,
  );

/** Asks until there is an answer; what is asked for takes a moment, not a fixed time. */
export async function eventually<T>(ask: () => Promise<T | undefined | false>, timeoutMs = 20_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function claimServices(): Promise<Services> {
  const [{ createDatabase }, { claimNamespace }] = await Promise.all([
    import('./database.ts'),
    import('./namespace.ts'),
  ]);
  const [database, { address, namespace }] = await Promise.all([createDatabase(), claimNamespace()]);
  return { databaseUrl: database.url, address, namespace, drop: database.drop };
}

const environment = (
  services: Services,
  simulatorUrl: string,
  url: string,
  options: StackOptions,
): Record<string, string> => ({
  DATABASE_URL: services.databaseUrl,
  TEMPORAL_ADDRESS: options.temporalAddress ?? services.address,
  TEMPORAL_NAMESPACE: services.namespace,
  PORT: '0',
  PUBLIC_URL: url,
  PROCORE_API_URL: simulatorUrl,
  PROCORE_LOGIN_URL: simulatorUrl,
  PROCORE_CLIENT_ID: 'lentune-sim-client',
  PROCORE_CLIENT_SECRET: 'lentune-sim-secret',
  XERO_API_URL: `${simulatorUrl}/xero`,
  XERO_LOGIN_URL: `${simulatorUrl}/xero`,
  XERO_IDENTITY_URL: `${simulatorUrl}/xero`,
  XERO_CLIENT_ID: 'lentune-sim-xero',
  XERO_CLIENT_SECRET: 'lentune-sim-xero-secret',
  ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
  BOOTSTRAP_ADMIN_EMAIL: 'admin@lentune.test',
  BOOTSTRAP_ADMIN_PASSWORD: 'a long test password',
  BOOTSTRAP_API_KEY: `lk_${randomBytes(24).toString('base64url')}`,
  LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
  SETTLE_DELAY_MS: '1000',
  ...options.env,
});

async function callApi<T>(
  url: string,
  method: string,
  key: string,
  body?: unknown,
): Promise<{ status: number; body: T }> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
}

async function callControl<T>(url: string, method: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${answer}`);
  return JSON.parse(answer) as T;
}

function startWorkerProcess(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--max-old-space-size=384', '--import', 'tsx', 'workers/main.ts'], {
    env: { ...process.env, ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('The worker is running')) resolve(child);
    });
    child.once('exit', (code) => reject(new Error(`The worker ended with ${code}: ${output}`)));
  });
}
