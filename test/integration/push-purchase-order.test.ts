import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bringInKinds } from '../../db/queries/commitments.ts';
import { getLog } from '../../db/queries/integration-log.ts';
import { replaceAllocations } from '../../db/queries/invoice-allocations.ts';
import { loadCommitment } from '../../db/queries/invoice-commitments.ts';
import { approveInvoice, checkInvoice } from '../../db/queries/invoice-steps.ts';
import { createInvoice } from '../../db/queries/invoices.ts';
import { queueOrders } from '../../db/queries/purchase-order-steps.ts';
import { procoreCompany, procoreLink, project, purchaseOrder, purchaseOrderLine } from '../../db/schema/index.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { eventually } from '../environment/stack.ts';
import { type OrderWorld, startOrderWorld } from './order-world.ts';

let world: OrderWorld;
beforeAll(async () => {
  world = await startOrderWorld({ env: { SETTLE_DELAY_MS: '400' } });
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('DELETE', '/faults'));

const db = () => world.stack.deps.db;
const amounts = (lines: { amount: string }[]) => lines.map(({ amount }) => Number(amount)).sort((a, b) => a - b);

test('an approved order arrives whole: header, lines with codes and tax, Approved, and linked', async () => {
  const id = await world.sendOrder({ lines: [{}, { amount: '250.55', description: 'Valves' }] });
  const row = await world.orderEnded(id);
  expect([row.integration, row.problems, row.sentRevision]).toEqual(['sent', [], row.revision]);
  const [held, ...others] = await world.heldOrders(row.number);
  expect(others).toEqual([]);
  expect(held).toMatchObject({ status: 'Approved', accounting_method: 'amount', title: 'Pipes and fittings' });
  expect(held?.origin_data).toMatch(/^lentune\//);
  expect(amounts(held!.lines)).toEqual([100, 250.55]);
  for (const line of held!.lines) {
    expect(line.tax_code_id).toEqual(expect.any(Number));
    expect(line.origin_data?.startsWith(`${held!.origin_data}/`)).toBe(true);
  }
  const [link] = await db()
    .select()
    .from(procoreLink)
    .where(and(eq(procoreLink.kind, 'purchase_order'), eq(procoreLink.localId, id)));
  expect([link?.procoreId, link?.state]).toEqual([String(held!.id), 'linked']);
  expect([row.procoreStatus, row.isAccepted]).toEqual(['Approved', true]);
});

test('is found in Temporal by its attributes, with its story in the log and the run in it', async () => {
  const id = await world.sendOrder({ number: 'PO-FOUND' });
  await world.orderEnded(id);
  const { account, deps } = world.stack;
  const handle = deps.temporal.workflow.getHandle(workflowIds.purchaseOrder(account, id));
  await handle.result();
  const run = await handle.describe();
  const attributes = Object.fromEntries(run.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  expect(attributes).toMatchObject({ EntityKind: 'purchase_order', EntityRef: 'PO-FOUND', Outcome: 'sent' });
  const log = await getLog(deps.db, account, 'purchase_order', id);
  const calls = log.filter(({ event }) => event === 'call').map(({ message }) => message);
  expect(calls.toReversed()).toEqual([
    expect.stringMatching(/^Created purchase order PO-FOUND in /),
    expect.stringMatching(/^Added 1 line in /),
    expect.stringMatching(/^Set the status to Approved in /),
  ]);
  expect(log.find(({ event }) => event === 'attempt')).toMatchObject({ workflowId: run.workflowId, runId: run.runId });
});

test('goes by unit when every line has a quantity and a price, and Procore multiplies', async () => {
  const id = await world.sendOrder({
    lines: [
      { quantity: '3', unitPrice: '33.335', amount: '100.01', unit: 'ea' },
      { quantity: '2.5', unitPrice: '10', amount: '25.00' },
    ],
  });
  expect((await world.orderEnded(id)).problems).toEqual([]);
  const [held] = await world.heldOrders(world.orderNumber(id));
  expect(held).toMatchObject({ status: 'Approved', accounting_method: 'unit' });
  expect(amounts(held!.lines)).toEqual([25, 100.01]);
});

test('a number used by another order in Procore is refused before anything is written, and never changed by us', async () => {
  await world.stack.control('POST', '/records/purchase_order_contracts', {
    project_id: world.projects[0]!.procoreId,
    number: 'po-taken ',
  });
  const id = await world.sendOrder({ number: 'PO-TAKEN' });
  const row = await world.orderEnded(id);
  expect([row.integration, row.problems]).toMatchObject(['failed', [{ code: 'PO_NUMBER_TAKEN' }]]);
  expect(await world.heldOrders('PO-TAKEN')).toEqual([]);
});

test('all problems are told at once, the used number among them', async () => {
  await world.stack.control('POST', '/records/purchase_order_contracts', {
    project_id: world.projects[0]!.procoreId,
    number: 'PO-MANY',
  });
  const codeId = await world.addCode(0, '97-100');
  const vendorId = await world.addVendor('Unknown Supplies');
  await world.settings({ createMissingCodes: false, createMissingVendors: false });
  const id = await world.sendOrder({
    number: 'PO-MANY',
    payableAccountId: vendorId,
    lines: [{ projectCostCodeId: codeId }],
  });
  const row = await world.orderEnded(id);
  await world.settings({ createMissingVendors: true });
  expect((row.problems as { code: string }[]).map(({ code }) => code)).toEqual([
    'VENDOR_MISSING',
    'CODE_MISSING',
    'PO_NUMBER_TAKEN',
  ]);
});

test('a supplier, division and code that Procore lacks are made once for two orders at the same time', async () => {
  const vendorId = await world.addVendor('Once Only Joinery');
  const codeId = await world.addCode(0, '96-200');
  await world.settings({ createMissingCodes: true });
  const wish = { payableAccountId: vendorId, lines: [{ projectCostCodeId: codeId }] };
  const ids = [await world.entered(wish), await world.entered(wish)];
  await world.queueOrder(...ids);
  for (const id of ids) expect((await world.orderEnded(id, 60_000)).problems).toEqual([]);
  const records = async (collection: string) =>
    (await world.stack.control<{ records: Record<string, unknown>[] }>('GET', `/records/${collection}`)).records;
  expect((await records('vendors')).filter(({ name }) => name === 'Once Only Joinery')).toHaveLength(1);
  const ofProject = (await records('cost_codes')).filter(
    ({ project_id }) => project_id === world.projects[0]!.procoreId,
  );
  for (const code of ['96', '96-200']) expect(ofProject.filter(({ full_code }) => full_code === code)).toHaveLength(1);
}, 90_000);

test('nothing leaves once Lentune purchase orders are switched off, also not what was queued before', async () => {
  const id = await world.entered();
  const master = (purchaseOrderMaster: 'none' | 'lentune') => ({ purchaseOrderMaster });
  const ofCompany = eq(procoreCompany.id, world.company.id);
  await db().transaction(async (tx) => {
    await queueOrders(tx, world.stack.account, [id], 'clerk');
    await tx.update(procoreCompany).set(master('none')).where(ofCompany);
  });
  world.stack.doorbell?.poke();
  const row = await world.orderEnded(id);
  await db().update(procoreCompany).set(master('lentune')).where(ofCompany);
  expect(row.problems).toMatchObject([{ code: 'PO_SENDING_OFF' }]);
  expect(await world.heldOrders(row.number)).toEqual([]);
});

test('an order of a project that no longer comes in is refused', async () => {
  const monitor = (isMonitored: boolean) =>
    db().update(project).set({ isMonitored }).where(eq(project.id, world.projects[1]!.id));
  await monitor(false);
  const id = await world.sendOrder({ projectId: world.projects[1]!.id });
  const row = await world.orderEnded(id);
  await monitor(true);
  expect(row.problems).toMatchObject([{ code: 'PROJECT_NOT_MONITORED' }]);
});

test('a sent order that has not changed is sent again without a write', async () => {
  const id = await world.sendOrder();
  await world.orderEnded(id);
  const before = (await world.ledger()).length;
  await world.change(id, (draft) => draft);
  expect((await world.orderEnded(id)).integration).toBe('sent');
  expect((await world.ledger()).length).toBe(before);
});

test('a parallel double send is one order', async () => {
  const id = await world.entered({ lines: [{}, {}] });
  await Promise.allSettled([world.queueOrder(id), world.queueOrder(id)]);
  const { account, deps } = world.stack;
  const start = () =>
    deps.temporal.workflow.start('PushPurchaseOrder', {
      workflowId: workflowIds.purchaseOrder(account, id),
      taskQueue: 'sync',
      args: [{ account, purchaseOrderId: id }],
      workflowIdConflictPolicy: 'FAIL',
    });
  await Promise.allSettled([start(), start(), start()]);
  expect((await world.orderEnded(id)).integration).toBe('sent');
  await eventually(
    async () =>
      (await deps.temporal.workflow.getHandle(workflowIds.purchaseOrder(account, id)).describe()).status.name !==
      'RUNNING',
  );
  const [held, ...others] = await world.heldOrders(world.orderNumber(id));
  expect([others, held?.status, amounts(held?.lines ?? [])]).toEqual([[], 'Approved', [100, 100]]);
});

test('what Procore brings in later finds the order linked: no twin, and its lines once', async () => {
  const id = await world.sendOrder({ number: 'PO-ECHO', lines: [{}, { amount: '40.00' }] });
  await world.orderEnded(id);
  const change = (master: 'procore' | 'lentune') =>
    db().update(procoreCompany).set({ purchaseOrderMaster: master }).where(eq(procoreCompany.id, world.company.id));
  await change('procore');
  await db().transaction((tx) => bringInKinds(tx, world.stack.account, world.company.id, ['purchase_order']));
  world.stack.doorbell?.poke();
  await eventually(async () => (await db().$count(purchaseOrder, eq(purchaseOrder.origin, 'procore'))) >= 3);
  await change('lentune');
  expect(await db().$count(purchaseOrder, eq(purchaseOrder.number, 'PO-ECHO'))).toBe(1);
  expect(await db().$count(purchaseOrderLine, eq(purchaseOrderLine.commitmentId, id))).toBe(2);
}, 60_000);

test('an invoice allocated to a sent order is a claim on it in Procore', async () => {
  const { account } = world.stack;
  const id = await world.sendOrder({ lines: [{ amount: '500.00' }] });
  const { number } = await world.orderEnded(id);
  const on = await loadCommitment(db(), account, { kind: 'purchase_order', id }, null);
  if (on === null) throw new Error('The order is not there');
  expect(on).toMatchObject({ isAccepted: true, isSynced: true });
  const place = world.projects[0]!;
  const invoice = await createInvoice(db(), account, 'clerk', {
    kind: 'invoice',
    number: 'CLAIM-ON-PO',
    payableAccountId: world.vendorId,
    purchaseOrderId: id,
    invoiceDate: '2026-03-18',
    total: '120.00',
    tax: '18.00',
    lines: [
      { projectId: place.id, projectCostCodeId: place.codes[0]!.id, taxCodeId: world.taxCodeId, amount: '120.00' },
    ],
  });
  if (invoice.kind !== 'created') throw new Error(JSON.stringify(invoice));
  const allocation = { position: 1, lineId: on.lines[0]!.id, amount: '120.00', quantity: null };
  await db().transaction((tx) => replaceAllocations(tx, account, invoice.id, [on], [allocation]));
  await checkInvoice(db(), account, invoice.id, 'clerk');
  await approveInvoice(db(), account, invoice.id, 'approver');
  await world.queue(invoice.id);
  const sent = await world.ended(invoice.id);
  expect([sent.integration, sent.problems]).toEqual(['sent', []]);
  const [held] = await world.heldOrders(number);
  const { records } = await world.stack.control<{ records: { commitment_id: number; invoice_number: string }[] }>(
    'GET',
    '/records/requisitions',
  );
  expect(records.filter((claim) => claim.invoice_number === 'CLAIM-ON-PO')).toMatchObject([
    { commitment_id: held!.id },
  ]);
  expect(await world.held('CLAIM-ON-PO')).toEqual([]);
}, 60_000);
