import { and, eq, sql } from 'drizzle-orm';
import {
  costType,
  payableAccount,
  procoreCompany,
  procoreLink,
  procoreTaxCode,
  projectCostCode,
  projectCostCodeType,
  taxCode,
  taxMapping,
} from '../../../db/schema/index.ts';
import type { PushWorld } from '../push-world.ts';
import { control, correct, draft, type ErrorRow, entered, records } from './row.ts';

const db = (world: PushWorld) => world.stack.deps.db;
const company = (world: PushWorld) => Number(world.company.procoreId);
const newVendor = (world: PushWorld, name: string, fields: object = {}) =>
  control<{ id: number }>(world, 'POST', '/records/vendors', { company_id: company(world), name, ...fields });

/** A line on this code of the first project. */
const onCode = (world: PushWorld, number: string, projectCostCodeId: string) =>
  world.send({ number, lines: [{ projectCostCodeId }] });

/** Adds a code to the first project in Procore, as a person does. */
async function codeThere(world: PushWorld, division: string, code: string): Promise<number> {
  const { procoreId } = world.projects[0]!;
  const codes = await records<{ id: number; full_code: string; project_id: number; sub_job_id: number | null }>(
    world,
    'cost_codes',
  );
  const parent = codes.find(
    (one) => one.project_id === procoreId && one.full_code === division && one.sub_job_id === null,
  );
  const made = await control<{ id: number }>(world, 'POST', '/records/cost_codes', {
    project_id: procoreId,
    parent_id: parent!.id,
    code,
    name: `Code ${code}`,
  });
  return made.id;
}

async function taxOf(world: PushWorld, code: string, rate: string): Promise<string> {
  const { account } = world.stack;
  const [row] = await db(world).insert(taxCode).values({ account, code, description: code, rate }).returning();
  return row!.id;
}

async function mapTax(world: PushWorld, taxCodeId: string): Promise<void> {
  const isGst = and(eq(procoreTaxCode.companyId, world.company.id), eq(procoreTaxCode.code, 'GST'));
  const [theirs] = await db(world).select().from(procoreTaxCode).where(isGst);
  const values = { account: world.stack.account, companyId: world.company.id, taxCodeId, procoreTaxCodeId: theirs!.id };
  await db(world).insert(taxMapping).values(values);
}

