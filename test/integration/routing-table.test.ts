import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replaceAllocations } from '../../db/queries/invoice-allocations.ts';
import { approveInvoice, checkInvoice } from '../../db/queries/invoice-steps.ts';
import { createInvoice } from '../../db/queries/invoices.ts';
import { procoreCompany, subContract } from '../../db/schema/index.ts';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import type { InvoiceDraft, InvoiceLineDraft } from '../../domain/invoice.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';
import { type OverheadWorld, withBooks } from './overhead-world.ts';

/** Where each kind of invoice goes (domain.md 3.2), as Procore and accounting hold it in the end. */
let world: ClaimWorld;
let books: OverheadWorld;
let order: DocumentCommitment;
let subcontract: DocumentCommitment;
beforeAll(async () => {
  world = await startClaimWorld({ env: { SETTLE_DELAY_MS: '300' } });
  books = await withBooks(world);
  order = await world.commitment('PO-1007-03');
  await giveBothToOneSupplier();
  subcontract = await world.commitment('SC-1007-01');
}, 180_000);
afterAll(() => world?.stack.close());

/** So that one invoice can be claimed on the order and on the subcontract. */
async function giveBothToOneSupplier(): Promise<void> {
  const { procoreId } = await world.commitment('SC-1007-01');
  const theirs = await control<{ vendor_id: number }>('GET', `/records/purchase_order_contracts/${order.procoreId}`);
  await control('PATCH', `/records/work_order_contracts/${procoreId}`, { vendor_id: theirs.vendor_id });
  await world.stack.deps.db
    .update(subContract)
    .set({ payableAccountId: order.vendorId })
    .where(eq(subContract.number, 'SC-1007-01'));
}

interface Line {
  amount: string;
  /** 0 or 1: one of the projects; none: an overhead */
  project?: 0 | 1;
  on?: { commitment: DocumentCommitment; line: number };
}

interface Shape {
  kind?: 'invoice' | 'credit';
  type?: InvoiceDraft['invoiceType'];
  header?: DocumentCommitment;
  poNumber?: string;
  /** both PO settings */
  orders?: 'procore' | 'none';
  lines: Line[];
}

interface Row {
  what: string;
  invoice(): Shape;
  /** what stands in the end: direct costs by project, claims by commitment, retainage released, bills */
  ends: { costs?: [0 | 1, number][]; claims?: [string, number][]; released?: number; bills?: [string, number][] };
  warns?: string;
}

