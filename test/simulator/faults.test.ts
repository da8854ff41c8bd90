import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Driver, drive } from './drive.ts';

let it: Driver;
let path: string;
let vendorId: number;
let number = 0;

beforeAll(async () => {
  it = await drive();
  path = `/rest/v1.0/projects/${it.guide.exampleProjects.inConstruction.id}/direct_costs`;
  vendorId = it.guide.exampleVendors.acmeSteel.id;
});
afterAll(() => it.close());
beforeEach(async () => {
  await it.control('DELETE', '/faults');
  number += 1;
});

const invoice = () => `F-${number}`;
const create = () =>
  it.api('POST', path, { item: { direct_cost_type: 'invoice', invoice_number: invoice(), vendor_id: vendorId } });
const found = async () =>
  (await it.api('GET', `${path.replace('v1.0', 'v1.1')}?filters[invoice_number]=${invoice()}`)).body.length as number;
const fault = (effect: object, match: object = { method: 'POST', path: 'direct_costs$' }) =>
  it.control('POST', '/faults', { match, effect });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a lost response has committed, and the ledger says nobody saw the answer', async () => {
  await fault({ kind: 'lost-response' });
  await expect(create()).rejects.toThrow();
  expect(await found()).toBe(1);
  const { entries } = (await it.control('GET', '/ledger')).body;
  expect(entries.at(-1)).toMatchObject({ resource: 'direct_costs', action: 'create', answered: 'lost' });
});

test('a request dropped before handling leaves nothing', async () => {
  await fault({ kind: 'drop-before' });
  await expect(create()).rejects.toThrow();
  expect(await found()).toBe(0);
});

test('a late commit is dropped now and appears later', async () => {
  await fault({ kind: 'late-commit', seconds: 0.3 });
  await expect(create()).rejects.toThrow();
  expect(await found()).toBe(0);
  await pause(450);
  expect(await found()).toBe(1);
  expect((await it.control('GET', '/ledger')).body.entries.at(-1).answered).toBe('lost');
});

test('a row under list lag answers to its id but is missing from lists for a while', async () => {
  await fault({ kind: 'list-lag', seconds: 0.3 });
  const { body } = await create();
  expect(await found()).toBe(0);
  expect((await it.api('GET', `${path.replace('v1.0', 'v1.1')}/${body.id}`)).status).toBe(200);
  await pause(400);
  expect(await found()).toBe(1);
});

test('a status fault answers in place of the handler, with its body', async () => {
  await fault({ kind: 'status', status: 422, body: { errors: { base: ['no'] } } });
  expect(await create()).toMatchObject({ status: 422, body: { errors: { base: ['no'] } } });
  expect(await found()).toBe(0);
  await fault({ kind: 'status', status: 503 });
  const { status, headers } = await create();
  expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '2' });
});

test('a 429 fault carries the headers of the window it names', async () => {
  await fault({ kind: 'status', status: 429, window: 'hourly' });
  const { status, headers, body } = await create();
  expect(status).toBe(429);
  expect(headers.get('x-rate-limit-limit')).toBe('100000');
  expect(headers.get('x-rate-limit-remaining')).toBe('0');
  expect(body).toContain('surpassed the max number of requests');
});

test('slow, truncated and HTML answers are what they say', async () => {
  await fault({ kind: 'slow', ms: 200 });
  const from = Date.now();
  expect((await create()).status).toBe(201);
  expect(Date.now() - from).toBeGreaterThanOrEqual(195);
  number += 100;
  await fault({ kind: 'truncate' });
  await expect(create()).rejects.toThrow(SyntaxError);
  expect(await found()).toBe(1);
  await fault({ kind: 'html' });
  expect((await create()).body).toContain('<html>');
});

test('a rule counts what it saw and acts on the nth match as often as it was told', async () => {
  await fault({ kind: 'status', status: 500 }, { path: '/me$', nth: 2, times: 2 });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n++) statuses.push((await it.api('GET', '/rest/v1.0/me')).status);
  expect(statuses).toEqual([200, 500, 500, 200, 200]);
  expect((await it.control('GET', '/faults')).body.faults).toMatchObject([{ seen: 5, fired: 2 }]);
});

test('a share of requests is broken the same way for the same seed', async () => {
  const pattern = async () => {
    const other = await drive({ seed: 11 });
    await other.control('POST', '/faults', {
      match: { path: '/me$', probability: 0.5 },
      effect: { kind: 'status', status: 500 },
    });
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) statuses.push((await other.api('GET', '/rest/v1.0/me')).status);
    await other.close();
    return statuses;
  };
  const first = await pattern();
  expect(new Set(first)).toEqual(new Set([200, 500]));
  expect(await pattern()).toEqual(first);
});

test('a rule that makes no sense is refused in words', async () => {
  expect(await fault({ kind: 'explode' })).toMatchObject({ status: 400 });
  expect(await fault({ kind: 'slow', ms: 1 }, { path: '(' })).toMatchObject({ status: 400 });
});
