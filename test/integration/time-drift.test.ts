import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inboxScope } from '../../db/schema/index.ts';
import { eventually } from '../environment/stack.ts';
import { good, MONDAY, startTimeWorld, type TimeWorld } from './time-world.ts';

/** What people in Procore do to entries of ours after they were sent is told on the week, and never repaired. */

vi.setConfig({ testTimeout: 120_000 });

let world: TimeWorld;
beforeAll(async () => {
  world = await startTimeWorld();
  const before = await eventually(async () => (await triggers()) || undefined, 30_000);
  await good(world.stack, 'PATCH', '/api/settings', { sendTimeSheetOnSubmission: true });
  await eventually(async () => (await triggers()) === before + 3, 60_000);
}, 180_000);
afterAll(() => world?.stack.close());

/** How many kinds of events Procore is asked for. */
const triggers = async () => {
  const rows = await world.stack.deps.db.execute<{ n: number }>(
    sql`select trigger_count as n from webhook_hook where company_id = ${world.company.id} and project_procore_id is null`,
  );
  return rows[0]?.n ?? 0;
};

let week = 0;
const monday = () => new Date(Date.parse(`${MONDAY}T00:00:00Z`) + 7 * 86_400_000 * ++week).toISOString().slice(0, 10);

async function sent() {
  const day = monday();
  const person = await world.person('E-101');
  const { id } = await world.enter(person.id, [{ date: day }]);
  await world.step(id, 'submit');
  expect((await world.ended(id)).integration).toBe('sent');
  const [card] = (await world.cards()).filter((one) => one.date === day);
  return { id, day, card: card! };
}
/** The scope has read a lot and would wait before it reads again; how long is tested elsewhere. */
const endPause = () => world.stack.deps.db.update(inboxScope).set({ quietUntil: sql`now()`, paidUntil: sql`now()` });
const drifted = (id: string, code: string | null) =>
  eventually(async () => {
    await endPause();
    const sheet = await world.show(id);
    return (sheet.entries[0]?.drift?.code ?? null) === code ? sheet : undefined;
  }, 60_000);
const hear = (cardId: number) =>
  eventually(async () => {
    await endPause();
    const rows = await world.stack.deps.db.execute<{ outcome: string | null }>(sql`
      select outcome from inbox_event where record_kind = 'timecard_entry' and record_id = ${String(cardId)}
      order by id desc limit 1`);
    return rows[0]?.outcome ?? undefined;
  }, 60_000);
const record = (id: number) => `/records/timecard_entries/${id}`;

test('our own writes come back as events, and change nothing', async () => {
  const { id, card } = await sent();
  expect(['As the time sheet says.', 'As before.', 'No time sheet of ours waits for it.']).toContain(
    await hear(card.id),
  );
  expect((await world.show(id)).entries[0]?.drift).toBeNull();
});

test('an entry approved there is told as locked; the story says so once, without hours', async () => {
  const { id, day, card } = await sent();
  await world.stack.control('PATCH', record(card.id), { approval_status: 'reviewed' });
  const sheet = await drifted(id, 'TIME_LOCKED');
  expect(sheet.entries[0]?.drift?.message).toBe('It was approved in Procore, so it can only be changed there.');
  expect(sheet.integration).toBe('sent');
  const { rows } = await good<{ rows: { id: string; hasDrift: boolean }[] }>(world.stack, 'GET', '/api/time-sheets');
  expect(rows.find((row) => row.id === id)?.hasDrift).toBe(true);
  const { entries } = await good<{ entries: { message: string }[] }>(world.stack, 'GET', `/api/time-sheets/${id}/log`);
  expect(entries.filter(({ message }) => message === `Time of ${day} was approved in Procore.`)).toHaveLength(1);
  await world.stack.control('PATCH', record(card.id), { approval_status: 'pending' });
  await drifted(id, null);
});

test('hours changed there stay theirs, and moved to another day they are not moved back', async () => {
  const { id, day, card } = await sent();
  await world.stack.control('PATCH', record(card.id), { hours: '6' });
  expect((await drifted(id, 'TIME_LOCKED')).entries[0]?.drift?.message).toContain('changed in Procore');
  const moved = await sent();
  const next = new Date(Date.parse(`${moved.day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  await world.stack.control('PATCH', record(moved.card.id), { date: next });
  await drifted(moved.id, 'TIME_LOCKED');
  await world.settings({ sendTimeSheetAfterApproval: true });
  await world.step(moved.id, 'approve');
  const sheet = await world.ended(moved.id);
  await world.settings({ sendTimeSheetAfterApproval: false });
  expect(sheet.entries[0]?.problems).toMatchObject([{ code: 'TIME_LOCKED' }]);
  const cards = (await world.cards()).filter((one) => [day, moved.day, next].includes(one.date));
  expect(cards.map((one) => [one.date, one.hours, one.approval_status])).toEqual([
    [day, '6', 'pending'],
    [next, '8', 'pending'],
  ]);
});

test('deleted there it is not made again, also by a retry; "add" makes it once, and is spent by that', async () => {
  const { id, day, card } = await sent();
  const there = async () => (await world.cards()).filter((one) => one.date === day);
  await world.stack.control('DELETE', record(card.id));
  await drifted(id, 'DELETED_REMOTELY');
  await world.step(id, 'send');
  await world.ended(id);
  expect(await there()).toEqual([]);
  const { entries } = await world.show(id);
  await world.step(id, `entries/${entries[0]!.id}/choice`, { choice: 'add' });
  const again = await world.ended(id);
  expect([again.integration, again.entries[0]?.drift, (await there()).length]).toEqual(['sent', null, 1]);
  await world.stack.control('DELETE', record((await there())[0]!.id));
  await drifted(id, 'DELETED_REMOTELY');
  await world.step(id, 'send');
  await world.ended(id);
  expect(await there()).toEqual([]);
});

test('a second edition with our stamp is taken away while it is pending', async () => {
  const { id, day, card } = await sent();
  const { id: _, split_of, ...fields } = card;
  await world.stack.control('POST', '/records/timecard_entries', { ...fields, split_of });
  await eventually(async () => {
    await endPause();
    return (await world.cards()).filter((one) => one.date === day).length === 1;
  }, 60_000);
  expect((await world.ended(id)).integration).toBe('sent');
  expect((await world.cards()).filter((one) => one.date === day).map((one) => one.id)).toEqual([card.id]);
});
