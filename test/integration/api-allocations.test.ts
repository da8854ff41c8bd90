import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Allocations, ClaimQueue } from '../../schemas/allocations.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';

let world: ClaimWorld;
beforeAll(async () => {
  world = await startClaimWorld({ env: { SETTLE_DELAY_MS: '300' } });
}, 120_000);
afterAll(() => world?.stack.close());

const api = <T>(method: string, path: string, body?: unknown) => world.stack.api<T>(method, path, body);

async function enter(fields: object): Promise<Invoice> {
  const on = await world.commitment('PO-1007-03');
  const { status, body } = await api<Invoice>('POST', '/api/invoices', {
    number: `API-${Math.round(performance.now() * 1000)}`,
    payableAccountId: on.vendorId,
    invoiceDate: '2026-03-18',
    total: '100.00',
    tax: '15.00',
    lines: [{ projectId: on.projectId, amount: '100.00', taxCodeId: world.taxCodeId }],
    ...fields,
  });
  expect(status).toBe(201);
  return body;
}

test('an order named by the number the supplier wrote shows its lines and what is left, and is allocated by value', async () => {
  const invoice = await enter({ poNumber: ' po-1007-03 ' });
  expect(invoice).toMatchObject({
    purchaseOrderId: null,
    commitment: { kind: 'purchase_order', number: 'PO-1007-03' },
  });
  const path = `/api/invoices/${invoice.id}/allocations`;
  const { body: before } = await api<Allocations>('GET', path);
  const [order] = before.commitments;
  expect(order).toMatchObject({ number: 'PO-1007-03', isSynced: true, light: 'orange' });
  expect(before.lines).toEqual([expect.objectContaining({ amount: '100.00', left: '100.00' })]);
  const [first, second] = order!.lines;
  const allocations = [
    { position: 1, lineId: first!.id, amount: '60.00' },
    { position: 1, lineId: second!.id, amount: '40.00' },
  ];
  const { status, body: after } = await api<Allocations>('PUT', path, { allocations });
  expect([status, after.lines[0]?.left]).toEqual([200, '0.00']);

  const other = await enter({ poNumber: 'PO-1007-03' });
  const { body: seen } = await api<Allocations>('GET', `/api/invoices/${other.id}/allocations`);
  expect(Number(seen.commitments[0]!.lines[0]!.remaining)).toBeCloseTo(Number(first!.remaining) - 60, 2);

  const { body: queue } = await api<ClaimQueue>('GET', `/api/purchase-orders/${order!.id}/claims`);
  expect(queue.claims).toEqual([expect.objectContaining({ invoiceId: invoice.id, total: '100.00', state: 'planned' })]);
});

test('lines that are not of its orders are refused', async () => {
  const invoice = await enter({ poNumber: 'PO-1007-03' });
  const elsewhere = await world.commitment('PO-1007-02');
  const { status } = await api('PUT', `/api/invoices/${invoice.id}/allocations`, {
    allocations: [{ position: 1, lineId: elsewhere.lines[0]!.id, amount: '1.00' }],
  });
  expect(status).toBe(400);
});

test('an order of one line is allocated by itself, by quantity where it counts units', async () => {
  const on = await world.commitment('PO-1007-01');
  const invoice = await enter({ payableAccountId: on.vendorId, purchaseOrderId: on.id });
  const { body } = await api<Allocations>('GET', `/api/invoices/${invoice.id}/allocations`);
  expect(body.allocations).toEqual([{ position: 1, lineId: on.lines[0]!.id, amount: '100.00', quantity: null }]);
  const { body: byUnits } = await api<Allocations>('PUT', `/api/invoices/${invoice.id}/allocations`, {
    allocations: [{ position: 1, lineId: on.lines[0]!.id, quantity: '2' }],
  });
  expect(Number(byUnits.allocations[0]?.amount)).toBeCloseTo(2 * Number(on.lines[0]!.unitPrice), 2);
});

test('an invoice that names an order and a subcontract, or one of another account, is refused', async () => {
  const on = await world.commitment('PO-1007-03');
  const { status } = await api('POST', '/api/invoices', {
    number: 'NOBODY',
    invoiceDate: '2026-03-18',
    total: '1.00',
    tax: '0.00',
    purchaseOrderId: '01998b60-0000-7000-8000-0123456789ab',
    lines: [],
  });
  expect(status).toBe(400);
  const both = await api('POST', '/api/invoices', {
    number: 'BOTH',
    invoiceDate: '2026-03-18',
    total: '1.00',
    tax: '0.00',
    purchaseOrderId: on.id,
    subContractId: (await world.commitment('SC-1007-01')).id,
    lines: [],
  });
  expect(both.status).toBe(400);
});
