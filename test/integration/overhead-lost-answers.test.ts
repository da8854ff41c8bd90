import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keepAttachment } from '../../db/queries/attachments.ts';
import { type OverheadWorld, startOverheadWorld } from './overhead-world.ts';

let world: OverheadWorld;
beforeAll(async () => {
  world = await startOverheadWorld({ env: { SETTLE_DELAY_MS: '400' } });
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('DELETE', '/faults'));

const fault = (effect: object, path: string, method: string) =>
  world.stack.control('POST', '/faults', { match: { method, path, times: 1 }, effect });

/** Every write the overheads of a new supplier take, in the order it is made. */
const WRITES = [
  { name: 'the contact', method: 'PUT', path: '/xero/.*/Contacts$' },
  { name: 'the bill', method: 'PUT', path: '/xero/.*/Invoices$' },
  { name: 'the file', method: 'PUT', path: '/xero/.*/Attachments/' },
  { name: 'the status', method: 'POST', path: '/xero/.*/Invoices/[^/]+$' },
];

/** How an answer can fail to come, whatever became of the write. */
const EFFECTS = [
  { name: 'the answer is lost after the write', effect: { kind: 'lost-response' } },
  { name: 'the request is dropped before the write', effect: { kind: 'drop-before' } },
  { name: 'the answer is cut off', effect: { kind: 'truncate' } },
  { name: 'Xero answers 500 and does nothing', effect: { kind: 'status', status: 500 } },
  { name: 'the write is committed late', effect: { kind: 'late-commit', seconds: 0.3 } },
  { name: 'the write is committed after it was made again', effect: { kind: 'late-commit', seconds: 1.2 } },
  { name: 'the new record shows in lists only later', effect: { kind: 'list-lag', seconds: 0.3 } },
];

let count = 0;

/** An approved invoice of a supplier Xero has never heard of, with its PDF. */
async function approvedWithFile(number: string, mixed: boolean): Promise<{ id: string; vendor: string }> {
  const vendor = `Lost Answer Supplies ${count}`;
  const vendorId = await world.addVendor(vendor);
  const lines = mixed ? [{}, world.overhead()] : [world.overhead()];
  const id = await world.approved({ number, vendorId, lines });
  await keepAttachment(world.stack.deps.db, {
    account: world.stack.account,
    invoiceId: id,
    filename: `${number}.pdf`,
    contentType: 'application/pdf',
    size: 4,
    sha256: number,
    bytes: Buffer.from('%PDF'),
    addedBy: 'clerk',
  });
  return { id, vendor };
}

async function filesOf(uuid: string): Promise<string[]> {
  const { records } = await world.stack.control<{ records: { document_uuid: string; filename: string }[] }>(
    'GET',
    '/records/xero_attachments',
  );
  return records.filter((file) => file.document_uuid === uuid).map(({ filename }) => filename);
}

describe.each(EFFECTS)('$name', ({ effect }) => {
  test.each(WRITES)(
    'at $name: one contact, one bill with its lines and its file',
    async ({ path, method }) => {
      count += 1;
      const number = `LOST-${count}`;
      const { id, vendor } = await approvedWithFile(number, false);
      await fault(effect, path, method);
      await world.queue(id);
      const invoice = await world.ended(id, 40_000);
      expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
      // What was committed late must have had its chance to double.
      if (effect.kind === 'late-commit') await new Promise((resolve) => setTimeout(resolve, 1_300));
      const [bill, ...others] = await world.bills(number);
      expect(others).toEqual([]);
      expect(bill).toMatchObject({ status: 'SUBMITTED', type: 'ACCPAY' });
      expect(bill?.lines.map(({ LineAmount }) => LineAmount)).toEqual([100, 0]);
      expect(await filesOf(bill?.uuid ?? '')).toEqual([`${number}.pdf`]);
      expect(await world.contacts(vendor)).toHaveLength(1);
    },
    60_000,
  );
});

test('a lost answer at both parts of a mixed invoice ends in one direct cost and one bill', async () => {
  count += 1;
  const number = `BOTH-${count}`;
  const { id } = await approvedWithFile(number, true);
  await fault({ kind: 'lost-response' }, '/xero/.*/Invoices$', 'PUT');
  await fault({ kind: 'lost-response' }, '/rest/v1\\.0/projects/\\d+/direct_costs$', 'POST');
  await world.queue(id);
  const invoice = await world.ended(id, 40_000);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  expect(await world.held(number)).toHaveLength(1);
  expect(await world.bills(number)).toHaveLength(1);
}, 60_000);

test('queued twice, and again after it was sent, it stays one bill', async () => {
  count += 1;
  const number = `TWICE-${count}`;
  const { id } = await approvedWithFile(number, false);
  await world.queue(id);
  world.stack.doorbell?.poke();
  world.stack.doorbell?.poke();
  expect((await world.ended(id)).integration).toBe('sent');
  await world.stack.deps.db.execute(`update payable_invoice set integration = 'held' where id = '${id}'`);
  await world.queue(id);
  expect((await world.ended(id)).integration).toBe('sent');
  expect(await world.bills(number)).toHaveLength(1);
});
