import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DryRunResult } from '../../schemas/dry-run.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld();
}, 120_000);
afterAll(() => world?.stack.close());

const dryRun = async (...ids: string[]) => {
  const { status, body } = await world.stack.api<DryRunResult>('POST', '/api/invoices/dry-run', { ids });
  expect(status).toBe(200);
  return body;
};

/** Everything a dry run must leave as it is. */
async function traces() {
  const { db } = world.stack.deps;
  const [counts] = await db.execute(sql`
    select (select count(*) from integration_log) logs, (select count(*) from audit_event) audits,
      (select count(*) from push_part) parts, (select count(*) from procore_link) links,
      (select max(updated_at) from payable_invoice) touched`);
  const requests = await world.stack.control<{ count: number }>('GET', '/requests');
  return { ...counts, ledger: (await world.ledger()).length, requests: requests.count };
}

test('a dry run of several shows records, lines, tax, what would be created and every problem, and writes nothing', async () => {
  const [first, second] = world.projects;
  const split = await world.approved({
    number: 'DRY-1',
    lines: [
      { projectId: first!.id, amount: '70.10' },
      { projectId: second!.id, amount: '29.90', description: 'Steel' },
    ],
  });
  const credit = await world.approved({ number: 'DRY-2', kind: 'credit' });
  const rounding = await world.approved({ number: 'DRY-3', lines: [{ amount: '25000.00', unitPrice: '1234.56' }] });
  const code = await world.addCode(1, '03-777');
  const vendorId = await world.addVendor('Nobody Yet Ltd');
  const fresh = await world.approved({
    number: 'DRY-4',
    vendorId,
    lines: [{ projectId: second!.id, projectCostCodeId: code }],
  });
  const before = await traces();
  const { invoices, passing, smallestTolerance } = await dryRun(split, credit, rounding, fresh);
  const of = (number: string) => invoices.find((invoice) => invoice.number === number);
  expect(of('DRY-1')).toMatchObject({
    passes: true,
    problems: [],
    records: [
      { place: 'P-1007 Harbour Apartments', exists: false, status: 'approved', total: '70.10', tax: '10.52' },
      {
        place: 'P-1009 Takapuna Terraces',
        total: '29.90',
        tax: '4.49',
        lines: [{ amount: '29.90', description: 'Steel', taxCode: 'GST' }],
      },
    ],
  });
  expect(of('DRY-2')).toMatchObject({ passes: true, records: [{ total: '-100.00', tax: '-15.00' }] });
  expect(of('DRY-3')).toMatchObject({
    passes: false,
    smallestTolerance: '0.04',
    problems: [{ code: 'ROUNDING', severity: 'blocks' }],
    records: [{ total: '25000.00', lines: [{ quantity: '20.2501', unitPrice: '1234.56' }] }],
  });
  expect(of('DRY-4')).toMatchObject({
    passes: false,
    creates: ['Vendor Nobody Yet Ltd'],
    problems: [{ code: 'CODE_MISSING' }],
  });
  expect(passing).toEqual({ count: 2, total: '0.00', tax: '0.01' });
  expect(smallestTolerance).toBe('0.04');

  await world.settings({ createMissingCodes: true });
  const { invoices: again } = await dryRun(fresh);
  await world.settings({ createMissingCodes: false });
  expect(again[0]).toMatchObject({
    passes: true,
    creates: ['Vendor Nobody Yet Ltd', 'Cost code 03-777 in P-1009 Takapuna Terraces'],
  });
  expect(await traces()).toEqual(before);
});

test('what it showed is what sending then leaves in Procore', async () => {
  const id = await world.approved({
    number: 'DRY-5',
    lines: [{ amount: '33.33' }, { amount: '66.67', quantity: '2' }],
  });
  const { invoices } = await dryRun(id);
  await world.queue(id);
  expect((await world.ended(id)).integration).toBe('sent');
  const [cost] = await world.held('DRY-5');
  const [record] = invoices[0]!.records;
  expect(cost!.status).toBe(record!.status);
  expect(cost!.lines.map((line) => Number(line.amount))).toEqual(record!.lines.map((line) => Number(line.amount)));
  const { invoices: after } = await dryRun(id);
  expect(after[0]?.records[0]).toMatchObject({ exists: true });
});

test('an invoice of another account is not in it', async () => {
  const { invoices } = await dryRun('01998b60-0000-7000-8000-0123456789ab');
  expect(invoices).toEqual([]);
});
