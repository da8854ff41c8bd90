import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { good, MONDAY, mentions, partyOf, startTimeWorld, type TimeWorld } from './time-world.ts';

// A posting is a dozen round trips, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 });

let world: TimeWorld;
let parties: Record<string, number>;
beforeAll(async () => {
  world = await startTimeWorld({ simulator: { checkContract: true }, env: { SETTLE_DELAY_MS: '300' } });
  parties = Object.fromEntries(
    await Promise.all(['E-101', 'E-102', 'E-201'].map(async (id) => [id, await partyOf(world.stack, id)])),
  );
}, 180_000);
afterAll(async () => {
  const { violations } = await world.stack.control<{ violations: unknown[] }>('GET', '/contract');
  await world.stack.close();
  expect(violations).toEqual([]);
});
beforeEach(async () => {
  await world.stack.control('DELETE', '/faults');
  await world.stack.control('PUT', '/settings', { overtimeAfter: {} });
  await world.settings({
    sendTimeSheetOnSubmission: false,
    sendTimeSheetAfterApproval: false,
    timeSheetApproval: 'final',
  });
});

let week = 0;
/** A Monday no other test uses. */
const monday = () => new Date(Date.parse(`${MONDAY}T00:00:00Z`) + 7 * 86_400_000 * ++week).toISOString().slice(0, 10);
const plus = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
const held = async (from: string) =>
  (await world.cards()).filter((card) => card.date >= from && card.date <= plus(from, 7));
const both = { sendTimeSheetOnSubmission: true, sendTimeSheetAfterApproval: true };

describe('when time leaves', () => {
  test.each([
    ['neither', false, false, [], []],
    ['on submission', true, false, ['pending'], ['pending']],
    ['after approval', false, true, [], ['approved']],
    ['both', true, true, ['pending'], ['approved']],
  ])('%s', async (_, onSubmission, afterApproval, submitted, approved) => {
    await world.settings({ sendTimeSheetOnSubmission: onSubmission, sendTimeSheetAfterApproval: afterApproval });
    const day = monday();
    const person = await world.person('E-101');
    const { id } = await world.enter(person.id, [{ date: day, description: 'Formwork' }]);
    await world.step(id, 'submit');
    await world.ended(id);
    expect((await held(day)).map((card) => card.approval_status)).toEqual(submitted);
    await world.step(id, 'approve');
    const sheet = await world.ended(id);
    const cards = await held(day);
    expect(cards.map((card) => card.approval_status)).toEqual(approved);
    expect(sheet.integration).toBe(approved.length > 0 ? 'sent' : null);
    if (approved.length > 0)
      expect(cards[0]).toMatchObject({
        party_id: parties['E-101'],
        project_id: world.projects[0]!.procoreId,
        cost_code_id: Number(world.projects[0]!.codes[0]!.procoreId),
        description: expect.stringMatching(/^Formwork/),
      });
  });

  test('two approvals are two people; the option sends after the first', async () => {
    await world.settings({ sendTimeSheetAfterApproval: true, timeSheetApproval: 'first', selfApproval: true });
    const day = monday();
    const office = world.setup.groups.find((one) => one.name === 'Office')!.id;
    const person = await world.person('E-102', office);
    const { id } = await world.enter(person.id, [{ date: day }]);
    await world.step(id, 'submit');
    const first = await world.step(id, 'approve');
    expect(first.status).toBe('first_approved');
    await world.ended(id);
    expect(await held(day)).toMatchObject([{ approval_status: 'approved' }]);
    await world.settings({ selfApproval: false });
    expect((await world.stack.api('POST', `/api/time-sheets/${id}/approve`, {})).status).toBe(403);
  });
});

test('an approver’s edit, a rejection and a new submission are reflected; a payroll batch is not', async () => {
  await world.settings(both);
  const day = monday();
  const person = await world.person('E-101');
  const entered = await world.enter(person.id, [{ date: day }, { date: plus(day, 1) }]);
  const { id } = entered;
  await world.step(id, 'submit');
  const sent = await world.ended(id);
  const [first, second] = sent.entries;
  await world.settings({ ...both, selfApproval: true });
  await good(world.stack, 'PUT', `/api/time-sheets/${id}/entries`, {
    entries: [inputOf(first!, { hours: '6.5' }), inputOf(second!)],
  });
  await world.ended(id);
  expect((await held(day)).map((card) => Number(card.hours)).sort()).toEqual([6.5, 8]);
  const rejected = await world.step(id, 'reject', { reason: 'Wrong day' });
  expect(rejected.rejectedReason).toBe('Wrong day');
  await world.ended(id);
  expect(await held(day)).toEqual([]);
  await world.enter(person.id, [{ ...inputOf(first!, { hours: '7' }) }]);
  await world.step(id, 'submit');
  await world.ended(id);
  await world.step(id, 'approve');
  await world.ended(id);
  const [card, ...others] = await held(day);
  expect([card?.hours, card?.approval_status, others]).toEqual(['7', 'approved', []]);
  const calls = async () => (await world.stack.control<{ count: number }>('GET', '/requests')).count;
  const before = await calls();
  await world.step(id, 'process');
  expect((await world.step(id, 'reverse')).status).toBe('approved');
  expect(await calls()).toBe(before);
  await world.step(id, 'reject', { reason: 'Too late' });
  const stuck = await world.ended(id);
  expect(stuck.entries[0]?.problems).toMatchObject([{ code: 'TIME_LOCKED' }]);
  expect((await held(day)).length).toBe(1);
});

