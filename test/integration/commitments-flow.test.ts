import { and, desc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inboxEvent, inboxScope } from '../../db/schema/index.ts';
import type { Commitment, CommitmentDetail } from '../../schemas/commitments.ts';
import { connectStack, eventually, type Stack, startStack } from '../environment/stack.ts';

interface Sample {
  exampleProjects: Record<string, { id: number }>;
}

let stack: Stack;
let companyId: string;
let procoreProjectId: number;

beforeAll(async () => {
  stack = await startStack();
  await stack.startWorker();
  const companies = await connectStack(stack);
  companyId = companies.find(({ name }) => name === 'Kauri Construction Ltd')!.id;
  const { exampleProjects } = await stack.control<Sample>('GET', '/sample');
  procoreProjectId = exampleProjects.inConstruction!.id;
}, 120_000);
afterAll(() => stack.close());

const list = async (path: string) => (await stack.api<{ rows: Commitment[] }>('GET', `/api/${path}`)).body.rows;
const inProcore = async (collection: string) =>
  (
    await stack.control<{ records: { id: number; number: string; status: string; contract_id: number }[] }>(
      'GET',
      `/records/${collection}?projectId=${procoreProjectId}`,
    )
  ).records;
/** The scope has read a lot and would wait before it reads again; how long is tested elsewhere. */
const endPause = () => stack.deps.db.update(inboxScope).set({ quietUntil: sql`now()`, paidUntil: sql`now()` });
const triggers = async () => {
  const { body } = await stack.api<{ id: string; webhooks: string | null }[]>('GET', '/api/companies');
  return Number(/(\d+) trigger/.exec(body.find(({ id }) => id === companyId)?.webhooks ?? '')?.[1] ?? 0);
};

test('ticking the switches has Procore tell of commitments', async () => {
  const before = await eventually(async () => (await triggers()) || undefined);
  const change = { syncSubContracts: true, purchaseOrderMaster: 'procore' };
  expect((await stack.api('PATCH', `/api/companies/${companyId}`, change)).status).toBe(200);
  // Eight kinds of record, each created, updated and deleted.
  await eventually(async () => (await triggers()) === before + 24, 30_000);
});

test('a fetched project brings its commitments, and a change in Procore arrives by itself', async () => {
  await stack.api('POST', '/api/fetches', { companyId, projectId: String(procoreProjectId) });
  await eventually(async () => (await list('purchase-orders')).length === 5, 60_000);
  expect(await list('subcontracts')).toHaveLength(4);

  await endPause();
  const draft = (await inProcore('purchase_order_contracts')).find(({ status }) => status === 'Draft')!;
  await stack.control('PATCH', `/records/purchase_order_contracts/${draft.id}`, { status: 'Approved' });
  const [approved] = await eventually(async () => {
    const found = (await list('purchase-orders')).filter(
      ({ number, isGreyed }) => number === draft.number && !isGreyed,
    );
    return found.length > 0 && found;
  });
  expect(approved).toMatchObject({ status: 'Approved', whyGreyed: null });

  await endPause();
  const before = approved!.original;
  await stack.control('POST', '/records/purchase_order_contract_line_items', { holder_id: draft.id, amount: '250.00' });
  await eventually(async () => {
    const [row] = (await list('purchase-orders')).filter(({ number }) => number === draft.number);
    return Number(row!.original) === Number(before) + 250;
  });
});

test('an approved change order adds to its subcontract, and a voided one takes it back', async () => {
  const [subcontract] = await list('subcontracts');
  const packages = await inProcore('change_order_packages');
  const contract = (await inProcore('work_order_contracts')).find(({ number }) => number === subcontract!.number)!;
  const pending = packages.find((one) => one.contract_id === contract.id && one.status === 'pending')!;
  const detail = async () => (await stack.api<CommitmentDetail>('GET', `/api/subcontracts/${subcontract!.id}`)).body;
  const amountOf = (one: CommitmentDetail) =>
    Number(one.variations.find(({ number }) => number === pending.number)!.amount);
  const before = await detail();
  await endPause();
  await stack.control('PATCH', `/records/change_order_packages/${pending.id}`, { status: 'approved' });
  await eventually(async () => {
    const now = await detail();
    return Math.abs(Number(now.revised) - Number(before.revised) - amountOf(now)) < 0.005 && amountOf(now) > 0;
  });
  await endPause();
  await stack.control('PATCH', `/records/change_order_packages/${pending.id}`, { status: 'void' });
  await eventually(async () => (await detail()).revised === before.revised);
});

test('with the switch off again an event is stored, marked and ignored', async () => {
  const off = { syncSubContracts: false, purchaseOrderMaster: 'none' };
  await stack.api('PATCH', `/api/companies/${companyId}`, off);
  await endPause();
  const [order] = await inProcore('purchase_order_contracts');
  const scope = `${companyId}/${procoreProjectId}`;
  await stack.deps.db.insert(inboxEvent).values({
    account: stack.account,
    companyId,
    source: 'webhook',
    flow: 'project',
    scope,
    recordKind: 'purchase_order',
    recordId: String(order!.id),
  });
  const ofOrder = and(eq(inboxEvent.scope, scope), eq(inboxEvent.recordId, String(order!.id)));
  const ignored = await eventually(async () => {
    const [row] = await stack.deps.db.select().from(inboxEvent).where(ofOrder).orderBy(desc(inboxEvent.id)).limit(1);
    return row?.state === 'ignored' && row;
  }, 30_000);
  expect(ignored.outcome).toBe('"Procore purchase orders" is switched off.');
});
