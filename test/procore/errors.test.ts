import { expect, test } from 'vitest';
import { kindOf, type ProcoreError, saidBy } from '../../procore/errors.ts';
import { type Given, startClient } from './answers.ts';

/** Does a read and a write against one fixed answer, and gives both errors. */
async function failing(
  given: Given,
  options: { timeoutMs?: number } = {},
): Promise<{ read: ProcoreError; write: ProcoreError }> {
  const client = await startClient(() => given, options);
  const errorOf = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it did not fail'),
      (error: ProcoreError) => error,
    );
  const read = await errorOf(client.api.stages.all());
  const write = await errorOf(client.api.vendors.create({ name: 'Acme', originData: 'lentune/1' }));
  await client.close();
  return { read, write };
}

test.each<[string, unknown, string]>([
  ['a list', { errors: ['App is not connected to this company.'] }, 'App is not connected to this company.'],
  [
    'fields',
    { errors: { assignees: ['required'], code: ['has already been taken'] } },
    'assignees: required; code: has already been taken',
  ],
  ['a text', { errors: 'The access token is invalid' }, 'The access token is invalid'],
  [
    'base and fields',
    { errors: { base: ['The budget is locked.'], fields: { uom: ['is unknown'] } } },
    'The budget is locked.; uom: is unknown',
  ],
  [
    'the v2 standard',
    {
      error: {
        code: 'BAD_REQUEST',
        message: 'Bad request',
        details: [{ domain: 'x', reason: 'y', message: 'namespace is missing' }],
      },
    },
    'Bad request; namespace is missing',
  ],
  ['error and message', { error: 'Unprocessable', message: 'Currency is not enabled' }, 'Currency is not enabled'],
  ['a message', { message: 'Business register already exists' }, 'Business register already exists'],
  [
    'the fallback model',
    { code: 404, message: 'Not Found', fields: '', reason: 'Not Found', error: 'Not Found' },
    'Not Found',
  ],
  [
    'the fallback model with a reason alone',
    { code: 404, message: '', fields: '', reason: 'No such row', error: '' },
    'No such row',
  ],
  ['OAuth', { error: 'invalid_grant', error_description: 'The grant was revoked.' }, 'The grant was revoked.'],
  ['OAuth in short', { error: 'invalid_grant' }, 'invalid_grant'],
  ['a list of objects', { errors: [{ message: 'too long' }, 'too short'] }, 'too long; too short'],
  ['plain text', 'You have surpassed the max number of requests', 'You have surpassed the max number of requests'],
  ['a web page', '<html><head><title>502 Bad Gateway</title></head></html>', '502 Bad Gateway'],
  ['a web page without a title', '<!DOCTYPE html><body><p>oh</p></body>', 'a web page instead of data'],
  ['nothing', {}, ''],
  ['null', null, ''],
])('an error body that is %s says what a person can read', (_, body, said) => {
  expect(saidBy(body)).toBe(said);
});

test.each<[number, string, string]>([
  [400, 'name: is too long', 'invalid'],
  [401, 'The access token is invalid', 'unauthorized'],
  [403, 'App is not connected to this company.', 'app-disconnected'],
  [403, 'You do not have access to the budget tool in this project.', 'tool-off'],
  [403, 'Forbidden', 'forbidden'],
  [404, 'Not Found', 'not-found'],
  [408, 'Too big a query', 'server'],
  [409, 'This item is currently being edited by another request. Please try again.', 'busy'],
  [409, 'A user with this email address already exists.', 'conflict'],
  [422, 'origin_id: has already been taken', 'conflict'],
  [422, 'This item is synced with an external system and cannot be edited.', 'locked'],
  [422, 'vendor: does not exist', 'invalid'],
  [429, 'Slow down', 'rate-limit'],
  [500, 'the row is locked', 'server'],
])('%i "%s" is %s', (status, said, kind) => {
  expect(kindOf(status, said)).toBe(kind);
});

test('a refusal of a write is certain, whatever its body', async () => {
  const { read, write } = await failing({
    status: 422,
    body: { errors: { name: ["can't be blank"] } },
    headers: { 'x-request-id': 'r-1' },
  });
  expect(write).toMatchObject({
    kind: 'invalid',
    status: 422,
    said: "name: can't be blank",
    isAmbiguous: false,
    requestId: 'r-1',
  });
  expect(write).toMatchObject({ method: 'POST', path: '/rest/v1.0/vendors' });
  expect(read.isAmbiguous).toBe(false);
});

test.each<[string, Given, string]>([
  ['a server error', { status: 500, body: { error: { code: 'X', message: 'Oh' } } }, 'server'],
  ['a gateway page', { status: 502, text: '<html><h1>502 Bad Gateway</h1></html>' }, 'server'],
  ['a query too big', { status: 408, body: { message: 'Timeout' } }, 'server'],
  ['a dropped connection', 'hangUp', 'network'],
  ['no answer', 'silence', 'network'],
  ['a success that is cut off', { status: 201, text: '{"id": 12, "na' }, 'unreadable'],
  ['a success that is a web page', { status: 200, text: '<html><title>Sign in</title></html>' }, 'unreadable'],
  ['a success without an id', { status: 201, body: { name: 'Acme' } }, 'unreadable'],
  ['a success without a body', { status: 201 }, 'unreadable'],
])('%s leaves it open whether a write happened', async (_, given, kind) => {
  const { read, write } = await failing(given, { timeoutMs: 300 });
  expect(write).toMatchObject({ kind, isAmbiguous: true });
  expect(read.isAmbiguous).toBe(false);
});

test('a connection that was never made is a certain failure', async () => {
  const client = await startClient(() => ({}));
  await client.stop();
  await expect(client.api.vendors.create({ name: 'Acme', originData: 'x' })).rejects.toMatchObject({
    kind: 'network',
    isAmbiguous: false,
  });
  await client.close();
});

test('a wait asked for in seconds, as a date or by the end of the window is kept', async () => {
  const inSeconds = await failing({ status: 503, text: 'Service Unavailable', headers: { 'retry-after': '7' } });
  expect(inSeconds.read).toMatchObject({ kind: 'server', retryAfterMs: 7000 });
  const atDate = await failing({
    status: 429,
    headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() },
  });
  expect(atDate.read.retryAfterMs).toBeGreaterThan(50_000);
  const atReset = await failing({
    status: 429,
    headers: { 'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 30) },
  });
  expect(atReset.write.retryAfterMs).toBeGreaterThan(25_000);
});

test('no token gets into an error, even when the answer repeats it', async () => {
  const client = await startClient(({ headers }) => ({ status: 400, text: `bad header ${headers.authorization}` }));
  const error = await client.api.stages.all().catch((caught: ProcoreError) => caught);
  expect(`${error}${JSON.stringify(error)}${JSON.stringify(client.calls)}`).not.toContain('secret-token');
  expect(error).toMatchObject({ said: 'bad header Bearer [hidden]' });
  await client.close();
});
