import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, inject, test } from 'vitest';
import { freePort } from '../../cli/ports.ts';
import { createDatabase, type TestDatabase } from '../environment/database.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let database: TestDatabase;
const started: ChildProcess[] = [];
beforeAll(async () => {
  database = await createDatabase();
  return () => database.drop();
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function startProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'api/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  started.push(child);
  let output = '';
  child.stdout?.on('data', (text) => (output += text));
  child.stderr?.on('data', (text) => (output += text));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, ended, output: () => output };
}

const envOf = (port: number): Record<string, string> => ({
  DATABASE_URL: database.url,
  TEMPORAL_ADDRESS: inject('services').temporalAddress,
  PORT: String(port),
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  PROCORE_CLIENT_ID: 'client',
  PROCORE_CLIENT_SECRET: 'secret',
  ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  BOOTSTRAP_ADMIN_EMAIL: 'admin@lentune.test',
  BOOTSTRAP_ADMIN_PASSWORD: 'correct horse battery',
});

async function untilHealthy(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error('The API did not come up');
}

test('it comes up, and ends cleanly when asked to, with an event stream open', async () => {
  const port = await freePort();
  const { child, ended } = startProcess(envOf(port));
  await untilHealthy(port);
  const signIn = await fetch(`http://127.0.0.1:${port}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'admin@lentune.test', password: 'correct horse battery' }),
  });
  expect([signIn.status, await signIn.text()]).toEqual([200, '{}']);
  const cookie = signIn.headers.getSetCookie().map((line) => line.split(';')[0]);
  const stream = await fetch(`http://127.0.0.1:${port}/api/events`, { headers: { cookie: cookie.join('; ') } });
  expect(stream.status).toBe(200);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await stream.body?.cancel().catch(() => undefined);
});

test('it ends when the channel of its parent closes', async () => {
  const port = await freePort();
  const { child, ended } = startProcess(envOf(port));
  await untilHealthy(port);
  child.disconnect();
  expect(await ended).toBe(0);
});

test('a taken port is one line that names it and the setting that moves it', async () => {
  const stranger = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => stranger.listen(port, resolve));
  const { ended, output } = startProcess({ ...envOf(port), LOG_LEVEL: 'error' });
  expect(await ended).toBe(1);
  expect(output().trim()).toBe(`Port ${port} is taken. Stop what uses it, or set PORT to another port.`);
  await new Promise((resolve) => stranger.close(resolve));
});

test('an environment that is not complete is named in full, without values', async () => {
  const { ended, output } = startProcess({
    ...envOf(1),
    ENCRYPTION_KEYS: 'hunter2',
    BOOTSTRAP_ADMIN_PASSWORD: 'short',
  });
  expect(await ended).toBe(1);
  expect(output()).toContain('ENCRYPTION_KEYS must be id:base64');
  expect(output()).toContain('BOOTSTRAP_ADMIN_PASSWORD must have at least 12 characters');
  expect(output()).not.toContain('hunter2');
});