test('leave, the confidential, zero hours and office time never leave, and logs do not tell of them', async () => {
  await world.settings(both);
  const day = monday();
  const person = await world.person('E-102');
  const type = (name: string) => world.setup.entryTypes.find((one) => one.name === name)!.id;
  const { id } = await world.enter(person.id, [
    { date: day, hours: '3.33' },
    { date: day, entryTypeId: type('Annual leave'), hours: '1' },
    { date: day, entryTypeId: type('Private leave'), hours: '2' },
    { date: day, projectId: null, projectCostCodeId: null, hours: '1' },
    { date: day, hours: '0' },
  ]);
  await world.step(id, 'submit');
  const sheet = await world.ended(id);
  expect((await held(day)).map((card) => card.hours)).toEqual(['3.33']);
  expect(sheet.entries.filter((entry) => entry.staysHere)).toHaveLength(4);
  for (const word of ['Private leave', '3.33', person.name])
    for (const table of ['integration_log', 'audit_event'] as const)
      expect([word, await mentions(world.stack, table, word)]).toEqual([word, 0]);
  const handle = world.stack.deps.temporal.workflow.getHandle(`${world.stack.account}/timesheet/${id}`);
  const history = JSON.stringify(await handle.fetchHistory(), (_, value) =>
    value?.type === 'Buffer' || value instanceof Uint8Array ? Buffer.from(value.data ?? value).toString('utf8') : value,
  );
  for (const word of ['Private', '3.33', person.name, 'Normal']) expect(history.includes(word)).toBe(false);
});

describe('nights, sub jobs and modes', () => {
  test('a night is two entries at the midnight of the project', async () => {
    await world.settings(both);
    const day = monday();
    const person = await world.person('E-201');
    const night = { startTime: '21:00', endTime: '06:00', breakMinutes: 30 };
    const { id } = await world.enter(person.id, [{ date: plus(day, 6), ...night }]);
    await world.step(id, 'submit');
    await world.ended(id);
    expect((await held(day)).map((card) => [card.date, card.hours])).toEqual([
      [plus(day, 6), '3'],
      [plus(day, 7), '5.5'],
    ]);
  });

  test('a code of a sub job goes to its sub job', async () => {
    await world.settings(both);
    const day = monday();
    const person = await world.person('E-102');
    const place = world.projects[1]!;
    const { id } = await world.enter(person.id, [
      { date: day, projectId: place.id, projectCostCodeId: place.codes.find((code) => code.subJobId !== null)!.id },
    ]);
    await world.step(id, 'submit');
    expect((await world.ended(id)).integration).toBe('sent');
    const card = (await held(day)).find((one) => one.project_id === place.procoreId);
    expect(card?.sub_job_id).toEqual(expect.any(Number));
  });

  test('a project that goes from start to stop is learned; hours alone are refused there with the reason', async () => {
    await world.settings(both);
    const place = world.projects[1]!;
    await world.stack.control('PUT', '/settings', { timecardMode: { [place.procoreId]: 'start-stop' } });
    try {
      const day = monday();
      const person = await world.person('E-101');
      const at = { projectId: place.id, projectCostCodeId: place.codes[0]!.id };
      const { id } = await world.enter(person.id, [
        { ...at, date: day, startTime: '08:00', endTime: '16:20', breakMinutes: 30 },
        { ...at, date: plus(day, 1), hours: '8' },
      ]);
      await world.step(id, 'submit');
      const sheet = await world.ended(id);
      expect(sheet.integration).toBe('partial');
      expect((await held(day)).map((card) => [card.hours, card.lunch_time])).toEqual([['7.83', '30']]);
      expect(sheet.entries[1]?.problems).toMatchObject([{ code: 'TIME_MODE_MISMATCH' }]);
    } finally {
      await world.stack.control('PUT', '/settings', { timecardMode: {} });
    }
  });
});

