import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditEvent, authMember, authUser, lentuneUser } from '../../db/schema/index.ts';
import type { Role } from '../../schemas/session.ts';
import { eventually } from '../environment/stack.ts';
import { type ApiClient, type ApiWorld, cookieOf, signInAt, startApi } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());

let count = 0;
const PASSWORD = 'a password of their own';

/** A person the admin adds; what is left out is a clerk with a password of the admin's choice. */
async function add(change: object = {}, by: ApiClient = world.admin) {
  count += 1;
  const email = `person-${count}@lentune.test`;
  const sent = { name: `Person ${count}`, email, roles: ['clerk'], password: PASSWORD, ...change };
  const { status, body } = await by.post('/api/members', sent);
  expect([status, body?.error?.message]).toEqual([201, undefined]);
  return body as { id: string; name: string; email: string; roles: Role[]; password: string | null; isKnown: boolean };
}

const signIn = (email: string, password = PASSWORD) => signInAt(world.url, email, password);
const listed = async (id: string, by: ApiClient = world.admin) =>
  (await by.get('/api/members')).body.rows.find((row: { id: string }) => row.id === id);

/** Rows of every table a refused request could have left something in. */
async function rowCounts() {
  const [row] = await world.deps.db.execute<Record<string, number>>(sql`
    select (select count(*)::int from auth_user) as users, (select count(*)::int from auth_account) as passwords,
      (select count(*)::int from auth_member) as members, (select count(*)::int from auth_session) as sessions,
      (select count(*)::int from audit_event) as audits, (select count(*)::int from idempotency_key) as keys`);
  return { ...row };
}

