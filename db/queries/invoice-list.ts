import { and, count, desc, eq, ilike, inArray, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import { type ErrorCode, firstInCatalogue, messageOf } from '../../domain/errors.ts';
import { type Finding, type InvoiceMark, isOnItsWay } from '../../domain/invoice.ts';
import { payableAccount, payableInvoice, project, pushPart } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

export type InvoiceTab = 'all' | 'to-check' | 'ready' | 'failed' | 'sent';

const TABS: Record<InvoiceTab, SQL | undefined> = {
  all: undefined,
  'to-check': ne(payableInvoice.status, 'approved'),
  ready: and(
    eq(payableInvoice.status, 'approved'),
    sql`coalesce(${payableInvoice.integration}, 'queued') in ('queued', 'sending', 'waiting')`,
  ),
  failed: inArray(payableInvoice.integration, ['failed', 'partial', 'held']),
  sent: inArray(payableInvoice.integration, ['sent', 'skipped']),
};

export interface InvoiceListRow {
  id: string;
  kind: 'invoice' | 'credit';
  number: string;
  vendorName: string | null;
  projectName: string | null;
  route: string;
  invoiceDate: string;
  total: string;
  tax: string;
  status: 'entered' | 'checked' | 'approved';
  integration: InvoiceMark | null;
  integrationText: string | null;
  problemCode: string | null;
}

export interface InvoicePage {
  rows: InvoiceListRow[];
  total: number;
  nextCursor: string | null;
}

/** A page of invoices, newest first. `search` looks in the number, the supplier and the project. */
export async function listInvoices(
  db: Queryable,
  account: string,
  query: {
    tab: InvoiceTab;
    search?: string | undefined;
    problem?: string | undefined;
    companyId?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<InvoicePage> {
  const matching = and(
    eq(payableInvoice.account, account),
    TABS[query.tab],
    query.problem === undefined ? undefined : standsStillFor(query.problem),
    searchedInvoices(query.search),
    invoicesOfCompany(query.companyId),
  );
  const rows = await selectRows(db)
    .where(and(matching, query.cursor === undefined ? undefined : lt(payableInvoice.id, query.cursor)))
    .orderBy(desc(payableInvoice.id))
    .limit(query.limit + 1);
  const [{ total } = { total: 0 }] = await db
    .select({ total: count() })
    .from(payableInvoice)
    .leftJoin(payableAccount, eq(payableAccount.id, payableInvoice.payableAccountId))
    .where(matching);
  const shown = rows.slice(0, query.limit);
  return {
    rows: shown.map(presentRow),
    total,
    nextCursor: rows.length > query.limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** The first problem names the reason, as the overview counts it. */
export const standsStillFor = (code: string): SQL | undefined =>
  and(TABS.failed, sql`${payableInvoice.problems} -> 0 ->> 'code' = ${code}`);

/** Needs the supplier joined. */
export function searchedInvoices(search: string | undefined): SQL | undefined {
  if (search === undefined || search.trim() === '') return undefined;
  const pattern = `%${search.trim().replace(/[\\%_]/g, '\\$&')}%`;
  return or(
    ilike(payableInvoice.number, pattern),
    ilike(payableAccount.description, pattern),
    sql`exists (select 1 from ${project} where ${project.id} in ${projectIdsOf}
      and (${project.code} ilike ${pattern} or ${project.description} ilike ${pattern}))`,
  );
}

/** Invoices with a part in a project of the company; undefined where no company is asked for. Spelled out, as some queries have one table only. */
export const invoicesOfCompany = (companyId: string | undefined): SQL | undefined =>
  companyId === undefined
    ? undefined
    : sql`exists (select from project p where p.company_id = ${companyId} and (p.id = payable_invoice.project_id
        or exists (select from payable_invoice_line l where l.invoice_id = payable_invoice.id and l.project_id = p.id)))`;

const projectIdsOf = sql`(
  select coalesce(line.project_id, ${payableInvoice.projectId}) from payable_invoice_line line
  where line.invoice_id = ${payableInvoice.id} union select ${payableInvoice.projectId})`;

/** The columns a row of the list is made of; the caller narrows them. */
export const selectRows = (db: Queryable) =>
  db
    .select({
      id: payableInvoice.id,
      kind: payableInvoice.kind,
      number: payableInvoice.number,
      vendorName: payableAccount.description,
      projectNames: sql<string[] | null>`(select array_agg(distinct ${project.code} || ' ' || ${project.description})
        from ${project} where ${project.id} in ${projectIdsOf})`,
      routes: sql<string[] | null>`(select array_agg(distinct case when ${pushPart.target} = 'requisition'
          then (${pushPart.desired} -> 'commitment' ->> 'number') || ' claim' || coalesce(' ' || (${pushPart.agreed} ->> 'number'), '')
          else 'Direct cost' end)
        from ${pushPart} where ${pushPart.documentId} = ${payableInvoice.id} and ${pushPart.desired} is not null)`,
      orderNumber: sql<string | null>`coalesce(
        (select number from purchase_order where id = ${payableInvoice.purchaseOrderId}),
        (select number from sub_contract where id = ${payableInvoice.subContractId}))`,
      invoiceDate: payableInvoice.invoiceDate,
      total: payableInvoice.total,
      tax: payableInvoice.tax,
      status: payableInvoice.status,
      integration: payableInvoice.integration,
      waitingFor: payableInvoice.waitingFor,
      waitingSince: payableInvoice.waitingSince,
      ignoredReason: payableInvoice.ignoredReason,
      problems: payableInvoice.problems,
      procoreIds: sql<string[] | null>`(select array_agg(${pushPart.procoreId} order by ${pushPart.id}) from ${pushPart}
        where ${pushPart.documentId} = ${payableInvoice.id} and ${pushPart.procoreId} is not null)`,
    })
    .from(payableInvoice)
    .leftJoin(payableAccount, eq(payableAccount.id, payableInvoice.payableAccountId));

type SelectedRow = Awaited<ReturnType<ReturnType<typeof selectRows>['execute']>>[number];

/** A row as people read it. */
export function presentRow({
  projectNames,
  routes,
  orderNumber,
  waitingFor,
  waitingSince: _since,
  ignoredReason,
  problems,
  procoreIds,
  ...row
}: SelectedRow): InvoiceListRow {
  const blocking = (problems as Finding[]).filter((problem) => problem.severity === 'blocks');
  const first = blocking.find((problem) => problem.code === firstInCatalogue(blocking));
  const isFileMissing = (problems as Finding[]).some((problem) => problem.code === 'ATTACHMENT_FAILED');
  return {
    ...row,
    projectName:
      projectNames === null ? null : projectNames.length === 1 ? projectNames[0]! : `${projectNames.length} projects`,
    route: routeText(routes, orderNumber, projectNames),
    integrationText:
      row.integration === 'ignored'
        ? ignoredReason
        : markText(row.integration, first, waitingFor, procoreIds ?? [], isFileMissing),
    problemCode: first?.code ?? null,
  };
}

/** Where the invoice went, or will go as far as its header tells. */
function routeText(routes: string[] | null, orderNumber: string | null, projectNames: string[] | null): string {
  if (routes !== null) return routes.join(', ');
  if (orderNumber !== null) return `${orderNumber} claim`;
  return projectNames === null ? 'Accounting' : 'Direct cost';
}

/** The sentence beside a mark; null where the mark says all. */
export function markText(
  mark: InvoiceMark | null,
  problem: Finding | undefined,
  waitingFor: string | null,
  procoreIds: readonly string[],
  lacksFile: boolean,
): string | null {
  if (mark === 'sent') return sentText(procoreIds, lacksFile);
  if (mark === 'skipped') return `Linked, not written: ${procoreIds.map((id) => `Procore #${id}`).join(', ')}`;
  if (mark === 'waiting') return WAITING[waitingFor as ErrorCode] ?? 'Waiting for Procore';
  if (problem !== undefined && !isOnItsWay(mark)) return messageOf(problem);
  if (mark === 'held') return 'Stopped before it was finished. Retry goes on from what stands there already';
  return null;
}

function sentText(procoreIds: readonly string[], lacksFile: boolean): string | null {
  const records = procoreIds.map((id) => `Procore #${id}`).join(', ');
  return lacksFile ? `${records}, without its file` : records || null;
}

const WAITING: Partial<Record<ErrorCode, string>> = {
  AUTH_EXPIRED: 'Waiting for Procore to be reconnected',
  RATE_LIMIT: "Waiting for Procore's call allowance",
  SETTLING: 'Waiting to see whether Procore took the last write',
  BUSY: 'Waiting for another document to finish in Procore',
  ACCOUNTING_AUTH_EXPIRED: 'Waiting for accounting to be reconnected',
  ACCOUNTING_RATE_LIMIT: 'Waiting for the call allowance of accounting',
  ACCOUNTING_UNAVAILABLE: 'Waiting for accounting',
  BILL_SETTLING: 'Waiting to see whether accounting took the last write',
};

/** How many invoices each tab holds. */
export async function countInvoices(
  db: Queryable,
  account: string,
  companyId?: string,
): Promise<Record<InvoiceTab, number>> {
  const [row] = await db
    .select({
      all: sql<number>`count(*)::int`,
      'to-check': sql<number>`(count(*) filter (where ${TABS['to-check']}))::int`,
      ready: sql<number>`(count(*) filter (where ${TABS.ready}))::int`,
      failed: sql<number>`(count(*) filter (where ${TABS.failed}))::int`,
      sent: sql<number>`(count(*) filter (where ${TABS.sent}))::int`,
    })
    .from(payableInvoice)
    .where(and(eq(payableInvoice.account, account), invoicesOfCompany(companyId)));
  return row ?? { all: 0, 'to-check': 0, ready: 0, failed: 0, sent: 0 };
}
