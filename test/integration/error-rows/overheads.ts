import { eq } from 'drizzle-orm';
import { listOrganisations, saveTaxTypes } from '../../../db/queries/accounting.ts';
import { accountingCompany, accountingConnection, accountingTaxMapping, taxCode } from '../../../db/schema/index.ts';
import type { InvoiceLineDraft } from '../../../domain/invoice.ts';
import type { Invoice } from '../../../schemas/invoices.ts';
import type { OverheadWorld } from '../overhead-world.ts';
import { breaking, control, correct, draft, type ErrorRow, entered, mended, records } from './row.ts';

const BILLS = '/xero/.*/Invoices';
const db = (world: OverheadWorld) => world.stack.deps.db;
const send = (world: OverheadWorld, number: string, line: Partial<InvoiceLineDraft> = {}) =>
  world.send({ number, lines: [world.overhead(line)] });

async function tenantOf(world: OverheadWorld): Promise<string> {
  return (await records<{ tenant_id: string }>(world, 'xero_organisations'))[0]!.tenant_id;
}

async function contact(world: OverheadWorld, name: string, status: 'ACTIVE' | 'ARCHIVED'): Promise<void> {
  await control(world, 'POST', '/records/xero_contacts', { tenant_id: await tenantOf(world), name, status });
}

/** An invoice of one overhead line, as a clerk enters and checks it. */
const enter = (world: OverheadWorld, number: string, line: Partial<InvoiceLineDraft> = {}) =>
  entered(world, draft(world, number, { lines: [{ amount: '100.00', ...world.overhead(line) }] }));

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
    says: 'Xero refused #: Not today. Correct what it names, then retry.',
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
    code: 'ACCOUNTING_NOT_CONNECTED',
    when: 'no books are chosen for the overheads',
    told: 'check',
    says: 'Invoice # has $100.00 on lines without a project, and no accounting system is connected. Connect it under Settings > Integration > Accounting, or give the lines a project.',
    async cause(world, number) {
      await db(world).update(accountingCompany).set({ isChosen: false });
      return enter(world, number);
    },
    async fix(world, id) {
      const [organisation] = await listOrganisations(db(world), world.stack.account, world.connection.id);
      await db(world)
        .update(accountingCompany)
        .set({ isChosen: true })
        .where(eq(accountingCompany.id, organisation!.id));
      await correct(world, id, {});
    },
  },
  {
    code: 'GL_CODE_BLANK',
    when: 'a line without a project has no GL code',
    told: 'check',
    says: 'Line 1 has no project and no GL code. Choose a project or a GL code.',
    cause: (world, number) => enter(world, number, { glCode: null }),
    fix: (world, id) => correct(world, id, { lines: [{ amount: '100.00', ...world.overhead() }] }),
  },
  {
    code: 'TAX_CODE_BLANK',
    when: 'a line without a project has no tax code',
    told: 'check',
    says: 'Line 1 goes to accounting and has no tax code. Choose a tax code; one of 0 % says that there is no GST.',
    cause: (world, number) => enter(world, number, { taxCodeId: null }),
    fix: (world, id) => correct(world, id, { lines: [{ amount: '100.00', ...world.overhead() }] }),
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
];
