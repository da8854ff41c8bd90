import { expect, test } from 'vitest';
import { numeral, parseJson, toJson } from '../../procore/json.ts';
import { startClient } from './answers.ts';

test('a call names the company, carries the token and asks the allowance for its lane', async () => {
  const client = await startClient(() => ({ body: [] }));
  await client.api.stages.all();
  expect(client.asked[0]?.headers).toMatchObject({
    'procore-company-id': '7001',
    authorization: 'Bearer secret-token-1',
  });
  expect(client.lanes).toEqual(['webhook']);
  await client.close();
});

test('a person may be named before a company is chosen', async () => {
  const client = await startClient(() => ({ body: { id: 5, login: 'kiri@example.com' } }));
  expect(await client.user.me()).toEqual({ id: '5', login: 'kiri@example.com', name: null });
  expect(client.asked[0]?.headers).not.toHaveProperty('procore-company-id');
  await client.close();
});

test('a refused token is replaced once and the call repeated', async () => {
  const client = await startClient((_, count) =>
    count === 1 ? { status: 401, body: { errors: 'expired' } } : { body: [] },
  );
  expect(await client.api.stages.all()).toEqual([]);
  expect(client.asked.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer secret-token-1',
    'Bearer secret-token-2',
  ]);
  expect(client.refused).toEqual([1]);
  await client.close();
});

test('a fresh token that is refused too is an error, not a loop', async () => {
  const client = await startClient(() => ({ status: 401, body: { errors: 'expired' } }));
  await expect(client.api.stages.all()).rejects.toMatchObject({ kind: 'unauthorized', said: 'expired' });
  expect(client.asked).toHaveLength(2);
  await client.close();
});

test('no call but a refused token is ever repeated by itself', async () => {
  for (const status of [400, 408, 409, 429, 500, 503]) {
    const client = await startClient(() => ({ status }));
    await expect(client.api.stages.all()).rejects.toMatchObject({ status });
    expect(client.asked).toHaveLength(1);
    await client.close();
  }
});

test('without allowance nothing is sent, and the wait is the caller’s own', async () => {
  const client = await startClient(() => ({ body: [] }));
  client.allowance.letsGo = 0;
  client.allowance.waitMs = 4321;
  await expect(client.api.stages.all()).rejects.toMatchObject({ kind: 'rate-limit', status: null, retryAfterMs: 4321 });
  expect(client.asked).toHaveLength(0);
  await client.close();
});

