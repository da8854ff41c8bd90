import type { Router } from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authMember } from '../../db/schema/index.ts';
import { type ApiWorld, addKey, FIRST_KEY, startApi } from './api-world.ts';

/** All that may be called without a session; what is not in this list is protected, whoever adds it. */
const PUBLIC = [
  'GET /health',
  'GET /health/ready',
  'GET /oauth/procore/callback',
  'GET /oauth/xero/callback',
  'POST /api/auth/sign-in/email',
  'POST /api/auth/sign-out',
  'POST /api/auth/organization/set-active',
];

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());

test('refuses a caller without a session on every route that is not public', async () => {
  const routes = routesOf(world.app.router);
  const isPublic = ({ method, path }: Route) =>
    PUBLIC.includes(`${method} ${path}`) || path.startsWith('/webhooks/') || !path.startsWith('/');
  const guarded = routes.filter((route) => !isPublic(route));
  expect(guarded.length).toBeGreaterThan(35);
  for (const { method, path } of guarded) {
    const answer = await world.stranger.send(method, path.replaceAll(/:\w+/g, crypto.randomUUID()));
    expect([`${method} ${path}`, answer.status, answer.body?.error.code]).toEqual([
      `${method} ${path}`,
      401,
      'UNAUTHENTICATED',
    ]);
  }
});

