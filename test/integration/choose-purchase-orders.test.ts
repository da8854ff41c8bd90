import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { integrationLog, purchaseOrderLine } from '../../db/schema/index.ts';
import type { OrderDraft } from '../../domain/purchase-order.ts';
import { type HeldOrder, type OrderWorld, startOrderWorld } from './order-world.ts';

/** What a person decides about an order of ours that people in Procore changed or deleted. */
let world: OrderWorld;
beforeAll(async () => {
  world = await startOrderWorld({ env: { SETTLE_DELAY_MS: '400' } });
  await world.stack.control('PUT', '/switches', { approved_orders: 'open' });
}, 120_000);
afterAll(() => world?.stack.close());

const LINES = 'purchase_order_contract_line_items';
const edit = (method: string, path: string, fields?: object) => world.stack.control(method, `/records/${path}`, fields);
const first = (held: HeldOrder) => held.lines.find(({ description }) => description === 'First')!;

interface Sent {
  id: string;
  number: string;
  held: HeldOrder;
}

async function sent(): Promise<Sent> {
  const id = await world.sendOrder({ lines: [{ description: 'First' }, { description: 'Second', amount: '50.00' }] });
  const { number, integration, problems } = await world.orderEnded(id);
  expect([integration, problems]).toEqual(['sent', []]);
  const [held] = await world.heldOrders(number);
  return { id, number, held: held! };
}

const amountOf = (amount: string) => (draft: OrderDraft) => ({
  ...draft,
  lines: draft.lines.map((one) => (one.description === 'First' ? { ...one, amount } : one)),
});
const withoutFirst = (draft: OrderDraft) => ({
  ...draft,
  lines: draft.lines.filter(({ description }) => description !== 'First'),
});
const asItWas = (draft: OrderDraft) => draft;

async function refused({ id }: Sent, change: (draft: OrderDraft) => OrderDraft): Promise<string[]> {
  await world.change(id, change);
  const row = await world.orderEnded(id);
  return (row.problems as { code: string }[]).map(({ code }) => code);
}

async function decided({ id, number }: Sent, what: 'edited' | 'deleted', choice: string) {
  const { status } = await world.stack.api('POST', `/api/purchase-orders/${id}/${what}`, { choice });
  expect(status).toBe(200);
  world.stack.doorbell?.poke();
  const row = await world.orderEnded(id);
  const [held, ...others] = await world.heldOrders(number);
  expect(others).toEqual([]);
  const codes = (row.problems as { code: string }[]).map(({ code }) => code);
  const amounts = held?.lines.map(({ amount }) => Number(amount)).sort((a, b) => a - b);
  return { mark: row.integration, codes, amounts, held };
}

const messages = async (id: string) =>
  (await world.stack.deps.db.select().from(integrationLog).where(eq(integrationLog.documentId, id))).map(
    ({ message }) => message,
  );

test.each([
  ['keep_theirs', asItWas, ['REMOTE_EDITED'], [50, 111]],
  ['take_ours', asItWas, ['REMOTE_EDITED'], [50, 100]],
  ['keep_theirs', amountOf('130.00'), ['CONFLICT'], [50, 111]],
  ['take_ours', amountOf('130.00'), ['CONFLICT'], [50, 130]],
])(
  'an amount people changed, decided with %s: the order is sent and stands as decided',
  async (choice, change, codes, amounts) => {
    const order = await sent();
    await edit('POST', LINES, { holder_id: order.held.id, amount: '7', description: 'Freight' });
    await edit('PATCH', `${LINES}/${first(order.held).id}`, { amount: '111' });
    expect(await refused(order, change)).toEqual(codes);
    const after = await decided(order, 'edited', choice);
    expect(after).toMatchObject({ mark: 'sent', codes: [], amounts: [7, ...amounts] });
    expect(after.held?.status).toBe('Approved');
    const said =
      choice === 'keep_theirs' ? /is kept as people changed it in Procore: \$161\.00 there/ : /is set back to/;
    expect((await messages(order.id)).some((message) => said.test(message))).toBe(true);
    // What was decided holds: sent again unchanged, nothing is asked anew and nothing written.
    const before = (await world.ledger()).length;
    expect(await refused(order, asItWas)).toEqual([]);
    expect((await world.ledger()).length).toBe(before);
  },
  90_000,
);

