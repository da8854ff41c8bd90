import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Driver, drive, send } from './drive.ts';

let it: Driver;
let base: string;
beforeAll(async () => {
  it = await drive();
  base = `/rest/v1.1/projects/${it.guide.exampleProjects.inConstruction.id}/uploads`;
});
afterAll(() => it.close());
beforeEach(() => it.control('PUT', '/settings', { uploads: { ticketSeconds: 3600, attachSeconds: 604_800 } }));

const ticket = async () =>
  (await it.api('POST', base, { response_filename: 'inv.pdf', response_content_type: 'application/pdf' })).body;

function formOf({ fields }: { fields: Record<string, string> }, without?: string): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (name !== without) form.append(name, value);
  form.append('file', new Blob(['%PDF-1.4']), 'inv.pdf');
  return form;
}

test('a file goes to the storage host with every field of its ticket, and is complete then', async () => {
  const made = await ticket();
  expect(made.status).toBe('ready');
  expect((await send(made.url, 'POST', formOf(made, 'policy'), {})).status).toBe(403);
  expect((await send(made.url, 'POST', formOf(made), {})).status).toBe(204);
  expect((await it.api('GET', `${base}/${made.uuid}`)).body.status).toBe('complete');
});

test('the storage host refuses a bearer token', async () => {
  const made = await ticket();
  const answer = await send(made.url, 'POST', formOf(made), { authorization: `Bearer ${it.tokens.access_token}` });
  expect(answer.status).toBe(400);
});

test('a ticket is good for an hour, the file for a week, and both for their own user', async () => {
  const made = await ticket();
  const another = (await it.control('POST', '/tokens', { userId: it.guide.people[1].id })).body;
  const foreign = { authorization: `Bearer ${another.access_token}` };
  expect((await it.api('GET', `${base}/${made.uuid}`, undefined, foreign)).status).toBe(404);
  await it.control('PUT', '/settings', { uploads: { ticketSeconds: -1 } });
  expect(await send(made.url, 'POST', formOf(made), {})).toMatchObject({
    status: 403,
    body: expect.stringContaining('Policy expired'),
  });
  expect((await it.api('GET', `${base}/${made.uuid}`)).status).toBe(200);
  await it.control('PUT', '/settings', { uploads: { attachSeconds: -1 } });
  expect((await it.api('GET', `${base}/${made.uuid}`)).status).toBe(404);
});

test('segments are refused in words', async () => {
  const segments = [{ size: 5, sha256: 'x' }];
  const answer = await it.api('POST', base, { response_filename: 'big.pdf', segments });
  expect(answer).toMatchObject({ status: 422, body: { error: { message: expect.stringContaining('not simulated') } } });
});