test('the allowance learns from every answer that tells of a window', async () => {
  const headers = { 'x-rate-limit-limit': '25', 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': '1900000000' };
  const client = await startClient((_, count) =>
    count === 1 ? { body: [], headers } : count === 2 ? { status: 429, headers } : { body: [] },
  );
  await client.api.stages.all();
  await client.api.stages.all().catch(() => undefined);
  await client.api.stages.all();
  const told = { limit: 25, remaining: 3, reset: 1_900_000_000 };
  expect(client.learned).toEqual([
    { headers: told, wasRefused: false },
    { headers: told, wasRefused: true },
  ]);
  await client.close();
});

test('those who are refused together are sent away for different times', async () => {
  const client = await startClient(() => ({ status: 429, headers: { 'retry-after': '1' } }));
  client.allowance.letsGo = 1;
  client.allowance.waitMs = 7654;
  await expect(client.api.stages.all()).rejects.toMatchObject({ kind: 'rate-limit', status: 429, retryAfterMs: 7654 });
  await client.close();
});

test('the log gets each call without its secrets', async () => {
  const client = await startClient(() => ({
    status: 201,
    body: { data: { id: '9' } },
    headers: { 'x-request-id': 'r-9' },
  }));
  await client.api.hooks.create({
    payloadVersion: 'v3.0',
    namespace: 'lentune',
    destinationUrl: 'https://example.com/webhooks/procore/k',
    authorization: 'Bearer the-shared-secret',
  });
  expect(client.calls).toMatchObject([{ method: 'POST', status: 201, requestId: 'r-9' }]);
  expect(client.calls[0]?.request).toContain('"destination_headers":{"Authorization":"[hidden]"}');
  expect(client.asked[0]?.body).toContain('Bearer the-shared-secret');
  await client.close();
});

test('ids beyond 2^53 come and go to the digit', async () => {
  const client = await startClient(() => ({
    status: 201,
    text: '{"id": 9007199254740993, "code": "300", "name": "a \\"12345678901234567\\" b", "parent": {"id": 18446744073709551615}}',
  }));
  const made = await client.api.costCodes.create({
    projectId: '9007199254740995',
    code: '300',
    name: 'Concrete',
    parentId: '18446744073709551615',
    originData: 'lentune/x',
  });
  expect(made).toMatchObject({
    id: '9007199254740993',
    name: 'a "12345678901234567" b',
    parent: { id: '18446744073709551615' },
  });
  expect(client.asked[0]?.body).toBe(
    '{"project_id":9007199254740995,"cost_code":{"code":"300","name":"Concrete","parent_id":18446744073709551615,"origin_data":"lentune/x"}}',
  );
  await client.close();
});

test('amounts are written as numbers without passing through a float', async () => {
  const client = await startClient(() => ({ body: { entities: [], errors: [] } }));
  await client.api.directCosts.syncLines({
    projectId: '1',
    directCostId: '2',
    lines: [{ amount: '12345678901234.10', quantity: '0.1', taxCodeId: '3' }],
  });
  expect(client.asked[0]?.body).toBe(
    '{"updates":[{"direct_cost_id":2,"amount":12345678901234.10,"quantity":0.1,"tax_code_id":3}]}',
  );
  await client.close();
});

test('a money number of many places arrives to the digit', () => {
  expect(parseJson('{"a":1234567890123456.78,"b":[1.5,-12345678901234567],"c":"1234567890123456789"}')).toEqual({
    a: '1234567890123456.78',
    b: [1.5, '-12345678901234567'],
    c: '1234567890123456789',
  });
  expect(() => numeral('12;drop')).toThrow();
  expect(toJson({ a: numeral('-1.50'), b: undefined, c: [null, 'x"y', true] })).toBe(
    '{"a":-1.50,"c":[null,"x\\"y",true]}',
  );
});

test('lines refused inside a 200 come back with their stamp and the reason', async () => {
  const client = await startClient(() => ({
    body: {
      entities: [{ id: 11, amount: '100.0', origin_data: 'lentune/a/1' }],
      errors: [{ origin_data: 'lentune/a/2', amount: 5, errors: { tax_code_id: ['is archived'] } }],
    },
  }));
  const { entities, errors } = await client.api.directCosts.syncLines({ projectId: '1', directCostId: '2', lines: [] });
  expect(entities).toMatchObject([{ id: '11', amount: '100', origin_data: 'lentune/a/1' }]);
  expect(errors).toEqual([{ id: null, originData: 'lentune/a/2', said: 'tax_code_id: is archived' }]);
  await client.close();
});

test('a file travels as multipart with its name and type', async () => {
  const client = await startClient(() => ({ body: { id: 2, attachments: [{ id: 1, filename: 'inv.pdf' }] } }));
  const after = await client.api.directCosts.attach({
    projectId: '1',
    directCostId: '2',
    files: [{ filename: 'inv.pdf', contentType: 'application/pdf', bytes: new TextEncoder().encode('%PDF') }],
  });
  expect(after.attachments).toEqual([{ id: '1', filename: 'inv.pdf' }]);
  expect(client.asked[0]).toMatchObject({
    method: 'PATCH',
    headers: { 'content-type': expect.stringContaining('multipart/form-data') },
  });
  expect(client.asked[0]?.body).toContain('name="attachments[]"; filename="inv.pdf"');
  await client.close();
});

test('a bulk of triggers tells which of them were not taken', async () => {
  const client = await startClient(() => ({
    status: 207,
    body: {
      success: [{ id: '1' }],
      failed: [
        {
          code: '422',
          message: 'not available',
          trigger: { resource_name: 'Requisitions', event_type: 'create' },
          errors: {},
        },
      ],
    },
  }));
  const triggers = [{ resourceName: 'Requisitions', eventType: 'create' }];
  expect(await client.api.hooks.triggers.createBulk({ hookId: '5', payloadVersion: 'v3.0', triggers })).toEqual({
    failed: ['Requisitions create: not available'],
  });
  await client.close();
});
