import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator } from '../../simulator/server.ts';
import { type Driver, drive, send } from './drive.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CLIENT = { client_id: 'lentune-sim-client', client_secret: 'lentune-sim-secret' };

/** The same folder opened again, with the tokens of before. */
async function reopen(before: Driver): Promise<Driver> {
  await before.close();
  const after = await drive({ dataFolder: folder, seed: 99 });
  const { access_token } = before.tokens;
  const headers = { authorization: `Bearer ${access_token}` };
  return { ...after, api: (method, path, body) => after.api(method, path, body, headers) };
}

test('a restart keeps rows, tokens, hooks, the queue, the ledger, settings and ids', async () => {
  const first = await drive({ dataFolder: folder });
  const { companyId } = first;
  const hooks = `/rest/v2.0/companies/${companyId}/webhooks/hooks`;
  const hook = { payload_version: 'v3.0', namespace: 'kept', destination_url: 'http://127.0.0.1:9/never' };
  const { id } = (await first.api('POST', hooks, hook)).body.data;
  await first.api('POST', `${hooks}/${id}/triggers`, { resource_name: 'Company Vendors', event_type: 'create' });
  const create = (name: string, by: Driver) =>
    by.api('POST', '/rest/v1.0/vendors', { company_id: companyId, vendor: { name } });
  const vendor = (await create('Kept Ltd', first)).body;
  await first.control('PUT', '/switches', { origin_data: 'dropped' });
  const refresh = { grant_type: 'refresh_token', ...CLIENT, refresh_token: first.tokens.refresh_token };
  expect((await send(`${first.simulator.url}/oauth/token`, 'POST', refresh, {})).status).toBe(200);

  const second = await reopen(first);
  expect((await second.api('GET', `/rest/v1.0/vendors/${vendor.id}?company_id=${companyId}`)).body.name).toBe(
    'Kept Ltd',
  );
  expect((await second.api('GET', `${hooks}?namespace=kept`)).body.data[0].id).toBe(id);
  expect((await second.control('GET', '/webhooks')).body.hooks[0].queued).toBe(1);
  expect((await second.control('GET', '/switches')).body.switches.origin_data).toBe('dropped');
  expect((await second.control('GET', '/sample')).body.seed).toBe(7);
  const { entries } = (await second.control('GET', '/ledger')).body;
  expect(entries.map((entry: { resource: string }) => entry.resource)).toContain('vendors');
  expect((await send(`${second.simulator.url}/oauth/token`, 'POST', refresh, {})).body.error).toBe('invalid_grant');
  expect((await create('Later Ltd', second)).body.id).toBe(vendor.id + 1);
  await second.close();
});

test('a journal line cut short by a crash is left out, all before it stays', async () => {
  const first = await drive({ dataFolder: folder });
  await first.control('PATCH', `/records/projects/${first.guide.exampleProjects.inConstruction.id}`, {
    name: 'Renamed',
  });
  await first.close();
  const journal = readdirSync(folder).find((name) => name.startsWith('journal-'))!;
  appendFileSync(join(folder, journal), '[["put","projects",{"id":1,');
  const second = await drive({ dataFolder: folder });
  expect(second.guide.exampleProjects.inConstruction.name).toBe('Renamed');
  await second.close();
});

test('a reset is kept too, and nothing of before comes back', async () => {
  const first = await drive({ dataFolder: folder });
  await first.control('PATCH', `/records/projects/${first.guide.exampleProjects.inConstruction.id}`, {
    name: 'Renamed',
  });
  await first.control('POST', '/reset', { seed: 5 });
  await first.close();
  const second = await drive({ dataFolder: folder });
  expect(second.guide).toMatchObject({ seed: 5, exampleProjects: { inConstruction: { name: 'Harbour Apartments' } } });
  await second.close();
});

test('without a data folder the same seed gives the same company, another seed another one', async () => {
  const projects = async (seed: number) => {
    const one = await drive({ seed });
    const { records } = (await one.control('GET', '/records/projects')).body;
    await one.close();
    return records;
  };
  const first = await projects(3);
  expect(await projects(3)).toEqual(first);
  expect(await projects(4)).not.toEqual(first);
});

test('a taken port is an error that names it', async () => {
  const first = await drive();
  await expect(startSimulator({ port: first.simulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
});