const ROWS: Row[] = [
  {
    what: 'both PO settings off: an invoice on an order is a direct cost, with a warning',
    invoice: () => ({ orders: 'none', header: order, lines: [{ project: 0, amount: '10.00' }] }),
    ends: { costs: [[0, 10]] },
    warns:
      'The purchase order PO-1007-03 stands in Procore too, so a direct cost may count the cost twice. Look whether it is invoiced there, or have purchase orders exchanged with Procore.',
  },
  {
    what: 'both PO settings off: a PO number is only text',
    invoice: () => ({ orders: 'none', poNumber: 'PO-1', lines: [{ project: 0, amount: '11.00' }] }),
    ends: { costs: [[0, 11]] },
  },
  {
    what: 'both PO settings off: a claim on a subcontract is a requisition even so',
    invoice: () => ({
      orders: 'none',
      type: 'claim',
      header: subcontract,
      lines: [{ project: 0, amount: '12.00', on: { commitment: subcontract, line: 0 } }],
    }),
    ends: { claims: [['SC-1007-01', 12]] },
  },
  {
    what: 'no order, project coded: a direct cost',
    invoice: () => ({ lines: [{ project: 0, amount: '13.00' }] }),
    ends: { costs: [[0, 13]] },
  },
  {
    what: 'an order, allocated: a requisition with one item a line',
    invoice: () => ({
      header: order,
      lines: [
        { project: 0, amount: '14.00', on: { commitment: order, line: 0 } },
        { project: 0, amount: '15.00', on: { commitment: order, line: 2 } },
      ],
    }),
    ends: { claims: [['PO-1007-03', 29]] },
  },
  {
    what: 'a claim on a subcontract: a requisition',
    invoice: () => ({
      type: 'claim',
      header: subcontract,
      lines: [{ project: 0, amount: '100.00', on: { commitment: subcontract, line: 0 } }],
    }),
    ends: { claims: [['SC-1007-01', 100]] },
  },
  {
    what: 'a release of retention: a requisition that carries nothing else',
    invoice: () => ({
      type: 'retention_release',
      header: subcontract,
      lines: [{ project: 0, amount: '5.00', on: { commitment: subcontract, line: 0 } }],
    }),
    ends: { claims: [['SC-1007-01', 0]], released: 5 },
  },
  {
    what: 'a credit without an order: a negative direct cost',
    invoice: () => ({ kind: 'credit', lines: [{ project: 0, amount: '16.00' }] }),
    ends: { costs: [[0, -16]] },
  },
  {
    what: 'a credit on an order: a negative requisition',
    invoice: () => ({
      kind: 'credit',
      header: order,
      lines: [{ project: 0, amount: '6.00', on: { commitment: order, line: 0 } }],
    }),
    ends: { claims: [['PO-1007-03', -6]] },
  },
  {
    what: 'no project: nothing to Procore, a bill in accounting',
    invoice: () => ({ lines: [{ amount: '17.00' }] }),
    ends: { bills: [['ACCPAY', 17]] },
  },
  {
    what: 'an overhead credit: a credit note in accounting',
    invoice: () => ({ kind: 'credit', lines: [{ amount: '18.00' }] }),
    ends: { bills: [['ACCPAYCREDIT', 18]] },
  },
  {
    what: 'two projects: a direct cost in each',
    invoice: () => ({
      lines: [
        { project: 0, amount: '19.00' },
        { project: 1, amount: '20.00' },
        { project: 0, amount: '21.00' },
      ],
    }),
    ends: {
      costs: [
        [0, 40],
        [1, 20],
      ],
    },
  },
  {
    what: 'an order, other lines and an overhead: a requisition, direct costs and a bill',
    invoice: () => ({
      lines: [
        { project: 0, amount: '22.00', on: { commitment: order, line: 0 } },
        { project: 0, amount: '24.00' },
        { project: 1, amount: '25.00' },
        { amount: '26.00' },
      ],
    }),
    ends: {
      costs: [
        [0, 24],
        [1, 25],
      ],
      claims: [['PO-1007-03', 22]],
      bills: [['ACCPAY', 26]],
    },
  },
  {
    what: 'two commitments, other lines and an overhead: a requisition each, direct costs and a bill',
    invoice: () => ({
      lines: [
        { project: 0, amount: '27.00', on: { commitment: order, line: 0 } },
        { project: 0, amount: '28.00', on: { commitment: subcontract, line: 0 } },
        { project: 0, amount: '29.00' },
        { project: 1, amount: '30.00' },
        { amount: '31.00' },
      ],
    }),
    ends: {
      costs: [
        [0, 29],
        [1, 30],
      ],
      claims: [
        ['PO-1007-03', 27],
        ['SC-1007-01', 28],
      ],
      bills: [['ACCPAY', 31]],
    },
  },
];

const control = <T>(method: string, path: string, body?: unknown) => world.stack.control<T>(method, path, body);
const cents = (amounts: readonly (string | number)[]) =>
  amounts.reduce<number>((sum, amount) => sum + Math.round(Number(amount) * 100), 0);

