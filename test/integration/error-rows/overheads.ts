import { eq } from 'drizzle-orm';
import { listOrganisations, saveTaxTypes } from '../../../db/queries/accounting.ts';
import { approveInvoice } from '../../../db/queries/invoice-steps.ts';
import { accountingConnection, accountingTaxMapping, taxCode } from '../../../db/schema/index.ts';
import type { InvoiceLineDraft } from '../../../domain/invoice.ts';
import { shortReference } from '../../../domain/stamp.ts';
import type { Invoice } from '../../../schemas/invoices.ts';
import { eventually } from '../../environment/stack.ts';
import type { HeldBill, OverheadWorld } from '../overhead-world.ts';
import { again, breaking, control, correct, draft, type ErrorRow, entered, mended, records } from './row.ts';

const BILLS = '/xero/.*/Invoices';
const db = (world: OverheadWorld) => world.stack.deps.db;
const send = (world: OverheadWorld, number: string, line: Partial<InvoiceLineDraft> = {}) =>
  world.send({ number, lines: [world.overhead(line)] });
const patch = (world: OverheadWorld, bill: HeldBill, fields: object) =>
  control(world, 'PATCH', `/records/xero_invoices/${bill.id}`, fields);

/** Sends the bill, lets people work on it there, and sends it again. */
async function workedOn(world: OverheadWorld, number: string, edit: (bill: HeldBill) => object): Promise<string> {
  const id = await send(world, number);
  await world.ended(id, 90_000);
  const bill = (await world.bills(number))[0]!;
  await patch(world, bill, edit(bill));
  await again(world, id);
  return id;
}

async function tenantOf(world: OverheadWorld): Promise<string> {
  return (await records<{ tenant_id: string }>(world, 'xero_organisations'))[0]!.tenant_id;
}

async function contact(world: OverheadWorld, name: string, status: 'ACTIVE' | 'ARCHIVED'): Promise<void> {
  await control(world, 'POST', '/records/xero_contacts', { tenant_id: await tenantOf(world), name, status });
}

/** A bill of Kiwi Plumbing over $100 that did not come from us. */
async function byHand(world: OverheadWorld, number: string, description: string): Promise<void> {
  if ((await world.contacts('Kiwi Plumbing')).length === 0) await contact(world, 'Kiwi Plumbing', 'ACTIVE');
  const [supplier] = await world.contacts('Kiwi Plumbing');
  const money = { Quantity: 1, UnitAmount: 100, LineAmount: 100, AccountCode: '445', TaxType: 'INPUT2', TaxAmount: 15 };
  await control(world, 'POST', '/records/xero_invoices', {
    tenant_id: await tenantOf(world),
    type: 'ACCPAY',
    number,
    contact_uuid: supplier!.uuid,
    date: '2026-03-18',
    status: 'SUBMITTED',
    lines: [{ Description: description, ...money }],
  });
}

const statusOf = async (world: OverheadWorld, name: string, status: string, nth = 0) => {
  const found = (await records(world, 'xero_contacts')).filter((one) => one.name === name);
  return control(world, 'PATCH', `/records/xero_contacts/${found[nth]!.id}`, { status });
};

/** What the overhead part of an invoice says it waits for. */
const waitsFor = async ({ stack }: OverheadWorld, id: string) => {
  const { body } = await stack.api<Invoice>('GET', `/api/invoices/${id}`);
  return body.overhead?.text ?? null;
};