test('a person who was added signs in with the password shown once, does what the roles allow, and is listed with it', async () => {
  const added = await add({ name: ' Aroha Ngata ', email: 'Aroha@Lentune.Test', password: undefined });
  expect(added).toMatchObject({ name: 'Aroha Ngata', email: 'aroha@lentune.test', roles: ['clerk'], isKnown: false });
  expect(added.password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
  expect((await listed(added.id)).lastSignInAt).toBeNull();

  const aroha = await signIn('aroha@lentune.test', added.password ?? '');
  expect((await aroha.get('/api/session')).body).toMatchObject({
    user: { name: 'Aroha Ngata' },
    account: { id: world.account },
    roles: ['clerk'],
    accounts: [{ id: world.account, name: 'Lentune' }],
  });
  expect((await aroha.get('/api/members')).status).toBe(403);
  const list = await world.admin.get('/api/members');
  expect(list.text).not.toContain(added.password);
  expect(Date.now() - Date.parse((await listed(added.id)).lastSignInAt)).toBeLessThan(60_000);
});

test('a password the admin chose is not told back', async () => {
  const added = await add();
  expect(added.password).toBeNull();
  await signIn(added.email);
});

const PERSON = { name: 'Somebody', email: 'somebody@lentune.test', roles: ['clerk'], password: PASSWORD };
/** stands in the table for the first admin, whose id the database made */
const ADMIN = '<admin>';

test.each<[what: string, method: string, path: string, body: unknown, status: number, message: string]>([
  ['no name', 'POST', '', { ...PERSON, name: ' ' }, 400, 'Enter a name.'],
  ['no email', 'POST', '', { ...PERSON, email: undefined }, 400, 'This is not an email address.'],
  ['no email but words', 'POST', '', { ...PERSON, email: 'somebody' }, 400, 'This is not an email address.'],
  ['no role', 'POST', '', { ...PERSON, roles: [] }, 400, 'Choose at least one role.'],
  [
    'a role there is not',
    'POST',
    '',
    { ...PERSON, roles: ['owner'] },
    400,
    'roles.0: Invalid option: expected one of "admin"|"clerk"|"approver"|"operator"|"viewer".',
  ],
  [
    'a short password',
    'POST',
    '',
    { ...PERSON, password: 'elevenchars' },
    400,
    'A password has at least 12 characters.',
  ],
  [
    'an endless password',
    'POST',
    '',
    { ...PERSON, password: 'x'.repeat(129) },
    400,
    'A password has at most 128 characters.',
  ],
  ['a field there is not', 'POST', '', { ...PERSON, isAdmin: true }, 400, '"isAdmin" is not known here.'],
  [
    'somebody who is there',
    'POST',
    '',
    { ...PERSON, email: 'ADMIN@lentune.test' },
    409,
    'admin@lentune.test belongs to this account already.',
  ],
  ['nobody to change', 'PATCH', '/nobody', { roles: ['clerk'] }, 404, 'There is no such member.'],
  ['no role left', 'PATCH', `/${ADMIN}`, { roles: [] }, 400, 'Choose at least one role.'],
  [
    'the last admin demoted',
    'PATCH',
    `/${ADMIN}`,
    { roles: ['clerk', 'viewer'] },
    409,
    'This is the last admin of the account. Make somebody else an admin first.',
  ],
  [
    'the last admin removed',
    'DELETE',
    `/${ADMIN}`,
    undefined,
    409,
    'This is the last admin of the account. Make somebody else an admin first.',
  ],
  ['nobody to remove', 'DELETE', '/nobody', undefined, 404, 'There is no such member.'],
  ['an id that cannot be', 'DELETE', '/%00', undefined, 404, 'There is no such member.'],
  ['nobody to give a password', 'POST', '/nobody/password', {}, 404, 'There is no such member.'],
  [
    'a short password given',
    'POST',
    `/${ADMIN}/password`,
    { password: 'short' },
    400,
    'A password has at least 12 characters.',
  ],
])('%s is refused in a sentence and leaves nothing behind', async (_what, method, path, body, status, message) => {
  const [admin] = await world.deps.db.select().from(authUser).where(eq(authUser.email, 'admin@lentune.test'));
  const before = await rowCounts();
  const answer = await world.admin.send(method, `/api/members${path.replace(ADMIN, admin?.id ?? '')}`, body);
  expect([answer.status, answer.body?.error.message]).toEqual([status, message]);
  expect(await rowCounts()).toEqual(before);
});

test('nobody but an admin adds, changes or removes people', async () => {
  const { id } = await add();
  const others = await world.person(['clerk', 'approver', 'operator', 'viewer']);
  for (const [method, path] of [
    ['GET', ''],
    ['POST', ''],
    ['PATCH', `/${id}`],
    ['DELETE', `/${id}`],
    ['POST', `/${id}/password`],
  ] as const) {
    const { status, body } = await others.send(method, `/api/members${path}`, method === 'GET' ? undefined : PERSON);
    expect([method, path, status, body.error.message]).toEqual([method, path, 403, 'Only an admin may do this.']);
  }
});

test('other roles hold from the next request on', async () => {
  const { id, email } = await add({ roles: ['viewer'] });
  const person = await signIn(email);
  expect((await person.post('/api/vendors', { description: 'Too early Ltd' })).status).toBe(403);
  const changed = await world.admin.send('PATCH', `/api/members/${id}`, { roles: ['clerk', 'viewer', 'clerk'] });
  expect([changed.status, changed.body.roles]).toEqual([200, ['clerk', 'viewer']]);
  expect((await person.post('/api/vendors', { description: 'In time Ltd' })).status).toBe(201);
});

test('whoever is removed is out at once, and keeps their name in what they did; added again, they are who they were', async () => {
  const { id, email, name } = await add();
  const person = await signIn(email);
  const { body: invoice } = await person.post('/api/invoices', {
    number: 'INV-LEFT',
    invoiceDate: '2026-11-18',
    total: '1.00',
    tax: '0.15',
    lines: [],
  });
  expect((await world.admin.send('DELETE', `/api/members/${id}`)).status).toBe(204);
  expect((await person.get('/api/session')).status).toBe(401);
  expect((await (await signIn(email)).get('/api/session')).body.error.message).toMatch(/^You do not belong/);
  expect(await listed(id)).toBeUndefined();
  expect((await world.admin.get(`/api/invoices/${invoice.id}`)).body.enteredBy).toBe(name);
  const { body: log } = await world.admin.get(`/api/invoices/${invoice.id}/log`);
  expect(log.entries[0].actor).toBe(name);

  const again = await add({ name: 'Somebody else', email });
  expect(again).toMatchObject({ id, name, isKnown: true, password: null });
  await signIn(email);
});

test('two admins cannot demote each other in the same moment', async () => {
  const account = await world.otherAccount();
  const [first, second] = [await world.person(['admin'], account), await world.person(['admin'], account)];
  const idOf = async (one: ApiClient) => (await one.get('/api/session')).body.user.id as string;
  const [firstId, secondId] = [await idOf(first), await idOf(second)];
  const { db } = world.deps;
  const demote = (by: ApiClient, id: string) => by.send('PATCH', `/api/members/${id}`, { roles: ['viewer'] });
  // Both stand before their write at once: what either has read by then is what it decides by.
  const asked = await db.transaction(async (tx) => {
    await tx.select().from(authMember).where(eq(authMember.organizationId, account)).for('update');
    const both = Promise.all([demote(first, secondId), demote(second, firstId)]);
    const waiting = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(async () => (await db.execute(waiting)).length === 2);
    return { both };
  });
  const statuses = (await asked.both).map(({ status }) => status);
  const members = await world.deps.db.select().from(authMember).where(eq(authMember.organizationId, account));
  expect(members.map(({ role }) => role).sort()).toEqual(['admin', 'viewer']);
  expect(statuses.sort()).toEqual([200, 409]);
});

test('an admin gives another password: the old one and its sessions end', async () => {
  const { id, email } = await add();
  const person = await signIn(email);
  const { status, body } = await world.admin.post(`/api/members/${id}/password`, {});
  expect(status).toBe(200);
  expect((await person.get('/api/session')).status).toBe(401);
  await expect(signIn(email)).rejects.toThrow('401');
  await signIn(email, body.password);
  const chosen = await world.admin.post(`/api/members/${id}/password`, { password: 'chosen by the admin' });
  expect(chosen.body).toEqual({ password: null });
  await signIn(email, 'chosen by the admin');
});

test('everyone changes their own password: other sessions end, this one goes on where it was', async () => {
  const { id, email } = await add();
  const second = await world.otherAccount();
  await world.deps.db
    .insert(authMember)
    .values({ id: crypto.randomUUID(), organizationId: second, userId: id, role: 'clerk' });
  const [here, elsewhere] = [await signIn(email), await signIn(email)];
  await here.post('/api/auth/organization/set-active', { organizationId: second });
  const wrong = await here.post('/api/session/password', {
    currentPassword: 'guess',
    newPassword: 'the next password',
  });
  expect([wrong.status, wrong.body.error.fields]).toEqual([
    400,
    [{ path: 'currentPassword', message: 'The present password is not right.' }],
  ]);
  const short = await here.post('/api/session/password', { currentPassword: PASSWORD, newPassword: 'short' });
  expect(short.body.error.message).toBe('A password has at least 12 characters.');
  expect((await elsewhere.get('/api/session')).status).toBe(200);

  const body = { currentPassword: PASSWORD, newPassword: 'the next password' };
  const changed = await here.post('/api/session/password', body);
  expect(changed.status).toBe(204);
  expect((await elsewhere.get('/api/session')).status).toBe(401);
  const session = await world.stranger.get('/api/session', { cookie: cookieOf(changed) });
  expect(session.body).toMatchObject({ account: { id: second }, accounts: [{ id: world.account }, { id: second }] });
  await signIn(email, 'the next password');
  const noted = await world.deps.db.select().from(auditEvent).where(eq(auditEvent.action, 'member.password-changed'));
  expect(noted.map(({ account, actor }) => [account, actor])).toEqual([[second, email]]);
});

test('a key has no password to change', async () => {
  const { body } = await world.admin.post('/api/api-keys', { name: 'Machine', roles: ['viewer'] });
  const refused = await world
    .machine(body.key)
    .post('/api/session/password', { currentPassword: 'x', newPassword: PASSWORD });
  expect([refused.status, refused.body.error.message]).toEqual([
    409,
    'A key has no password. Revoke it and make another.',
  ]);
});

test('a person of another account joins with the password they have, which no admin sets from then on', async () => {
  const account = await world.otherAccount();
  const other = await world.person(['admin'], account);
  const theirs = await add({ name: 'Wiremu', password: PASSWORD }, other);
  const ours = await add({
    name: 'Another name',
    email: theirs.email,
    roles: ['viewer'],
    password: 'not this password',
  });
  expect(ours).toMatchObject({ id: theirs.id, name: 'Wiremu', isKnown: true, password: null, roles: ['viewer'] });
  const wiremu = await signIn(theirs.email);
  expect((await wiremu.get('/api/session')).body.accounts).toHaveLength(2);

  for (const admin of [world.admin, other]) {
    const refused = await admin.post(`/api/members/${ours.id}/password`, {});
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      'Wiremu signs in to another account with the same password, so only they change it.',
    ]);
  }
  expect((await world.admin.send('DELETE', `/api/members/${ours.id}`)).status).toBe(204);
  expect(await listed(ours.id, other)).toMatchObject({ roles: ['clerk'], isElsewhere: false });
  expect((await (await signIn(theirs.email)).get('/api/session')).body.account.id).toBe(account);
});

