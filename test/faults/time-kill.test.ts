import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TimeSheet } from '../../schemas/time-sheets.ts';
import { good, startTimeWorld, type TimeWorld } from '../integration/time-world.ts';

let world: TimeWorld;
beforeAll(async () => {
  world = await startTimeWorld();
  await world.settings({ sendTimeSheetOnSubmission: true, sendTimeSheetAfterApproval: true });
  await world.stack.stopWorker();
}, 180_000);
afterAll(() => world?.stack.close());

const ENTRIES = '/rest/v1\\.0/companies/\\d+/timecard_entries';
const days = (week: string) => [week, `${week.slice(0, 8)}${String(Number(week.slice(8)) + 1).padStart(2, '0')}`];

interface Write {
  write: string;
  method: string;
  path: string;
  week: string;
  /** how far the sheet is before the write that is interrupted */
  before: ('submit' | 'approve')[];
  act(sheet: TimeSheet): Promise<unknown>;
  /** what Procore holds in the end: hours and approval of each entry */
  ends: [number, string][];
}

const WRITES: Write[] = [
  {
    write: 'a new entry',
    method: 'POST',
    path: `${ENTRIES}$`,
    week: '2026-04-06',
    before: [],
    act: ({ id }) => world.step(id, 'submit'),
    ends: [
      [8, 'pending'],
      [6.25, 'pending'],
    ],
  },
  {
    write: 'changed hours',
    method: 'PATCH',
    path: `${ENTRIES}/\\d+$`,
    week: '2026-04-13',
    before: ['submit'],
    act: ({ id, entries }) =>
      good(world.stack, 'PUT', `/api/time-sheets/${id}/entries`, {
        entries: entries.map(({ id: entryId, date, projectId, projectCostCodeId, entryTypeId }) => ({
          ...{ id: entryId, date, projectId, projectCostCodeId, entryTypeId },
          hours: '5.5',
        })),
      }),
    ends: [
      [5.5, 'pending'],
      [5.5, 'pending'],
    ],
  },
  {
    write: 'an approval',
    method: 'PATCH',
    path: `${ENTRIES}/\\d+$`,
    week: '2026-04-20',
    before: ['submit'],
    act: ({ id }) => world.step(id, 'approve'),
    ends: [
      [8, 'approved'],
      [6.25, 'approved'],
    ],
  },
  {
    write: 'a removal',
    method: 'DELETE',
    path: `${ENTRIES}/\\d+$`,
    week: '2026-04-27',
    before: ['submit'],
    act: ({ id }) => world.step(id, 'reject', { reason: 'Wrong week' }),
    ends: [],
  },
];

test.each(WRITES)(
  'a worker killed after Procore committed $write leaves each entry exactly once',
  async ({ method, path, week, before, act, ends }) => {
    const [first, second] = days(week) as [string, string];
    const victim = await world.stack.startWorkerProcess();
    const person = await world.person('E-101');
    const { id } = await world.enter(person.id, [{ date: first }, { date: second, hours: '6.25' }]);
    for (const step of before) {
      await world.step(id, step);
      await world.ended(id, 120_000);
    }
    const { id: hold } = await world.stack.control<{ id: number }>('POST', '/holds', {
      method,
      path,
      at: 'after-commit',
    });
    await act(await world.show(id));
    await world.stack.control('GET', `/holds/${hold}/wait?timeoutMs=120000`);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    await world.stack.control('POST', `/holds/${hold}/release`);

    const heir = await world.stack.startWorkerProcess();
    const sheet = await world.ended(id, 120_000);
    heir.kill('SIGTERM');
    await once(heir, 'exit');
    expect(sheet.entries.flatMap((entry) => entry.problems)).toEqual([]);
    expect(sheet.integration).toBe(ends.length > 0 ? 'sent' : null);
    const cards = (await world.cards()).filter((card) => card.date === first || card.date === second);
    const held = cards.sort((a, b) => a.date.localeCompare(b.date));
    expect(held.map((card) => [Number(card.hours), card.approval_status])).toEqual(ends);
    const audit = await world.stack.control<{ duplicates: unknown[]; differences: unknown[] }>('GET', '/audit');
    expect([audit.duplicates, audit.differences]).toEqual([[], []]);
  },
  300_000,
);
