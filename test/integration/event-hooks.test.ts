import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addLog } from '../../db/queries/integration-log.ts';
import { addTimeLog } from '../../db/queries/time-sheets.ts';
import { createEventSender, type EventSender } from '../../dispatch/event-hooks.ts';
import { eventually } from '../environment/stack.ts';
import { type ApiWorld, startApi } from './api-world.ts';

interface Told {
  id: string;
  type: string;
  message: string | null;
  document: { kind: string; id: string };
}

let world: ApiWorld;
let receiver: Server;
let sender: EventSender;
let host: string;
let told: (Told & { signature: string; raw: string })[] = [];
let answer = 200;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    let raw = '';
    for await (const chunk of request) raw += chunk;
    if (answer < 300)
      told.push({ ...(JSON.parse(raw) as Told), raw, signature: String(request.headers['lentune-signature']) });
    response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  world = await startApi();
  world.deps.env.EVENT_HOOK_HOSTS.push(host);
  sender = createEventSender({ ...world.deps, hosts: [host] });
});
afterAll(async () => {
  await sender?.close();
  await world?.close();
  receiver?.close();
});
beforeEach(async () => {
  const { rows } = (await world.admin.get('/api/event-hooks')).body as { rows: { id: string }[] };
  for (const { id } of rows) await world.admin.send('DELETE', `/api/event-hooks/${id}`);
  told = [];
  answer = 200;
});

const add = async () =>
  (await world.admin.post('/api/event-hooks', { url: `http://${host}/events` })).body as { id: string; secret: string };
const log = (event: 'sent' | 'failed' | 'call', message: string, db: Parameters<typeof addLog>[0] = world.deps.db) =>
  addLog(db, { account: world.account, documentId: crypto.randomUUID(), event, result: 'success', message });
const messages = () => told.map(({ message }) => message);
const dueNow = () => world.deps.db.execute(sql`update event_hook set next_attempt_at = now()`);

test('a program is told each step once, in order and signed; what came before it was added is not told', async () => {
  await log('sent', 'Before');
  const { id, secret } = await add();
  await log('failed', 'First');
  await log('call', 'A call');
  await log('sent', 'Second');
  await eventually(async () => told.length === 2);
  expect(told.map(({ type, message }) => [type, message])).toEqual([
    ['invoice.failed', 'First'],
    ['invoice.sent', 'Second'],
  ]);
  for (const { raw, signature } of told) {
    const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    expect(createHmac('sha256', secret).update(`${seconds}.${raw}`).digest('hex')).toBe(hex);
  }
  const { body } = await world.admin.get('/api/event-hooks');
  expect(body.rows[0]).toMatchObject({ id, waiting: 0, failingSince: null });
  expect(JSON.stringify(body)).not.toContain(secret);
});

test('what a program does not take is told again, and nothing behind it overtakes', async () => {
  await add();
  answer = 500;
  await log('sent', 'One');
  await log('sent', 'Two');
  const failing = await eventually(async () => {
    const { body } = await world.admin.get('/api/event-hooks');
    return body.rows[0].failingSince !== null && body.rows[0];
  });
  expect(failing).toMatchObject({ waiting: 2, lastAnswer: 'It answered 500.', isActive: true });
  answer = 200;
  await dueNow();
  await eventually(async () => told.length === 2);
  expect(messages()).toEqual(['One', 'Two']);
});

test('a step written by a slow transaction is told although a later one was committed before it', async () => {
  await add();
  let commit = () => {};
  const isHeld = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let isWritten = () => {};
  const written = new Promise<void>((resolve) => {
    isWritten = resolve;
  });
  const slow = world.deps.db.transaction(async (tx) => {
    await log('sent', 'Slow', tx);
    isWritten();
    await isHeld;
  });
  await written;
  await log('sent', 'Quick');
  commit();
  await slow;
  await eventually(async () => told.length === 2);
  expect(messages()).toEqual(['Slow', 'Quick']);
});

test('after three days of failures a program is paused; let go on, it is told all it missed', async () => {
  const { id } = await add();
  answer = 500;
  await log('sent', 'Missed');
  await eventually(async () => (await world.admin.get('/api/event-hooks')).body.rows[0].failingSince !== null);
  await world.deps.db.execute(
    sql`update event_hook set failing_since = now() - interval '73 hours', next_attempt_at = now()`,
  );
  await eventually(async () => (await world.admin.get('/api/event-hooks')).body.rows[0].isActive === false);
  answer = 200;
  await world.admin.send('PATCH', `/api/event-hooks/${id}`, { isActive: true });
  await eventually(async () => told.length === 1);
  expect(messages()).toEqual(['Missed']);
});

test('time sheets are told of without words; another account is not told at all', async () => {
  const other = await world.person(['admin'], await world.otherAccount());
  expect((await other.post('/api/event-hooks', { url: `http://${host}/theirs` })).status).toBe(201);
  await add();
  await addTimeLog(world.deps.db, world.account, crypto.randomUUID(), 'sent', 'success', 'Aroha: 8 hours.');
  await eventually(async () => told.length > 0);
  expect(told.map(({ type, message }) => [type, message])).toEqual([['time_sheet.sent', null]]);
  const theirs = (await other.get('/api/event-hooks')).body.rows[0];
  expect(theirs.waiting).toBe(0);
  expect((await world.admin.send('DELETE', `/api/event-hooks/${theirs.id}`)).status).toBe(404);
});

test.each([
  [
    'http://169.254.169.254/latest',
    '169.254.169.254 may not be told. Whoever runs this installation adds it to EVENT_HOOK_HOSTS.',
  ],
  ['ftp://example.nz', 'Enter an address such as https://lentune.example.nz/events.'],
  ['events', 'Enter an address such as https://lentune.example.nz/events.'],
])('%s is refused', async (url, message) => {
  const refused = await world.admin.post('/api/event-hooks', { url });
  expect([refused.status, refused.body.error.fields[0].message]).toEqual([400, message]);
});
