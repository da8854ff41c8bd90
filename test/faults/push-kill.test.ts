import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PushWorld, startPushWorld } from '../integration/push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld();
  await world.stack.stopWorker();
}, 120_000);
afterAll(() => world?.stack.close());

const WRITES = [
  { write: 'the header', method: 'POST', path: '/rest/v1\\.0/projects/\\d+/direct_costs$' },
  { write: 'the lines', method: 'PATCH', path: '/direct_costs/line_items/sync$' },
  { write: 'the status', method: 'PATCH', path: '/rest/v1\\.1/projects/\\d+/direct_costs/\\d+$' },
];

test.each(WRITES)(
  'a worker killed after Procore committed $write leaves exactly one direct cost',
  async ({ method, path }) => {
    const victim = await world.stack.startWorkerProcess();
    const { id: hold } = await world.stack.control<{ id: number }>('POST', '/holds', {
      method,
      path,
      at: 'after-commit',
    });
    const id = await world.send({ lines: [{}, {}] });
    await world.stack.control('GET', `/holds/${hold}/wait?timeoutMs=60000`);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    await world.stack.control('POST', `/holds/${hold}/release`);

    const heir = await world.stack.startWorkerProcess();
    const invoice = await world.ended(id, 120_000);
    heir.kill('SIGTERM');
    await once(heir, 'exit');
    expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
    const [cost, ...others] = await world.held(world.numberOf(id));
    expect(others).toEqual([]);
    expect(cost).toMatchObject({ status: 'approved' });
    expect(cost?.lines.map((line) => Number(line.amount))).toEqual([100, 100]);
    const audit = await world.stack.control<{ duplicates: unknown[]; differences: unknown[] }>('GET', '/audit');
    expect([audit.duplicates, audit.differences]).toEqual([[], []]);
  },
  170_000,
);
