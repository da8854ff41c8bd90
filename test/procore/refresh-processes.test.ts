import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveTokens } from '../../db/queries/tokens.ts';
import { procoreConnection } from '../../db/schema/index.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { openDatabase } from '../../platform/database.ts';
import { type RunningSimulator, startSimulator } from '../../simulator/server.ts';
import { createDatabase } from '../environment/database.ts';
import { addConnection } from './connection.ts';
import type { Job, JobResult, Reach } from './refresher.ts';

/** The soak has the many. */
const EXPIRIES = process.env.SOAK ? 200 : 5;
const PROCESSES = 8;
const key = randomBytes(32);
const secrets = createSecretBox([{ id: 'test', bytes: key }]);

let simulator: RunningSimulator;
let db: ReturnType<typeof openDatabase>['db'];
let connectionId: string;
let workers: ChildProcess[];

beforeAll(async () => {
  const [database, running] = await Promise.all([createDatabase(), startSimulator()]);
  simulator = running;
  const handle = openDatabase(database.url, { max: 4 });
  db = handle.db;
  connectionId = await addConnection(db, { apiUrl: simulator.url, loginUrl: simulator.url });
  const clientSecret = secrets.seal('lentune-sim-secret', `procore_connection.client_secret:${connectionId}`);
  await db.update(procoreConnection).set({ clientId: 'lentune-sim-client', clientSecret });
  const { companies } = await control<{ companies: { id: number }[] }>('/sample');
  const reach: Reach = {
    databaseUrl: database.url,
    key: key.toString('base64'),
    apiUrl: simulator.url,
    connectionId,
    companyId: String(companies[0]?.id),
  };
  const file = fileURLToPath(new URL('./refresher.ts', import.meta.url));
  workers = Array.from({ length: PROCESSES }, () => fork(file, { execArgv: ['--import', 'tsx'] }));
  await Promise.all(workers.map((worker) => ask(worker, reach)));
  return async () => {
    await handle.close();
    await database.drop();
  };
}, 120_000);

afterAll(async () => {
  for (const worker of workers ?? []) worker.send('stop', () => undefined);
  await simulator?.close();
});

async function control<T>(path: string, body?: unknown): Promise<T> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return (await (await fetch(`${simulator.url}/control${path}`, body === undefined ? {} : init)).json()) as T;
}

function ask<T>(worker: ChildProcess, message: Reach | Job): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A worker ended with ${code}`));
    worker.once('exit', onExit);
    worker.once('message', (answer) => {
      worker.off('exit', onExit);
      resolve(answer as T);
    });
    worker.send(message);
  });
}

/** What a consent leaves: a new pair of tokens. */
async function consent(): Promise<void> {
  const pair = await control<{ access_token: string; refresh_token: string }>('/tokens', {});
  const tokens = { accessToken: pair.access_token, refreshToken: pair.refresh_token, expiresInSeconds: 5400 };
  await saveTokens(db, secrets, connectionId, tokens);
}

const expire = () => db.update(procoreConnection).set({ accessTokenExpiresAt: sql`now() - interval '1 minute'` });
const connection = async () =>
  (await db.select().from(procoreConnection).where(eq(procoreConnection.id, connectionId)))[0];

/** Every process gets one job at the same moment. */
const workAtOnce = (jobs: readonly Job[]) =>
  Promise.all(workers.map((worker, index) => ask<JobResult>(worker, jobs[index]!)));
const jobsOf = (round: string): Job[] => workers.map((_, index) => ({ name: `${round} of ${index + 1}` }));

/** Jobs that did not end are done again, as a workflow does. */
async function workUntilDone(jobs: readonly Job[]): Promise<void> {
  let left = await workAtOnce(jobs);
  while (left.some(({ outcome }) => outcome !== 'done')) {
    await sleep(200);
    left = await Promise.all(
      left.map((one, index) => (one.outcome === 'done' ? one : ask<JobResult>(workers[index]!, one))),
    );
  }
}

const tokenGrants = async () => {
  const { entries } = await control<{ entries: { resource: string }[] }>('/ledger');
  return entries.filter(({ resource }) => resource === 'token').length;
};
const timesCreated = async (jobs: readonly Job[]) => {
  const { records } = await control<{ records: { name: string }[] }>('/records/vendors');
  return jobs.map(({ name }) => records.filter((record) => record.name === name).length);
};

test(
  `${PROCESSES} processes that meet ${EXPIRIES} expired tokens refresh each once`,
  async () => {
    await consent();
    await workUntilDone(jobsOf('first'));
    for (let round = 1; round <= EXPIRIES; round++) {
      await expire();
      await workUntilDone(jobsOf(`expiry ${round}`));
      expect(await tokenGrants()).toBe(round);
    }
    expect(await connection()).toMatchObject({ state: 'connected', tokenVersion: EXPIRIES + 1 });
    expect(await control('/audit')).toMatchObject({ deadTokenReuse: 0 });
  },
  30_000 + EXPIRIES * 3000,
);

test('a refresh whose answer is lost ends in reconnect needed, and a new consent lets everything through once', async () => {
  await consent();
  await control('/faults', {
    match: { method: 'POST', path: '^/oauth/token$' },
    effect: { kind: 'lost-response' },
  });
  await expire();
  const jobs = jobsOf('kept');
  const results = await workAtOnce(jobs);
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['network', 'AUTH_EXPIRED']));
  expect((await connection())?.state).toBe('reconnect_needed');
  expect(new Set((await workAtOnce(jobs)).map(({ outcome }) => outcome))).toEqual(new Set(['AUTH_EXPIRED']));
  expect(await timesCreated(jobs)).toEqual(jobs.map(() => 0));
  await consent();
  await workUntilDone(jobs);
  expect(await timesCreated(jobs)).toEqual(jobs.map(() => 1));
  expect((await connection())?.state).toBe('connected');
}, 60_000);
