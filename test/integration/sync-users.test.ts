import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { insertUsers } from '../../db/queries/people.ts';
import {
  accessPersona,
  entryType,
  lentuneUser,
  mappingTask,
  procoreLink,
  procoreTimeType,
  userGroup,
} from '../../db/schema/index.ts';
import { ACCOUNT, type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
let defaults: { timeSheetGroupId: string; timeSheetEntryTypeId: string; timeSheetPersonaId: string };

beforeAll(async () => {
  world = await startImportWorld();
  const { db } = world;
  const [group] = await db.insert(userGroup).values({ account: ACCOUNT, name: 'Site' }).returning();
  const [type] = await db.insert(entryType).values({ account: ACCOUNT, name: 'Normal', kind: 'normal' }).returning();
  const [persona] = await db.insert(accessPersona).values({ account: ACCOUNT, name: 'Crew' }).returning();
  defaults = { timeSheetGroupId: group!.id, timeSheetEntryTypeId: type!.id, timeSheetPersonaId: persona!.id };
}, 60_000);
afterAll(() => world.close());
beforeEach(async () => {
  await world.db.delete(procoreLink).where(eq(procoreLink.kind, 'user'));
  await world.db.delete(mappingTask);
  await world.db.delete(lentuneUser);
  await world.changeCompany({ syncUsers: true, ...defaults });
});

const sync = (id: number | null = null, source: 'webhook' | 'refresh' = 'webhook') =>
  world.run('users', [{ kind: 'user', id: id === null ? null : String(id), source }]);
const people = () => world.db.select().from(lentuneUser).orderBy(lentuneUser.name);
const add = (fields: object) =>
  world.procore.create<{ id: number }>('company_users', { company_id: world.guide.companies[0]!.id, ...fields });
const local = (fields: object) =>
  insertUsers(world.db, ACCOUNT, [
    {
      name: 'Local',
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

test('while the setting is off, or a default is blank, nobody comes in and the row says why', async () => {
  await world.changeCompany({ syncUsers: false });
  expect((await sync()).outcomes).toMatchObject([
    { state: 'ignored', outcome: '"Procore company users" is switched off.' },
  ]);
  await world.changeCompany({ syncUsers: true, timeSheetPersonaId: null });
  expect((await sync()).outcomes[0]?.outcome).toContain('access persona first');
  expect(await people()).toEqual([]);
});

test('users come in once, with the three defaults, and nobody gets a sign-in by it', async () => {
  const first = await sync();
  const found = await people();
  expect(found.length).toBeGreaterThan(5);
  expect(found[0]).toMatchObject({
    source: 'procore',
    authUserId: null,
    userGroupId: defaults.timeSheetGroupId,
    entryTypeId: defaults.timeSheetEntryTypeId,
    personaId: defaults.timeSheetPersonaId,
  });
  expect(first.outcomes[0]).toMatchObject({ state: 'applied' });
  await sync();
  expect(await people()).toHaveLength(found.length);
});

test('an email matches however it is written, then an employee id, never a name', async () => {
  const user = await add({ first_name: 'Mere', last_name: 'Pou', email_address: 'mere.pou@kauri.example.nz' });
  const number = await add({
    first_name: 'Rua',
    last_name: 'Kau',
    email_address: 'rua@kauri.example.nz',
    employee_id: 'K-77',
  });
  const named = await add({ first_name: 'Tui', last_name: 'Same', email_address: 'tui@kauri.example.nz' });
  const [byEmail] = await local({ name: 'M. Pou', email: ' Mere.Pou@Kauri.example.NZ' });
  const [byNumber] = await local({ name: 'Somebody', employeeId: 'k-77' });
  const [byName] = await local({ name: 'Tui Same' });
  for (const one of [user, number, named]) await sync(one.id);
  const links = await world.db.select().from(procoreLink).where(eq(procoreLink.kind, 'user'));
  const localOf = (id: number) => links.find((link) => link.procoreId === String(id))?.localId;
  expect(localOf(user.id)).toBe(byEmail);
  expect(localOf(number.id)).toBe(byNumber);
  expect(localOf(named.id)).not.toBe(byName);
  expect((await people()).filter((one) => one.name === 'Tui Same')).toHaveLength(2);
});

test('a changed email follows the link; deactivated is inactive here; without an email one still comes in', async () => {
  const user = await add({ first_name: 'Hana', last_name: 'Reid', email_address: 'hana@kauri.example.nz' });
  await sync(user.id);
  await world.procore.update('company_users', user.id, { email_address: 'hana.reid@kauri.example.nz' });
  await sync(user.id);
  expect(await people()).toMatchObject([
    { email: 'hana.reid@kauri.example.nz', matchEmail: 'hana.reid@kauri.example.nz' },
  ]);
  await world.procore.update('company_users', user.id, { is_active: false });
  expect((await sync(user.id)).outcomes[0]?.outcome).toBe('Deactivated.');
  expect(await people()).toMatchObject([{ isActive: false }]);
  const silent = await add({ first_name: 'No', last_name: 'Mail', email_address: '' });
  await sync(silent.id);
  expect((await people()).find((one) => one.name === 'No Mail')).toMatchObject({ email: null, authUserId: null });
});

test('two people with one email are a task, and nobody is chosen', async () => {
  await local({ name: 'One', email: 'shared@kauri.example.nz' });
  await local({ name: 'Two', email: 'SHARED@kauri.example.nz' });
  const user = await add({ first_name: 'Which', last_name: 'One', email_address: 'shared@kauri.example.nz' });
  expect((await sync(user.id)).outcomes).toMatchObject([{ state: 'ignored' }]);
  const tasks = await world.db.select().from(mappingTask).where(eq(mappingTask.kind, 'user'));
  expect(tasks).toMatchObject([{ procoreId: String(user.id), state: 'open', candidates: [{}, {}] }]);
  expect(await people()).toHaveLength(2);
});

test('one who is deactivated is found by a sweep, although the list no longer shows them', async () => {
  const user = await add({ first_name: 'Left', last_name: 'Us', email_address: 'left@kauri.example.nz' });
  await sync(user.id);
  await world.procore.update('company_users', user.id, { is_active: false });
  await sync();
  expect((await people()).find((one) => one.name === 'Left Us')).toMatchObject({ isActive: false });
});

test('time types come in; one the company dropped stays, inactive', async () => {
  await world.run('users', [{ kind: 'time_type', id: null }]);
  const types = () => world.db.select().from(procoreTimeType).orderBy(procoreTimeType.id);
  expect((await types()).map(({ name, isActive }) => [name, isActive])).toEqual([
    ['Regular Time', true],
    ['Overtime', true],
    ['Double Time', true],
  ]);
  await world.procore.remove('timecard_time_types', Number((await types())[2]!.procoreId));
  await world.run('users', [{ kind: 'time_type', id: null }]);
  expect((await types()).map(({ isActive }) => isActive)).toEqual([true, true, false]);
});
