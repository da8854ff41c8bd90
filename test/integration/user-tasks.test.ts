import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  decideMappingTask,
  findMappingTask,
  undoMappingTask,
  unlinkPerson,
} from '../../db/queries/mapping-decisions.ts';
import { insertUsers } from '../../db/queries/people.ts';
import {
  accessPersona,
  auditEvent,
  lentuneUser,
  mappingTask,
  procoreLink,
  timeSheet,
  userGroup,
} from '../../db/schema/index.ts';
import { ACCOUNT, type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
let defaults: { timeSheetGroupId: string; timeSheetPersonaId: string };

beforeAll(async () => {
  world = await startImportWorld();
  const [group] = await world.db.insert(userGroup).values({ account: ACCOUNT, name: 'Site' }).returning();
  const [persona] = await world.db.insert(accessPersona).values({ account: ACCOUNT, name: 'Crew' }).returning();
  defaults = { timeSheetGroupId: group!.id, timeSheetPersonaId: persona!.id };
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.changeCompany({ syncUsers: true, ...defaults }));

const caller = { account: ACCOUNT, actor: 'payroll@lentune.test' };
const sync = async (id: number) => (await world.run('users', [{ kind: 'user', id: String(id) }])).outcomes;
const inProcore = (fields: object) =>
  world.procore.create<{ id: number }>('company_users', { company_id: world.guide.companies[0]!.id, ...fields });
const local = async (name: string, fields: object) => {
  const [id] = await insertUsers(world.db, ACCOUNT, [
    {
      name,
      email: null,
      employeeId: null,
      isActive: true,
      userGroupId: defaults.timeSheetGroupId,
      entryTypeId: null,
      personaId: defaults.timeSheetPersonaId,
      source: 'local',
      ...fields,
    },
  ]);
  return id!;
};
const person = async (id: string) =>
  (await world.db.select().from(lentuneUser).where(eq(lentuneUser.id, id)))[0] ?? null;
const linkOf = async (procoreId: number) =>
  (
    await world.db
      .select()
      .from(procoreLink)
      .where(eq(procoreLink.procoreId, String(procoreId)))
  )[0] ?? null;
const taskOf = async (procoreId: number) => {
  const [row] = await world.db
    .select()
    .from(mappingTask)
    .where(eq(mappingTask.procoreId, String(procoreId)));
  return row === undefined ? null : findMappingTask(world.db, ACCOUNT, row.id);
};
const decide = (id: string, decision: Parameters<typeof decideMappingTask>[3]) =>
  world.db.transaction((tx) => decideMappingTask(tx, caller, id, decision));
const undo = (id: string) => world.db.transaction((tx) => undoMappingTask(tx, caller, id));

/** Two people here share an email; the user in Procore who has it, too, is nobody's match. */
async function shared(first: string, mail: string) {
  const one = await local(`${first} One`, { email: mail });
  const two = await local(`${first} Two`, { email: mail.toUpperCase(), employeeId: `${first}-2` });
  const user = await inProcore({
    first_name: first,
    last_name: 'Tane',
    email_address: mail,
    employee_id: `${first}-9`,
  });
  await sync(user.id);
  return { one, two, id: user.id, task: (await taskOf(user.id))! };
}

test('a user who could be two people is a question that names both and says why', async () => {
  const { one, two, task } = await shared('Aroha', 'aroha@kauri.example.nz');
  expect(task).toMatchObject({
    kind: 'user',
    subject: 'Aroha Tane',
    reason: 'More than one person has this email; nobody was chosen.',
    choices: ['link', 'create', 'ignore'],
    suggestedId: null,
    facts: [
      { label: 'Email', value: 'aroha@kauri.example.nz' },
      { label: 'Employee id', value: 'Aroha-9' },
    ],
  });
  expect(new Map(task.candidates.map(({ id, name, why }) => [id, [name, why]]))).toEqual(
    new Map([
      [one, ['Aroha One', 'The same email.']],
      [two, ['Aroha Two', 'The same email.']],
    ]),
  );
});

test('linked, the person takes over what Procore says; taken back, they are as before', async () => {
  const { two, id, task } = await shared('Hemi', 'hemi@kauri.example.nz');
  expect(await decide(task.id, { choice: 'link', recordId: two })).toMatchObject({
    kind: 'decided',
    task: { state: 'linked', chosenName: 'Hemi Tane', decidedBy: caller.actor },
  });
  expect(await person(two)).toMatchObject({ name: 'Hemi Tane', employeeId: 'Hemi-9' });
  expect(await linkOf(id)).toMatchObject({ localId: two, state: 'linked' });
  const [audit] = await world.db.select().from(auditEvent).orderBy(desc(auditEvent.id)).limit(1);
  expect(audit).toMatchObject({ actor: caller.actor, action: 'mapping.linked', subject: 'Hemi Tane' });
  expect(await sync(id)).toMatchObject([{ state: 'applied', outcome: 'Updated.' }]);

  expect((await undo(task.id)).kind).toBe('decided');
  expect(await person(two)).toMatchObject({ name: 'Hemi Two', email: 'HEMI@KAURI.EXAMPLE.NZ', employeeId: 'Hemi-2' });
  expect(await linkOf(id)).toBeNull();
  expect(await taskOf(id)).toMatchObject({ state: 'open', decidedBy: null });
});

test('linked anew to the other one, the first is given back', async () => {
  const { one, two, id, task } = await shared('Wiremu', 'wiremu@kauri.example.nz');
  await decide(task.id, { choice: 'link', recordId: one });
  await decide(task.id, { choice: 'link', recordId: two });
  expect(await person(one)).toMatchObject({ name: 'Wiremu One' });
  expect(await person(two)).toMatchObject({ name: 'Wiremu Tane' });
  expect(await linkOf(id)).toMatchObject({ localId: two });
});

test('made a new person, who goes when that is taken back, unless a time sheet names them', async () => {
  const { id, task } = await shared('Ngaire', 'ngaire@kauri.example.nz');
  await world.changeCompany({ timeSheetPersonaId: null });
  expect(await decide(task.id, { choice: 'create' })).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('access persona" first'),
  });
  await world.changeCompany(defaults);
  await decide(task.id, { choice: 'create' });
  const made = (await linkOf(id))?.localId ?? '';
  expect(await person(made)).toMatchObject({
    name: 'Ngaire Tane',
    source: 'procore',
    userGroupId: defaults.timeSheetGroupId,
  });
  await undo(task.id);
  expect(await person(made)).toBeNull();
  await decide(task.id, { choice: 'create' });
  const again = (await linkOf(id))?.localId ?? '';
  await world.db.insert(timeSheet).values({ account: ACCOUNT, userId: again, weekStart: '2026-03-02' });
  await undo(task.id);
  expect(await person(again)).toMatchObject({ name: 'Ngaire Tane' });
  expect(await linkOf(id)).toBeNull();
});

