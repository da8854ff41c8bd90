import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Driver, drive } from './drive.ts';

interface Received {
  authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: three payload versions
  payload: any;
}

let it: Driver;
let server: Server;
let url: string;
let received: Received[] = [];
let answerWith = 200;
let hooks: string;

beforeAll(async () => {
  it = await drive({ checkContract: true, settings: { webhooks: { clockScale: 50 } as never } });
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      received.push({ authorization: request.headers.authorization, payload: JSON.parse(text) });
      response.statusCode = answerWith;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  hooks = `/rest/v2.0/companies/${it.companyId}/webhooks/hooks`;
}, 30_000);
afterAll(async () => {
  await it.close();
  server.close();
});
beforeEach(async () => {
  answerWith = 200;
  const { body } = await it.api('GET', `${hooks}?namespace=test&per_page=100`);
  for (const hook of body.data) await it.api('DELETE', `${hooks}/${hook.id}`);
  received = [];
});

async function hook(version: string, ...triggers: [string, string][]): Promise<string> {
  const { body } = await it.api('POST', hooks, {
    payload_version: version,
    namespace: 'test',
    destination_url: url,
    destination_headers: { Authorization: 'Bearer the-secret-value' },
  });
  const wanted = triggers.map(([resource_name, event_type]) => ({ resource_name, event_type }));
  await it.api('POST', `${hooks}/${body.data.id}/triggers/bulk`, wanted);
  return body.data.id;
}

const rename = (id: number, city: string) => it.control('PATCH', `/records/vendors/${id}`, { city });
const state = async (id: string) =>
  (await it.control('GET', '/webhooks')).body.hooks.find((one: { id: string }) => one.id === id);

test.each([
  ['v2.0', { api_version: 'v2', event_type: 'update', resource_name: 'Company Vendors' }],
  ['v3.0', { api_version: 'v3.0', event_type: 'update', resource_name: 'Company Vendors', related_resources: [] }],
  ['v4.0', { reason: 'update', resource_type: 'Company Vendors', payload_version: 'v4.0' }],
])('a change is delivered as payload %s with the authorization of the hook', async (version, expected) => {
  await hook(version, ['Company Vendors', 'update']);
  const vendor = it.guide.exampleVendors.kiwiPlumbing.id;
  await rename(vendor, `Town ${version}`);
  await expect.poll(() => received.length).toBe(1);
  expect(received[0]!.authorization).toBe('Bearer the-secret-value');
  expect(received[0]!.payload).toMatchObject(expected);
  expect(String(received[0]!.payload.resource_id)).toBe(String(vendor));
  expect((await it.control('GET', '/contract')).body.violations).toEqual([]);
});

test('an API write names the app that made it, a person’s change does not', async () => {
  await hook('v3.0', ['Company Vendors', 'update']);
  const { id } = it.guide.exampleVendors.acmeSteel;
  await it.api('PATCH', `/rest/v1.0/vendors/${id}`, { company_id: it.companyId, vendor: { name: 'Acme Steel Ltd' } });
  await rename(id, 'Bluff');
  await expect.poll(() => received.length).toBe(2);
  expect(received.map(({ payload }) => payload.metadata.source_application_id)).toEqual(['lentune-sim-client', null]);
  expect(received.every(({ payload }) => payload.user_id > 0)).toBe(true);
});

test('project resources come through the company hook, with the project', async () => {
  await hook('v3.0', ['Cost Codes', 'create'], ['Direct Cost Line Items', 'create']);
  const project = it.guide.exampleProjects.inConstruction.id;
  await it.control('POST', '/records/cost_codes', { project_id: project, code: '91', name: 'New division' });
  await expect.poll(() => received.length).toBe(1);
  expect(received[0]!.payload.project_id).toBe(project);
});

test('a company hook refuses project resources when the switch says so', async () => {
  await it.control('PUT', '/switches', { company_hooks_project_resources: 'refuse' });
  const id = await hook('v3.0');
  const answer = await it.api('POST', `${hooks}/${id}/triggers`, { resource_name: 'Cost Codes', event_type: 'update' });
  await it.control('PUT', '/switches', { company_hooks_project_resources: 'accept' });
  expect(answer.status).toBe(422);
});

