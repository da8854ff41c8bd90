import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRateBudget } from '../../db/queries/rate-windows.ts';
import { rateWait, rateWindow } from '../../db/schema/index.ts';
import type { Lane } from '../../procore/ports.ts';
import { startDatabase } from './connection.ts';

let database: Awaited<ReturnType<typeof startDatabase>>;
beforeEach(async () => {
  database = await startDatabase(20);
});
afterEach(() => database.close());

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const windows = async () =>
  Object.fromEntries(
    (await database.db.select().from(rateWindow)).map(({ kind, allowed, used }) => [kind, { allowed, used }]),
  );
const takeAll = async (count: number, lane: Lane, budget = createRateBudget(database.db)) => {
  const turns = await Promise.all(Array.from({ length: count }, () => budget.take(database.connectionId, lane)));
  return {
    gone: turns.filter(({ kind }) => kind === 'go').length,
    waits: turns.flatMap((turn) => (turn.kind === 'wait' ? [turn.ms] : [])),
  };
};
const learn = (limit: number, remaining: number, secondsLeft: number, wasRefused = false) =>
  createRateBudget(database.db).learn(
    database.connectionId,
    { limit, remaining, reset: inSeconds(secondsLeft) },
    wasRefused,
  );

test('until Procore has told of a window, one call goes and the others come back when its answer is there', async () => {
  const since = performance.now();
  const { gone, waits } = await takeAll(20, 'backfill');
  // One a second: on a slow machine the twenty take longer than that to ask.
  expect(gone).toBeLessThanOrEqual(1 + Math.floor((performance.now() - since) / 1000));
  expect(gone).toBeGreaterThanOrEqual(1);
  expect(Math.max(...waits)).toBeLessThanOrEqual(2000);
  await learn(100, 99, 9);
  await database.db.update(rateWait).set({ dueAt: sql`now()` });
  expect((await takeAll(20 - gone, 'backfill')).gone).toBe(20 - gone);
  expect(await database.db.select().from(rateWait)).toEqual([]);
});

test('the two windows are told apart by how far away their end is', async () => {
  await learn(3600, 3000, 1800);
  await learn(25, 20, 8);
  expect(await windows()).toEqual({ hour: { allowed: 3600, used: 600 }, spike: { allowed: 25, used: 5 } });
});

test('the hour in its last seconds is known by its limit', async () => {
  await learn(3600, 3000, 1800);
  await learn(3600, 10, 5);
  expect(await windows()).toEqual({ hour: { allowed: 3600, used: 3590 } });
});

test('workers together never take more than is left', async () => {
  await learn(100, 60, 60);
  const results = await Promise.all(
    Array.from({ length: 6 }, () => takeAll(20, 'person', createRateBudget(database.db))),
  );
  expect(results.reduce((sum, { gone }) => sum + gone, 0)).toBe(60);
  expect(await windows()).toEqual({ hour: { allowed: 100, used: 100 } });
});

test('a call counts in both windows, and waits for the one that is full', async () => {
  await learn(3600, 3590, 1800);
  await learn(25, 1, 8);
  expect((await takeAll(1, 'person')).gone).toBe(1);
  const { gone, waits } = await takeAll(1, 'person');
  expect(gone).toBe(0);
  expect(waits[0]).toBeGreaterThan(6000);
  expect(waits[0]).toBeLessThan(20_000);
  expect(await windows()).toEqual({ hour: { allowed: 3600, used: 11 }, spike: { allowed: 25, used: 25 } });
});

test('backfill stops at its reserve and a person still goes', async () => {
  await learn(100, 100, 3599);
  expect((await takeAll(100, 'backfill')).gone).toBe(60);
  expect((await takeAll(100, 'push')).gone).toBe(20);
  expect((await takeAll(100, 'webhook')).gone).toBe(10);
  expect((await takeAll(100, 'person')).gone).toBe(10);
});

test('the reserve is gone when the window ends', async () => {
  await learn(100, 100, 36);
  expect((await takeAll(120, 'backfill')).gone).toBeGreaterThanOrEqual(99);
});

test('those who wait come back one after the other, not all at the end of the window', async () => {
  await learn(25, 0, 5);
  const { gone, waits } = await takeAll(20, 'push');
  expect(gone).toBe(0);
  waits.sort((a, b) => a - b);
  expect(waits[0]).toBeGreaterThan(3000);
  expect((waits.at(-1) ?? 0) - (waits[0] ?? 0)).toBeGreaterThan(5000);
  const together = waits.map((start) => waits.filter((ms) => ms >= start && ms < start + 1000).length);
  expect(Math.max(...together)).toBeLessThanOrEqual(5);
});

test('a window that is over starts anew', async () => {
  await learn(25, 0, 8);
  await database.db.update(rateWindow).set({ resetsAt: sql`now() - interval '1 second'` });
  expect((await takeAll(30, 'person')).gone).toBe(25);
});

test('a refusal fills the window, whatever we had counted', async () => {
  await learn(25, 20, 8, true);
  expect((await takeAll(1, 'person')).gone).toBe(0);
});

test('answers out of order do not give calls back; those of a window that is over say nothing', async () => {
  await learn(25, 5, 8);
  await learn(25, 15, 8);
  await learn(25, 24, -1);
  expect(await windows()).toEqual({ spike: { allowed: 25, used: 20 } });
});

test('a call that waits keeps every worker’s later call of less weight from going first', async () => {
  await learn(25, 0, 1);
  const invoice = await takeAll(2, 'push');
  expect(invoice.gone).toBe(0);
  await database.db.update(rateWindow).set({ resetsAt: sql`now() - interval '1 second'` });
  const later = createRateBudget(database.db);
  expect((await takeAll(5, 'backfill', later)).gone).toBe(0);
  await database.db.update(rateWait).set({ dueAt: sql`now()` });
  expect((await takeAll(1, 'push')).gone).toBe(1);
  expect((await takeAll(1, 'backfill', later)).gone).toBe(0);
  expect((await takeAll(1, 'push')).gone).toBe(1);
  await database.db.update(rateWait).set({ dueAt: sql`now()` });
  expect((await takeAll(1, 'backfill', later)).gone).toBe(1);
});

test('a call that does not come back is waited for no longer than a spike window', async () => {
  await learn(25, 0, 1);
  await takeAll(1, 'push');
  await database.db.update(rateWindow).set({ resetsAt: sql`now() - interval '1 second'` });
  expect((await takeAll(1, 'backfill')).gone).toBe(0);
  await database.db.update(rateWait).set({ dueAt: sql`now() - interval '11 seconds'` });
  expect((await takeAll(1, 'backfill')).gone).toBe(1);
  expect(await database.db.select().from(rateWait)).toEqual([]);
});