test('the people of another account are neither seen nor changed', async () => {
  const other = await world.person(['admin'], await world.otherAccount());
  const { id, name } = await add({ name: 'Ours alone' });
  expect((await other.get('/api/members')).text).not.toContain(name);
  const before = await rowCounts();
  for (const [method, path, body] of [
    ['PATCH', '', { roles: ['admin'] }],
    ['DELETE', '', undefined],
    ['POST', '/password', {}],
  ] as const)
    expect([method, (await other.send(method, `/api/members/${id}${path}`, body)).status]).toEqual([method, 404]);
  expect(await rowCounts()).toEqual(before);
});

test('no password is kept for repetition, nor in the audit', async () => {
  const { id } = await add();
  const key = { 'idempotency-key': crypto.randomUUID() };
  const before = await rowCounts();
  for (const [path, body] of [
    ['/api/members', { ...PERSON, email: 'kept@lentune.test' }],
    [`/api/members/${id}/password`, {}],
    ['/api/session/password', { currentPassword: 'correct horse battery', newPassword: PASSWORD }],
  ] as const) {
    const refused = await world.admin.post(path, body, key);
    expect([path, refused.status, refused.body.error.message]).toEqual([
      path,
      400,
      'A password is never kept, so send this without an Idempotency-Key.',
    ]);
  }
  expect(await rowCounts()).toEqual(before);
  const audits = await world.deps.db.select().from(auditEvent);
  expect(audits.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['member.added', 'member.changed', 'member.removed', 'member.password-set']),
  );
  expect(JSON.stringify(audits)).not.toContain(PASSWORD);
});

test('a person of the time sheets gets the sign-in that is added for their email', async () => {
  const email = 'crew@lentune.test';
  const { body: group } = await world.admin.post('/api/time-setup/user-groups', {
    name: 'Crew',
    approvals: 1,
    dailyHours: '8',
    startTime: '07:00',
    breakMinutes: 30,
    weekStartsOn: 1,
    labourCostTypeId: null,
  });
  const { body: persona } = await world.admin.post('/api/time-setup/personas', {
    name: 'Crew member',
    isCrewMember: true,
    isCrewManager: false,
    approvesFirst: false,
    approvesSecond: false,
  });
  const { body: person } = await world.admin.post('/api/people', {
    name: 'Crew',
    email,
    employeeId: null,
    userGroupId: group.id,
    entryTypeId: null,
    personaId: persona.id,
  });
  const { id } = await add({ email });
  const [row] = await world.deps.db.select().from(lentuneUser).where(eq(lentuneUser.id, person.id));
  expect(row?.authUserId).toBe(id);
});
