import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrderWorld, startOrderWorld } from '../integration/order-world.ts';

let world: OrderWorld;
beforeAll(async () => {
  world = await startOrderWorld();
  await world.stack.stopWorker();
}, 120_000);
afterAll(() => world?.stack.close());

const ORDERS = '/rest/v1\\.0/purchase_order_contracts';
const WRITES = [
  { write: 'the header', method: 'POST', path: `${ORDERS}$` },
  { write: 'the lines', method: 'PATCH', path: `${ORDERS}/\\d+/line_items/sync` },
  { write: 'the status', method: 'PATCH', path: `${ORDERS}/\\d+$` },
];

test.each(WRITES)(
  'a worker killed after Procore committed $write leaves exactly one purchase order',
  async ({ method, path }) => {
    const victim = await world.stack.startWorkerProcess();
    const { id: hold } = await world.stack.control<{ id: number }>('POST', '/holds', {
      method,
      path,
      at: 'after-commit',
    });
    const id = await world.sendOrder({ lines: [{}, {}] });
    await world.stack.control('GET', `/holds/${hold}/wait?timeoutMs=60000`);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    await world.stack.control('POST', `/holds/${hold}/release`);

    const heir = await world.stack.startWorkerProcess();
    const row = await world.orderEnded(id, 120_000);
    heir.kill('SIGTERM');
    await once(heir, 'exit');
    expect([row.integration, row.problems]).toEqual(['sent', []]);
    const [held, ...others] = await world.heldOrders(row.number);
    expect(others).toEqual([]);
    expect(held).toMatchObject({ status: 'Approved' });
    expect(held?.lines.map((line) => Number(line.amount))).toEqual([100, 100]);
  },
  170_000,
);
