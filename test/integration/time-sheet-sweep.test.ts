import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowIds } from '../../platform/workflow-ids.ts';
import type { AutomaticSending } from '../../schemas/automatic-sending.ts';
import type { TimeSheet } from '../../schemas/time-sheets.ts';
import { eventually } from '../environment/stack.ts';
import { good, MONDAY, startTimeWorld, type TimeWorld } from './time-world.ts';

const OLD = '2026-03-02';

let world: TimeWorld;
let sheets: { old: TimeSheet; due: TimeSheet; draft: TimeSheet; leave: TimeSheet };
beforeAll(async () => {
  world = await startTimeWorld({ hasSchedules: true });
  await good(world.stack, 'PATCH', `/api/companies/${world.company.id}`, { goLiveDate: MONDAY });
  const person = await world.person('E-101');
  const other = await world.person('E-102');
  const leave = world.setup.entryTypes.find((one) => one.name === 'Annual leave')!.id;
  sheets = {
    old: await world.enter(person.id, [{ date: OLD }]),
    due: await world.enter(person.id, [{ date: MONDAY }]),
    draft: await world.enter(person.id, [{ date: '2026-03-23' }]),
    leave: await world.enter(other.id, [{ date: MONDAY, entryTypeId: leave }]),
  };
  for (const one of [sheets.old, sheets.due, sheets.leave]) await world.step(one.id, 'submit');
}, 180_000);
afterAll(() => world?.stack.close());

const path = () => `/api/companies/${world.company.id}/automatic-sending`;
const show = async () => (await good<AutomaticSending>(world.stack, 'GET', path())).timeSheets;
const turn = (body: object) => world.stack.api<AutomaticSending>('PUT', `${path()}/time-sheets`, body);
const sendDue = () => workflowIds.sendDue(world.stack.account);
const schedule = () => world.stack.deps.temporal.schedule.getHandle(sendDue());
const isScheduled = () =>
  schedule()
    .describe()
    .then(
      () => true,
      () => false,
    );
const runSchedule = () =>
  world.stack.deps.temporal.workflow.execute('SendDue', {
    workflowId: `${sendDue()}/test`,
    taskQueue: 'sync',
    args: [{ account: world.stack.account }],
  });
const queued = () => world.stack.deps.db.execute(sql`select 1 from time_sheet where queued_at is not null`);

test('it is off at first: what was submitted before sending was switched on stays, also when the schedule runs', async () => {
  expect(await show()).toEqual({ isOn: false, due: { count: 0, oldestDate: null, beforeGoLive: 0 } });
  await world.settings({ sendTimeSheetOnSubmission: true });
  expect(await show()).toEqual({ isOn: false, due: { count: 1, oldestDate: MONDAY, beforeGoLive: 1 } });
  await runSchedule();
  expect([await queued(), await isScheduled(), await world.cards()]).toEqual([[], false, []]);
});

test('turned on after its dry run, the schedule sends what is due and nothing else, once', async () => {
  expect((await turn({ isOn: true, seen: { count: 2 } })).status).toBe(409);
  expect((await turn({ isOn: true, seen: { count: 1 } })).body.timeSheets.isOn).toBe(true);
  await eventually(isScheduled, 30_000);
  await schedule().trigger('SKIP');
  await eventually(async () => (await world.show(sheets.due.id)).integration === 'sent', 60_000);
  await runSchedule();
  await world.settle();
  expect((await world.cards()).map((card) => [card.date, card.approval_status])).toEqual([[MONDAY, 'pending']]);
  for (const { id } of [sheets.old, sheets.draft, sheets.leave]) expect((await world.show(id)).integration).toBeNull();
  const { entries } = await good<{ entries: { message: string }[] }>(
    world.stack,
    'GET',
    `/api/time-sheets/${sheets.due.id}/log`,
  );
  expect(entries.map(({ message }) => message)).toContain('Queued by schedule.');
});

test('after the first of two approvals it sends too, where that is the one that counts', async () => {
  await world.settings({ sendTimeSheetOnSubmission: false, sendTimeSheetAfterApproval: false });
  const office = world.setup.groups.find((one) => one.name === 'Office')!.id;
  const person = await world.person('E-201', office);
  const { id } = await world.enter(person.id, [{ date: '2026-03-30' }]);
  await world.step(id, 'submit');
  await world.step(id, 'approve');
  await world.settings({ sendTimeSheetAfterApproval: true });
  await runSchedule();
  expect(await queued()).toEqual([]);
  await world.settings({ timeSheetApproval: 'first' });
  await runSchedule();
  expect((await world.ended(id)).integration).toBe('sent');
});

test('"send now" says when nothing is due; turned off, the schedule goes', async () => {
  const none = await world.stack.api<{ error: { message: string } }>('POST', '/api/automatic-sending/time-sheets/run');
  expect([none.status, none.body.error.message]).toEqual([409, 'Nothing is due.']);
  await turn({ isOn: false });
  await eventually(async () => !(await isScheduled()), 30_000);
});