function asDraft(number: string, shape: Shape): InvoiceDraft {
  const line = ({ amount, project }: Line): InvoiceLineDraft => {
    if (project === undefined) return { ...books.overhead({ amount }), amount };
    const place = world.projects[project]!;
    return { amount, taxCodeId: world.taxCodeId, projectId: place.id, projectCostCodeId: place.codes[0]!.id };
  };
  const total = cents(shape.lines.map(({ amount }) => amount));
  const on = [shape.header, ...shape.lines.map((one) => one.on?.commitment)].find((one) => one !== undefined);
  const header = shape.header;
  return {
    kind: shape.kind ?? 'invoice',
    invoiceType: shape.type ?? 'standard',
    number,
    payableAccountId: on?.vendorId ?? world.vendorId,
    poNumber: shape.poNumber ?? null,
    ...(header === undefined
      ? {}
      : header.kind === 'purchase_order'
        ? { purchaseOrderId: header.id }
        : { subContractId: header.id }),
    invoiceDate: '2026-03-18',
    total: (total / 100).toFixed(2),
    tax: ((total * 15) / 10_000).toFixed(2),
    lines: shape.lines.map(line),
  };
}

/** Enters the invoice, allocates and checks it. */
async function checked(number: string, shape: Shape): Promise<string> {
  const { deps, account } = world.stack;
  const created = await createInvoice(deps.db, account, 'clerk', asDraft(number, shape));
  if (created.kind !== 'created') throw new Error(created.message);
  const { id } = created;
  const allocations = shape.lines.flatMap(({ amount, on }, at) =>
    on === undefined ? [] : [{ position: at + 1, lineId: on.commitment.lines[on.line]!.id, amount, quantity: null }],
  );
  const commitments = [...new Set(shape.lines.flatMap(({ on }) => on?.commitment ?? []))];
  if (allocations.length > 0)
    await deps.db.transaction((tx) => replaceAllocations(tx, account, id, commitments, allocations));
  expect(await checkInvoice(deps.db, account, id, 'clerk')).toEqual({ kind: 'done' });
  return id;
}

test.each(ROWS)(
  '$what',
  async ({ what, invoice: shapeOf, ends, warns }) => {
    const { records } = await control<{ records: { id: number }[] }>('GET', '/records/requisitions');
    for (const { id } of records) await control('PATCH', `/records/requisitions/${id}`, { status: 'approved' });
    const shape = shapeOf();
    await world.stack.deps.db.update(procoreCompany).set({ purchaseOrderMaster: shape.orders ?? 'procore' });
    const number = `ROUTE-${ROWS.findIndex((row) => row.what === what)}`;
    const id = await checked(number, shape);
    const { body } = await world.stack.api<{ problems: { message: string; fix: string }[] }>(
      'GET',
      `/api/invoices/${id}`,
    );
    expect(body.problems.map(({ message, fix }) => `${message} ${fix}`)).toEqual(warns === undefined ? [] : [warns]);
    await approveInvoice(world.stack.deps.db, world.stack.account, id, 'approver');
    await world.queue(id);
    const sent = await world.ended(id, 90_000);
    expect([sent.integration, sent.problems.filter(({ severity }) => severity === 'blocks')]).toEqual(['sent', []]);

    const costs = (await world.held(number)).map((cost) => [
      world.projects.findIndex(({ procoreId }) => procoreId === cost.project_id),
      cents(cost.lines.map(({ amount }) => amount)) / 100,
    ]);
    const claims = await world.claims(number);
    const byId = new Map([order, subcontract].map((one) => [Number(one.procoreId), one.number]));
    const billed = claims.map((claim) => [
      byId.get(claim.commitment_id),
      cents(claim.items.map((item) => item.work_completed_this_period)) / 100,
    ]);
    const released = cents(
      claims.flatMap(({ items }) => items.map((item) => item.work_completed_retainage_released_this_period)),
    );
    const bills = (await books.bills(number)).map(({ type, lines }) => [
      type,
      cents(lines.map(({ LineAmount }) => LineAmount)) / 100,
    ]);
    expect({ costs: costs.sort(), claims: billed.sort(), released: released / 100, bills }).toEqual({
      costs: ends.costs ?? [],
      claims: ends.claims ?? [],
      released: ends.released ?? 0,
      bills: ends.bills ?? [],
    });
  },
  180_000,
);
