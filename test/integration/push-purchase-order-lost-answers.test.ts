import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OrderWorld, startOrderWorld } from './order-world.ts';

let world: OrderWorld;
beforeAll(async () => {
  world = await startOrderWorld({ env: { SETTLE_DELAY_MS: '400' } });
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('DELETE', '/faults'));

const fault = (effect: object, path: string, method: string, nth = 1) =>
  world.stack.control('POST', '/faults', { match: { method, path, nth, times: 1 }, effect });

const ORDERS = '/rest/v1\\.0/purchase_order_contracts';
/** Every write of an order, in the order it is made. */
const WRITES = [
  { name: 'the header', method: 'POST', path: `${ORDERS}$` },
  { name: 'the lines', method: 'PATCH', path: `${ORDERS}/\\d+/line_items/sync` },
  { name: 'the status', method: 'PATCH', path: `${ORDERS}/\\d+$` },
];

/** How an answer can fail to come, whatever became of the write. */
const EFFECTS = [
  { name: 'the answer is lost after the write', effect: { kind: 'lost-response' } },
  { name: 'the request is dropped before the write', effect: { kind: 'drop-before' } },
  { name: 'the answer is cut off', effect: { kind: 'truncate' } },
  { name: 'Procore answers 500 and does nothing', effect: { kind: 'status', status: 500 } },
  { name: 'the write is committed late', effect: { kind: 'late-commit', seconds: 0.3 } },
  { name: 'the new order shows in lists only later', effect: { kind: 'list-lag', seconds: 0.3 } },
];

async function expectOnce(number: string, lines: number): Promise<void> {
  const [held, ...others] = await world.heldOrders(number);
  expect(others).toEqual([]);
  expect(held).toMatchObject({ status: 'Approved' });
  expect(held?.lines.map((line) => Number(line.amount))).toEqual(Array(lines).fill(100));
}

describe.each(EFFECTS)('$name', ({ effect }) => {
  test.each(WRITES)(
    'at $name: one order with its lines',
    async ({ path, method }) => {
      await fault(effect, path, method);
      const id = await world.sendOrder({ lines: [{}, {}, {}] });
      const row = await world.orderEnded(id, 60_000);
      expect([row.integration, row.problems]).toEqual(['sent', []]);
      await expectOnce(row.number, 3);
    },
    90_000,
  );
});

test.each([
  { numbers: 'unique', what: 'refuses a number twice' },
  { numbers: 'any', what: 'takes a number twice' },
])(
  'where Procore $what, a header committed after it was made again is one order in the end',
  async ({ numbers }) => {
    await world.stack.control('PUT', '/switches', { order_numbers: numbers });
    await fault({ kind: 'late-commit', seconds: 1.1 }, `${ORDERS}$`, 'POST');
    const id = await world.sendOrder();
    const row = await world.orderEnded(id, 60_000);
    await world.stack.control('PUT', '/switches', { order_numbers: 'unique' });
    expect([row.integration, row.problems]).toEqual(['sent', []]);
    await expectOnce(row.number, 1);
  },
  90_000,
);

test('lines that are committed long after their answer was lost land on nothing', async () => {
  await fault({ kind: 'late-commit', seconds: 2 }, `${ORDERS}/\\d+/line_items/sync`, 'PATCH');
  const id = await world.sendOrder({ lines: [{}, {}] });
  const row = await world.orderEnded(id, 60_000);
  expect([row.integration, row.problems]).toEqual(['sent', []]);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await expectOnce(row.number, 2);
}, 90_000);

test('where Procore does not give stamps back, a lost answer at every write still ends in one order', async () => {
  await world.stack.control('PUT', '/switches', { origin_data: 'dropped' });
  await world.stack.deps.db.execute('update procore_company set returns_stamp = null');
  try {
    for (const { path, method } of WRITES) {
      await world.stack.control('DELETE', '/faults');
      await fault({ kind: 'lost-response' }, path, method);
      const id = await world.sendOrder({ lines: [{}, {}] });
      const row = await world.orderEnded(id, 60_000);
      expect([row.integration, row.problems]).toEqual(['sent', []]);
      await expectOnce(row.number, 2);
    }
  } finally {
    await world.stack.control('PUT', '/switches', { origin_data: 'given back' });
    await world.stack.deps.db.execute('update procore_company set returns_stamp = null');
  }
}, 150_000);

test('409 and 503 are waited out', async () => {
  await fault({ kind: 'status', status: 409 }, `${ORDERS}/\\d+/line_items/sync`, 'PATCH');
  await fault({ kind: 'status', status: 503 }, `${ORDERS}\\?`, 'GET');
  const id = await world.sendOrder();
  const row = await world.orderEnded(id, 60_000);
  expect([row.integration, row.waitingSince]).toEqual(['sent', null]);
  await expectOnce(row.number, 1);
}, 90_000);
