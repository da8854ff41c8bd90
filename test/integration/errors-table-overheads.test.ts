import { afterAll, beforeAll, beforeEach, test } from 'vitest';
import { OVERHEAD_ROWS } from './error-rows/overheads.ts';
import { play } from './error-rows/row.ts';
import { type OverheadWorld, startOverheadWorld } from './overhead-world.ts';

let world: OverheadWorld;
beforeAll(async () => {
  world = await startOverheadWorld({ env: { SETTLE_DELAY_MS: '300' } });
}, 180_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('DELETE', '/faults'));

/** What each bill of a number totals. */
const posted = async (on: OverheadWorld, number: string) =>
  (await on.bills(number))
    .filter(({ status }) => status !== 'VOIDED')
    .map(({ lines }) => lines.reduce((sum, { LineAmount }) => sum + LineAmount, 0));

test.each(OVERHEAD_ROWS.map((row) => [row.code, row.when, row] as const))(
  '%s: %s; after the fix there is one bill',
  (_code, _when, row) => play(world, row, posted),
  240_000,
);
