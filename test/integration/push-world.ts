import { and, eq, sql } from 'drizzle-orm';
import type { CompanyView } from '../../db/queries/companies.ts';
import { approveInvoice, checkInvoice, queueInvoices } from '../../db/queries/invoice-steps.ts';
import { createInvoice, getInvoice } from '../../db/queries/invoices.ts';
import { changeSettings, type IntegrationSettings } from '../../db/queries/settings.ts';
import {
  payableAccount,
  procoreTaxCode,
  projectCostCode,
  projectCostCodeType,
  taxCode,
  taxMapping,
} from '../../db/schema/index.ts';
import type { InvoiceDraft, InvoiceLineDraft } from '../../domain/invoice.ts';
import { normaliseName } from '../../domain/matching.ts';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import { connectStack, eventually, type Stack, type StackOptions, startStack } from '../environment/stack.ts';

/** A direct cost as the simulator holds it. */
export interface HeldDirectCost {
  id: number;
  project_id: number;
  vendor_id: number;
  invoice_number: string;
  status: string;
  description: string | null;
  origin_data: string | null;
  lines: HeldLine[];
}

export interface HeldLine {
  id: number;
  direct_cost_id: number;
  amount: string;
  quantity: string | null;
  unit_cost: string | null;
  uom: string | null;
  description: string | null;
  wbs_code_id: number | null;
  tax_code_id: number | null;
  origin_data: string | null;
}

export interface LedgerEntry {
  method: string;
  path: string;
  resource: string;
  action: string;
}

/** What a test says about an invoice; the rest is ordinary. */
export interface Wish {
  number?: string;
  vendorId?: string;
  lines?: Partial<InvoiceLineDraft>[];
  total?: string;
  tax?: string;
  kind?: 'invoice' | 'credit';
}

/** A connected product with two fetched projects, and what it takes to push an invoice through it. */
export interface PushWorld {
  stack: Stack;
  company: CompanyView;
  /** Harbour Apartments and Takapuna Terraces */
  projects: { id: string; procoreId: number; code: string; codes: { id: string; code: string }[] }[];
  vendorId: string;
  taxCodeId: string;
  /** Enters, checks and approves an invoice; a line is $100 of the first code with GST unless the test says otherwise. */
  approved(wish?: Wish): Promise<string>;
  queue(...ids: string[]): Promise<void>;
  send(wish?: Wish): Promise<string>;
  /** As if a second Send had come through: the row says queued again. */
  again(id: string): Promise<void>;
  /** Checks and approves a changed invoice and sends it; answers what it ends as. */
  resend(id: string): ReturnType<PushWorld['ended']>;
  /** Waits until it is no longer on its way. */
  ended(id: string, timeoutMs?: number): Promise<NonNullable<Awaited<ReturnType<typeof getInvoice>>>>;
  /** Every direct cost of that number Procore holds. */
  held(number: string): Promise<HeldDirectCost[]>;
  addVendor(name: string): Promise<string>;
  addCode(projectIndex: number, code: string): Promise<string>;
  settings(change: Partial<IntegrationSettings>): Promise<void>;
  ledger(since?: number): Promise<LedgerEntry[]>;
  numberOf(id: string): string;
}

let count = 0;

/** What is sent comes back as events, and reading those is no call of a push: whoever counts calls holds them back. */
export const holdBackEvents = (stack: Stack) =>
  stack.control('PUT', '/settings', { webhooks: { delayProbability: 1, delayMs: 24 * 3_600_000 } });

