import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrder } from '../../db/queries/purchase-orders.ts';
import type { OrderDraft } from '../../domain/purchase-order.ts';
import { type OrderWorld, startOrderWorld } from './order-world.ts';

/** Why an order is refused: caused, told in words, mended, and then one order stands in Procore. */
let world: OrderWorld;
beforeAll(async () => {
  world = await startOrderWorld({ env: { SETTLE_DELAY_MS: '300' } });
}, 120_000);
afterAll(() => world?.stack.close());

interface Shown {
  integration: string | null;
  problems: { code: string; message: string; fix: string }[];
}

const shown = async (id: string) =>
  (await world.stack.api<Shown>('GET', `/api/purchase-orders/${id}`)).body.problems.map(({ code, message, fix }) => [
    code,
    message,
    fix,
  ]);

const amounts = async (number: string) =>
  (await world.heldOrders(number)).map(({ lines }) => lines.map(({ amount }) => Number(amount)));

test('PO_LINES_MISSING: an order without lines is not approved, and goes once it has one', async () => {
  const { db } = world.stack.deps;
  const created = await createOrder(db, world.stack.account, 'clerk', {
    number: 'PO-EMPTY',
    projectId: world.projects[0]!.id,
    payableAccountId: world.vendorId,
    orderDate: '2026-03-18',
    lines: [],
  });
  const { id } = created as { id: string };
  const says = 'Purchase order PO-EMPTY has no lines.';
  expect(await shown(id)).toEqual([['PO_LINES_MISSING', says, 'Add at least one line.']]);
  const refused = await world.stack.api<{ message: string }>('POST', `/api/purchase-orders/${id}/approve`);
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([409, expect.stringContaining(says)]);
  const line = { amount: '75.00', projectCostCodeId: world.projects[0]!.codes[0]!.id, taxCodeId: world.taxCodeId };
  await world.change(id, (draft) => ({ ...draft, lines: [line] }));
  await world.queueOrder(id);
  expect((await world.orderEnded(id)).integration).toBe('sent');
  expect([await shown(id), await amounts('PO-EMPTY')]).toEqual([[], [[75]]]);
}, 60_000);

test('PO_NEEDS_VARIATION: a change of an order with a claim is refused in words, and taking it back ends well', async () => {
  const id = await world.sendOrder();
  const { number } = await world.orderEnded(id);
  const [held] = await world.heldOrders(number);
  await world.stack.control('POST', '/records/requisitions', { commitment_id: held!.id, status: 'draft' });
  const withAmount = (amount: string) => (draft: OrderDraft) => ({
    ...draft,
    lines: draft.lines.map((one) => ({ ...one, amount })),
  });
  await world.change(id, withAmount('130.00'));
  expect(await world.orderEnded(id)).toMatchObject({ integration: 'failed', needsVariation: true });
  expect(await shown(id)).toEqual([
    [
      'PO_NEEDS_VARIATION',
      `The change of ${number} needs a variation: Procore takes no more changes of its lines, because a claim stands on it.`,
      'Enter the change as a change order in Procore, or take the change back here.',
    ],
  ]);
  const { body } = await world.stack.api<{ ordersNeedPerson: object[] }>('GET', '/api/overview');
  expect(body.ordersNeedPerson).toMatchObject([{ code: 'PO_NEEDS_VARIATION', count: 1 }]);
  expect(await amounts(number)).toEqual([[100]]);
  await world.change(id, withAmount('100.00'));
  expect(await world.orderEnded(id)).toMatchObject({ integration: 'sent', needsVariation: false });
  expect([await shown(id), await amounts(number)]).toEqual([[], [[100]]]);
}, 60_000);
