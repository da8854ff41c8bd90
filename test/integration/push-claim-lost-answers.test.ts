import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';

let world: ClaimWorld;
let subcontract: DocumentCommitment;
beforeAll(async () => {
  world = await startClaimWorld({ env: { SETTLE_DELAY_MS: '400' } });
  await world.settings({ waitForClaimOnSubContracts: false });
  subcontract = await world.commitment('SC-1007-01');
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('DELETE', '/faults'));

/** Every write of a claim that has a change order, in the order it is made. */
const WRITES = [
  { name: 'the claim', method: 'POST', path: '/rest/v1\\.1/requisitions\\?', nth: 1 },
  { name: 'the items of the change order', method: 'POST', path: '/add_change_order_package', nth: 1 },
  { name: 'what is billed on them', method: 'PATCH', path: '/rest/v1\\.1/requisitions/\\d+', nth: 1 },
  { name: 'the status', method: 'PATCH', path: '/rest/v1\\.1/requisitions/\\d+', nth: 2 },
];

const EFFECTS = [
  { name: 'the answer is lost after the write', effect: { kind: 'lost-response' } },
  { name: 'the request is dropped before the write', effect: { kind: 'drop-before' } },
  { name: 'the answer is cut off', effect: { kind: 'truncate' } },
  { name: 'Procore answers 500 and does nothing', effect: { kind: 'status', status: 500 } },
  { name: 'the write is committed late', effect: { kind: 'late-commit', seconds: 0.3 } },
  { name: 'the new claim shows in lists only later', effect: { kind: 'list-lag', seconds: 0.3 } },
];

/** $10 on a line of the subcontract and $5 on one of its variations, with 10 % kept back. */
async function sendOne(number: string): Promise<string> {
  const change = subcontract.lines.findIndex((line) => line.variation?.state === 'approved');
  const amounts = subcontract.lines.map((_, at) => (at === 0 ? '10.00' : at === change ? '5.00' : null));
  return world.sendClaim({ number, on: subcontract, type: 'claim', amounts });
}

async function expectOnce(number: string): Promise<void> {
  const [claim, ...others] = await world.claims(number);
  expect(others).toEqual([]);
  expect(claim?.status).toBe('under_review');
  const work = claim?.items.map((item) => Number(item.work_completed_this_period)).filter((amount) => amount !== 0);
  expect(work).toEqual([10, 5]);
  const kept = claim?.items.reduce((sum, item) => sum + Number(item.work_completed_retainage_retained_this_period), 0);
  expect(kept).toBe(1.5);
}

let count = 0;

describe.each(EFFECTS)('$name', ({ effect }) => {
  test.each(WRITES)(
    'at $name: one claim with its items',
    async ({ path, method, nth }) => {
      await world.stack.control('POST', '/faults', { match: { method, path, nth, times: 1 }, effect });
      const number = `LOST-${++count}`;
      const invoice = await world.ended(await sendOne(number), 40_000);
      expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
      await expectOnce(number);
    },
    60_000,
  );
});

test('a claim committed after it was made again is found and removed before the status is set', async () => {
  const match = { method: 'POST', path: '/rest/v1\\.1/requisitions\\?', nth: 1, times: 1 };
  await world.stack.control('POST', '/faults', { match, effect: { kind: 'late-commit', seconds: 1.1 } });
  const invoice = await world.ended(await sendOne('LATE-1'), 40_000);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  await expectOnce('LATE-1');
}, 60_000);

test('where Procore does not give stamps back, a lost answer at the creation still ends in one claim', async () => {
  await world.stack.control('PUT', '/switches', { origin_data: 'dropped' });
  await world.stack.deps.db.execute('update procore_company set returns_stamp = null');
  try {
    const match = { method: 'POST', path: '/rest/v1\\.1/requisitions\\?', nth: 1, times: 1 };
    await world.stack.control('POST', '/faults', { match, effect: { kind: 'lost-response' } });
    const invoice = await world.ended(await sendOne('UNSTAMPED-1'), 40_000);
    expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
    await expectOnce('UNSTAMPED-1');
  } finally {
    await world.stack.control('PUT', '/switches', { origin_data: 'given back' });
  }
}, 60_000);
