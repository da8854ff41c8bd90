import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertEvents } from '../../db/queries/inbox.ts';
import { inboxEvent, integrationSettings, lentuneUser, procoreCompany } from '../../db/schema/index.ts';
import { eventually } from '../environment/stack.ts';
import { good, MONDAY, partyOf, startTimeWorld, type TimeWorld } from './time-world.ts';

/**
 * The settings of time sheets, as settings-table.test.ts has the others: each row is run with what is read forced back to
 * the default, which must give the default's outcome, and with the setting as it was saved.
 */
interface Row {
  setting: string;
  of: 'account' | 'company';
  byDefault: unknown;
  otherwise: () => unknown;
  /** what must be set besides, for the setting to matter */
  given: () => Record<string, unknown>;
  outcomes: [byDefault: unknown, otherwise: unknown];
  outcome: () => Promise<unknown>;
}

let world: TimeWorld;
let unmapped: string;
beforeAll(async () => {
  world = await startTimeWorld();
  const type = { name: 'Travel', kind: 'normal', isConfidential: false, isVisible: true };
  unmapped = (await good<{ id: string }>(world.stack, 'POST', '/api/time-setup/entry-types', type)).id;
}, 180_000);
afterAll(() => world?.stack.close());

const db = () => world.stack.deps.db;
const company = () => world.company.id;
const group = (name: string) => world.setup.groups.find((one) => one.name === name)!.id;
const normal = () => world.setup.entryTypes.find((one) => one.name === 'Normal')!.id;
const persona = () => world.setup.personas[0]!.id;
let count = 0;
const monday = () => new Date(Date.parse(`${MONDAY}T00:00:00Z`) + 7 * 86_400_000 * ++count).toISOString().slice(0, 10);

/** A week taken through some steps: what Procore has of it, or why it has nothing. */
async function posted(steps: ('submit' | 'approve')[], groupName = 'Site', entryTypeId = normal()): Promise<unknown> {
  const day = monday();
  const person = await world.person('E-101', group(groupName));
  const { id } = await world.enter(person.id, [{ date: day, entryTypeId }]);
  for (const step of steps) await world.step(id, step);
  const sheet = await world.ended(id, 60_000);
  const [card] = (await world.cards()).filter((one) => one.date === day);
  return sheet.entries[0]?.problems[0]?.code ?? card?.approval_status ?? 'nothing';
}

/** A new user of Procore: the Lentune user it became. */
async function arrived() {
  const email = `new.${++count}@kauri.example.nz`;
  const { id } = await world.stack.control<{ id: number }>('POST', '/records/company_users', {
    company_id: Number(world.company.procoreId),
    first_name: 'New',
    last_name: `Person ${count}`,
    email_address: email,
  });
  await db().execute(sql`update inbox_scope set paid_until = '-infinity', quiet_until = '-infinity'`);
  const deliveryKey = `users-${count}`;
  const event = { account: world.stack.account, companyId: company(), source: 'webhook', flow: 'users' } as const;
  const record = { recordKind: 'user', recordId: String(id), deliveryKey };
  await insertEvents(db(), [{ ...event, scope: company(), ...record }]);
  await eventually(async () => {
    const [row] = await db().select().from(inboxEvent).where(eq(inboxEvent.deliveryKey, deliveryKey));
    return row?.state !== 'pending';
  }, 60_000);
  const [user] = await db().select().from(lentuneUser).where(eq(lentuneUser.email, email));
  return user;
}

const NOTHING_SENT = { sendTimeSheetOnSubmission: false, sendTimeSheetAfterApproval: false };
const rows: Row[] = [
  {
    setting: 'sendTimeSheetOnSubmission',
    of: 'account',
    byDefault: false,
    otherwise: () => true,
    given: () => ({ sendTimeSheetAfterApproval: false }),
    outcomes: ['nothing', 'pending'],
    outcome: () => posted(['submit']),
  },
  {
    setting: 'sendTimeSheetAfterApproval',
    of: 'account',
    byDefault: false,
    otherwise: () => true,
    given: () => ({ sendTimeSheetOnSubmission: false }),
    outcomes: ['nothing', 'approved'],
    outcome: () => posted(['submit', 'approve']),
  },
  {
    setting: 'timeSheetApproval',
    of: 'account',
    byDefault: 'final',
    otherwise: () => 'first',
    given: () => ({ sendTimeSheetOnSubmission: false, sendTimeSheetAfterApproval: true }),
    outcomes: ['nothing', 'approved'],
    outcome: () => posted(['submit', 'approve'], 'Office'),
  },
  {
    setting: 'syncUsers',
    of: 'company',
    byDefault: false,
    otherwise: () => true,
    given: () => ({ timeSheetGroupId: group('Site'), timeSheetPersonaId: persona() }),
    outcomes: ['nobody', 'a person'],
    outcome: async () => ((await arrived()) ? 'a person' : 'nobody'),
  },
  {
    setting: 'timeSheetGroupId',
    of: 'company',
    byDefault: null,
    otherwise: () => group('Office'),
    given: () => ({ syncUsers: true, timeSheetPersonaId: persona() }),
    outcomes: ['nobody', 'Office'],
    outcome: async () => {
      const user = await arrived();
      return world.setup.groups.find((one) => one.id === user?.userGroupId)?.name ?? 'nobody';
    },
  },
  {
    setting: 'timeSheetPersonaId',
    of: 'company',
    byDefault: null,
    otherwise: persona,
    given: () => ({ syncUsers: true, timeSheetGroupId: group('Site') }),
    outcomes: ['nobody', 'Crew'],
    outcome: async () => {
      const user = await arrived();
      return world.setup.personas.find((one) => one.id === user?.personaId)?.name ?? 'nobody';
    },
  },
  {
    setting: 'timeSheetEntryTypeId',
    of: 'company',
    byDefault: null,
    otherwise: normal,
    given: () => ({ syncUsers: true, timeSheetGroupId: group('Site'), timeSheetPersonaId: persona() }),
    outcomes: ['none proposed, TIME_TYPE_UNMAPPED', 'Normal proposed, pending'],
    outcome: async () => {
      await world.settings({ sendTimeSheetOnSubmission: true });
      const user = await arrived();
      const proposed = world.setup.entryTypes.find((one) => one.id === user?.entryTypeId)?.name ?? 'none';
      const result = await posted(['submit'], 'Site', unmapped);
      await world.settings(NOTHING_SENT);
      return `${proposed} proposed, ${result}`;
    },
  },
];

