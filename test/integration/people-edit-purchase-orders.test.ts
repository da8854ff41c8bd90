import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { purchaseOrderLine } from '../../db/schema/index.ts';
import type { OrderDraft } from '../../domain/purchase-order.ts';
import { type HeldOrder, type OrderWorld, startOrderWorld } from './order-world.ts';

let world: OrderWorld;
beforeAll(async () => {
  world = await startOrderWorld({ env: { SETTLE_DELAY_MS: '400' } });
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('PUT', '/switches', { approved_orders: 'open' }));

const LINES = 'purchase_order_contract_line_items';
const edit = (method: string, path: string, fields?: object) => world.stack.control(method, `/records/${path}`, fields);
const header = (held: HeldOrder, fields: object) => edit('PATCH', `purchase_order_contracts/${held.id}`, fields);
const line = (held: HeldOrder, fields: object) => edit('PATCH', `${LINES}/${held.lines[0]!.id}`, fields);

/** What we changed: another amount on the first line. */
const costlier = (draft: OrderDraft): OrderDraft => ({
  ...draft,
  lines: draft.lines.map((one, at) => (at === 0 ? { ...one, amount: '130.00' } : one)),
});

async function sent(): Promise<{ id: string; number: string; held: HeldOrder }> {
  const id = await world.sendOrder({ lines: [{ description: 'First' }, { description: 'Second', amount: '50.00' }] });
  const { number, integration, problems } = await world.orderEnded(id);
  expect([integration, problems]).toEqual(['sent', []]);
  const [held] = await world.heldOrders(number);
  return { id, number, held: held! };
}

async function outcome(id: string, number: string) {
  const row = await world.orderEnded(id, 60_000);
  const [held, ...others] = await world.heldOrders(number);
  expect(others).toEqual([]);
  const codes = (row.problems as { code: string }[]).map(({ code }) => code);
  return { codes, row, held, amounts: held?.lines.map(({ amount }) => Number(amount)).sort((a, b) => a - b) };
}

interface Edit {
  name: string;
  act: (held: HeldOrder) => Promise<unknown>;
  /** alone: what the clerk is told, and what stands there */
  alone: { codes: string[]; amounts?: number[] };
  /** together with a costlier first line of ours */
  both: { codes: string[]; amounts?: number[] };
}

const EDITS: Edit[] = [
  {
    name: 'a line is added',
    act: (held) => edit('POST', LINES, { holder_id: held.id, amount: '7', description: 'Freight' }),
    alone: { codes: [], amounts: [7, 50, 100] },
    both: { codes: [], amounts: [7, 50, 130] },
  },
  {
    name: 'a line is recoded',
    act: (held) => line(held, { wbs_code_id: null }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: [], amounts: [50, 130] },
  },
  {
    name: 'the amount of a line is changed',
    act: (held) => line(held, { amount: '111' }),
    alone: { codes: ['REMOTE_EDITED'], amounts: [50, 111] },
    both: { codes: ['CONFLICT'], amounts: [50, 111] },
  },
  {
    name: 'the title is changed',
    act: (held) => header(held, { title: 'Their title' }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: [], amounts: [50, 130] },
  },
  {
    name: 'the status is raised',
    act: (held) => header(held, { status: 'Partially Received' }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: [], amounts: [50, 130] },
  },
  {
    name: 'it is closed',
    act: (held) => header(held, { status: 'Closed' }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: ['LOCKED'], amounts: [50, 100] },
  },
  {
    name: 'it is put back to draft',
    act: (held) => header(held, { status: 'Draft' }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: [], amounts: [50, 130] },
  },
  {
    name: 'a line of ours is deleted',
    act: (held) => edit('DELETE', `${LINES}/${held.lines[0]!.id}`),
    alone: { codes: ['DELETED_REMOTELY'], amounts: [50] },
    both: { codes: ['DELETED_REMOTELY'], amounts: [50] },
  },
  {
    name: 'the order is deleted',
    act: (held) => edit('DELETE', `purchase_order_contracts/${held.id}`),
    alone: { codes: ['DELETED_REMOTELY'] },
    both: { codes: ['DELETED_REMOTELY'] },
  },
  {
    name: 'another system takes it over by its origin_id',
    act: (held) => header(held, { origin_id: 'ERP-1' }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: ['LOCKED'], amounts: [50, 100] },
  },
  {
    name: 'it is claimed on',
    act: (held) => header(held, { total_requisitions_amount: '20' }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: ['PO_NEEDS_VARIATION'], amounts: [50, 100] },
  },
  {
    name: 'it has a claim without an amount yet',
    act: (held) => edit('POST', 'requisitions', { commitment_id: held.id, status: 'draft' }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: ['PO_NEEDS_VARIATION'], amounts: [50, 100] },
  },
  {
    name: 'it has a change order',
    act: (held) =>
      edit('POST', 'change_order_packages', {
        project_id: held.project_id,
        contract_id: held.id,
        title: 'More',
        status: 'draft',
      }),
    alone: { codes: [], amounts: [50, 100] },
    both: { codes: ['PO_NEEDS_VARIATION'], amounts: [50, 100] },
  },
];

test.each(EDITS)(
  'when $name there: sent again unchanged, it stays as people left it',
  async ({ act, alone }) => {
    const { id, number, held } = await sent();
    await act(held);
    const before = (await world.ledger()).length;
    await world.change(id, (draft) => draft);
    const { codes, amounts } = await outcome(id, number);
    expect({ codes, amounts }).toEqual({ codes: alone.codes, amounts: alone.amounts });
    expect((await world.ledger()).length).toBe(before);
  },
  90_000,
);

test.each(EDITS)(
  'when $name there and a line is costlier here: nobody loses work, and the clerk is told',
  async ({ act, both }) => {
    const { id, number, held } = await sent();
    await act(held);
    await world.change(id, costlier);
    const { codes, amounts, row } = await outcome(id, number);
    expect({ codes, amounts }).toEqual({ codes: both.codes, amounts: both.amounts });
    expect(row.needsVariation).toBe(both.codes.includes('PO_NEEDS_VARIATION'));
  },
  90_000,
);

test('lines people added there are shown here, and never sent', async () => {
  const { id, number, held } = await sent();
  await edit('POST', LINES, { holder_id: held.id, amount: '7', description: 'Freight' });
  await world.change(id, (draft) => draft);
  await outcome(id, number);
  const shown = await world.stack.deps.db
    .select()
    .from(purchaseOrderLine)
    .where(and(eq(purchaseOrderLine.commitmentId, id), eq(purchaseOrderLine.origin, 'procore')));
  expect(shown).toMatchObject([{ description: 'Freight', amount: '7.00' }]);
}, 60_000);

test('where Procore locks approved orders, a change needs a variation; put back to draft there, it goes and is approved again', async () => {
  const { id, number, held } = await sent();
  await world.stack.control('PUT', '/switches', { approved_orders: 'locked' });
  await world.change(id, costlier);
  const refused = await outcome(id, number);
  expect([refused.codes, refused.amounts, refused.row.needsVariation]).toEqual([
    ['PO_NEEDS_VARIATION'],
    [50, 100],
    true,
  ]);
  await header(held, { status: 'Draft' });
  await world.queueOrder(id);
  const done = await outcome(id, number);
  expect([done.codes, done.amounts, done.held?.status, done.row.needsVariation]).toEqual([
    [],
    [50, 130],
    'Approved',
    false,
  ]);
}, 90_000);

test('lines added, taken off and a unit-less change here arrive as our own lines only', async () => {
  const { id, number } = await sent();
  await world.change(id, (draft) => ({
    ...draft,
    description: 'Pipes only',
    lines: [draft.lines[0]!, { ...draft.lines[1]!, id: undefined, description: 'Third', amount: '30.00' }],
  }));
  const { codes, held, amounts } = await outcome(id, number);
  expect([codes, amounts, held?.title, held?.status]).toEqual([[], [30, 100], 'Pipes only', 'Approved']);
}, 60_000);
