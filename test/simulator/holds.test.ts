import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Driver, drive } from './drive.ts';

let it: Driver;
beforeAll(async () => {
  it = await drive();
});
afterAll(() => it.close());

const vendors = '/rest/v1.0/vendors';
const create = (name: string, signal?: AbortSignal) =>
  fetch(`${it.simulator.url}${vendors}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${it.tokens.access_token}`,
      'procore-company-id': String(it.companyId),
      'content-type': 'application/json',
    },
    body: JSON.stringify({ company_id: it.companyId, vendor: { name } }),
    ...(signal === undefined ? {} : { signal }),
  });
const count = async (name: string) =>
  (await it.api('GET', `${vendors}?company_id=${it.companyId}&filters[search]=${name}`)).body.length as number;
const hold = async (at: string): Promise<number> =>
  (await it.control('POST', '/holds', { method: 'POST', path: `^${vendors}$`, at })).body.id;

test('a request frozen before handling has written nothing until it is released', async () => {
  const id = await hold('before');
  expect((await it.control('GET', `/holds/${id}`)).body.state).toBe('armed');
  const pending = create('HoldBefore');
  expect((await it.control('GET', `/holds/${id}/wait?timeoutMs=2000`)).body.state).toBe('frozen');
  expect(await count('HoldBefore')).toBe(0);
  await it.control('POST', `/holds/${id}/release`);
  expect((await pending).status).toBe(201);
  expect(await count('HoldBefore')).toBe(1);
});

test('a caller that dies while frozen before handling never wrote', async () => {
  const id = await hold('before');
  const caller = new AbortController();
  const pending = create('HoldDead', caller.signal).catch(() => 'gone');
  await it.control('GET', `/holds/${id}/wait?timeoutMs=2000`);
  caller.abort();
  expect(await pending).toBe('gone');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await it.control('POST', `/holds/${id}/release`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await count('HoldDead')).toBe(0);
});

test('a request frozen after its commit has written and not answered', async () => {
  const id = await hold('after-commit');
  const caller = new AbortController();
  const pending = create('HoldCommit', caller.signal).catch(() => 'gone');
  await it.control('GET', `/holds/${id}/wait?timeoutMs=2000`);
  expect(await count('HoldCommit')).toBe(1);
  caller.abort();
  await pending;
  await it.control('POST', `/holds/${id}/release`);
  await expect.poll(async () => (await it.control('GET', '/ledger')).body.entries.at(-1).answered).toBe('lost');
});

test('a request frozen after its first byte has sent its headers only', async () => {
  const id = await hold('after-first-byte');
  const answer = await create('HoldByte');
  expect(answer.status).toBe(201);
  expect((await it.control('GET', `/holds/${id}/wait`)).body.state).toBe('frozen');
  await it.control('POST', `/holds/${id}/release`);
  expect(((await answer.json()) as { name: string }).name).toBe('HoldByte');
});

test('waiting for a request that does not come ends with 408', async () => {
  const id = await hold('before');
  expect((await it.control('GET', `/holds/${id}/wait?timeoutMs=20`)).status).toBe(408);
  await it.control('POST', `/holds/${id}/release`);
});

test('the simulator closes at once, also with a request frozen', async () => {
  const other = await drive();
  await other.control('POST', '/holds', { path: '/me$', at: 'before' });
  const pending = other.api('GET', '/rest/v1.0/me').catch(() => 'gone');
  await other.control('GET', '/holds/1/wait?timeoutMs=2000');
  await other.close();
  expect(await pending).toBe('gone');
});
