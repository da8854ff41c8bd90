import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';

let world: ClaimWorld;
let order: DocumentCommitment;
let subcontract: DocumentCommitment;
beforeAll(async () => {
  world = await startClaimWorld({ simulator: { checkContract: true }, env: { SETTLE_DELAY_MS: '300' } });
  await world.settings({ waitForClaimOnSubContracts: false });
  order = await world.commitment('PO-1007-03');
  subcontract = await world.commitment('SC-1007-01');
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('DELETE', '/faults'));

const change = (path: string, fields: object) => world.stack.control('PATCH', `/records/${path}`, fields);
const codesOf = async (id: string) => (await world.ended(id)).problems.map(({ code }) => code);
const figures = async (number: string) => {
  const [claim, ...others] = await world.claims(number);
  expect(others).toEqual([]);
  return claim!.items
    .map((item) => [
      item.item_type,
      Number(item.work_completed_this_period),
      Number(item.work_completed_retainage_retained_this_period),
      Number(item.work_completed_retainage_released_this_period),
    ])
    .filter(([, ...amounts]) => amounts.some((amount) => amount !== 0));
};

test('a subcontractor’s own schedule of values blocks until it is approved, and then takes the claim by its details', async () => {
  const on = await world.commitment('SC-1007-02');
  const path = `work_order_contracts/${on.procoreId}`;
  await change(path, { ssov: 'under_review', ssov_parts: 3 });
  const line = Number(on.lines[0]!.amount);
  const wish = { on, type: 'claim' as const, amounts: ['1000.00'] };
  const id = await world.claim({ ...wish, number: 'SSOV-1' });
  await world.queue(id);
  expect(await codesOf(id)).toEqual(['INVOICING_OFF']);
  expect(await world.claims('SSOV-1')).toEqual([]);

  await change(path, { ssov: 'approved' });
  await world.queue(id);
  expect((await world.ended(id)).problems).toEqual([]);
  expect(await figures('SSOV-1')).toEqual([['contract_detail_item', 1000, 50, 0]]);

  // A second one fills the first detail up and goes on with the next.
  const first = Math.floor((line * 100) / 3) / 100;
  const amount = (first - 1000 + 500).toFixed(2);
  const second = await world.sendClaim({ ...wish, number: 'SSOV-2', amounts: [amount] });
  expect((await world.ended(second)).problems).toEqual([]);
  const kept = (await figures('SSOV-2')).map(([, , retained]) => retained as number);
  expect((await figures('SSOV-2')).map(([, work]) => work)).toEqual([Number((first - 1000).toFixed(2)), 500]);
  expect(kept.reduce((sum, one) => sum + one, 0)).toBeCloseTo(Math.round(Number(amount) * 5) / 100, 5);
  await change(path, { ssov: 'none', ssov_parts: 1 });
}, 60_000);

test.each([
  ['the answer is lost', { kind: 'lost-response' }],
  ['it is dropped', { kind: 'drop-before' }],
])(
  'with a schedule of details, when %s at the first write: one claim',
  async (name, effect) => {
    const on = await world.commitment('SC-1007-02');
    const path = `work_order_contracts/${on.procoreId}`;
    await change(path, { ssov: 'approved', ssov_parts: 2 });
    const match = { method: 'POST', path: '/rest/v1\\.1/requisitions\\?', nth: 1, times: 1 };
    await world.stack.control('POST', '/faults', { match, effect });
    const number = `SSOV ${name}`;
    const id = await world.sendClaim({ number, on, type: 'claim', amounts: ['10.00'] });
    expect((await world.ended(id)).problems).toEqual([]);
    const [claim, ...others] = await world.claims(number);
    expect([others, claim?.status]).toEqual([[], 'under_review']);
    await change(path, { ssov: 'none', ssov_parts: 1 });
  },
  60_000,
);

test('a change order that is on the claim already is not added again', async () => {
  const at = subcontract.lines.findIndex((line) => line.variation?.state === 'approved');
  const line = subcontract.lines[at]!;
  const amounts = subcontract.lines.map((_, index) => (index === 0 ? '10.00' : index === at ? '5.00' : null));
  await world.stack.control('PUT', '/switches', { same_package_twice: 'doubles', item_packages: 'left out' });
  try {
    const match = { method: 'POST', path: '/add_change_order_package', nth: 1, times: 1 };
    await world.stack.control('POST', '/faults', { match, effect: { kind: 'lost-response' } });
    const id = await world.sendClaim({ number: 'CO-1', on: subcontract, type: 'claim', amounts });
    const sent = await world.ended(id);
    expect([sent.integration, sent.problems]).toEqual(['sent', []]);
    const [claim] = await world.claims('CO-1');
    const items = claim!.items.filter(({ line_item_id }) => line_item_id === Number(line.procoreId));
    expect(items.map((item) => Number(item.work_completed_this_period))).toEqual([5]);
    const { entries } = await world.stack.control<{ entries: { method: string; path: string }[] }>('GET', '/requests');
    const about = entries.filter(({ path }) => /change_order/.test(path) && path.includes(`/${claim!.id}/`));
    expect(about.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
      'GET change_order_items',
      'POST add_change_order_package',
      // Its answer was lost; the next attempt found the items and added nothing.
      'GET change_order_items',
    ]);
  } finally {
    await world.stack.control('PUT', '/switches', { same_package_twice: 'harmless', item_packages: 'shown' });
  }
}, 60_000);

const periods = async () =>
  (
    await world.stack.control<{ records: { id: number; project_id: number; start_date: string; status: string }[] }>(
      'GET',
      '/records/billing_periods',
    )
  ).records.filter(({ project_id }) => project_id === world.projects[0]!.procoreId);

test('a billing period is opened only where the account says so, never over another one, and once', async () => {
  const { id: period } = await world.openPeriod();
  await change(`billing_periods/${period}`, { status: 'closed', start_date: '2026-03-20', end_date: '2026-04-10' });
  const before = await periods();
  expect(await codesOf(await world.sendClaim({ on: order, amounts: ['1.00'] }))).toEqual(['NO_OPEN_PERIOD']);

  await world.settings({ createBillingPeriod: true });
  expect(await codesOf(await world.sendClaim({ on: order, amounts: ['1.00'] }))).toEqual(['NO_OPEN_PERIOD']);
  expect(await periods()).toEqual(before);

  await change(`billing_periods/${period}`, { start_date: '2026-02-01', end_date: '2026-02-28' });
  const match = { method: 'POST', path: '/billing_periods', nth: 1, times: 1 };
  await world.stack.control('POST', '/faults', { match, effect: { kind: 'lost-response' } });
  const sent = await world.ended(await world.sendClaim({ number: 'PERIOD-1', on: order, amounts: ['1.00'] }));
  expect([sent.integration, sent.problems]).toEqual(['sent', []]);
  const made = (await periods()).filter(({ id }) => id !== period);
  expect(made).toEqual([expect.objectContaining({ start_date: '2026-03-01', end_date: '2026-03-31', status: 'open' })]);
  expect((await periods()).find(({ id }) => id === period)).toMatchObject({ status: 'closed' });
  await world.settings({ createBillingPeriod: false });
}, 60_000);

test('every request of ours is as the contract says', async () => {
  const { violations } = await world.stack.control<{ violations: unknown[] }>('GET', '/contract');
  expect(violations).toEqual([]);
});
