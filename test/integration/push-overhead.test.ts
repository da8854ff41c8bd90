import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { getLog } from '../../db/queries/integration-log.ts';
import { approveInvoice, cancelInvoice, checkInvoice, chooseDuplicate } from '../../db/queries/invoice-steps.ts';
import { getInvoice, updateInvoice } from '../../db/queries/invoices.ts';
import { accountingConnection, accountingTaxMapping } from '../../db/schema/index.ts';
import { cancelRun } from '../../dispatch/documents.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { eventually } from '../environment/stack.ts';
import { type OverheadWorld, startOverheadWorld } from './overhead-world.ts';

let world: OverheadWorld;
beforeAll(async () => {
  world = await startOverheadWorld({ env: { SETTLE_DELAY_MS: '400' } });
}, 120_000);
afterAll(() => world?.stack.close());
afterEach(async () => {
  await world.stack.control('DELETE', '/faults');
  await world.stack.control('PUT', '/switches', { xero_bill_numbers: 'any', xero_refresh_grace: '30 minutes' });
  await world.settings({ mixedInvoices: 'split', billStatus: 'submitted', billDueDays: 30 });
});

const control = <T>(method: string, path: string, body?: unknown) => world.stack.control<T>(method, path, body);
const ended = (id: string) => world.ended(id, 40_000);
const only = <T>(list: T[]): T => {
  expect(list).toHaveLength(1);
  return list[0]!;
};
const codes = (invoice: { problems: { code: string }[] }) => invoice.problems.map(({ code }) => code);

test('an invoice of overheads alone is one submitted bill, and nothing goes to Procore', async () => {
  const id = await world.send({ number: 'OH-1', lines: [world.overhead(), world.overhead({ glCode: '453' })] });
  const invoice = await ended(id);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  const bill = only(await world.bills('OH-1'));
  expect(bill).toMatchObject({ type: 'ACCPAY', status: 'SUBMITTED', date: '2026-03-18', due_date: '2026-04-17' });
  expect(bill.lines.map((line) => [line.LineAmount, line.AccountCode, line.TaxType, line.TaxAmount])).toEqual([
    [100, '445', 'INPUT2', 15],
    [100, '453', 'INPUT2', 15],
    [0, null, null, 0],
  ]);
  expect(bill.url).toBe(`${world.stack.deps.env.PUBLIC_URL}/invoices/${id}`);
  expect(await world.held('OH-1')).toEqual([]);
  await expect(
    world.stack.deps.temporal.workflow.getHandle(workflowIds.invoice(world.stack.account, id)).describe(),
  ).rejects.toThrow();
});

test('a mixed invoice is a direct cost and a bill that sum to it; the bill says so', async () => {
  const id = await world.send({ number: 'MIX-1', lines: [{}, world.overhead({ amount: '50.00' })] });
  const invoice = await ended(id);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  const cost = only(await world.held('MIX-1'));
  const bill = only(await world.bills('MIX-1'));
  expect(cost.lines.map(({ amount }) => Number(amount))).toEqual([100]);
  expect(bill.lines.map(({ LineAmount }) => LineAmount)).toEqual([50, 0]);
  expect(bill.lines.at(-1)?.Description).toMatch(
    /^Part of invoice MIX-1: \$50\.00 of \$150\.00 excluding GST; the rest, \$100\.00, goes through Procore/,
  );
  const log = await getLog(world.stack.deps.db, world.stack.account, 'invoice', id);
  expect(log.map(({ message }) => message)).toEqual(
    expect.arrayContaining(['Overheads sent to accounting.', 'Sent.', 'Made the bill MIX-1 of $50.00 in Xero.']),
  );
});

test('a credit is a credit note; the status is what the setting says', async () => {
  await world.settings({ billStatus: 'authorised' });
  const id = await world.send({ number: 'CR-1', kind: 'credit', lines: [world.overhead()] });
  expect((await ended(id)).integration).toBe('sent');
  expect(only(await world.bills('CR-1'))).toMatchObject({ type: 'ACCPAYCREDIT', status: 'AUTHORISED' });
  await world.settings({ billStatus: 'draft' });
  const draft = await world.send({ number: 'DR-1', lines: [world.overhead()] });
  expect((await ended(draft)).integration).toBe('sent');
  expect(only(await world.bills('DR-1')).status).toBe('DRAFT');
});

test('mixed invoices are held where the account wants it: nothing goes anywhere', async () => {
  await world.settings({ mixedInvoices: 'hold' });
  const id = await world.send({ number: 'HOLD-1', lines: [{}, world.overhead()] });
  const invoice = await ended(id);
  expect(invoice.integration).toBe('failed');
  expect(codes(invoice)).toContain('MIXED_INVOICE_HELD');
  expect([await world.held('HOLD-1'), await world.bills('HOLD-1')]).toEqual([[], []]);
});