test('a failing destination pauses the queue, and the first success resumes it in order', async () => {
  const id = await hook('v3.0', ['Company Vendors', 'update']);
  const ids = it.guide.exampleVendors.all.slice(2, 6).map((one: { id: number }) => one.id);
  answerWith = 500;
  await it.control('POST', '/webhooks/burst', { companyId: it.companyId, resource: 'Company Vendors', ids, count: 4 });
  await expect.poll(() => received.length).toBeGreaterThanOrEqual(2);
  expect(await state(id)).toMatchObject({ paused: true, queued: 4 });
  expect(new Set(received.map(({ payload }) => payload.resource_id)).size).toBe(1);
  received = [];
  answerWith = 200;
  await expect.poll(() => received.length, { timeout: 5000 }).toBe(4);
  expect(received.map(({ payload }) => payload.resource_id)).toEqual(ids);
  expect(await state(id)).toMatchObject({ paused: false, queued: 0, delivered: 4 });
});

test('after twelve hours of the hook’s clock the queue is discarded', async () => {
  await it.control('PUT', '/settings', { webhooks: { clockScale: 1_000_000 } });
  const id = await hook('v3.0', ['Company Vendors', 'update']);
  answerWith = 500;
  const { id: vendor } = it.guide.exampleVendors.acmeSteel;
  await it.control('POST', '/webhooks/burst', {
    companyId: it.companyId,
    resource: 'Company Vendors',
    ids: [vendor],
    count: 3,
  });
  await expect.poll(async () => (await state(id)).discarded, { timeout: 5000 }).toBe(3);
  await it.control('PUT', '/settings', { webhooks: { clockScale: 50 } });
  const { body } = await it.api('GET', `${hooks}/${id}/deliveries?filter[status]=discarded`);
  expect(body.data).toHaveLength(3);
});

test('duplicates arrive twice with one ulid', async () => {
  await it.control('PUT', '/settings', { webhooks: { duplicateProbability: 1 } });
  await hook('v3.0', ['Company Vendors', 'update']);
  await rename(it.guide.exampleVendors.acmeSteel.id, 'Gore');
  await expect.poll(() => received.length).toBe(2);
  await it.control('PUT', '/settings', { webhooks: { duplicateProbability: 0 } });
  expect(received[0]!.payload.ulid).toBe(received[1]!.payload.ulid);
});

test('reordered, the second event comes first, and none is lost', async () => {
  const ids = it.guide.exampleVendors.all.slice(2, 4).map((one: { id: number }) => one.id);
  await hook('v3.0', ['Company Vendors', 'update']);
  await it.control('PUT', '/settings', { webhooks: { reorderProbability: 1 } });
  await it.control('POST', '/webhooks/burst', { companyId: it.companyId, resource: 'Company Vendors', ids, count: 2 });
  await expect.poll(() => received.length).toBe(2);
  await it.control('PUT', '/settings', { webhooks: { reorderProbability: 0 } });
  expect(received.map(({ payload }) => payload.resource_id)).toEqual([...ids].reverse());
});

test('delayed, an event comes after its time, in order', async () => {
  await hook('v3.0', ['Company Vendors', 'update']);
  await it.control('PUT', '/settings', { webhooks: { delayProbability: 1, delayMs: 300 } });
  const from = Date.now();
  await rename(it.guide.exampleVendors.acmeSteel.id, 'Taupo');
  await expect.poll(() => received.length).toBe(1);
  await it.control('PUT', '/settings', { webhooks: { delayProbability: 0 } });
  expect(Date.now() - from).toBeGreaterThanOrEqual(290);
});

test('a hook made by v1.0 is one and the same as that of v2.0', async () => {
  const place = { company_id: it.companyId };
  const made = await it.api('POST', '/rest/v1.0/webhooks/hooks', {
    ...place,
    hook: { api_version: 'v3.0', namespace: 'test', destination_url: url },
  });
  expect(made).toMatchObject({ status: 201, body: { api_version: 'v3.0' } });
  const trigger = { resource_name: 'Company Vendors', event_type: 'update' };
  await it.api('POST', `/rest/v1.0/webhooks/hooks/${made.body.id}/triggers`, {
    ...place,
    api_version: 'v3.0',
    trigger,
  });
  expect((await it.api('GET', `${hooks}/${made.body.id}/triggers`)).body.data).toMatchObject([trigger]);
  await rename(it.guide.exampleVendors.acmeSteel.id, 'Raglan');
  await expect.poll(() => received.length).toBe(1);
});

test('the company list needs a namespace and shows the secret masked', async () => {
  await hook('v2.0');
  expect((await it.api('GET', hooks)).status).toBe(400);
  const { body } = await it.api('GET', `${hooks}?namespace=test`);
  expect(body.data[0].destination_headers.Authorization).toBe('******************value');
});

test('a destination must be https, or this machine', async () => {
  const body = { payload_version: 'v3.0', namespace: 'test', destination_url: 'http://example.nz/hook' };
  expect((await it.api('POST', hooks, body)).status).toBe(422);
});
