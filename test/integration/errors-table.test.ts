import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PROCORE_ROWS } from './error-rows/procore.ts';
import { INVOICE_ROWS, RECORD_ROWS } from './error-rows/records.ts';
import { type ErrorRow, play } from './error-rows/row.ts';
import { STANDING_ROWS } from './error-rows/standing.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ env: { SETTLE_DELAY_MS: '300' } });
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(async () => {
  await world.stack.control('DELETE', '/faults');
  await world.stack.control('PUT', '/settings', { disconnectedCompanies: [], toolsOff: {}, taxMode: {} });
  await world.settings({
    invoicesInterface: 'procore',
    createMissingCodes: false,
    createMissingVendors: true,
    roundingTolerance: '0.00',
    directCostStatus: 'approved',
  });
});

/** What each direct cost of a number totals. */
const posted = async (on: PushWorld, number: string) =>
  (await on.held(number)).map(
    ({ lines }) => lines.reduce((cents, { amount }) => cents + Math.round(Number(amount) * 100), 0) / 100,
  );

const tell = (rows: readonly ErrorRow[]) => rows.map((row) => [row.code, row.when, row] as const);

// Where Procore itself fails comes last: events wait for minutes after it.
test.each(tell([...RECORD_ROWS, ...INVOICE_ROWS, ...STANDING_ROWS, ...PROCORE_ROWS]))(
  '%s: %s; after the fix there is one direct cost',
  (_code, _when, row) => play(world, row, posted),
  240_000,
);

test('nothing stands twice, and the ledger agrees', async () => {
  const audit = await world.stack.control<{ duplicates: { number: string }[]; differences: unknown[] }>(
    'GET',
    '/audit',
  );
  expect([audit.duplicates, audit.differences]).toEqual([[], []]);
});