/** What Procore lacks, has several times, or knows differently. */
export const RECORD_ROWS: ErrorRow[] = [
  {
    code: 'PROJECT_UNLINKED',
    when: 'the project was never fetched',
    told: 'send',
    says: 'Project P-1007 Harbour Apartments is not linked to Procore. Fetch the project, or tick its stage under Project webhook monitoring stages.',
    async cause(world, number) {
      const id = await world.approved({ number });
      await db(world)
        .update(procoreLink)
        .set({ state: 'tombstone' })
        .where(eq(procoreLink.localId, world.projects[0]!.id));
      await world.queue(id);
      return id;
    },
    fix: (world) =>
      db(world).update(procoreLink).set({ state: 'linked' }).where(eq(procoreLink.localId, world.projects[0]!.id)),
  },
  {
    code: 'VENDOR_MISSING',
    when: 'Procore lacks the supplier and none may be created',
    told: 'send',
    says: 'Supplier "Mt Eden Joinery" does not exist in Procore and creating vendors is switched off. Add the vendor in Procore, or switch on creating vendors.',
    async cause(world, number) {
      await world.settings({ createMissingVendors: false });
      return world.send({ number, vendorId: await world.addVendor('Mt Eden Joinery') });
    },
    fix: (world) => world.settings({ createMissingVendors: true }),
  },
  {
    code: 'VENDOR_AMBIGUOUS',
    when: 'two vendors have the name',
    told: 'send',
    says: '2 vendors in Procore are called "Twice Built Ltd". Choose which one this supplier is.',
    async cause(world, number) {
      const vendorId = await world.addVendor('Twice Built Ltd');
      await db(world).update(payableAccount).set({ matchName: 'not heard of' }).where(eq(payableAccount.id, vendorId));
      await newVendor(world, 'Twice Built Ltd');
      await newVendor(world, 'Twice Built Ltd');
      return world.send({ number, vendorId });
    },
    async fix(world) {
      const [, second] = (await records(world, 'vendors')).filter(({ name }) => name === 'Twice Built Ltd');
      await control(world, 'PATCH', `/records/vendors/${second!.id}`, { name: 'Twice Built (old)' });
    },
  },
  {
    code: 'VENDOR_INACTIVE',
    when: 'the vendor is inactive in Procore',
    told: 'send',
    says: 'Vendor "Sleepy Roofing" is inactive in Procore. Reactivate the vendor in Procore, or choose another supplier.',
    async cause(world, number) {
      await newVendor(world, 'Sleepy Roofing', { is_active: false });
      return world.send({ number, vendorId: await world.addVendor('Sleepy Roofing') });
    },
    async fix(world) {
      const vendor = (await records(world, 'vendors')).find(({ name }) => name === 'Sleepy Roofing');
      await control(world, 'PATCH', `/records/vendors/${vendor!.id}`, { is_active: true });
    },
  },
  {
    code: 'CODE_MISSING',
    when: 'Procore lacks the code and none may be created',
    told: 'send',
    says: 'Cost code 03-971 does not exist in Procore project P-1007 Harbour Apartments. Add the code to the project budget in Procore, or turn on "Create cost code and cost type in procore".',
    cause: async (world, number) => onCode(world, number, await world.addCode(0, '03-971')),
    fix: (world) => codeThere(world, '03', '971'),
    goesByItself: true,
  },
  {
    code: 'CODE_COLLISION',
    when: 'the project has the code twice',
    told: 'send',
    says: 'Code 03-972 exists 2 times in project P-1007 Harbour Apartments. Choose the exact one.',
    async cause(world, number) {
      const id = await world.approved({ number, lines: [{ projectCostCodeId: await world.addCode(0, '03-972') }] });
      // A delayed event would hold up every one behind it, as Procore tells in order.
      await db(world).update(procoreCompany).set({ syncProjectCostCodes: false });
      await codeThere(world, '03', '972');
      await codeThere(world, '03', '972');
      await world.queue(id);
      return id;
    },
    async fix(world) {
      const [, second] = (await records(world, 'cost_codes')).filter((one) => one.full_code === '03-972');
      await control(world, 'DELETE', `/records/cost_codes/${second!.id}`);
      await db(world).update(procoreCompany).set({ syncProjectCostCodes: true });
    },
  },
  {
    code: 'SUBJOB_MISMATCH',
    when: 'only a sub job has the code',
    told: 'send',
    says: 'Code 03-973 exists only in sub job Block B. Choose the code of the right sub job.',
    async cause(world, number) {
      const id = await world.addCode(0, '03-973');
      const [own] = await db(world).select().from(projectCostCode).where(eq(projectCostCode.id, id));
      await db(world).insert(projectCostCode).values({
        account: world.stack.account,
        projectId: own!.projectId,
        code: '03-973 [Block B]',
        externalCode: '03-973',
        description: 'Of Block B',
        subJobId: '77',
        subJobName: 'Block B',
      });
      return onCode(world, number, id);
    },
    fix: (world) => codeThere(world, '03', '973'),
    goesByItself: true,
  },
  {
    code: 'TYPE_MISSING',
    when: 'the code has no cost type',
    told: 'send',
    says: 'Cost code 03-974 in project P-1007 Harbour Apartments has no cost type. Allocate a cost type here, or set it in the Procore budget and fetch the project.',
    async cause(world, number) {
      const id = await world.addCode(0, '03-974');
      await db(world).delete(projectCostCodeType).where(eq(projectCostCodeType.projectCostCodeId, id));
      await world.settings({ createMissingCodes: true });
      return onCode(world, number, id);
    },
    async fix(world) {
      const [code] = await db(world).select().from(projectCostCode).where(eq(projectCostCode.code, '03-974'));
      const [type] = await db(world).select({ id: projectCostCodeType.costTypeId }).from(projectCostCodeType).limit(1);
      await db(world).insert(projectCostCodeType).values({
        account: world.stack.account,
        projectCostCodeId: code!.id,
        costTypeId: type!.id,
        source: 'local',
        isDefault: true,
      });
    },
  },
  {
    code: 'TYPE_NOT_IN_PROCORE',
    when: 'Procore lacks the cost type and none may be created',
    told: 'send',
    says: 'Cost type ZZ does not exist in Procore. Add the cost type in Procore, or turn on "Create cost code and cost type in procore".',
    async cause(world, number) {
      await world.settings({ createMissingCodes: false });
      const { account } = world.stack;
      const [type] = await db(world)
        .insert(costType)
        .values({ account, code: 'ZZ', externalCode: 'ZZ', description: 'Odd' })
        .returning();
      return world.send({ number, lines: [{ costTypeId: type!.id }] });
    },
    fix: (world) => world.settings({ createMissingCodes: true }),
  },
  {
    code: 'TAX_UNMAPPED',
    when: 'the tax code is not mapped',
    told: 'send',
    says: 'Tax code GST-NEW is not mapped to a Procore tax code. Map it under Tax mappings.',
    cause: async (world, number) => world.send({ number, lines: [{ taxCodeId: await taxOf(world, 'GST-NEW', '15') }] }),
    async fix(world) {
      const [row] = await db(world).select().from(taxCode).where(eq(taxCode.code, 'GST-NEW'));
      await mapTax(world, row!.id);
    },
  },
  {
    code: 'TAX_RATE_DIFF',
    when: 'the tax code is mapped to one of another rate',
    told: 'send',
    says: 'Tax code GST-OLD is 12.5 % in Lentune and 15 % in Procore. Map it to a Procore tax code of the same rate. On an order, its line can be given that rate in Procore instead.',
    async cause(world, number) {
      const taxCodeId = await taxOf(world, 'GST-OLD', '12.5');
      await mapTax(world, taxCodeId);
      return world.send({ number, lines: [{ taxCodeId }] });
    },
    fix: (world) => db(world).update(taxCode).set({ rate: '15' }).where(eq(taxCode.code, 'GST-OLD')),
  },
  {
    code: 'TAX_OFF',
    when: 'tax is switched off in the project',
    told: 'send',
    says: 'Project P-1007 Harbour Apartments in Procore does not keep tax code GST-TEST: tax is switched off there. Switch tax on for the project in Procore, or allow posting direct costs without tax.',
    async cause(world, number) {
      await control(world, 'PUT', '/settings', { taxMode: { [world.projects[0]!.procoreId]: 'dropped' } });
      return world.send({ number });
    },
    leaves: true,
    fix: (world) => control(world, 'PUT', '/settings', { taxMode: {} }),
  },
  {
    code: 'INTERFACE_OFF',
    when: 'Procore is not the invoices interface',
    told: 'send',
    says: 'Procore is not chosen as the invoices interface, so no invoice is sent there. Choose Procore as the Invoices interface under Settings, Integration, Configurations.',
    async cause(world, number) {
      await world.settings({ invoicesInterface: null });
      return world.send({ number });
    },
    fix: (world) => world.settings({ invoicesInterface: 'procore' }),
  },
  {
    code: 'CUSTOM_SEGMENTS',
    when: 'the budget codes have custom segments',
    told: 'send',
    says: 'The budget codes of P-1007 Harbour Apartments have custom segments (Location), which Lentune does not have. Enter the cost in Procore, or take the custom segments off the budget codes of the project there.',
    async cause(world, number) {
      await db(world).execute(
        sql`update project set custom_segments = '{Location}' where id = ${world.projects[0]!.id}`,
      );
      return world.send({ number });
    },
    fix: (world) =>
      db(world).execute(sql`update project set custom_segments = '{}' where id = ${world.projects[0]!.id}`),
  },
  {
    code: 'ERP_CONNECTED',
    when: 'the company is connected to an accounting system, and a supplier is missing',
    told: 'send',
    says: async (world) =>
      `${world.company.name} is connected to an accounting system in Procore, so vendor "Ledger Only Ltd" is not created there unasked. Create it in the accounting system, or allow creating once under Settings, Procore company list.`,
    async cause(world, number) {
      await db(world).execute(sql`update procore_company set is_erp_connected = true, create_where_erp = 'ask'`);
      return world.send({ number, vendorId: await world.addVendor('Ledger Only Ltd') });
    },
    fix: (world) => db(world).execute(sql`update procore_company set is_erp_connected = false`),
  },
];