test('a line taken off here on which people worked there stays when theirs is kept, also after the next decision', async () => {
  const order = await sent();
  await edit('PATCH', `${LINES}/${first(order.held).id}`, { amount: '111' });
  expect(await refused(order, withoutFirst)).toEqual(['CONFLICT']);
  expect(await decided(order, 'edited', 'keep_theirs')).toMatchObject({ mark: 'sent', amounts: [50, 111] });
  const shown = await world.stack.deps.db
    .select()
    .from(purchaseOrderLine)
    .where(and(eq(purchaseOrderLine.commitmentId, order.id), eq(purchaseOrderLine.origin, 'procore')));
  expect(shown).toMatchObject([{ description: 'First', amount: '111.00' }]);

  const second = order.held.lines.find(({ description }) => description === 'Second')!;
  await edit('PATCH', `${LINES}/${second.id}`, { amount: '55' });
  expect(await refused(order, asItWas)).toEqual(['REMOTE_EDITED']);
  expect(await decided(order, 'edited', 'keep_theirs')).toMatchObject({ mark: 'sent', amounts: [55, 111] });
}, 90_000);

test('a line taken off here on which people worked there goes when ours is taken', async () => {
  const order = await sent();
  await edit('PATCH', `${LINES}/${first(order.held).id}`, { amount: '111' });
  expect(await refused(order, withoutFirst)).toEqual(['CONFLICT']);
  expect(await decided(order, 'edited', 'take_ours')).toMatchObject({ mark: 'sent', codes: [], amounts: [50] });
}, 60_000);

test('ours is not taken where a claim stands on the order: that needs a variation', async () => {
  const order = await sent();
  await edit('PATCH', `${LINES}/${first(order.held).id}`, { amount: '111' });
  await edit('POST', 'requisitions', { commitment_id: order.held.id, status: 'draft' });
  expect(await refused(order, asItWas)).toEqual(['REMOTE_EDITED']);
  expect(await decided(order, 'edited', 'take_ours')).toMatchObject({
    mark: 'failed',
    codes: ['PO_NEEDS_VARIATION'],
    amounts: [50, 111],
  });
}, 60_000);

test('an order deleted there is made again once, approved and with its lines', async () => {
  const order = await sent();
  await edit('DELETE', `purchase_order_contracts/${order.held.id}`);
  expect(await refused(order, asItWas)).toEqual(['DELETED_REMOTELY']);
  const after = await decided(order, 'deleted', 'recreate');
  expect(after).toMatchObject({ mark: 'sent', codes: [], amounts: [50, 100], held: { status: 'Approved' } });
  expect(after.held?.id).not.toBe(order.held.id);
}, 60_000);

test('a line deleted there is made again', async () => {
  const order = await sent();
  await edit('DELETE', `${LINES}/${first(order.held).id}`);
  expect(await refused(order, asItWas)).toEqual(['DELETED_REMOTELY']);
  expect(await decided(order, 'deleted', 'recreate')).toMatchObject({ mark: 'sent', codes: [], amounts: [50, 100] });
}, 60_000);

test('an order deleted there is left deleted: it is let go of, and can be neither sent nor decided about again', async () => {
  const order = await sent();
  await edit('DELETE', `purchase_order_contracts/${order.held.id}`);
  expect(await refused(order, asItWas)).toEqual(['DELETED_REMOTELY']);
  expect(await decided(order, 'deleted', 'unlink')).toMatchObject({ mark: 'ignored', held: undefined });
  for (const [what, body] of [
    ['retry', undefined],
    ['deleted', { choice: 'recreate' }],
    ['edited', { choice: 'take_ours' }],
  ] as const)
    expect((await world.stack.api('POST', `/api/purchase-orders/${order.id}/${what}`, body)).status).toBe(409);
}, 60_000);