test('every route is in the description of the API', async () => {
  const { body } = await world.admin.get('/api/openapi.json');
  const described = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = routesOf(world.app.router)
    .filter(({ path }) => path.startsWith('/api/') && !path.startsWith('/api/auth/'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect(described.sort()).toEqual(served.sort());
});

test('a wrong password, a made-up key and a made-up cookie are refused alike', async () => {
  const wrong = await world.stranger.post('/api/auth/sign-in/email', {
    email: 'admin@lentune.test',
    password: 'not the password',
  });
  expect([wrong.status, wrong.body.error.message]).toEqual([401, 'The e-mail address or the password is not right.']);
  expect((await world.machine('lk_made-up').get('/api/session')).status).toBe(401);
  const cookie = { cookie: 'lentune.session_token=made-up.signature' };
  expect((await world.stranger.get('/api/session', cookie)).status).toBe(401);
});

test('nobody signs up by themselves, and nothing else of the sign-in library is reachable', async () => {
  for (const path of ['/sign-up/email', '/organization/create', '/update-user', '/list-sessions', '/reset-password']) {
    const answer = await world.admin.post(`/api/auth${path}`, {
      email: 'me@example.test',
      password: 'long enough 123',
    });
    expect([path, answer.status, answer.body.error.code]).toEqual([path, 404, 'NOT_FOUND']);
  }
});

test('the session says who is signed in, and signing out ends it', async () => {
  const person = await world.person(['clerk', 'viewer']);
  const { body } = await person.get('/api/session');
  expect(body).toMatchObject({ account: { name: 'Lentune' }, roles: ['clerk', 'viewer'] });
  expect((await person.post('/api/auth/sign-out', {})).status).toBe(200);
  expect((await person.get('/api/session')).status).toBe(401);
});

test('a person of two accounts acts in one at a time, and cannot go where they do not belong', async () => {
  const [second, third] = [await world.otherAccount(), await world.otherAccount()];
  const person = await world.person(['viewer']);
  const { body: session } = await person.get('/api/session');
  await world.deps.db
    .insert(authMember)
    .values({ id: crypto.randomUUID(), organizationId: second, userId: session.user.id, role: 'clerk' });
  expect((await person.post('/api/auth/organization/set-active', { organizationId: third })).status).toBe(403);
  expect((await person.get('/api/session')).body.account.id).toBe(world.account);
  expect((await person.post('/api/auth/organization/set-active', { organizationId: second })).status).toBe(200);
  expect((await person.get('/api/session')).body).toMatchObject({ account: { id: second }, roles: ['clerk'] });
});

test('a change sent by a page of another site is refused although the cookie is right', async () => {
  const other = await world.admin.send(
    'PATCH',
    '/api/settings',
    { checkCostType: true },
    { origin: 'https://evil.test' },
  );
  expect([other.status, other.body.error.message]).toEqual([403, 'This request came from another site.']);
  expect((await world.admin.get('/api/settings')).body.checkCostType).toBe(false);
});

test('a page of another site cannot sign anyone in', async () => {
  const answer = await world.stranger.post(
    '/api/auth/sign-in/email',
    { email: 'admin@lentune.test', password: 'correct horse battery' },
    { origin: 'https://evil.test' },
  );
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
});

test('the machine key of the environment works, and acts in its own account only', async () => {
  const session = await world.machine(FIRST_KEY).get('/api/session');
  expect(session.body).toMatchObject({ user: { name: 'First key' }, account: { id: world.account } });
  const elsewhere = await world
    .machine(await addKey(world.deps, await world.otherAccount(), ['clerk']))
    .get('/api/session');
  expect(elsewhere.body).toMatchObject({ account: { name: 'Another builder' }, roles: ['clerk'] });
});

const INVOICE = { number: 'INV-1', invoiceDate: '2026-11-18', total: '100.00', tax: '15.00', lines: [] };

test('each right belongs to its roles: what a role may not do is refused in words', async () => {
  const roles = ['admin', 'clerk', 'approver', 'operator', 'viewer'] as const;
  const people = await Promise.all(roles.map(async (role) => ({ role, client: await world.person([role]) })));
  const { body: invoice } = await world.admin.post('/api/invoices', INVOICE);
  const attempts: [string, string, unknown, readonly string[]][] = [
    ['PATCH', '/api/settings', {}, ['admin']],
    ['PATCH', '/api/connection', {}, ['admin']],
    ['POST', '/api/connection/connect', {}, ['admin']],
    ['POST', '/api/fetches', {}, ['admin', 'operator']],
    ['POST', '/api/vendors', {}, ['admin', 'clerk']],
    ['POST', '/api/invoices', {}, ['clerk']],
    ['POST', `/api/invoices/${invoice.id}/check`, {}, ['clerk']],
    ['POST', `/api/invoices/${invoice.id}/approve`, {}, ['approver']],
    ['POST', `/api/invoices/${invoice.id}/send`, {}, ['clerk', 'operator']],
  ];
  for (const [method, path, body, allowed] of attempts) {
    for (const { role, client } of people) {
      const { status } = await client.send(method, path, body);
      expect([method, path, role, status === 403 ? 'refused' : 'allowed']).toEqual([
        method,
        path,
        role,
        allowed.includes(role) ? 'allowed' : 'refused',
      ]);
    }
  }
  const viewer = people.find(({ role }) => role === 'viewer');
  const refused = await viewer?.client.send('PATCH', '/api/settings', {});
  expect(refused?.body.error).toEqual({ code: 'FORBIDDEN', message: 'Only an admin may do this.' });
});

test('another account sees none of it: lists are empty, ids are unknown', async () => {
  const stranger = await world.person(['admin', 'clerk', 'approver', 'operator'], await world.otherAccount());
  const { body: vendor } = await world.admin.post('/api/vendors', { description: 'Acme Steel Ltd' });
  const { body: invoice } = await world.admin.post('/api/invoices', { ...INVOICE, payableAccountId: vendor.id });
  expect((await stranger.get('/api/invoices')).body.total).toBe(0);
  expect((await stranger.get('/api/vendors')).body.total).toBe(0);
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/log'],
    ['POST', '/check'],
    ['POST', '/approve'],
    ['POST', '/send'],
    ['DELETE', ''],
  ] as const) {
    const answer = await stranger.send(method, `/api/invoices/${invoice.id}${path}`);
    expect([method, path, answer.status]).toEqual([method, path, 404]);
  }
  const stolen = await stranger.post('/api/invoices', { ...INVOICE, payableAccountId: vendor.id });
  expect([stolen.status, stolen.body.error.fields]).toEqual([
    400,
    [{ path: 'payableAccountId', message: 'There is no such supplier.' }],
  ]);
});

test('health is public and says whether the parts answer', async () => {
  expect((await world.stranger.get('/health')).body).toEqual({ database: 'up' });
  expect((await world.stranger.get('/health/ready')).body).toEqual({ database: 'up', temporal: 'up' });
});

test('an address nobody serves is refused as JSON', async () => {
  const answer = await world.admin.get('/api/nothing-here');
  expect([answer.status, answer.body.error]).toEqual([
    404,
    { code: 'NOT_FOUND', message: 'There is no such address.' },
  ]);
});

interface Route {
  method: string;
  path: string;
}

/** Every route of the app, those of mounted routers too. Paths given as expressions (the web app's) come out without a slash. */
function routesOf(router: Router): Route[] {
  return router.stack.flatMap((layer): Route[] => {
    const nested = (layer.handle as unknown as Partial<Router>).stack;
    if (nested) return routesOf(layer.handle as unknown as Router);
    const { route } = layer;
    if (!route) return [];
    return route.stack.map(({ method }) => ({
      method: method.toUpperCase(),
      path: String(route.path).replace(/^\/\^/, '^'),
    }));
  });
}
