import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { requeueClaims } from '../../db/queries/document-waits.ts';
import { purchaseOrderLine } from '../../db/schema/index.ts';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import { eventually } from '../environment/stack.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';

let world: ClaimWorld;
let order: DocumentCommitment;
let subcontract: DocumentCommitment;
beforeAll(async () => {
  world = await startClaimWorld({ simulator: { checkContract: true }, env: { SETTLE_DELAY_MS: '300' } });
  order = await world.commitment('PO-1007-03');
  subcontract = await world.commitment('SC-1007-01');
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(async () => {
  await world.stack.control('PUT', '/settings', { commitmentsPermission: 'admin' });
  for (const { id } of await everyClaim())
    await world.stack.control('PATCH', `/records/requisitions/${id}`, { status: 'approved' });
});

const everyClaim = async () =>
  (await world.stack.control<{ records: { id: number }[] }>('GET', '/records/requisitions')).records;
const requests = async () => (await world.stack.control<{ count: number }>('GET', '/requests')).count;
const work = (claim: { items: { work_completed_this_period: string }[] } | undefined) =>
  claim?.items.map((item) => Number(item.work_completed_this_period)).filter((amount) => amount !== 0);
const retained = (claim: { items: { work_completed_retainage_retained_this_period: string }[] } | undefined) =>
  claim?.items.reduce((sum, item) => sum + Number(item.work_completed_retainage_retained_this_period), 0);
const codesOf = async (id: string) => (await world.ended(id)).problems.map(({ code }) => code);

test('an invoice on a purchase order is one claim under review, in six calls', async () => {
  const before = await requests();
  const id = await world.sendClaim({ number: 'PO-A', on: order, amounts: ['120.50', null, '79.50'] });
  const invoice = await world.ended(id);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  expect((await requests()) - before).toBe(6);
  const [claim, ...others] = await world.claims('PO-A');
  expect(others).toEqual([]);
  expect(claim).toMatchObject({ status: 'under_review', commitment_id: Number(order.procoreId) });
  expect(work(claim)).toEqual([120.5, 79.5]);
  expect(claim?.items.every((item) => Number(item.materials_presently_stored) === 0)).toBe(true);
  expect(invoice.route).toBe(`PO-1007-03 claim ${claim?.number}`);
  const [line] = await world.stack.deps.db
    .select()
    .from(purchaseOrderLine)
    .where(eq(purchaseOrderLine.id, order.lines[0]!.id));
  expect(line?.claimed).toBe('120.50');
}, 40_000);

test('a claim on a subcontract keeps back retention by the policy, and its change orders come along', async () => {
  const change = subcontract.lines.findIndex((line) => line.variation?.state === 'approved');
  const amounts = subcontract.lines.map((_, at) => (at === 0 ? '1000.00' : at === change ? '500.00' : null));
  const id = await world.sendClaim({ number: 'SC-A', on: subcontract, type: 'claim', amounts });
  const invoice = await world.ended(id);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  const [claim, ...others] = await world.claims('SC-A');
  expect(others).toEqual([]);
  expect(claim?.status).toBe('under_review');
  expect(work(claim)).toEqual([1000, 500]);
  expect(retained(claim)).toBe(150);
}, 40_000);

test('retention is released by a claim of its own that carries nothing else', async () => {
  const fresh = await world.commitment('SC-1007-01');
  const wish = { on: fresh, type: 'retention_release' as const, amounts: ['60.00'], tax: '9.00' };
  const invoice = await world.ended(await world.sendClaim({ ...wish, number: 'RELEASE-A' }));
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  const [claim] = await world.claims('RELEASE-A');
  expect(work(claim)).toEqual([]);
  expect(claim?.items.map((item) => Number(item.work_completed_retainage_released_this_period))).toContain(60);
  const tooMuch = await world.sendClaim({ ...wish, number: 'RELEASE-B', amounts: ['999999.00'], tax: '149999.85' });
  await world.stack.control('PATCH', `/records/requisitions/${claim!.id}`, { status: 'approved' });
  expect(['OVER_ALLOCATED', 'CLAIM_IN_PROGRESS']).toContain((await codesOf(tooMuch))[0]);
  expect(await world.claims('RELEASE-B')).toEqual([]);
}, 40_000);

test('a credit against an order is a negative claim, and never more than was billed', async () => {
  const wish = { on: order, kind: 'credit' as const };
  const invoice = await world.ended(await world.sendClaim({ ...wish, number: 'CREDIT-A', amounts: ['20.50'] }));
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  expect(work((await world.claims('CREDIT-A'))[0])).toEqual([-20.5]);
  expect(await codesOf(await world.sendClaim({ ...wish, number: 'CREDIT-B', amounts: ['5000.00'] }))).toEqual([
    'OVER_ALLOCATED',
  ]);
  expect(await world.claims('CREDIT-B')).toEqual([]);
}, 40_000);

test('more than is left is refused before anything is written, unless an admin allows it', async () => {
  const amount = (Number(order.lines[1]!.amount) + 1).toFixed(2);
  const wish = { on: order, amounts: [null, amount] };
  expect(await codesOf(await world.sendClaim({ ...wish, number: 'OVER-A' }))).toEqual(['OVER_ALLOCATED']);
  expect(await world.claims('OVER-A')).toEqual([]);
  const allowed = await world.sendClaim({ ...wish, number: 'OVER-B', overAllocationReason: 'agreed on site' });
  expect((await world.ended(allowed)).integration).toBe('sent');
  expect(work((await world.claims('OVER-B'))[0])).toEqual([Number(amount)]);
}, 40_000);

test('an open claim that is not ours stops ours, and nothing is written', async () => {
  const theirs = await world.stack.control<{ id: number }>('POST', '/records/requisitions', {
    commitment_id: Number(order.procoreId),
    invoice_number: 'TYPED-BY-HAND',
    status: 'draft',
  });
  const id = await world.sendClaim({ number: 'ELSEWHERE-A', on: order, amounts: ['10.00'] });
  expect(await codesOf(id)).toEqual(['CLAIM_OPEN_ELSEWHERE']);
  expect(await world.claims('ELSEWHERE-A')).toEqual([]);
  await world.stack.control('PATCH', `/records/requisitions/${theirs.id}`, { status: 'approved' });
}, 40_000);

test('a claim on a subcontract waits behind one that is not approved; one on an order does not', async () => {
  const on = { ...subcontract };
  await world.ended(await world.sendClaim({ number: 'QUEUE-1', on, type: 'claim', amounts: ['10.00'] }));
  expect(await codesOf(await world.sendClaim({ number: 'QUEUE-2', on, type: 'claim', amounts: ['11.00'] }))).toEqual([
    'CLAIM_IN_PROGRESS',
  ]);
  const ids = await Promise.all(
    ['AT-ONCE-1', 'AT-ONCE-2', 'AT-ONCE-3'].map((number) => world.claim({ number, on: order, amounts: ['1.00'] })),
  );
  await world.queue(...ids);
  for (const id of ids) expect((await world.ended(id)).integration).toBe('sent');
  const numbers = await Promise.all(
    ['AT-ONCE-1', 'AT-ONCE-2', 'AT-ONCE-3'].map(async (one) => (await world.claims(one)).map(({ number }) => number)),
  );
  expect(new Set(numbers.flat()).size).toBe(3);
}, 60_000);

test.each([
  ['requisitions_are_enabled', false, 'INVOICING_OFF'],
  ['ssov', 'under_review', 'INVOICING_OFF'],
  ['status', 'Draft', 'COMMITMENT_NOT_APPROVED'],
])(
  'an order whose %s is %s in Procore is told as %s',
  async (field, value, code) => {
    const path = `/records/purchase_order_contracts/${order.procoreId}`;
    const before = await world.stack.control<Record<string, unknown>>('GET', path);
    await world.stack.control('PATCH', path, { [field]: value });
    expect(await codesOf(await world.sendClaim({ on: order, amounts: ['1.00'] }))).toEqual([code]);
    await world.stack.control('PATCH', path, { [field]: before[field] });
  },
  40_000,
);

test('without an open period the claim is held, or the month is opened where the account says so', async () => {
  const { id } = await world.openPeriod();
  await world.stack.control('PATCH', `/records/billing_periods/${id}`, { status: 'closed' });
  expect(await codesOf(await world.sendClaim({ on: order, amounts: ['1.00'] }))).toEqual(['NO_OPEN_PERIOD']);
  await world.settings({ createBillingPeriod: true });
  await world.stack.control('PATCH', `/records/billing_periods/${id}`, {
    start_date: '2020-01-01',
    end_date: '2020-01-31',
  });
  const sent = await world.ended(await world.sendClaim({ number: 'PERIOD-A', on: order, amounts: ['1.00'] }));
  expect([sent.integration, sent.problems]).toEqual(['sent', []]);
  await world.settings({ createBillingPeriod: false });
}, 40_000);

test('what waits for a claim to be approved is tried again by the hour, and goes then', async () => {
  const { db } = world.stack.deps;
  const on = await world.commitment('SC-1007-02');
  await world.ended(await world.sendClaim({ number: 'HOUR-1', on, type: 'claim', amounts: ['10.00'] }));
  const id = await world.sendClaim({ number: 'HOUR-2', on, type: 'claim', amounts: ['11.00'] });
  expect(await codesOf(id)).toEqual(['CLAIM_IN_PROGRESS']);
  await requeueClaims(db, world.stack.account, world.company.id);
  expect((await world.ended(id)).integration).toBe('failed');
  const [first] = await world.claims('HOUR-1');
  await world.stack.control('PATCH', `/records/requisitions/${first!.id}`, { status: 'approved' });
  await db.execute(sql`update document_wait set created_at = now() - interval '1 hour' where document_id = ${id}`);
  await requeueClaims(db, world.stack.account, world.company.id);
  world.stack.doorbell?.poke();
  await eventually(async () => (await world.ended(id)).integration === 'sent');
}, 40_000);

test('what needs administration of commitments is told so', async () => {
  await world.stack.control('PUT', '/settings', { commitmentsPermission: 'standard' });
  const id = await world.sendClaim({
    number: 'ADMIN-A',
    on: await world.commitment('SC-1007-02'),
    type: 'claim',
    amounts: ['10.00'],
  });
  expect(await codesOf(id)).toEqual(['CLAIM_NEEDS_ADMIN']);
  expect(await world.claims('ADMIN-A')).toEqual([]);
}, 40_000);

test('every request of ours is as the contract says', async () => {
  const contract = await world.stack.control<{ violations: unknown[] }>('GET', '/contract');
  expect(contract.violations).toEqual([]);
});
