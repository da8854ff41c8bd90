import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditEvent, idempotencyKey } from '../../db/schema/index.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());

test('a key is shown once, opens what its roles allow, and ends when it is revoked', async () => {
  const made = await world.admin.post('/api/api-keys', { name: 'Payables', roles: ['clerk'] });
  expect(made.status).toBe(201);
  const { key, id } = made.body as { key: string; id: string };
  expect(key).toMatch(/^lk_[\w-]{43}$/);
  const listed = await world.admin.get('/api/api-keys');
  expect(listed.text).not.toContain(key);
  expect(listed.body.rows[0]).toMatchObject({ name: 'Payables', prefix: key.slice(0, 8), roles: ['clerk'] });

  const machine = world.machine(key);
  expect((await machine.get('/api/session')).body.roles).toEqual(['clerk']);
  expect((await machine.get('/api/api-keys')).status).toBe(403);

  expect((await world.admin.post(`/api/api-keys/${id}/revoke`)).body.revokedAt).not.toBeNull();
  expect((await machine.get('/api/session')).status).toBe(401);
  expect((await world.admin.post(`/api/api-keys/${id}/revoke`)).status).toBe(404);
});

test('a key of another account is neither seen nor revoked', async () => {
  const other = await world.person(['admin'], await world.otherAccount());
  const { id } = (await other.post('/api/api-keys', { name: 'Theirs', roles: ['viewer'] })).body;
  expect((await world.admin.get('/api/api-keys')).text).not.toContain('Theirs');
  expect((await world.admin.post(`/api/api-keys/${id}/revoke`)).status).toBe(404);
});

test.each([
  [{ roles: ['clerk'] }, 'name is missing.'],
  [{ name: ' ', roles: ['clerk'] }, 'Enter a name, such as the program that will use the key.'],
  [{ name: 'X', roles: [] }, 'Choose at least one role.'],
])('%j is refused and nothing is kept', async (body, message) => {
  const before = await world.deps.db.$count(auditEvent);
  const refused = await world.admin.post('/api/api-keys', body);
  expect([refused.status, refused.body.error.fields[0].message]).toEqual([400, message]);
  expect(await world.deps.db.$count(auditEvent)).toBe(before);
});

test('no answer that holds a key is kept for repetition', async () => {
  const refused = await world.admin.post(
    '/api/api-keys',
    { name: 'Kept', roles: ['viewer'] },
    { 'idempotency-key': crypto.randomUUID() },
  );
  expect(refused.status).toBe(400);
  expect(await world.deps.db.$count(idempotencyKey)).toBe(0);
  expect((await world.admin.get('/api/api-keys')).text).not.toContain('Kept');
});
