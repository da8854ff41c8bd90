import { desc } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureConnection } from '../../db/queries/connections.ts';
import {
  accessPersona,
  auditEvent,
  lentuneUser,
  mappingTask,
  payableAccount,
  procoreCompany,
  procoreConnection,
  userGroup,
} from '../../db/schema/index.ts';
import { normaliseName } from '../../domain/matching.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
let companyId: string;
beforeAll(async () => {
  world = await startApi();
  const { db, env, secrets } = world.deps;
  await ensureConnection(
    db,
    world.account,
    { apiUrl: env.PROCORE_API_URL, loginUrl: env.PROCORE_LOGIN_URL, clientId: 'app', clientSecret: 'secret' },
    secrets.seal,
  );
  const [connection] = await db.select().from(procoreConnection);
  const [company] = await db
    .insert(procoreCompany)
    .values({ account: world.account, connectionId: connection!.id, procoreId: '7', name: 'Kauri Builders' })
    .returning();
  companyId = company!.id;
});
afterAll(() => world.close());

let count = 0;

/** A question with one suggestion that is nobody else's. */
async function question(name: string) {
  const { db } = world.deps;
  count += 1;
  const [ours] = await db
    .insert(payableAccount)
    .values({ account: world.account, code: `Q${count}`, description: name, matchName: normaliseName(name) })
    .returning();
  const content = { description: `${name} Ltd`, matchName: normaliseName(`${name} Ltd`), isActive: true };
  const [task] = await db
    .insert(mappingTask)
    .values({
      account: world.account,
      companyId,
      kind: 'vendor',
      procoreId: String(9000 + count),
      subject: `${name} Ltd`,
      reason: 'It may be one of yours.',
      candidates: [{ id: ours!.id, name, why: 'The same email address.' }],
      record: { content, originCode: null, abbreviatedName: null, taxNumber: null, previousName: null },
    })
    .returning();
  return { taskId: task!.id, accountId: ours!.id };
}

test('a question is shown, answered and taken back over the API, and each is audited', async () => {
  const { taskId, accountId } = await question('Kea');
  const { body: list } = await world.admin.get('/api/mapping-tasks');
  expect(list).toMatchObject({
    total: 1,
    rows: [{ id: taskId, suggestedId: accountId, companyName: 'Kauri Builders' }],
  });
  expect((await world.admin.get('/api/mapping-tasks/count')).body).toEqual({ open: 1 });
  const decided = await world.admin.post(`/api/mapping-tasks/${taskId}/decide`, {
    choice: 'link',
    recordId: accountId,
  });
  expect([decided.status, decided.body.state, decided.body.chosenName]).toEqual([200, 'linked', 'Kea Ltd']);
  expect((await world.admin.get('/api/mapping-tasks?state=decided')).body.rows).toHaveLength(1);
  const undone = await world.admin.post(`/api/mapping-tasks/${taskId}/undo`, {});
  expect([undone.status, undone.body.state]).toEqual([200, 'open']);
  const audits = await world.deps.db.select().from(auditEvent).orderBy(desc(auditEvent.id)).limit(2);
  expect(audits.map(({ action, actor }) => [action, actor])).toEqual([
    ['mapping.undone', 'admin@lentune.test'],
    ['mapping.linked', 'admin@lentune.test'],
  ]);
  expect((await world.admin.post(`/api/mapping-tasks/${taskId}/undo`, {})).status).toBe(409);
});

test('suggestions are accepted in bulk; what has none is refused by name', async () => {
  const [one, two] = [await question('Tui'), await question('Weka')];
  await world.admin.post(`/api/mapping-tasks/${two.taskId}/decide`, { choice: 'ignore', reason: 'Not ours' });
  const { body } = await world.admin.post('/api/mapping-tasks/accept', { ids: [one.taskId, two.taskId] });
  expect(body).toEqual({
    accepted: [one.taskId],
    refused: [{ id: two.taskId, subject: 'Weka Ltd', message: 'It is decided already.' }],
  });
});