test('ignored with a reason, the user stays out until that is taken back', async () => {
  const { id, task } = await shared('Mikaere', 'mikaere@kauri.example.nz');
  await decide(task.id, { choice: 'ignore', reason: 'A shared mailbox' });
  expect(await sync(id)).toMatchObject([{ state: 'ignored', outcome: 'Left out, as a person chose.' }]);
  await undo(task.id);
  expect(await sync(id)).toMatchObject([{ outcome: 'Several people have this email. A person must choose.' }]);
});

test('a linked person is unlinked with a reason, and the sync asks instead of linking them again', async () => {
  const mine = await local('Tui Here', { email: 'tui.r@kauri.example.nz' });
  const user = await inProcore({ first_name: 'Tui', last_name: 'Rangi', email_address: 'tui.r@kauri.example.nz' });
  await sync(user.id);
  expect(await linkOf(user.id)).toMatchObject({ localId: mine });
  const task = await world.db.transaction((tx) =>
    unlinkPerson(tx, caller, mine, world.companyId, 'Her brother has that mailbox'),
  );
  expect(task).toMatchObject({ state: 'open', raisedBy: caller.actor, suggestedId: mine });
  expect(await sync(user.id)).toMatchObject([{ state: 'ignored' }]);
  expect(await linkOf(user.id)).toBeNull();
  await decide(task!.id, { choice: 'create' });
  expect((await linkOf(user.id))?.localId).not.toBe(mine);
});

test('somebody who is linked to another user is no suggestion', async () => {
  const taken = await local('Kahu Here', { email: 'kahu@kauri.example.nz' });
  const first = await inProcore({ first_name: 'Kahu', last_name: 'A', email_address: 'kahu@kauri.example.nz' });
  await sync(first.id);
  await world.procore.update('company_users', first.id, { email_address: 'kahu.a@kauri.example.nz' });
  await world.db.update(lentuneUser).set({ email: 'kahu@kauri.example.nz' }).where(eq(lentuneUser.id, taken));
  const second = await inProcore({ first_name: 'Kahu', last_name: 'B', email_address: 'kahu@kauri.example.nz' });
  await sync(second.id);
  expect(await taskOf(second.id)).toMatchObject({
    suggestedId: null,
    candidates: [{ id: taken, why: 'The same email, but linked to another Procore user.' }],
  });
});
