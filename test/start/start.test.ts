import { lstatSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Connection, WorkflowClient } from '@temporalio/client';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FreshCopy, freshCopy } from './fresh-copy.ts';
import { freePorts, npmStart, type Ports, type RunningStart, recordOf, survivors } from './running-start.ts';

let copy: FreshCopy;
let ports: Ports;
let running: RunningStart | undefined;

beforeAll(async () => {
  copy = freshCopy();
  ports = await freePorts();
});

afterAll(async () => {
  running?.pressCtrlC();
  await running?.ended;
  copy.remove();
});

test('a taken port is named with its process and its setting, and nothing is started', async () => {
  const holder = createServer().listen(Number(ports.SIMULATOR_PORT));
  const refused = npmStart(copy.folder, ports);
  expect(await refused.ended).toBe(1);
  holder.close();
  const line = `Port ${ports.SIMULATOR_PORT} for the Procore simulator is taken by process ${process.pid}. Stop it, or set SIMULATOR_PORT to another port.`;
  expect(refused.output().trim().split('\n').slice(-1)).toEqual([line]);
});

test('a fresh clone in a closed folder starts within a minute, and Ctrl-C leaves nothing running', async () => {
  running = npmStart(copy.folder, ports);
  const seconds = await running.waitFor('Ready in', 170_000);
  console.log(`first start: ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(60);
  expect((await fetch(`http://127.0.0.1:${ports.PORT}/health`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${ports.TEMPORAL_UI_PORT}/`)).status).toBe(200);
  expect(statSync(join(copy.folder, '.data', 'secrets.json')).mode & 0o777).toBe(0o600);
  if (process.getuid?.() === 0) expect(lstatSync(join(copy.folder, '.data', 'pg')).isSymbolicLink()).toBe(true);
  await leaveTraces();

  const { children } = recordOf(copy.folder);
  expect(children.length).toBe(5);
  running.pressCtrlC();
  await running.ended;
  expect(running.output()).toContain('Stopped. The data is kept.');
  expect(await survivors(children, 5000)).toEqual([]);
});

test('the second start is quick and has everything the first one kept', async () => {
  running = npmStart(copy.folder, ports);
  const seconds = await running.waitFor('Ready in', 60_000);
  console.log(`second start: ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(15);
  expect(await traces()).toEqual({ rows: [{ note: 'kept' }], workflowType: 'LeftBehind' });
});

test('a second start beside a running one says so', async () => {
  const second = npmStart(copy.folder, ports);
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(
    `It is already running here as process ${recordOf(copy.folder).parent}. Stop that one first.`,
  );
});

test('a killed worker is started again', async () => {
  const worker = listedPid('worker');
  process.kill(worker, 'SIGKILL');
  await running?.waitFor('The worker ended unexpectedly (signal SIGKILL); starting it again in 1 s.', 10_000);
  await running?.waitFor('The worker is running again.', 60_000);
});

test('kill -9 of the start itself ends every child, and the next start has everything', async () => {
  const { parent, children } = recordOf(copy.folder);
  process.kill(parent, 'SIGKILL');
  expect(await survivors(children, 20_000)).toEqual([]);

  running = npmStart(copy.folder, ports);
  await running.waitFor('Ready in', 60_000);
  expect(await traces()).toEqual({ rows: [{ note: 'kept' }], workflowType: 'LeftBehind' });
});

test('a kill of npm alone stops everything too', async () => {
  const { children } = recordOf(copy.folder);
  running?.kill();
  await running?.waitFor('Stopped. The data is kept.', 20_000);
  expect(await survivors(children, 5000)).toEqual([]);
});

async function leaveTraces(): Promise<void> {
  await withDatabase(async (sql) => {
    await sql`create table trace (note text)`;
    await sql`insert into trace values ('kept')`;
  });
  await withTemporal((client) =>
    client.start('LeftBehind', { taskQueue: 'nobody-listens', workflowId: 'left-behind', args: [] }),
  );
}

async function traces() {
  const rows = await withDatabase(async (sql) => [...(await sql`select note from trace`)]);
  const workflowType = await withTemporal(async (client) => (await client.getHandle('left-behind').describe()).type);
  return { rows, workflowType };
}

async function withDatabase<T>(run: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const { postgresPassword } = JSON.parse(readFileSync(join(copy.folder, '.data', 'secrets.json'), 'utf8'));
  const sql = postgres(`postgres://lentune:${postgresPassword}@127.0.0.1:${ports.POSTGRES_PORT}/lentune`, { max: 1 });
  try {
    return await run(sql);
  } finally {
    await sql.end();
  }
}

async function withTemporal<T>(run: (client: WorkflowClient) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: `127.0.0.1:${ports.TEMPORAL_PORT}` });
  try {
    return await run(new WorkflowClient({ connection }));
  } finally {
    await connection.close();
  }
}

/** The process that runs an entry point, found by its command line among the recorded children. */
function listedPid(room: 'worker'): number {
  const entry = `${room}s/main.ts`;
  const found = recordOf(copy.folder).children.find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(entry),
  );
  if (found === undefined) throw new Error(`${entry} is not running`);
  return found;
}