test('a linked supplier is unlinked with a reason and becomes a question', async () => {
  const { taskId, accountId } = await question('Ruru');
  await world.admin.post(`/api/mapping-tasks/${taskId}/decide`, { choice: 'link', recordId: accountId });
  expect((await world.admin.post(`/api/vendors/${accountId}/unlink`, {})).status).toBe(400);
  const unlinked = await world.admin.post(`/api/vendors/${accountId}/unlink`, { reason: 'Another company' });
  expect([unlinked.status, unlinked.body.state, unlinked.body.raisedBy]).toEqual([200, 'open', 'admin@lentune.test']);
  expect((await world.admin.post(`/api/vendors/${accountId}/unlink`, { reason: 'Again' })).status).toBe(409);
});

test('a user of Procore is linked to a person, and the person unlinked again', async () => {
  const { db } = world.deps;
  const { account } = world;
  const [group] = await db.insert(userGroup).values({ account, name: 'Site' }).returning();
  const [persona] = await db.insert(accessPersona).values({ account, name: 'Crew' }).returning();
  const [person] = await db
    .insert(lentuneUser)
    .values({ account, name: 'Hana', email: 'hana@kauri.test', userGroupId: group!.id, personaId: persona!.id })
    .returning();
  const [task] = await db
    .insert(mappingTask)
    .values({
      account,
      companyId,
      kind: 'user',
      procoreId: '77',
      subject: 'Hana Reid',
      reason: 'Asked.',
      candidates: [{ id: person!.id, name: 'Hana', why: 'The same email.' }],
      record: { content: { name: 'Hana Reid', email: 'hana@kauri.test', employeeId: null, isActive: true } },
    })
    .returning();
  const path = `/api/mapping-tasks/${task!.id}/decide`;
  const nobody = await world.admin.post(path, { choice: 'link', recordId: crypto.randomUUID() });
  expect([nobody.status, nobody.body.error.message]).toEqual([400, 'There is no such person.']);
  expect((await world.admin.post(path, { choice: 'create' })).status).toBe(409);
  const linked = await world.admin.post(path, { choice: 'link', recordId: person!.id });
  expect([linked.status, linked.body.chosenName, linked.body.candidates[0]?.code]).toEqual([
    200,
    'Hana Reid',
    'hana@kauri.test',
  ]);
  const unlink = (body: object) => world.admin.post(`/api/people/${person!.id}/unlink`, body);
  expect((await unlink({})).status).toBe(400);
  const unlinked = await unlink({ reason: 'Her sister' });
  expect([unlinked.status, unlinked.body.state, unlinked.body.kind]).toEqual([200, 'open', 'user']);
  expect((await unlink({ reason: 'Again' })).status).toBe(409);
});

test('only those who may decide do, only in their own account, and only what the question leaves', async () => {
  const { taskId, accountId } = await question('Kiwi');
  const body = { choice: 'link', recordId: accountId };
  const path = `/api/mapping-tasks/${taskId}/decide`;
  expect((await (await world.person(['viewer'])).post(path, body)).status).toBe(403);
  const elsewhere = await world.person(['admin'], await world.otherAccount());
  expect((await elsewhere.post(path, body)).status).toBe(404);
  expect((await elsewhere.get('/api/mapping-tasks')).body.total).toBe(0);
  expect((await elsewhere.post('/api/mapping-tasks/accept', { ids: [taskId] })).status).toBe(404);
  expect((await world.admin.post(path, { choice: 'keep' })).status).toBe(409);
  expect((await world.admin.post(path, { choice: 'ignore', reason: ' ' })).status).toBe(400);
  const foreign = await world.admin.post(path, { choice: 'link', recordId: crypto.randomUUID() });
  expect([foreign.status, foreign.body.error.message]).toEqual([400, 'There is no such payable account.']);
  expect((await (await world.person(['clerk'])).post(path, body)).status).toBe(200);
});