test('until both parts are sent the invoice is partly sent; the retry ends in one of each', async () => {
  await control('POST', '/faults', {
    match: { method: 'PUT', path: '/xero/.*/Invoices$', times: 1 },
    effect: { kind: 'status', status: 400, body: { Elements: [{ ValidationErrors: [{ Message: 'Not today.' }] }] } },
  });
  const id = await world.send({ number: 'PART-1', lines: [{}, world.overhead()] });
  const invoice = await ended(id);
  expect([invoice.integration, codes(invoice)]).toEqual(['partial', ['ACCOUNTING_REFUSED']]);
  await world.queue(id);
  expect(await ended(id)).toMatchObject({ integration: 'sent', problems: [] });
  only(await world.held('PART-1'));
  only(await world.bills('PART-1'));
});

test('a problem of the overheads is told before anything leaves, and an account added in Xero is found', async () => {
  const id = await world.send({ number: 'GL-1', lines: [{}, world.overhead({ glCode: '777' })] });
  const invoice = await ended(id);
  expect(invoice.integration).toBe('failed');
  expect(codes(invoice)).toEqual(['GL_CODE_UNKNOWN']);
  expect(await world.bills('GL-1')).toEqual([]);
  const [organisation] = (await control<{ records: { tenant_id: string }[] }>('GET', '/records/xero_organisations'))
    .records;
  await control('POST', '/records/xero_accounts', { ...organisation, code: '777', name: 'New' });
  await world.queue(id);
  expect(await ended(id)).toMatchObject({ integration: 'sent', problems: [] });
  only(await world.bills('GL-1'));
  only(await world.held('GL-1'));
});

test('a tax code that is not mapped holds the bill, never 0 %', async () => {
  const { db } = world.stack.deps;
  const [mapping] = await db.select().from(accountingTaxMapping);
  await db.delete(accountingTaxMapping);
  try {
    const id = await world.send({ number: 'TAX-1', lines: [world.overhead()] });
    expect(codes(await ended(id))).toEqual(['TAX_TYPE_UNMAPPED']);
    expect(await world.bills('TAX-1')).toEqual([]);
  } finally {
    await db.insert(accountingTaxMapping).values(mapping!);
  }
});