/** Why overheads do not go to accounting. */
export const OVERHEAD_ROWS: ErrorRow<OverheadWorld>[] = [
  {
    code: 'ACCOUNTING_AUTH_EXPIRED',
    when: 'nobody is signed in to accounting',
    told: 'wait',
    waits: waitsFor,
    says: 'Waiting for Xero to be reconnected',
    async cause(world, number) {
      await db(world)
        .update(accountingConnection)
        .set({ state: 'reconnect_needed' })
        .where(eq(accountingConnection.id, world.connection.id));
      return send(world, number);
    },
    fix: (world) => world.signIn(),
  },
  {
    code: 'ACCOUNTING_RATE_LIMIT',
    when: 'the call allowance of accounting is used up',
    told: 'wait',
    waits: waitsFor,
    says: 'Waiting for the call allowance of Xero',
    async cause(world, number) {
      const effect = { kind: 'status', status: 429, headers: { 'Retry-After': '1' } };
      await breaking(world, 'GET', BILLS, effect, 'always');
      return send(world, number);
    },
    fix: mended,
  },
  {
    code: 'ACCOUNTING_UNAVAILABLE',
    when: 'accounting is down',
    told: 'wait',
    waits: waitsFor,
    says: 'Waiting for Xero',
    async cause(world, number) {
      await breaking(world, 'GET', BILLS, { kind: 'status', status: 500 }, 'always');
      return send(world, number);
    },
    fix: mended,
  },
  {
    code: 'BILL_SETTLING',
    when: 'the new bill gets no answer',
    told: 'wait',
    waits: waitsFor,
    says: 'Waiting to see whether Xero took the last write',
    async cause(world, number) {
      await breaking(world, 'PUT', `${BILLS}$`, { kind: 'drop-before' }, 'always');
      return send(world, number);
    },
    fix: mended,
  },
  {
    code: 'ACCOUNTING_REFUSED',
    when: 'accounting refuses the bill in words of its own',
    told: 'send',
    says: 'Xero refused the bill #: Not today. Correct what it names, then retry.',
    async cause(world, number) {
      const body = { Elements: [{ ValidationErrors: [{ Message: 'Not today.' }] }] };
      await breaking(world, 'PUT', `${BILLS}$`, { kind: 'status', status: 400, body });
      return send(world, number);
    },
    fix: mended,
  },
  {
    code: 'MIXED_INVOICE_HELD',
    when: 'mixed invoices are held',
    told: 'send',
    says: 'Invoice # has $100.00 for projects and $100.00 of overheads; such invoices are held. Enter two invoices, or let mixed invoices be split under Settings > Integration > Accounting.',
    async cause(world, number) {
      await world.settings({ mixedInvoices: 'hold' });
      return world.send({ number, lines: [{}, world.overhead()] });
    },
    fix: (world) => world.settings({ mixedInvoices: 'split' }),
  },
  {
    code: 'GL_CODE_BLANK',
    when: 'an overhead line has no GL code',
    told: 'send',
    says: 'Line 1 has no project and no GL code. Choose a project or a GL code.',
    cause: (world, number) => send(world, number, { glCode: null }),
    fix: (world, id) => correct(world, id, { lines: [{ ...world.overhead(), amount: '100.00' }] }),
    goesByItself: true,
  },
  {
    code: 'GL_CODE_UNKNOWN',
    when: 'accounting lacks the account',
    told: 'send',
    says: 'GL code 777 is not an active account in Xero. Choose another GL code, or add the account there and refresh the lists under Settings > Integration > Accounting.',
    cause: (world, number) => send(world, number, { glCode: '777' }),
    async fix(world) {
      const fields = { tenant_id: await tenantOf(world), code: '777', name: 'New' };
      await control(world, 'POST', '/records/xero_accounts', fields);
    },
  },
  {
    code: 'TAX_CODE_BLANK',
    when: 'an overhead line has no tax code',
    told: 'send',
    says: 'Line 1 goes to accounting and has no tax code. Choose a tax code; one of 0 % says that there is no GST.',
    cause: (world, number) => send(world, number, { taxCodeId: null }),
    fix: (world, id) => correct(world, id, { lines: [{ ...world.overhead(), amount: '100.00' }] }),
    goesByItself: true,
  },
  {
    code: 'TAX_TYPE_UNMAPPED',
    when: 'the tax code is not mapped to a tax rate',
    told: 'send',
    says: 'Tax code GST-TEST is not mapped to a tax rate of Xero. Map it under Settings > Integration > Accounting.',
    async cause(world, number) {
      await db(world).delete(accountingTaxMapping);
      return send(world, number);
    },
    async fix(world) {
      const { account } = world.stack;
      const [organisation] = await listOrganisations(db(world), account, world.connection.id);
      await saveTaxTypes(db(world), account, organisation!.id, [{ taxCodeId: world.taxCodeId, taxType: 'INPUT2' }]);
    },
  },
  {
    code: 'TAX_TYPE_RATE_DIFF',
    when: 'the tax code is mapped to another rate',
    told: 'send',
    says: 'Tax code GST-TEST is 12.5 % in Lentune and 15 % in Xero. Map it to a tax rate of the same percentage.',
    async cause(world, number) {
      await db(world).update(taxCode).set({ rate: '12.5' }).where(eq(taxCode.id, world.taxCodeId));
      return send(world, number);
    },
    fix: (world) => db(world).update(taxCode).set({ rate: '15' }).where(eq(taxCode.id, world.taxCodeId)),
  },
  {
    code: 'CONTACT_AMBIGUOUS',
    when: 'two contacts have the name',
    told: 'send',
    says: '2 contacts in Xero are called "Two Of Us". Merge or rename them there, then retry.',
    async cause(world, number) {
      await contact(world, 'Two Of Us', 'ACTIVE');
      await contact(world, 'Two Of Us', 'ACTIVE');
      return world.send({ number, vendorId: await world.addVendor('Two Of Us'), lines: [world.overhead()] });
    },
    fix: (world) => statusOf(world, 'Two Of Us', 'ARCHIVED', 1),
  },
  {
    code: 'CONTACT_ARCHIVED',
    when: 'the contact is archived',
    told: 'send',
    says: 'Contact "Long Gone" is archived in Xero. Restore the contact there, then retry.',
    async cause(world, number) {
      await contact(world, 'Long Gone', 'ARCHIVED');
      return world.send({ number, vendorId: await world.addVendor('Long Gone'), lines: [world.overhead()] });
    },
    fix: (world) => statusOf(world, 'Long Gone', 'ACTIVE'),
  },
  {
    code: 'ACCOUNTING_NOT_CONNECTED',
    when: 'no accounting system is connected',
    told: 'send',
    says: 'Invoice # has $100.00 on lines without a project, and no accounting system is connected. Connect it under Settings > Integration > Accounting, or give the lines a project.',
    async cause(world, number) {
      await db(world)
        .update(accountingConnection)
        .set({ state: 'disconnected' })
        .where(eq(accountingConnection.id, world.connection.id));
      return send(world, number);
    },
    fix: (world) => world.signIn(),
  },
  {
    code: 'BILL_DUPLICATE',
    when: 'somebody typed it in by hand',
    told: 'send',
    says: 'Xero already has # from Kiwi Plumbing, and we did not put it there. Link it without writing, or change the number.',
    async cause(world, number) {
      await byHand(world, number, 'Typed by hand');
      return send(world, number);
    },
    leaves: true,
    fix: (world, id) => correct(world, id, { number: 'E-BILL_DUPLICATE-2' }),
    goesByItself: true,
  },
  {
    code: 'BILL_TWICE',
    when: 'two bills of ours are both in use',
    told: 'send',
    says: '# stands twice in Xero. Void one of the two there.',
    async cause(world, number) {
      const id = await world.approved({ number, lines: [world.overhead()] });
      for (const _nth of [1, 2]) await byHand(world, number, `Power ${shortReference(id)}`);
      await world.queue(id);
      return id;
    },
    leaves: true,
    async fix(world) {
      const [, second] = await world.bills('E-BILL_TWICE');
      await patch(world, second!, { status: 'VOIDED' });
    },
  },
  {
    code: 'BILL_EDITED',
    when: 'people changed the bill',
    told: 'send',
    says: '# was changed in Xero: the total is "90.00" there and "100.00" here. Change it back there, or change the invoice to match.',
    cause: (world, number) =>
      workedOn(world, number, ({ lines: [first, ...others] }) => ({
        lines: [{ ...first, UnitAmount: 90, LineAmount: 90 }, ...others],
      })),
    leaves: true,
    async fix(world) {
      const bill = (await world.bills('E-BILL_EDITED'))[0]!;
      const [first, ...others] = bill.lines;
      await patch(world, bill, { lines: [{ ...first, UnitAmount: 100, LineAmount: 100 }, ...others] });
    },
  },
  {
    code: 'BILL_GONE',
    when: 'the bill was voided',
    told: 'send',
    says: '# was deleted or voided in Xero. Ignore the invoice, or enter it again under another number.',
    cause: (world, number) => workedOn(world, number, () => ({ status: 'VOIDED' })),
    leaves: true,
    async fix(world, id) {
      const entry = draft(world, 'E-BILL_GONE-2', { lines: [{ ...world.overhead(), amount: '100.00' }] });
      const { account } = world.stack;
      // A bill that was voided stays so; the invoice is entered again.
      await world.stack.api('POST', `/api/invoices/${id}/ignore`, { reason: 'Entered again.' });
      const other = await entered(world, entry);
      await approveInvoice(db(world), account, other, 'approver');
      await world.queue(other);
      await eventually(async () => (await world.ended(other, 90_000)).integration === 'sent', 90_000);
    },
    ends: 'ignored',
  },
  {
    code: 'BILL_LOCKED',
    when: 'something is paid on it, and we change it',
    told: 'send',
    says: '# can no longer be changed in Xero: something is paid on it. Undo the payment or unlock the period there, or enter a credit.',
    async cause(world, number) {
      const id = await send(world, number);
      await world.ended(id, 90_000);
      await patch(world, (await world.bills(number))[0]!, { amount_paid: 50, status: 'AUTHORISED' });
      await correct(world, id, { lines: [{ ...world.overhead({ description: 'Power of March' }), amount: '100.00' }] });
      return id;
    },
    leaves: true,
    async fix(world) {
      await patch(world, (await world.bills('E-BILL_LOCKED'))[0]!, { amount_paid: 0, status: 'SUBMITTED' });
    },
  },
];