test('an overtime split counts as one with its entry, and is never corrected', async () => {
  await world.settings(both);
  await world.stack.control('PUT', '/settings', { overtimeAfter: { [world.projects[0]!.procoreId]: '8' } });
  const day = monday();
  const person = await world.person('E-101');
  const { id } = await world.enter(person.id, [{ date: day, hours: '10.5' }]);
  await world.step(id, 'submit');
  expect((await world.ended(id)).integration).toBe('sent');
  await world.step(id, 'approve');
  expect((await world.ended(id)).integration).toBe('sent');
  expect((await held(day)).map((card) => card.hours).sort()).toEqual(['2.5', '8']);
});

describe('what a person must decide', () => {
  const foreign = (party: number, date: string) =>
    world.stack.control<{ id: number }>('POST', '/records/timecard_entries', {
      project_id: world.projects[0]!.procoreId,
      party_id: party,
      date,
      hours: '8',
      cost_code_id: Number(world.projects[0]!.codes[0]!.procoreId),
    });

  test.each([
    ['link', 1, 'sent'],
    ['add', 2, 'sent'],
    ['skip', 1, 'skipped'],
  ])('hours that are there already: %s', async (choice, entries, mark) => {
    await world.settings(both);
    const day = monday();
    const person = await world.person('E-201');
    await foreign(parties['E-201']!, day);
    const { id } = await world.enter(person.id, [{ date: day }, { date: plus(day, 1) }]);
    await world.step(id, 'submit');
    const asked = await world.ended(id);
    expect(asked.integration).toBe('partial');
    expect(asked.entries.map((entry) => entry.problems.map((problem) => problem.code))).toEqual([
      ['TIME_ALREADY_IN_PROCORE'],
      [],
    ]);
    await world.step(id, `entries/${asked.entries[0]!.id}/choice`, { choice });
    const sheet = await world.ended(id);
    expect(sheet.entries.map((entry) => entry.integration)).toEqual([mark, 'sent']);
    expect((await held(day)).filter((card) => card.date === day)).toHaveLength(entries);
  });

  test('approved or changed in Procore is locked; the rest goes on, and a retry touches only what failed', async () => {
    await world.settings(both);
    const day = monday();
    const person = await world.person('E-101');
    const { id } = await world.enter(person.id, [{ date: day }, { date: plus(day, 1) }]);
    await world.step(id, 'submit');
    const sent = await world.ended(id);
    const [card] = (await held(day)).filter((one) => one.date === day);
    await world.stack.control('PATCH', `/records/timecard_entries/${card!.id}`, { approval_status: 'reviewed' });
    await world.settings({ ...both, selfApproval: true });
    await good(world.stack, 'PUT', `/api/time-sheets/${id}/entries`, {
      entries: sent.entries.map((entry) => inputOf(entry, { hours: '4' })),
    });
    const sheet = await world.ended(id);
    expect(sheet.integration).toBe('partial');
    expect(sheet.entries.map((entry) => entry.problems[0]?.code)).toEqual(['TIME_LOCKED', undefined]);
    expect((await held(day)).map((one) => one.hours)).toEqual(['8', '4']);
    await world.stack.control('PATCH', `/records/timecard_entries/${card!.id}`, { approval_status: 'pending' });
    const { count } = await world.stack.control<{ count: number }>('GET', '/requests');
    await world.step(id, 'send');
    expect((await world.ended(id)).integration).toBe('sent');
    const { entries } = await world.stack.control<{ entries: { path: string; query: string }[] }>(
      'GET',
      `/requests?since=${count}`,
    );
    expect(entries.filter((one) => /timecard_entries/.test(one.path))).toHaveLength(2);
  });

  test('somebody unknown, outside the project or on a code without labour is told each by its own code', async () => {
    await world.settings(both);
    const day = monday();
    const nobody = await world.person(null);
    const first = await world.enter(nobody.id, [{ date: day }]);
    await world.step(first.id, 'submit');
    expect((await world.ended(first.id)).entries[0]?.problems).toMatchObject([{ code: 'PERSON_UNLINKED' }]);
    await world.stack.control('POST', '/records/people', {
      company_id: Number(world.company.procoreId),
      last_name: 'Outsider',
      employee_id: 'E-900',
    });
    const outsider = await world.person('E-900');
    await world.stack.deps.db.execute("update procore_directory set read_at = now() - interval '1 hour'");
    const second = await world.enter(outsider.id, [{ date: day }]);
    await world.step(second.id, 'submit');
    expect((await world.ended(second.id)).entries[0]?.problems).toMatchObject([{ code: 'PERSON_NOT_ON_PROJECT' }]);
    const person = await world.person('E-102');
    const third = await world.enter(person.id, [{ date: day, projectCostCodeId: world.projects[0]!.other.id }]);
    await world.step(third.id, 'submit');
    expect((await world.ended(third.id)).entries[0]?.problems).toMatchObject([{ code: 'CODE_NOT_LABOUR' }]);
    expect(await held(day)).toEqual([]);
  });
});