describe('a bill of that number that is not ours', () => {
  const contactId = async () => {
    await ended(await world.send({ lines: [world.overhead()] }));
    return only(await world.contacts('Kiwi Plumbing')).uuid;
  };
  const byHand = async (number: string, description = 'Typed by hand') => {
    const token = await control<{ access_token: string }>('POST', '/xero-tokens', {});
    const [tenant] = (await control<{ records: { tenant_id: string }[] }>('GET', '/records/xero_organisations'))
      .records;
    await fetch(`${world.stack.simulatorUrl}/xero/api.xro/2.0/Invoices`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${token.access_token}`,
        'xero-tenant-id': tenant!.tenant_id,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        Invoices: [
          {
            Type: 'ACCPAY',
            InvoiceNumber: number,
            Contact: { ContactID: await contactId() },
            Date: '2026-03-01',
            LineItems: [{ Description: description, Quantity: 1, UnitAmount: 9 }],
          },
        ],
      }),
    });
  };

  test.each(['any', 'unique'])(
    'is never written to where Xero takes %s numbers; linking writes nothing',
    async (numbers) => {
      await control('PUT', '/switches', { xero_bill_numbers: numbers });
      const number = `DUP-${numbers}`;
      await byHand(number);
      const id = await world.send({ number, lines: [world.overhead()] });
      expect(codes(await ended(id))).toEqual(['BILL_DUPLICATE']);
      await chooseDuplicate(world.stack.deps.db, world.stack.account, id, 'clerk', 'link_only');
      world.stack.doorbell?.poke();
      expect((await ended(id)).integration).toBe('skipped');
      expect(only(await world.bills(number)).lines.map(({ Description }) => Description)).toEqual(['Typed by hand']);
    },
  );

  test('a refused number is adopted when it carries our reference', async () => {
    await control('PUT', '/switches', { xero_bill_numbers: 'unique' });
    await control('POST', '/faults', {
      match: { method: 'PUT', path: '/xero/.*/Invoices$', times: 1 },
      effect: {
        kind: 'status',
        status: 400,
        body: { Elements: [{ ValidationErrors: [{ Message: 'Invoice # must be unique.' }] }] },
      },
    });
    const id = await world.approved({ number: 'ADOPT-1', lines: [world.overhead()] });
    await byHand('ADOPT-1', `Power [LT-${id.replaceAll('-', '').slice(-10)}]`);
    await world.queue(id);
    const invoice = await ended(id);
    expect(codes(invoice)).toEqual(['BILL_EDITED']);
    expect((await world.bills('ADOPT-1')).length).toBe(1);
  });
});

test('an edited invoice changes its bill; without overheads the bill goes', async () => {
  const { db } = world.stack.deps;
  const { account } = world.stack;
  const edit = async (id: string, lines: object[], total: string, tax: string) => {
    const result = await updateInvoice(db, account, id, 'clerk', {
      kind: 'invoice',
      number: 'EDIT-1',
      payableAccountId: world.vendorId,
      invoiceDate: '2026-03-18',
      total,
      tax,
      lines: lines as never,
    });
    expect(result.kind).toBe('done');
    expect(await checkInvoice(db, account, id, 'clerk')).toEqual({ kind: 'done' });
    await approveInvoice(db, account, id, 'approver');
    await world.queue(id);
    return ended(id);
  };
  const place = world.projects[0]!;
  const project = {
    projectId: place.id,
    projectCostCodeId: place.codes[0]!.id,
    amount: '100.00',
    taxCodeId: world.taxCodeId,
  };
  const id = await world.send({ number: 'EDIT-1', lines: [{}, world.overhead()] });
  expect((await ended(id)).integration).toBe('sent');
  const dearer = await edit(id, [project, world.overhead({ amount: '120.00' })], '220.00', '33.00');
  expect([dearer.integration, dearer.problems]).toEqual(['sent', []]);
  expect(only(await world.bills('EDIT-1'))).toMatchObject({ status: 'SUBMITTED' });
  expect(only(await world.bills('EDIT-1')).lines[0]?.LineAmount).toBe(120);
  const without = await edit(id, [project], '100.00', '15.00');
  expect([without.integration, without.problems]).toEqual(['sent', []]);
  expect(only(await world.bills('EDIT-1')).status).toBe('DELETED');
  only(await world.held('EDIT-1'));
});

test('ten invoices at once that need the same new supplier make it once', async () => {
  const vendorId = await world.addVendor('Once Only Cleaning');
  const ids = [];
  for (let n = 0; n < 10; n += 1)
    ids.push(await world.approved({ number: `TEN-${n}`, vendorId, lines: [world.overhead()] }));
  await world.queue(...ids);
  for (const id of ids) expect((await world.ended(id, 60_000)).integration).toBe('sent');
  const contact = only(await world.contacts('Once Only Cleaning'));
  for (let n = 0; n < 10; n += 1) expect(only(await world.bills(`TEN-${n}`)).contact_uuid).toBe(contact.uuid);
}, 90_000);

test('the contact stays the same whatever the supplier is called later', async () => {
  const vendorId = await world.addVendor('Before Ltd');
  await ended(await world.send({ number: 'REN-1', vendorId, lines: [world.overhead()] }));
  await world.stack.deps.db.execute(`update payable_account set description = 'After Ltd' where id = '${vendorId}'`);
  await ended(await world.send({ number: 'REN-2', vendorId, lines: [world.overhead()] }));
  const [before, after] = [only(await world.bills('REN-1')), only(await world.bills('REN-2'))];
  expect(after.contact_uuid).toBe(before.contact_uuid);
  expect(await world.contacts('After Ltd')).toEqual([]);
});

test('a dead sign-in waits in words, and goes on by itself after a new one', async () => {
  const { db } = world.stack.deps;
  await db
    .update(accountingConnection)
    .set({ state: 'reconnect_needed' })
    .where(eq(accountingConnection.id, world.connection.id));
  const id = await world.send({ number: 'AUTH-1', lines: [{}, world.overhead()] });
  await eventually(async () => (await world.held('AUTH-1'))[0]?.status === 'approved');
  const { account } = world.stack;
  await eventually(async () => {
    const [row] = await db.execute<{ waiting_for: string }>(
      `select waiting_for from overhead_push where invoice_id = '${id}'`,
    );
    return row?.waiting_for === 'ACCOUNTING_AUTH_EXPIRED';
  });
  expect((await getInvoice(db, account, id))?.integration).toBe('sending');
  await world.signIn();
  expect(await ended(id)).toMatchObject({ integration: 'sent', problems: [] });
  only(await world.bills('AUTH-1'));
});

test('cancelled while the bill is being written, it is held; the retry finds the bill and makes no second one', async () => {
  const { id: hold } = await control<{ id: number }>('POST', '/holds', {
    method: 'PUT',
    path: '/xero/.*/Invoices$',
    at: 'after-commit',
  });
  const id = await world.send({ number: 'CANCEL-1', lines: [world.overhead()] });
  await control('GET', `/holds/${hold}/wait?timeoutMs=20000`);
  const { deps, account } = world.stack;
  expect(await deps.db.transaction((tx) => cancelInvoice(tx, account, id, 'clerk'))).toEqual({ kind: 'running' });
  await cancelRun(deps, account, id);
  expect((await ended(id)).integration).toBe('held');
  await control('POST', `/holds/${hold}/release`);
  await world.queue(id);
  expect(await ended(id)).toMatchObject({ integration: 'sent', problems: [] });
  expect(only(await world.bills('CANCEL-1'))).toMatchObject({ status: 'SUBMITTED' });
});
