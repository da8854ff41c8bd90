import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { companyAddress } from '../../db/queries/companies.ts';
import { procoreConnection } from '../../db/schema/index.ts';
import { type RunningSimulator, startSimulator } from '../../simulator/server.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let simulator: RunningSimulator;
let world: ApiWorld;
let companies: { id: number }[];

beforeAll(async () => {
  simulator = await startSimulator({ checkContract: true });
  companies = (await control('GET', '/sample')).companies;
  world = await startApi(simulator.url);
  await world.admin.send('PATCH', '/api/settings', { procoreSettingEdit: true });
});
afterAll(async () => {
  await world?.close();
  await simulator?.close();
});
beforeEach(async () => {
  await world.admin.post('/api/connection/disconnect', {});
  await change({ environment: 'installation', signIn: 'person' });
  await control('PUT', '/settings', { companyApiUrls: {} });
});

async function control(method: string, path: string, body?: object) {
  const headers = { 'content-type': 'application/json' };
  const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
  return (await fetch(`${simulator.url}/control${path}`, init)).json();
}

const change = (body: object) => world.admin.send('PATCH', '/api/connection', body);
const connect = () => world.admin.post('/api/connection/connect', {});
const connection = async () => (await world.admin.get('/api/connection')).body;
const companyId = () => String(companies[0]?.id);

test('a service account connects without a browser, has no refresh token and is asked for anew when its token ends', async () => {
  await change({ signIn: 'service_account', serviceCompanyId: companyId() });
  expect(await connect()).toMatchObject({ status: 200, body: { authorizeUrl: null } });
  expect(await connection()).toMatchObject({ state: 'connected', signIn: 'service_account' });
  expect((await world.admin.get('/api/companies')).body).toHaveLength(2);
  const [row] = await world.deps.db.select().from(procoreConnection);
  expect(row).toMatchObject({ refreshToken: null, connectedBy: 'admin@lentune.test' });

  await world.deps.db.update(procoreConnection).set({ accessTokenExpiresAt: sql`now() - interval '1 minute'` });
  const [company] = (await world.admin.get('/api/companies')).body;
  const address = await companyAddress(world.deps.db, world.account, company.id);
  const api = world.deps.procore.company({ ...address, lane: 'person' });
  expect((await api.stages.all()).length).toBeGreaterThan(0);
  const [after] = await world.deps.db.select().from(procoreConnection);
  expect(after).toMatchObject({ state: 'connected', tokenVersion: (row?.tokenVersion ?? 0) + 1 });
  expect((await control('GET', '/contract')).violations).toEqual([]);
});

test('a service account must name a company it reaches, and its app must be known', async () => {
  await world.deps.db.update(procoreConnection).set({ serviceCompanyId: null });
  await change({ signIn: 'service_account' });
  expect((await connect()).body.error.message).toBe('Enter the Procore company id of the service account first.');
  await change({ serviceCompanyId: '1' });
  expect(await connect()).toMatchObject({
    status: 409,
    body: { error: { message: expect.stringContaining('App is not connected to this company.') } },
  });
  expect((await connection()).state).toBe('disconnected');
  await change({ serviceCompanyId: companyId(), clientSecret: 'wrong' });
  expect((await connect()).body.error.message).toMatch(/^Procore did not accept the service account: /);
  await change({ clientSecret: 'lentune-sim-secret' });
  expect((await change({ serviceCompanyId: 'Kauri' })).status).toBe(400);
});

test('the way to sign in and the Procore are changed while disconnected only', async () => {
  await change({ signIn: 'service_account', serviceCompanyId: companyId() });
  await connect();
  const refused = await change({ signIn: 'person' });
  expect([refused.status, refused.body.error.message]).toEqual([
    409,
    'Disconnect from Procore before you connect to another one or in another way.',
  ]);
  expect((await change({ environment: 'production' })).status).toBe(409);
});

test('another Procore is another connection, with hosts of its own; the first one’s companies come back with it', async () => {
  await change({ signIn: 'service_account', serviceCompanyId: companyId() });
  await connect();
  const before = (await world.admin.get('/api/companies')).body.map(({ id }: { id: string }) => id);
  await world.admin.post('/api/connection/disconnect', {});
  expect((await change({ environment: 'developer_sandbox' })).body).toMatchObject({
    environment: 'developer_sandbox',
    apiUrl: 'https://sandbox.procore.com',
    loginUrl: 'https://login-sandbox.procore.com',
    signIn: 'person',
  });
  const { authorizeUrl } = (await connect()).body;
  expect(new URL(authorizeUrl).origin).toBe('https://login-sandbox.procore.com');
  expect((await world.admin.get('/api/companies')).body).toEqual([]);
  for (const [environment, host] of [
    ['production', 'api.procore.com'],
    ['monthly_sandbox', 'api-monthly.procore.com'],
  ])
    expect(new URL((await change({ environment })).body.apiUrl).host).toBe(host);
  expect((await change({ environment: 'installation' })).body.apiUrl).toBe(simulator.url);
  await connect();
  expect((await world.admin.get('/api/companies')).body.map(({ id }: { id: string }) => id)).toEqual(before);
  expect((await change({ environment: 'https://evil.example' })).status).toBe(400);
});

test('a company that Procore keeps on another host is addressed there, if that host may have our token', async () => {
  const other = simulator.url.replace('127.0.0.1', 'localhost');
  await change({ signIn: 'service_account', serviceCompanyId: companyId() });
  await control('PUT', '/settings', { companyApiUrls: { [companyId()]: other } });
  await connect();
  const addresses = async () => {
    const rows = (await world.admin.get('/api/companies')).body as { id: string; procoreId: string }[];
    const found = await Promise.all(rows.map(({ id }) => companyAddress(world.deps.db, world.account, id)));
    return Object.fromEntries(found.map((one) => [one.companyId, one.apiUrl]));
  };
  expect(new Set(Object.values(await addresses()))).toEqual(new Set([simulator.url]));
  world.deps.env.PROCORE_ALLOWED_HOSTS.push(new URL(other).host);
  await connect();
  expect(await addresses()).toEqual({ [companyId()]: other, [String(companies[1]?.id)]: simulator.url });
});

test('a host that Procore names but that does not answer as its API is not used', async () => {
  const web = createServer((_request, response) => response.end('<html><title>Procore</title></html>'));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  try {
    world.deps.env.PROCORE_ALLOWED_HOSTS.push(host);
    await change({ signIn: 'service_account', serviceCompanyId: companyId() });
    await control('PUT', '/settings', { companyApiUrls: { [companyId()]: `http://${host}` } });
    expect((await connect()).status).toBe(200);
    const rows = (await world.admin.get('/api/companies')).body as { id: string }[];
    for (const { id } of rows)
      expect((await companyAddress(world.deps.db, world.account, id)).apiUrl).toBe(simulator.url);
  } finally {
    await new Promise((resolve) => web.close(resolve));
  }
});
