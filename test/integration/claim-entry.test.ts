import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approveInvoice, checkInvoice } from '../../db/queries/invoice-steps.ts';
import { auditEvent } from '../../db/schema/index.ts';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import type { DryRunResult } from '../../schemas/dry-run.ts';
import type { Retention } from '../../schemas/retention.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';

let world: ClaimWorld;
let subcontract: DocumentCommitment;
beforeAll(async () => {
  world = await startClaimWorld({ env: { SETTLE_DELAY_MS: '300' } });
  await world.settings({ waitForClaimOnSubContracts: false });
  subcontract = await world.commitment('SC-1007-01');
}, 180_000);
afterAll(() => world?.stack.close());

const db = () => world.stack.deps.db;
const policy = <T = Retention>(method: string, body?: object) =>
  world.stack.api<T>(method, `/api/subcontracts/${subcontract.id}/retention`, body);
const dryRun = async (...ids: string[]) =>
  (await world.stack.api<DryRunResult>('POST', '/api/invoices/dry-run', { ids })).body.invoices;

interface Refused {
  error: { fields?: { path: string }[] };
}

test('retention follows Procore until the account has its own policy, which the next claims keep', async () => {
  expect((await policy('GET')).body).toEqual({
    percent: null,
    limit: null,
    procorePercent: '10',
    effectivePercent: '10',
    held: '0.00',
  });
  const set = await policy('PUT', { percent: '7.5', limit: '80.00' });
  expect(set.body).toMatchObject({ percent: '7.5', limit: '80.00', effectivePercent: '7.5' });
  const audited = await db().select().from(auditEvent).where(eq(auditEvent.action, 'subcontract.retention-changed'));
  expect(audited.map(({ subject, after }) => [subject, after])).toEqual([
    ['SC-1007-01', { percent: '7.5', limit: '80.00' }],
  ]);
});

test.each([
  { percent: '101', limit: null },
  { percent: '-1', limit: null },
  { percent: '5', limit: '-1' },
])('a policy of $percent % and $limit is refused, and nothing changes', async (body) => {
  const before = (await policy('GET')).body;
  expect((await policy<Refused>('PUT', body)).status).toBe(400);
  expect((await policy('GET')).body).toEqual(before);
});

test('a claim entered line by line is shown with what it keeps back before it is sent, and arrives just so', async () => {
  const [line] = subcontract.lines;
  const body = {
    number: 'ENTRY-1',
    invoiceDate: '2026-03-18',
    type: 'claim',
    tax: '150.00',
    taxCodeId: world.taxCodeId,
    lines: [{ lineId: line!.id, amount: '1000.00' }],
  };
  const path = `/api/subcontracts/${subcontract.id}/claims`;
  const wrong = await world.stack.api<Refused>('POST', path, {
    ...body,
    lines: [{ lineId: subcontract.projectId, amount: '1.00' }],
  });
  expect([wrong.status, wrong.body.error.fields?.map((field) => field.path)]).toEqual([400, ['lines.0.lineId']]);
  const entered = await world.stack.api<{ invoiceId: string }>('POST', path, body);
  expect(entered.status).toBe(201);
  const { invoiceId } = entered.body;

  const [shown] = await dryRun(invoiceId);
  expect(shown?.records).toEqual([
    expect.objectContaining({
      kind: 'claim',
      place: 'SC-1007-01 in P-1007 Harbour Apartments',
      exists: false,
      status: 'under_review',
      total: '1000.00',
      tax: '150.00',
      retention: { retained: '75.00', released: '0.00', net: '925.00' },
      lines: [expect.objectContaining({ amount: '1000.00', retained: '75.00', taxCode: '15 %' })],
    }),
  ]);
  expect([shown?.passes, shown?.problems]).toEqual([true, []]);
  expect(await world.claims('ENTRY-1')).toEqual([]);

  expect((await checkInvoice(db(), world.stack.account, invoiceId, 'clerk')).kind).toBe('done');
  await approveInvoice(db(), world.stack.account, invoiceId, 'approver');
  await world.queue(invoiceId);
  expect((await world.ended(invoiceId)).problems).toEqual([]);
  const [claim] = await world.claims('ENTRY-1');
  const kept = claim!.items.reduce((sum, item) => sum + Number(item.work_completed_retainage_retained_this_period), 0);
  expect(kept).toBe(75);
  expect((await policy('GET')).body.held).toBe('75.00');
  expect((await dryRun(invoiceId))[0]?.records[0]).toMatchObject({ exists: true });

  // The limit of $80.00 leaves $5.00 for the next one.
  const next = await world.claim({ number: 'ENTRY-2', on: subcontract, type: 'claim', amounts: ['1000.00'] });
  expect((await dryRun(next))[0]?.records[0]?.retention).toEqual({ retained: '5.00', released: '0.00', net: '995.00' });
}, 90_000);

test('a line of the order that is taxed otherwise than the invoice is told before anything is sent', async () => {
  const [line] = subcontract.lines;
  await db().execute(`update sub_contract_line set tax_code_procore_id = null where id = '${line!.id}'`);
  const wish = { on: await world.commitment('SC-1007-01'), type: 'claim' as const, amounts: ['10.00'] };
  const id = await world.sendClaim({ ...wish, number: 'TAX-1' });
  const stopped = await world.ended(id);
  expect(stopped.problems.map(({ code, severity }) => [code, severity])).toEqual([['TAX_RATE_DIFF', 'blocks']]);
  expect(await world.claims('TAX-1')).toEqual([]);
  const code = line!.taxCodeProcoreId;
  await db().execute(`update sub_contract_line set tax_code_procore_id = '${code}' where id = '${line!.id}'`);
  await world.queue(id);
  expect((await world.ended(id)).integration).toBe('sent');
}, 60_000);

test('a quantity that misses its claim by cents names the smallest tolerance that passes', async () => {
  const on = await world.commitment('PO-1007-01');
  const line = on.lines[0]!;
  const amount = '10.01';
  const quantity = (Number(amount) / Number(line.unitPrice)).toFixed(0);
  await world.settings({ quantityPlaces: 0 });
  const id = await world.claim({ number: 'UNIT-1', on, amounts: [amount] }).catch(() => null);
  const [shown] = id === null ? [] : await dryRun(id);
  const off = Math.abs(Number(amount) - Number(quantity) * Number(line.unitPrice)).toFixed(2);
  expect(shown?.problems.map((problem) => problem.code)).toContain('ROUNDING');
  expect(shown?.smallestTolerance).toBe(off);
  await world.settings({ quantityPlaces: 4 });
}, 60_000);
