import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueDueSheets } from '../../db/queries/time-sheet-queue.ts';
import { MONDAY, startTimeWorld, type TimeWorld } from './time-world.ts';

let world: TimeWorld;
beforeAll(async () => {
  world = await startTimeWorld();
}, 120_000);
afterAll(() => world?.stack.close());

test('what was submitted before sending was switched on goes by schedule, once that is on too', async () => {
  const person = await world.person('E-101');
  const { id } = await world.enter(person.id, [{ date: MONDAY }]);
  await world.step(id, 'submit');
  await world.settings({ sendTimeSheetOnSubmission: true });
  expect(await queueDueSheets(world.stack.deps.db, 10)).toBe(0);
  expect(await world.cards()).toHaveLength(0);

  await world.settings({ sendTimeSheetsBySchedule: true });
  await queueDueSheets(world.stack.deps.db, 10);
  const sheet = await world.ended(id);
  expect(sheet.integration).toBe('sent');
  expect(await world.cards()).toHaveLength(1);
});
