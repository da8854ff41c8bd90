import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createChildren } from '../cli/children.ts';
import { freePort } from '../cli/ports.ts';
import { databaseUrl, ensureDatabase, preparePostgres } from '../cli/postgres.ts';
import { migrate } from '../db/migrate.ts';
import { saveTokens } from '../db/queries/tokens.ts';
import { authOrganization, procoreConnection } from '../db/schema/index.ts';
import { createSecretBox } from '../platform/crypto.ts';
import { openDatabase } from '../platform/database.ts';
import { startSimulator } from '../simulator/server.ts';
import { type CallMade, judge, type LoggedCall, type Window } from './ratelimit-figures.ts';
import type { WorkerOrder } from './ratelimit-worker.ts';

const HELP = `Several worker processes share one call allowance: backfill without end, invoices now and then.

  npm run bench:ratelimit -- [options]

  --minutes <number>   how long (6)
  --long <calls/s>     the long window (200/120)
  --spike <calls/s>    the spike window (25/10)
  --workers <number>   worker processes (4)
  --callers <number>   backfill callers in each (6)

The last line is BENCH and one JSON object; the exit code is 1 when a target is missed.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '6' },
      long: { type: 'string', default: '200/120' },
      spike: { type: 'string', default: '25/10' },
      workers: { type: 'string', default: '4' },
      callers: { type: 'string', default: '6' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const long = windowOf(values.long);
  const spike = windowOf(values.spike);
  const seconds = Number(values.minutes) * 60;
  const { calls, logged, startedAt } = await run({
    long,
    spike,
    seconds,
    workers: Number(values.workers),
    callers: Number(values.callers),
  });
  const figures = judge({ long, spike, seconds, startedAt, calls, logged });
  for (const line of figures.lines) console.log(line);
  console.log(`BENCH ${JSON.stringify(figures.bench)}`);
  process.exitCode = figures.isMissed ? 1 : 0;
}

function windowOf(text: string): Window {
  const [limit, seconds] = text.split('/').map(Number);
  if (!limit || !seconds) throw new Error(`A window is calls/seconds, such as 25/10, not "${text}"`);
  return { limit, seconds };
}

interface Plan {
  long: Window;
  spike: Window;
  seconds: number;
  workers: number;
  callers: number;
}

async function run({ long, spike, seconds, workers, callers }: Plan) {
  const world = await startWorld(long, spike);
  const processes: ChildProcess[] = [];
  try {
    const orders = Array.from({ length: workers }, (_, index): WorkerOrder => {
      const everyMs = workers * 15_000;
      const lengths = { hour: long.seconds, spike: spike.seconds };
      return { ...world.reach, name: `worker-${index + 1}`, lengths, callers, everyMs, firstAfterMs: index * 15_000 };
    });
    for (const _ of orders)
      processes.push(
        fork(fileURLToPath(new URL('./ratelimit-worker.ts', import.meta.url)), {
          execArgv: ['--import', 'tsx'],
        }),
      );
    await Promise.all(processes.map((worker) => told(worker)));
    const startedAt = Date.now();
    for (const [index, worker] of processes.entries()) worker.send(orders[index]!);
    console.log(`${workers} workers for ${seconds} s`);
    await sleep(seconds * 1000);
    const answers = processes.map((worker) => told<CallMade[]>(worker));
    for (const worker of processes) worker.send('stop');
    const calls = (await Promise.all(answers)).flat();
    return { calls, logged: await world.requests(), startedAt };
  } finally {
    for (const worker of processes) worker.kill();
    await world.stop();
  }
}

/** The next message of a worker. */
function told<T>(worker: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message) => resolve(message as T));
    worker.once('exit', (code) => reject(new Error(`A worker ended with ${code}`)));
  });
}

/** A database with one connection, signed in to a simulator with these windows. */
async function startWorld(long: Window, spike: Window) {
  const children = createChildren();
  const folder = mkdtempSync(join(tmpdir(), 'lentune-bench-'));
  chmodSync(folder, 0o755); // PostgreSQL's own user goes through it when we are root
  const password = randomBytes(16).toString('hex');
  const options = { dataDir: join(folder, 'postgres'), port: await freePort(), password, isThrowaway: true };
  await preparePostgres(children, options)();
  await ensureDatabase(options, 'bench');
  const url = databaseUrl(options, 'bench');
  await migrate(url);
  const simulator = await startSimulator({ settings: { rateHourly: long, rateSpike: spike } });
  const control = async <T>(path: string, body?: object) => {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    return (await (await fetch(`${simulator.url}/control${path}`, init)).json()) as T;
  };
  const { companies } = await control<{ companies: { id: number }[] }>('/sample');
  const pair = await control<{ access_token: string; refresh_token: string }>('/tokens', {});
  const key = randomBytes(32).toString('base64');
  const secrets = createSecretBox([{ id: 'bench', bytes: Buffer.from(key, 'base64') }]);
  const { db, close } = openDatabase(url);
  const connectionId = crypto.randomUUID();
  await db.insert(authOrganization).values({ id: 'acme', name: 'Acme', slug: 'acme' });
  await db.insert(procoreConnection).values({
    id: connectionId,
    account: 'acme',
    apiUrl: simulator.url,
    loginUrl: simulator.url,
    clientId: 'lentune-sim-client',
    clientSecret: secrets.seal('lentune-sim-secret', `procore_connection.client_secret:${connectionId}`),
  });
  await saveTokens(db, secrets, connectionId, {
    accessToken: pair.access_token,
    refreshToken: pair.refresh_token,
    expiresInSeconds: 5400,
  });
  await close();
  return {
    reach: { databaseUrl: url, key, apiUrl: simulator.url, connectionId, companyId: String(companies[0]?.id) },
    requests: async () => (await control<{ entries: LoggedCall[] }>('/requests')).entries,
    async stop() {
      await simulator.close();
      await children.stopAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

await main();