/** Writes what the product reads. */
async function store(of: Row['of'], values: Record<string, unknown>): Promise<void> {
  if (of === 'company') await db().update(procoreCompany).set(values).where(eq(procoreCompany.id, company()));
  else await db().update(integrationSettings).set(values).where(eq(integrationSettings.account, world.stack.account));
}

/** Saves a setting as a person does. */
async function save({ setting, of, otherwise, given }: Row): Promise<void> {
  await store(of, given());
  const path = of === 'account' ? '/api/settings' : `/api/companies/${company()}`;
  await good(world.stack, 'PATCH', path, { [setting]: otherwise() });
}

/** The defaults of all of them, so that no row leans on another. */
async function reset(): Promise<void> {
  await store('account', { ...NOTHING_SENT, timeSheetApproval: 'final', selfApproval: true });
  await store('company', {
    syncUsers: false,
    timeSheetGroupId: null,
    timeSheetEntryTypeId: null,
    timeSheetPersonaId: null,
  });
}

describe.each(rows)('$setting', (row) => {
  const [byDefault, otherwise] = row.outcomes;

  test('forced back to its default where it is read, fails its row', async () => {
    await reset();
    await save(row);
    await store(row.of, { [row.setting]: row.byDefault });
    const outcome = await row.outcome();
    expect(outcome).toEqual(byDefault);
    expect(outcome).not.toEqual(otherwise);
  }, 90_000);

  test('as it is saved, changes what happens', async () => {
    await reset();
    await save(row);
    expect(await row.outcome()).toEqual(otherwise);
  }, 90_000);
});

test('the default entry type stands in for those of its kind only: overtime never becomes normal time', async () => {
  await reset();
  await store('account', { sendTimeSheetOnSubmission: true });
  await store('company', { timeSheetEntryTypeId: normal() });
  const type = { name: 'Double time', kind: 'overtime', isConfidential: false, isVisible: true };
  const { id } = await good<{ id: string }>(world.stack, 'POST', '/api/time-setup/entry-types', type);
  expect(await posted(['submit'], 'Site', id)).toBe('TIME_TYPE_UNMAPPED');
}, 90_000);

test('two people with one email, or one employee id, are nobody Procore knows; the chosen party is whose time it is', async () => {
  await reset();
  await store('account', { sendTimeSheetOnSubmission: true });
  const add = (name: string) =>
    good<{ id: string }>(world.stack, 'POST', '/api/people', {
      name,
      email: null,
      employeeId: 'E-103',
      userGroupId: group('Site'),
      entryTypeId: null,
      personaId: persona(),
    });
  const [one, two] = [await add('One of two'), await add('Two of two')];
  const sent = async (userId: string) => {
    const day = monday();
    const { id } = await world.enter(userId, [{ date: day }]);
    await world.step(id, 'submit');
    const sheet = await world.ended(id, 60_000);
    const [card] = (await world.cards()).filter((card) => card.date === day);
    return { id, day, code: sheet.entries[0]?.problems[0]?.code, party: card?.party_id };
  };
  expect([(await sent(one.id)).code, (await sent(two.id)).code]).toEqual(['PERSON_UNLINKED', 'PERSON_UNLINKED']);
  const [right, wrong] = [await partyOf(world.stack, 'E-103'), await partyOf(world.stack, 'E-104')];
  const link = (id: string, partyId: number | null) =>
    world.stack.api('POST', `/api/people/${id}/party`, {
      companyId: company(),
      partyId: partyId === null ? null : String(partyId),
    });
  expect((await link(one.id, wrong)).status).toBe(200);
  expect((await link(two.id, wrong)).status).toBe(409);
  const first = await sent(one.id);
  expect(first.party).toBe(wrong);

  // The wrong person was chosen: the time moves over to the right one.
  expect((await link(one.id, right)).status).toBe(200);
  await world.step(first.id, 'send');
  await world.ended(first.id, 60_000);
  const cards = (await world.cards()).filter((card) => card.date === first.day);
  expect(cards.map((card) => card.party_id)).toEqual([right]);
}, 120_000);