export async function startPushWorld(options: StackOptions = {}): Promise<PushWorld> {
  const stack = await startStack(options);
  try {
    return await describeWorld(stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function describeWorld(stack: Stack): Promise<PushWorld> {
  const { db } = stack.deps;
  const { account } = stack;
  const [company] = (await connectStack(stack)) as [CompanyView];
  const guide = await stack.control<{ exampleProjects: Record<string, { id: number }> }>('GET', '/sample');
  const procoreIds = [guide.exampleProjects.inConstruction!.id, guide.exampleProjects.withoutBudget!.id];
  await stack.api('PATCH', `/api/companies/${company.id}`, { goLiveDate: '2020-01-01' });
  for (const id of procoreIds) await fetchProject(stack, company, id);
  const taxCodeId = await mapTax(stack, company);
  const numbers = new Map<string, string>();

  const world: PushWorld = {
    stack,
    company,
    projects: await Promise.all(procoreIds.map((id) => describeProject(stack, id))),
    vendorId: await vendorCalled(stack, 'Kiwi Plumbing'),
    taxCodeId,
    async approved(wish = {}) {
      const draft = draftOf(world, wish);
      const created = await createInvoice(db, account, 'clerk', draft);
      if (created.kind !== 'created') throw new Error(`${created.path}: ${created.message}`);
      const checked = await checkInvoice(db, account, created.id, 'clerk');
      if (checked.kind !== 'done') throw new Error(`Not checked: ${JSON.stringify(checked)}`);
      await approveInvoice(db, account, created.id, 'approver');
      numbers.set(created.id, draft.number);
      return created.id;
    },
    async queue(...ids) {
      const { refused } = await queueInvoices(db, account, ids, 'clerk');
      if (refused.length > 0) throw new Error(JSON.stringify(refused));
      stack.doorbell?.poke();
    },
    async send(wish) {
      const id = await world.approved(wish);
      await world.queue(id);
      return id;
    },
    async again(id) {
      await db.execute(
        sql`update payable_invoice set integration = 'queued', queued_at = now(), dispatched_at = null where id = ${id}`,
      );
      stack.doorbell?.poke();
    },
    async resend(id) {
      const checked = await checkInvoice(db, account, id, 'clerk');
      if (checked.kind !== 'done') throw new Error(`Not checked: ${JSON.stringify(checked)}`);
      await approveInvoice(db, account, id, 'approver');
      await world.queue(id);
      return world.ended(id, 60_000);
    },
    ended: (id, timeoutMs = 25_000) =>
      eventually(async () => {
        const invoice = await getInvoice(db, account, id);
        const isOver = invoice && !['queued', 'sending', 'waiting'].includes(invoice.integration ?? '');
        return isOver ? invoice : undefined;
      }, timeoutMs),
    async held(number) {
      const records = async <T>(collection: string) =>
        (await stack.control<{ records: T[] }>('GET', `/records/${collection}`)).records;
      const costs = await records<HeldDirectCost>('direct_costs');
      const lines = await records<HeldLine>('direct_cost_line_items');
      return costs
        .filter((cost) => cost.invoice_number === number)
        .map((cost) => ({ ...cost, lines: lines.filter((line) => line.direct_cost_id === cost.id) }));
    },
    async addVendor(name) {
      const [row] = await db
        .insert(payableAccount)
        .values({ account, code: name.slice(0, 30), description: name, matchName: normaliseName(name) })
        .returning();
      return row!.id;
    },
    async addCode(projectIndex, code) {
      const { id: projectId, codes } = world.projects[projectIndex]!;
      const [row] = await db
        .insert(projectCostCode)
        .values({ account, projectId, code, externalCode: code, description: `Code ${code}` })
        .returning();
      const [pair] = await db.select().from(projectCostCodeType).limit(1);
      await db.insert(projectCostCodeType).values({
        account,
        projectCostCodeId: row!.id,
        costTypeId: pair!.costTypeId,
        source: 'local',
        isDefault: true,
      });
      codes.push({ id: row!.id, code });
      return row!.id;
    },
    async settings(change) {
      await changeSettings(db, account, change);
    },
    ledger: async (since = 0) =>
      (await stack.control<{ entries: LedgerEntry[] }>('GET', `/ledger?since=${since}`)).entries,
    numberOf: (id) => numbers.get(id) ?? '',
  };
  return world;
}

async function fetchProject(stack: Stack, company: CompanyView, procoreProjectId: number): Promise<void> {
  const { body } = await stack.api<FetchWithItems>('POST', '/api/fetches', {
    companyId: company.id,
    projectId: String(procoreProjectId),
  });
  await eventually(async () => {
    const { body: fetched } = await stack.api<FetchWithItems>('GET', `/api/fetches/${body.id}`);
    return fetched.state === 'done';
  }, 90_000);
}

async function describeProject(stack: Stack, procoreId: number): Promise<PushWorld['projects'][number]> {
  const { db } = stack.deps;
  const [row] = await db.execute<{ id: string; code: string }>(sql`
    select p.id, p.code from project p join procore_link l on l.local_id = p.id and l.kind = 'project'
    where l.procore_id = ${String(procoreId)}`);
  const codes = await db
    .select({ id: projectCostCode.id, code: projectCostCode.code })
    .from(projectCostCode)
    .where(and(eq(projectCostCode.projectId, row!.id), eq(projectCostCode.isPostable, true)))
    .orderBy(projectCostCode.code);
  await giveTypes(
    stack,
    codes.map((code) => code.id),
  );
  return { id: row!.id, code: row!.code, procoreId, codes };
}

/** Codes without a budget have no type of their own: a clerk allocated one. */
async function giveTypes(stack: Stack, codeIds: string[]): Promise<void> {
  const { db } = stack.deps;
  const [type] = await db.execute<{ id: string }>(sql`select id from cost_type order by code limit 1`);
  await db
    .insert(projectCostCodeType)
    .values(
      codeIds.map((projectCostCodeId) => ({
        account: stack.account,
        projectCostCodeId,
        costTypeId: type!.id,
        source: 'local' as const,
        isDefault: true,
      })),
    )
    .onConflictDoNothing();
}

async function mapTax(stack: Stack, company: CompanyView): Promise<string> {
  const { db } = stack.deps;
  const { account } = stack;
  const [ours] = await db
    .insert(taxCode)
    .values({ account, code: 'GST-TEST', description: 'GST 15 %', rate: '15' })
    .returning();
  const [theirs] = await db
    .select()
    .from(procoreTaxCode)
    .where(and(eq(procoreTaxCode.companyId, company.id), eq(procoreTaxCode.code, 'GST')));
  await db
    .insert(taxMapping)
    .values({ account, companyId: company.id, taxCodeId: ours!.id, procoreTaxCodeId: theirs!.id });
  return ours!.id;
}

async function vendorCalled(stack: Stack, name: string): Promise<string> {
  const [row] = await stack.deps.db.select().from(payableAccount).where(eq(payableAccount.description, name));
  if (!row) throw new Error(`There is no vendor ${name}`);
  return row.id;
}

function draftOf(world: PushWorld, wish: Wish): InvoiceDraft {
  const [place] = world.projects;
  const lines = (wish.lines ?? [{}]).map((line): InvoiceLineDraft => {
    const at = world.projects.find(({ id }) => id === line.projectId) ?? place!;
    return {
      amount: '100.00',
      taxCodeId: world.taxCodeId,
      projectId: at.id,
      projectCostCodeId: at.codes[0]!.id,
      ...line,
    };
  });
  const { total, tax } = totalsOf(lines.map(({ amount }) => amount));
  count += 1;
  return {
    kind: wish.kind ?? 'invoice',
    number: wish.number ?? `INV-${count}`,
    payableAccountId: wish.vendorId ?? world.vendorId,
    invoiceDate: '2026-03-18',
    description: null,
    total: wish.total ?? total,
    tax: wish.tax ?? tax,
    lines,
  };
}

/** What lines of these amounts come to, with GST of 15 % on all of them. */
export function totalsOf(amounts: readonly string[]): { total: string; tax: string } {
  const cents = amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 100), 0);
  return { total: (cents / 100).toFixed(2), tax: ((cents * 15) / 10_000).toFixed(2) };
}