describe('a lost answer at every write ends in one entry', () => {
  const EFFECTS = [
    { kind: 'lost-response' },
    { kind: 'drop-before' },
    { kind: 'truncate' },
    { kind: 'status', status: 500 },
    { kind: 'late-commit', seconds: 0.2 },
    { kind: 'list-lag', seconds: 0.2 },
  ];
  const fault = (method: string, effect: object) =>
    world.stack.control('POST', '/faults', { match: { method, path: '/timecard_entries', nth: 1, times: 1 }, effect });

  test.each(EFFECTS)(
    '$kind',
    async (effect) => {
      await world.settings({ ...both, selfApproval: true });
      const day = monday();
      const person = await world.person('E-101');
      const { id } = await world.enter(person.id, [{ date: day }]);
      await fault('POST', effect);
      await world.step(id, 'submit');
      const sent = await world.ended(id);
      expect([sent.integration, (await held(day)).length]).toEqual(['sent', 1]);
      if (effect.kind === 'list-lag') return;
      await world.stack.control('DELETE', '/faults');
      await fault('PATCH', effect);
      await good(world.stack, 'PUT', `/api/time-sheets/${id}/entries`, {
        entries: [inputOf(sent.entries[0]!, { hours: '5' })],
      });
      await world.ended(id);
      expect((await held(day)).map((card) => card.hours)).toEqual(['5']);
      await world.stack.control('DELETE', '/faults');
      await fault('DELETE', effect);
      await world.step(id, 'reject', { reason: 'Again' });
      const gone = await world.ended(id);
      expect([gone.integration, await held(day)]).toEqual([null, []]);
    },
    60_000,
  );

  test('where Procore does not give stamps back', async () => {
    await world.stack.control('PUT', '/switches', { origin_data: 'dropped' });
    await world.stack.deps.db.execute('update procore_company set returns_stamp = null');
    try {
      await world.settings(both);
      const day = monday();
      const person = await world.person('E-102');
      await fault('POST', { kind: 'lost-response' });
      const { id } = await world.enter(person.id, [{ date: day }, { date: plus(day, 1) }]);
      await world.step(id, 'submit');
      expect((await world.ended(id)).integration).toBe('sent');
      await world.step(id, 'approve');
      expect((await world.ended(id)).integration).toBe('sent');
      expect((await held(day)).map((card) => card.approval_status)).toEqual(['approved', 'approved']);
    } finally {
      await world.stack.control('PUT', '/switches', { origin_data: 'given back' });
      await world.stack.deps.db.execute('update procore_company set returns_stamp = null');
    }
  });
});

test('before the go-live date nothing leaves by itself; an admin lets it go with a reason', async () => {
  await world.settings(both);
  const day = monday();
  await good(world.stack, 'PATCH', `/api/companies/${world.company.id}`, { goLiveDate: plus(day, 1) });
  try {
    const person = await world.person('E-101');
    const { id } = await world.enter(person.id, [{ date: day }, { date: plus(day, 1) }]);
    await world.step(id, 'submit');
    const sheet = await world.ended(id);
    expect(sheet.entries.map((entry) => entry.problems[0]?.code)).toEqual(['BEFORE_GO_LIVE', undefined]);
    await world.step(id, 'send', { reason: 'Agreed with payroll' });
    expect((await world.ended(id)).integration).toBe('sent');
    expect(await held(day)).toHaveLength(2);
  } finally {
    await good(world.stack, 'PATCH', `/api/companies/${world.company.id}`, { goLiveDate: '2020-01-01' });
  }
});

type Entry = Awaited<ReturnType<TimeWorld['show']>>['entries'][number];
function inputOf(entry: Entry, change: object = {}) {
  const {
    id,
    date,
    projectId,
    projectCostCodeId,
    costTypeId,
    entryTypeId,
    startTime,
    endTime,
    breakMinutes,
    hours,
    description,
  } = entry;
  return {
    id,
    date,
    projectId,
    projectCostCodeId,
    costTypeId,
    entryTypeId,
    startTime,
    endTime,
    breakMinutes,
    hours,
    description,
    ...change,
  };
}
