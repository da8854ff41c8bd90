import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { procoreCompany, procoreConnection } from '../../db/schema/index.ts';
import type { Role } from '../../schemas/session.ts';
import { type ApiClient, type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
let group: string;
let otherGroup: string;
let entryType: string;
let companyId: string;
const personas: Record<string, string> = {};
beforeAll(async () => {
  world = await startApi();
  group = await add('user-groups', { ...GROUP, name: 'Site', approvals: 1 });
  otherGroup = await add('user-groups', { ...GROUP, name: 'Office', approvals: 2 });
  entryType = await add('entry-types', { name: 'Normal', kind: 'normal', isConfidential: false, isVisible: true });
  for (const [name, flags] of Object.entries(PERSONAS))
    personas[name] = await add('personas', { name, ...NOTHING, ...flags });
  await world.admin.get('/api/connection');
  const [connection] = await world.deps.db.select().from(procoreConnection);
  const [company] = await world.deps.db
    .insert(procoreCompany)
    .values({ account: world.account, connectionId: connection!.id, procoreId: '77', name: 'Kauri' })
    .returning();
  companyId = company!.id;
});
afterAll(() => world.close());

const GROUP = { dailyHours: '8', startTime: '07:30', breakMinutes: 30, weekStartsOn: 1, labourCostTypeId: null };
const NOTHING = { isCrewMember: false, isCrewManager: false, approvesFirst: false, approvesSecond: false };
const PERSONAS = {
  member: { isCrewMember: true },
  manager: { isCrewMember: true, isCrewManager: true },
  first: { approvesFirst: true },
  second: { approvesSecond: true },
};

async function add(kind: string, body: object): Promise<string> {
  const answer = await world.admin.post(`/api/time-setup/${kind}`, body);
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.body.id;
}

/** Somebody who signs in and keeps time sheets. */
async function somebody(persona: string, userGroupId = group, roles: Role[] = ['viewer']) {
  const client = await world.person(roles);
  const { email } = (await client.get('/api/session')).body.user;
  const fields = {
    name: persona,
    email,
    employeeId: null,
    userGroupId,
    entryTypeId: null,
    personaId: personas[persona],
  };
  const { body } = await world.admin.post('/api/people', fields);
  expect(body.hasLogin).toBe(true);
  return { client, id: body.id as string };
}

const week = (client: ApiClient, userId?: string, date = '2026-11-24') =>
  client.post('/api/time-sheets', { ...(userId && { userId }), date });
const eight = (date = '2026-11-24') => ({
  date,
  projectId: null,
  projectCostCodeId: null,
  entryTypeId: entryType,
  hours: '8',
});
const put = (client: ApiClient, id: string, entries: object[]) =>
  client.send('PUT', `/api/time-sheets/${id}/entries`, { entries });
const step = async (client: ApiClient, id: string, name: string, body: object = {}) =>
  (await client.post(`/api/time-sheets/${id}/${name}`, body)).status;

test.each([
  ['GET', '/api/time-sheets'],
  ['GET', '/api/time-sheets/me'],
  ['POST', '/api/time-sheets'],
  ['GET', '/api/people'],
  ['POST', '/api/people'],
  ['GET', '/api/time-setup'],
])('refuses a caller without a session: %s %s', async (method, path) => {
  expect((await world.stranger.send(method, path, method === 'GET' ? undefined : {})).status).toBe(401);
});

describe('"Procore company users"', () => {
  const change = (body: object) => world.admin.send('PATCH', `/api/companies/${companyId}`, body);
  test('is refused while the default user group or access persona is blank', async () => {
    expect((await change({ syncUsers: true })).status).toBe(409);
    expect((await change({ syncUsers: true, timeSheetGroupId: group })).status).toBe(409);
    expect((await change({ syncUsers: true, timeSheetPersonaId: personas.member })).status).toBe(409);
    const on = await change({ syncUsers: true, timeSheetGroupId: group, timeSheetPersonaId: personas.member });
    expect(on.body).toMatchObject({ syncUsers: true, timeSheetGroupId: group, timeSheetEntryTypeId: null });
    expect((await change({ timeSheetPersonaId: null })).status).toBe(409);
    expect((await change({ timeSheetGroupId: companyId })).status).toBe(400);
  });
});

describe('who may do what', () => {
  test('a crew member keeps their own time and sees nobody else’s', async () => {
    const [ana, ben] = [await somebody('member'), await somebody('member')];
    const own = (await week(ana.client)).body;
    expect(own).toMatchObject({ weekStart: '2026-11-23', status: 'draft', may: { edit: true, approve: false } });
    expect((await put(ana.client, own.id, [eight()])).body.entries).toMatchObject([{ hours: '8.00', staysHere: true }]);
    expect((await week(ben.client, ana.id)).status).toBe(403);
    expect((await ben.client.get(`/api/time-sheets/${own.id}`)).status).toBe(404);
    expect((await ben.client.get(`/api/time-sheets/${own.id}/log`)).status).toBe(404);
    expect((await put(ben.client, own.id, [])).status).toBe(404);
    expect((await ben.client.get('/api/time-sheets')).body.rows).toEqual([]);
    expect(await step(ana.client, own.id, 'submit')).toBe(200);
    expect((await put(ana.client, own.id, [])).status).toBe(403);
    expect(await step(ana.client, own.id, 'approve')).toBe(403);
    expect(await step(ana.client, own.id, 'reject', { reason: 'no' })).toBe(403);
  });

  test('a crew manager enters the time of their group, also of crew without a login', async () => {
    const manager = await somebody('manager');
    const fields = { name: 'Crew', email: null, employeeId: 'C-1', entryTypeId: null, personaId: personas.member };
    const mine = (await world.admin.post('/api/people', { ...fields, userGroupId: group })).body;
    const other = (await world.admin.post('/api/people', { ...fields, userGroupId: otherGroup })).body;
    expect(mine).toMatchObject({ hasLogin: false, email: null });
    expect((await week(manager.client, mine.id)).status).toBe(200);
    expect((await week(manager.client, other.id)).status).toBe(403);
  });

  test('one approval or two by two people, never one’s own; rejection needs a reason', async () => {
    const ana = await somebody('member', otherGroup);
    const [first, second] = [await somebody('first'), await somebody('second')];
    const { id } = (await week(ana.client)).body;
    await put(ana.client, id, [eight()]);
    expect(await step(first.client, id, 'approve')).toBe(409);
    await step(ana.client, id, 'submit');
    expect(await step(second.client, id, 'approve')).toBe(403);
    expect((await first.client.post(`/api/time-sheets/${id}/approve`, {})).body.status).toBe('first_approved');
    expect(await step(first.client, id, 'approve')).toBe(403);
    expect((await second.client.post(`/api/time-sheets/${id}/approve`, {})).body.status).toBe('approved');
    expect(await step(second.client, id, 'reject')).toBe(400);
    const rejected = (await second.client.post(`/api/time-sheets/${id}/reject`, { reason: 'Wrong project' })).body;
    expect(rejected).toMatchObject({ status: 'draft', rejectedReason: 'Wrong project' });
    expect((await ana.client.post(`/api/time-sheets/${id}/submit`, {})).body).toMatchObject({
      status: 'submitted',
      rejectedReason: null,
    });
    const approver = await somebody('member', group, ['approver']);
    const own = (await week(approver.client)).body.id;
    await put(approver.client, own, [eight()]);
    await step(approver.client, own, 'submit');
    expect(await step(approver.client, own, 'approve')).toBe(403);
  });

  test('payroll processes and takes back; people and set-up are the admin’s', async () => {
    const ana = await somebody('member');
    const clerk = await world.person(['clerk']);
    const { id } = (await week(clerk, ana.id)).body;
    await put(clerk, id, [eight()]);
    await step(clerk, id, 'submit');
    expect(await step(world.admin, id, 'approve')).toBe(200);
    expect(await step(ana.client, id, 'process')).toBe(403);
    expect((await clerk.post(`/api/time-sheets/${id}/process`, {})).body.status).toBe('processed');
    expect(await step(clerk, id, 'submit')).toBe(409);
    expect((await clerk.post(`/api/time-sheets/${id}/reverse`, {})).body.status).toBe('approved');
    for (const kind of ['user-groups', 'entry-types', 'personas'])
      expect((await clerk.post(`/api/time-setup/${kind}`, {})).status).toBe(403);
    expect((await clerk.post('/api/people', {})).status).toBe(403);
  });
});

test('confidential time is shown to the person and to payroll, and kept when others save the rest', async () => {
  const type = { name: 'Family matter', kind: 'leave', isConfidential: true, isVisible: true };
  const confidential = await add('entry-types', type);
  const [ana, manager, first] = [await somebody('member'), await somebody('manager'), await somebody('first')];
  const clerk = await world.person(['clerk']);
  const { id } = (await week(ana.client)).body;
  await put(ana.client, id, [eight(), { ...eight('2026-11-25'), entryTypeId: confidential, hours: '6' }]);
  const read = async (client: ApiClient) => {
    const { body, text } = await client.get(`/api/time-sheets/${id}`);
    const { rows } = (await client.get('/api/time-sheets')).body;
    const { hours } = rows.find((row: { id: string }) => row.id === id);
    return [body.entries.length, body.isPartlyHidden, text.includes('Family matter'), hours];
  };
  for (const client of [ana.client, clerk, world.admin]) expect(await read(client)).toEqual([2, false, true, '14.00']);
  for (const client of [manager.client, first.client]) expect(await read(client)).toEqual([1, true, false, '8.00']);
  await put(manager.client, id, []);
  expect(await read(ana.client)).toEqual([1, false, true, '6.00']);
});

test('what cannot be is refused with the field at fault', async () => {
  const ana = await somebody('member');
  const { id } = (await week(ana.client)).body;
  const wrong = async (entry: object) => {
    const answer = await put(ana.client, id, [{ ...eight(), ...entry }]);
    return [answer.status, answer.body.error?.fields[0]?.path];
  };
  expect(await wrong({ date: '2026-12-01' })).toEqual([400, 'entries.0.date']);
  expect(await wrong({ hours: '8.125' })).toEqual([400, 'entries.0.hours']);
  expect(await wrong({ hours: '25' })).toEqual([400, 'entries.0.hours']);
  expect(await wrong({ startTime: '07:30' })).toEqual([400, 'entries.0.endTime']);
  expect(await wrong({ startTime: '07:30', endTime: '07:45', breakMinutes: 30 })).toEqual([
    400,
    'entries.0.breakMinutes',
  ]);
  expect(await wrong({ entryTypeId: group })).toEqual([400, 'entries.0.entryTypeId']);
  expect(await wrong({ projectId: group })).toEqual([400, 'entries.0.projectId']);
});

test('another account sees none of it', async () => {
  const stranger = await world.person(['admin'], await world.otherAccount());
  expect((await stranger.get('/api/people')).body.rows).toEqual([]);
  expect((await stranger.get('/api/time-setup')).body).toEqual({
    groups: [],
    entryTypes: [],
    personas: [],
    labourCostTypes: [],
  });
  expect((await stranger.get('/api/time-sheets')).body.rows).toEqual([]);
});
