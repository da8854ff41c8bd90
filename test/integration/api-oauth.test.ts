import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { oauthState, procoreConnection } from '../../db/schema/index.ts';
import { type RunningSimulator, startSimulator } from '../../simulator/server.ts';
import { type Answer, type ApiClient, type ApiWorld, CLIENT_SECRET, startApi } from './api-world.ts';

let simulator: RunningSimulator;
let world: ApiWorld;
beforeAll(async () => {
  simulator = await startSimulator();
  world = await startApi(simulator.url);
});
afterAll(async () => {
  await world.close();
  await simulator.close();
});
beforeEach(async () => {
  await world.admin.post('/api/connection/disconnect', {});
});

/** Presses Connect, decides on Procore's page, and gives the address Procore sends the browser back to. */
async function consent(client: ApiClient, decision: 'allow' | 'deny'): Promise<string> {
  const { body } = await client.post('/api/connection/connect', {});
  const page = await fetch(body.authorizeUrl).then((answer) => answer.text());
  const form = new URLSearchParams(
    [...page.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&amp;', '&'),
    ]),
  );
  form.set('user_id', /<option value="(\d+)"/.exec(page)?.[1] ?? '');
  form.set('decision', decision);
  const decided = await fetch(`${simulator.url}/oauth/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  const back = new URL(decided.headers.get('location') ?? '');
  expect(back.origin + back.pathname).toBe(`${world.url}/oauth/procore/callback`);
  return back.pathname + back.search;
}

const problemOf = (answer: Answer) =>
  new URL(answer.headers.get('location') ?? '', 'http://any').searchParams.get('error');
const stateNow = async () => (await world.admin.get('/api/connection')).body.state;

test('a consent connects: tokens are kept sealed, companies appear, each is asked to be made ready', async () => {
  const answer = await world.admin.get(await consent(world.admin, 'allow'));
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/settings?tab=procore&connected=1']);
  const { body: connection } = await world.admin.get('/api/connection');
  expect(connection).toMatchObject({ state: 'connected', connectedBy: 'admin@lentune.test', hasClientSecret: true });
  expect(connection.procoreUserName).toBeTruthy();
  const [row] = await world.deps.db.select().from(procoreConnection);
  expect(row?.accessToken).toMatch(/^v1\.test\./);
  const { body: companies } = await world.admin.get('/api/companies');
  expect(companies).toHaveLength(2);
  const [rows] = await world.deps.db.execute<{ count: number }>(
    sql`select count(*)::int from inbox_event where record_kind = 'company' and state = 'pending'`,
  );
  expect(rows?.count).toBe(2);
});

test('disconnecting forgets the tokens here and in Procore, and connecting again finds the same companies', async () => {
  await world.admin.get(await consent(world.admin, 'allow'));
  const { body: before } = await world.admin.get('/api/companies');
  const [row] = await world.deps.db.select().from(procoreConnection);
  const token = world.deps.secrets.open(row?.accessToken ?? '', `procore_connection.access_token:${row?.id}`);
  const me = () => fetch(`${simulator.url}/rest/v1.0/me`, { headers: { authorization: `Bearer ${token}` } });
  expect((await me()).status).toBe(200);
  expect((await world.admin.post('/api/connection/disconnect', {})).status).toBe(204);
  expect(await stateNow()).toBe('disconnected');
  expect((await me()).status).toBe(401);
  await world.admin.get(await consent(world.admin, 'allow'));
  expect((await world.admin.get('/api/companies')).body.map(({ id }: { id: string }) => id)).toEqual(
    before.map(({ id }: { id: string }) => id),
  );
});

test('a consent denied in Procore says so and connects nothing', async () => {
  const answer = await world.admin.get(await consent(world.admin, 'deny'));
  expect(problemOf(answer)).toBe('Procore was not connected, because access was not allowed there.');
  expect(await stateNow()).toBe('disconnected');
});

test('a consent that took longer than ten minutes must be started again', async () => {
  const back = await consent(world.admin, 'allow');
  await world.deps.db.update(oauthState).set({ expiresAt: sql`now() - interval '1 second'` as unknown as string });
  expect(problemOf(await world.admin.get(back))).toBe(
    'That sign-in took too long. Start again with Connect to Procore.',
  );
  expect(await stateNow()).toBe('disconnected');
});

test('a state lives ten minutes', async () => {
  await consent(world.admin, 'allow');
  const [row] = await world.deps.db
    .select({ minutes: sql<number>`round(extract(epoch from ${oauthState.expiresAt} - now()) / 60)::int` })
    .from(oauthState)
    .where(eq(oauthState.account, world.account));
  expect(row?.minutes).toBe(10);
});

test("a consent begun in one session cannot be finished in another's, nor afterwards", async () => {
  const back = await consent(world.admin, 'allow');
  const other = await world.person(['admin']);
  expect(problemOf(await other.get(back))).toBe(
    'That sign-in was started in another session. Start again with Connect to Procore.',
  );
  expect(problemOf(await world.admin.get(back))).toBe(
    'That sign-in is not known here, or was used already. Start again with Connect to Procore.',
  );
  expect(await stateNow()).toBe('disconnected');
});

test('a consent finished without a session, or used twice, connects nothing more', async () => {
  expect(problemOf(await world.stranger.get(await consent(world.admin, 'allow')))).toBe(
    'You are no longer signed in here. Sign in, then start again with Connect to Procore.',
  );
  const back = await consent(world.admin, 'allow');
  expect(problemOf(await world.admin.get(back))).toBeNull();
  expect(problemOf(await world.admin.get(back))).toBe(
    'That sign-in is not known here, or was used already. Start again with Connect to Procore.',
  );
});

test('a made-up state and a made-up code are refused', async () => {
  expect(problemOf(await world.admin.get('/oauth/procore/callback?state=made-up&code=made-up'))).toBe(
    'That sign-in is not known here, or was used already. Start again with Connect to Procore.',
  );
  const back = (await consent(world.admin, 'allow')).replace(/code=\w+/, 'code=made-up');
  expect(problemOf(await world.admin.get(back))).toMatch(/^Procore did not accept the sign-in: .+ Start again/);
  expect(await stateNow()).toBe('disconnected');
});

test('a machine cannot begin a consent', async () => {
  const answer = await world.machine('lk_the-first-key-of-this-test-installation').post('/api/connection/connect', {});
  expect([answer.status, answer.body.error.message]).toEqual([403, 'Only a signed-in person can connect to Procore.']);
});

test('neither secret nor tokens are in any answer', async () => {
  await world.admin.get(await consent(world.admin, 'allow'));
  await world.admin.send('PATCH', '/api/settings', { procoreSettingEdit: true });
  const changed = await world.admin.send('PATCH', '/api/connection', { clientSecret: CLIENT_SECRET });
  await world.admin.send('PATCH', '/api/settings', { procoreSettingEdit: false });
  const [row] = await world.deps.db.select().from(procoreConnection);
  const open = (sealed: string | null | undefined, column: string) =>
    world.deps.secrets.open(sealed ?? '', `procore_connection.${column}:${row?.id}`);
  const secrets = [
    CLIENT_SECRET,
    row?.clientSecret,
    row?.accessToken,
    row?.refreshToken,
    open(row?.accessToken, 'access_token'),
    open(row?.refreshToken, 'refresh_token'),
  ];
  const { body: description } = await world.admin.get('/api/openapi.json');
  const paths = Object.keys(description.paths).filter((path) => !path.includes('{') && path !== '/api/events');
  const texts = [changed.text];
  for (const path of paths) texts.push((await world.admin.get(path)).text);
  const [audit] = await world.deps.db.execute<{ all: string }>(sql`select json_agg(a)::text as all from audit_event a`);
  texts.push(audit?.all ?? '');
  expect(texts.length).toBeGreaterThan(12);
  for (const text of texts) for (const secret of secrets) expect(text.includes(secret ?? 'nothing')).toBe(false);
});