/** What is wrong with the invoice itself; most of it is told before approval. */
export const INVOICE_ROWS: ErrorRow[] = [
  {
    code: 'VENDOR_BLANK',
    when: 'no supplier is chosen',
    told: 'check',
    says: 'Invoice # has no supplier. Choose or create the supplier.',
    cause: (world, number) => entered(world, draft(world, number, { payableAccountId: null })),
    fix: (world, id) => correct(world, id, { payableAccountId: world.vendorId }),
  },
  {
    code: 'INVOICE_NO_CHARS',
    when: 'the number has a control character',
    told: 'check',
    says: '"#" cannot be used as an invoice number in Procore. Enter a number of 1 to 255 printable characters.',
    cause: (world, number) => entered(world, draft(world, `${number}\u0007`)),
    fix: (world, id) => correct(world, id, { number: 'E-INVOICE_NO_CHARS' }),
  },
  {
    code: 'DUPLICATE_HERE',
    when: 'the supplier already has the number in Lentune',
    told: 'check',
    says: 'Kiwi Plumbing already has an invoice # in Lentune. Change the number, or delete the second one.',
    async cause(world, number) {
      await entered(world, draft(world, number));
      return entered(world, draft(world, number));
    },
    fix: (world, id) => correct(world, id, { number: 'E-DUPLICATE_HERE-2' }),
  },
  {
    code: 'LINES_MISSING',
    when: 'it has no line',
    told: 'check',
    says: 'Invoice # has no lines. Add at least one line.',
    cause: (world, number) => entered(world, draft(world, number, { lines: [], total: '0.00', tax: '0.00' })),
    fix: (world, id) => correct(world, id, draft(world, 'E-LINES_MISSING')),
  },
  {
    code: 'TOTAL_MISMATCH',
    when: 'the lines miss the total',
    told: 'check',
    says: 'The lines add up to $100.00, the invoice says $110.00: a difference of $10.00. Correct the lines or the total.',
    cause: (world, number) => entered(world, draft(world, number, { total: '110.00' })),
    fix: (world, id) => correct(world, id, { total: '100.00' }),
  },
  {
    code: 'UNIT_PRICE_ZERO',
    when: 'a line of some dollars has a price of nothing',
    told: 'check',
    says: 'A line of $100.00 has a unit price of zero, so no quantity can be worked out. Enter the price or the quantity.',
    async cause(world, number) {
      const { lines, ...header } = draft(world, number);
      return entered(world, { ...header, lines: lines.map((line) => ({ ...line, unitPrice: '0' })) });
    },
    fix: (world, id) =>
      correct(world, id, { lines: draft(world, '').lines.map((line) => ({ ...line, unitPrice: '25' })) }),
  },
  {
    code: 'CODE_NOT_CHARGEABLE',
    when: 'the code is a heading',
    told: 'check',
    says: 'Cost code 03-980 is a heading; costs cannot be booked on it. Choose one of the codes under it.',
    async cause(world, number) {
      const id = await world.addCode(0, '03-980');
      await db(world).update(projectCostCode).set({ isPostable: false }).where(eq(projectCostCode.id, id));
      const { lines, ...header } = draft(world, number);
      return entered(world, { ...header, lines: lines.map((line) => ({ ...line, projectCostCodeId: id })) });
    },
    fix: (world, id) => correct(world, id, { lines: draft(world, '').lines }),
  },
  {
    code: 'CODE_BLANK',
    when: 'a line has no code',
    told: 'send',
    says: 'Line 1 has no cost code. Choose a cost code.',
    cause: (world, number) => world.send({ number, lines: [{ projectCostCodeId: null }] }),
    fix: (world, id) => correct(world, id, { lines: draft(world, '').lines }),
    goesByItself: true,
  },
  {
    code: 'TAX_TOTAL_DIFF',
    when: 'the GST is not what Procore comes to',
    told: 'send',
    says: 'Invoice # shows $14.00 of GST; Procore would calculate $15.00. Correct the GST or the tax codes of the lines, or raise the tax tolerance.',
    cause: (world, number) => world.send({ number, tax: '14.00' }),
    fix: (world, id) => correct(world, id, { tax: '15.00' }),
    goesByItself: true,
  },
  {
    code: 'ROUNDING',
    when: 'quantity times price misses the amount',
    told: 'send',
    says: 'Quantity times price in project P-1007 Harbour Apartments misses the invoice by $0.04; the tolerance is $0.00. Raise the invoice rounding tolerance to at least the difference, or correct the line.',
    cause: (world, number) => world.send({ number, lines: [{ amount: '25000.00', unitPrice: '1234.56' }] }),
    fix: (world) => world.settings({ roundingTolerance: '0.04' }),
    total: 25_000,
  },
];
