import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { accountingOauthState, auditEvent } from '../../db/schema/index.ts';
import { type RunningSimulator, startSimulator } from '../../simulator/server.ts';
import { type Answer, type ApiClient, type ApiWorld, startApi } from './api-world.ts';

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
  await world.admin.post('/api/accounting/disconnect', {});
});

/** Presses Connect, decides on Xero's page, and gives the address Xero sends the browser back to. */
async function consent(client: ApiClient, decision: 'allow' | 'deny', everything = false): Promise<string> {
  const { body } = await client.post('/api/accounting/connect', {});
  const page = await fetch(body.authorizeUrl).then((answer) => answer.text());
  const form = new URLSearchParams(
    [...page.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&amp;', '&'),
    ]),
  );
  form.set('tenant_id', everything ? '' : (/<option value="([^"]+)"/.exec(page)?.[1] ?? ''));
  form.set('decision', decision);
  const decided = await fetch(`${simulator.url}/xero/identity/connect/authorize`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  const back = new URL(decided.headers.get('location') ?? '');
  expect(back.origin + back.pathname).toBe(`${world.url}/oauth/xero/callback`);
  return back.pathname + back.search;
}

const problemOf = (answer: Answer) =>
  new URL(answer.headers.get('location') ?? '', 'http://any').searchParams.get('error');
const now = async () => (await world.admin.get('/api/accounting')).body;
const lastAudit = async () =>
  (
    await world.deps.db
      .select()
      .from(auditEvent)
      .where(eq(auditEvent.account, world.account))
      .orderBy(desc(auditEvent.id))
      .limit(1)
  )[0];

test('refuses a caller without a session', async () => {
  expect((await world.stranger.get('/api/accounting')).status).toBe(401);
  expect((await world.stranger.get('/api/gl-codes')).status).toBe(401);
});

test('a consent connects, chooses the one organisation and reads its lists; no secret is answered', async () => {
  const answer = await world.admin.get(await consent(world.admin, 'allow'));
  expect(answer.headers.get('location')).toBe('/settings?tab=accounting&connected=1');
  const accounting = await now();
  expect(accounting).toMatchObject({
    system: 'Xero',
    state: 'connected',
    clientId: 'lentune-sim-xero',
    hasClientSecret: true,
    settings: { mixedInvoices: 'split', billStatus: 'submitted', billDueDays: 30 },
  });
  expect(accounting.organisations).toMatchObject([{ name: 'Kauri Construction Ltd', isChosen: true }]);
  expect(accounting.listsReadAt).not.toBeNull();
  expect(JSON.stringify(accounting)).not.toContain('lentune-sim-xero-secret');
  const { body: codes } = await world.admin.get('/api/gl-codes');
  expect(codes).toContainEqual({ code: '445', name: 'Light, Power, Heating' });
  expect(codes.map(({ code }: { code: string }) => code)).not.toContain('477');
});

test('with several organisations a person chooses; the choice is audited', async () => {
  await world.admin.get(await consent(world.admin, 'allow', true));
  const { organisations } = await now();
  const interiors = organisations.find(({ name }: { name: string }) => name === 'Kauri Interiors Ltd');
  const chosen = await world.admin.send('PUT', '/api/accounting/organisation', { id: interiors.id });
  expect(chosen.body.organisations.filter((one: { isChosen: boolean }) => one.isChosen)).toMatchObject([
    { name: 'Kauri Interiors Ltd' },
  ]);
  expect(await lastAudit()).toMatchObject({ action: 'accounting.organisation-chosen' });
  const unknown = { id: '01998b60-0000-7000-8000-0123456789ab' };
  expect((await world.admin.send('PUT', '/api/accounting/organisation', unknown)).status).toBe(404);
  expect((await world.admin.post('/api/accounting/refresh', {})).status).toBe(200);
});

test('tax codes are mapped to tax rates', async () => {
  await world.admin.get(await consent(world.admin, 'allow'));
  const { body: before } = await world.admin.get('/api/accounting/tax-types');
  const [code] = before.mappings;
  const change = { mappings: [{ taxCodeId: code.taxCodeId, taxType: 'INPUT2' }] };
  const { body: after } = await world.admin.send('PUT', '/api/accounting/tax-types', change);
  expect(after.mappings.find((row: typeof code) => row.taxCodeId === code.taxCodeId).taxType).toBe('INPUT2');
  expect(after.rates.map(({ taxType }: { taxType: string }) => taxType)).toContain('NONE');
});

test('settings are checked, kept and audited', async () => {
  const change = { mixedInvoices: 'hold', billStatus: 'draft', billDueDays: 20 };
  expect((await world.admin.send('PATCH', '/api/accounting/settings', change)).body.settings).toEqual(change);
  expect(await lastAudit()).toMatchObject({ action: 'settings.changed', after: change });
  const refused = await world.admin.send('PATCH', '/api/accounting/settings', { billDueDays: -1 });
  expect([refused.status, refused.body.error.message]).toEqual([400, 'Enter 0 or more days.']);
});

test('a consent that fails says why, in a sentence', async () => {
  expect(problemOf(await world.admin.get(await consent(world.admin, 'deny')))).toContain(
    'access was not allowed there',
  );
  const back = await consent(world.admin, 'allow');
  expect(problemOf(await world.stranger.get(back))).toContain('no longer signed in');
  expect(problemOf(await world.admin.get(back))).toContain('used already');
  const other = await world.person(['admin']);
  expect(problemOf(await other.get(await consent(world.admin, 'allow')))).toContain('another session');
  const late = await consent(world.admin, 'allow');
  await world.deps.db.update(accountingOauthState).set({ expiresAt: '2020-01-01T00:00:00Z' });
  expect(problemOf(await world.admin.get(late))).toContain('too long');
  expect((await now()).state).toBe('disconnected');
});

test('only an administrator changes it, and another client id ends the sign-in', async () => {
  const clerk = await world.person(['clerk']);
  expect((await clerk.get('/api/accounting')).status).toBe(200);
  expect((await clerk.post('/api/accounting/connect', {})).status).toBe(403);
  expect((await clerk.send('PATCH', '/api/accounting/settings', { billDueDays: 1 })).status).toBe(403);
  await world.admin.get(await consent(world.admin, 'allow'));
  const changed = await world.admin.send('PATCH', '/api/accounting', { clientId: 'another-app' });
  expect(changed.body).toMatchObject({ clientId: 'another-app', state: 'disconnected' });
  await world.admin.send('PATCH', '/api/accounting', { clientId: 'lentune-sim-xero' });
});
