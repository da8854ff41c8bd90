import { and, asc, eq, inArray, or, sql } from 'drizzle-orm';
import type { CommitmentLine, DocumentAllocation, DocumentCommitment } from '../../domain/allocations.ts';
import { type CommitmentKind, isSynced } from '../../domain/commitments.ts';
import { normaliseName } from '../../domain/matching.ts';
import {
  invoiceAllocation,
  type payableInvoice,
  procoreCompany,
  procoreLink,
  procoreTaxCode,
  project,
  purchaseOrder,
  purchaseOrderLine,
  subContract,
  subContractLine,
  variation,
  variationLine,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';

type InvoiceRow = typeof payableInvoice.$inferSelect;
type AllocationRow = typeof invoiceAllocation.$inferSelect;

const HEADS = { purchase_order: purchaseOrder, sub_contract: subContract } as const;
const LINES = { purchase_order: purchaseOrderLine, sub_contract: subContractLine } as const;
const PARENTS = { purchase_order: variation.purchaseOrderId, sub_contract: variation.subContractId } as const;

/** Which commitment, of which kind. */
export interface CommitmentRef {
  kind: CommitmentKind;
  id: string;
}

/** What an invoice has to do with purchase orders and subcontracts. */
export interface InvoiceCommitments {
  /** of the header */
  commitment: DocumentCommitment | null;
  exchangesOrders: boolean;
  /** by position of the line */
  allocations: Map<number, DocumentAllocation[]>;
}

/** Reads the commitment of an invoice's header, its allocations, and the commitments these are on. */
export async function commitmentsOfInvoice(
  db: Queryable,
  account: string,
  invoice: Pick<InvoiceRow, 'id' | 'purchaseOrderId' | 'subContractId' | 'poNumber'>,
  projectIds: readonly string[],
): Promise<InvoiceCommitments> {
  const rows = await db
    .select()
    .from(invoiceAllocation)
    .where(and(eq(invoiceAllocation.account, account), eq(invoiceAllocation.invoiceId, invoice.id)))
    .orderBy(asc(invoiceAllocation.linePosition), asc(invoiceAllocation.id));
  const named = await namedOnHeader(db, account, invoice, projectIds);
  const refs = [...(named === null ? [] : [named]), ...(await holdersOf(db, account, rows))];
  const commitments = new Map<string, DocumentCommitment>();
  for (const ref of refs) {
    if (commitments.has(ref.id)) continue;
    const loaded = await loadCommitment(db, account, ref, invoice.id);
    if (loaded !== null) commitments.set(ref.id, loaded);
  }
  return {
    commitment: named === null ? null : (commitments.get(named.id) ?? null),
    exchangesOrders: await exchangesOrders(db, account, projectIds),
    allocations: allocationsByLine(rows, [...commitments.values()]),
  };
}

const lineIdOf = (row: AllocationRow): string =>
  row.purchaseOrderLineId ?? row.subContractLineId ?? row.variationLineId ?? '';

function allocationsByLine(rows: readonly AllocationRow[], commitments: readonly DocumentCommitment[]) {
  const byLine = new Map<number, DocumentAllocation[]>();
  for (const row of rows) {
    const commitment = commitments.find(({ lines }) => lines.some(({ id }) => id === lineIdOf(row)));
    const line = commitment?.lines.find(({ id }) => id === lineIdOf(row));
    if (commitment === undefined || line === undefined) continue;
    const own = byLine.get(row.linePosition) ?? [];
    own.push({ commitment, line, amount: row.amount, quantity: row.quantity });
    byLine.set(row.linePosition, own);
  }
  return byLine;
}

/** Chosen by a person, else the one of the number the supplier wrote, among those of the invoice's projects. */
async function namedOnHeader(
  db: Queryable,
  account: string,
  invoice: Pick<InvoiceRow, 'purchaseOrderId' | 'subContractId' | 'poNumber'>,
  projectIds: readonly string[],
): Promise<CommitmentRef | null> {
  if (invoice.purchaseOrderId !== null) return { kind: 'purchase_order', id: invoice.purchaseOrderId };
  if (invoice.subContractId !== null) return { kind: 'sub_contract', id: invoice.subContractId };
  if (invoice.poNumber === null || projectIds.length === 0) return null;
  const found: CommitmentRef[] = [];
  for (const kind of ['purchase_order', 'sub_contract'] as const) {
    const head = HEADS[kind];
    const rows = await db
      .select({ id: head.id, number: head.number })
      .from(head)
      .where(and(eq(head.account, account), inArray(head.projectId, [...projectIds])));
    const wanted = normaliseName(invoice.poNumber);
    found.push(...rows.filter((row) => normaliseName(row.number) === wanted).map(({ id }) => ({ kind, id })));
  }
  const [only, second] = found;
  return only !== undefined && second === undefined ? only : null;
}

async function holdersOf(db: Queryable, account: string, rows: readonly AllocationRow[]): Promise<CommitmentRef[]> {
  if (rows.length === 0) return [];
  const found = await db.execute<{ kind: CommitmentKind; id: string }>(sql`
    select distinct 'purchase_order' as kind, l.commitment_id as id from invoice_allocation a
      join purchase_order_line l on l.id = a.purchase_order_line_id
      where a.account = ${account} and a.invoice_id = ${rows[0]!.invoiceId}
    union select 'sub_contract', l.commitment_id from invoice_allocation a
      join sub_contract_line l on l.id = a.sub_contract_line_id
      where a.account = ${account} and a.invoice_id = ${rows[0]!.invoiceId}
    union select case when v.sub_contract_id is null then 'purchase_order' else 'sub_contract' end,
      coalesce(v.sub_contract_id, v.purchase_order_id) from invoice_allocation a
      join variation_line l on l.id = a.variation_line_id join variation v on v.id = l.variation_id
      where a.account = ${account} and a.invoice_id = ${rows[0]!.invoiceId}`);
  return [...found];
}

async function exchangesOrders(db: Queryable, account: string, projectIds: readonly string[]): Promise<boolean> {
  if (projectIds.length === 0) return false;
  const rows = await db
    .select({ master: procoreCompany.purchaseOrderMaster })
    .from(project)
    .innerJoin(procoreCompany, eq(procoreCompany.id, project.companyId))
    .where(and(eq(project.account, account), inArray(project.id, [...projectIds])));
  return rows.some(({ master }) => master !== 'none');
}

/**
 * Reads a commitment with its lines and those of its variations.
 *
 * @param invoiceId what other invoices have booked leaves this one out
 */
export async function loadCommitment(
  db: Queryable,
  account: string,
  { kind, id }: CommitmentRef,
  invoiceId: string | null,
): Promise<DocumentCommitment | null> {
  const head = HEADS[kind];
  const [row] = await db
    .select({
      head,
      company: procoreCompany,
      procoreId: procoreLink.procoreId,
      retentionPercent: kind === 'sub_contract' ? subContract.retentionPercent : sql<null>`null`,
      retentionLimit: kind === 'sub_contract' ? subContract.retentionLimit : sql<null>`null`,
    })
    .from(head)
    .innerJoin(procoreCompany, eq(procoreCompany.id, head.companyId))
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.kind, kind),
        eq(procoreLink.companyId, head.companyId),
        eq(procoreLink.localId, head.id),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .where(and(eq(head.account, account), eq(head.id, id)));
  if (!row) return null;
  const isExchanged =
    kind === 'purchase_order' ? row.company.purchaseOrderMaster !== 'none' : isSynced(kind, row.company);
  return {
    id,
    kind,
    number: row.head.number,
    procoreId: row.head.isActive ? row.procoreId : null,
    companyId: row.head.companyId,
    projectId: row.head.projectId,
    vendorId: row.head.payableAccountId,
    vendorName: row.head.vendorName,
    status: row.head.procoreStatus ?? 'not yet',
    isAccepted: row.head.isAccepted,
    isSynced: isExchanged,
    accountingMethod: row.head.accountingMethod,
    retention: {
      percent: row.retentionPercent ?? (kind === 'sub_contract' ? row.head.retainagePercent : null),
      limit: row.retentionLimit,
      held: await heldBack(db, account, id, invoiceId),
      procorePercent: row.head.retainagePercent,
    },
    lines: await linesOf(db, account, { kind, id }, row.head.companyId, invoiceId),
  };
}

/** What claims of Lentune keep back of a commitment and have not released. */
async function heldBack(db: Queryable, account: string, id: string, invoiceId: string | null): Promise<string> {
  const [row] = await db.execute<{ held: string }>(sql`
    select coalesce(sum((item->>'retained')::numeric - (item->>'released')::numeric), 0)::text as held
    from push_part p cross join lateral jsonb_array_elements(p.desired->'items') item
    where p.account = ${account} and p.part_key = ${`commitment:${id}`} and p.state = 'sent'
      and p.document_id is distinct from ${invoiceId}::uuid`);
  return row?.held ?? '0';
}

async function linesOf(
  db: Queryable,
  account: string,
  { kind, id }: CommitmentRef,
  companyId: string,
  invoiceId: string | null,
): Promise<CommitmentLine[]> {
  const table = LINES[kind];
  const own = await db
    .select()
    .from(table)
    .where(and(eq(table.account, account), eq(table.commitmentId, id)))
    .orderBy(asc(table.position), asc(table.id));
  const changed = await db
    .select({ line: variationLine, variation, packageId: procoreLink.procoreId })
    .from(variationLine)
    .innerJoin(variation, eq(variation.id, variationLine.variationId))
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.kind, 'variation'),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.localId, variation.id),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .where(and(eq(variationLine.account, account), eq(PARENTS[kind], id), eq(variation.isActive, true)))
    .orderBy(asc(variation.number), asc(variationLine.position), asc(variationLine.id));
  const booked = await bookedOn(db, account, [...own, ...changed.map(({ line }) => line)], invoiceId);
  const codes = await db
    .select({ procoreId: procoreTaxCode.procoreId, rate: procoreTaxCode.rate })
    .from(procoreTaxCode)
    .where(and(eq(procoreTaxCode.account, account), eq(procoreTaxCode.companyId, companyId)));
  const rates = new Map(codes.map(({ procoreId, rate }) => [procoreId, rate]));
  const asLine = (
    line: (typeof own)[number] | (typeof changed)[number]['line'],
    on: CommitmentLine['variation'],
  ): CommitmentLine => ({
    id: line.id,
    procoreId: line.procoreId,
    variation: on,
    position: line.position,
    description: line.description,
    amount: line.amount,
    unitPrice: line.unitPrice,
    unit: line.unit,
    booked: booked.get(line.id) ?? '0.00',
    isRemoved: line.isRemoved,
    taxCodeProcoreId: line.taxCodeProcoreId,
    taxRate: rates.get(line.taxCodeProcoreId ?? '') ?? null,
  });
  return [
    ...own.map((line) => asLine(line, null)),
    ...changed.map(({ line, variation: { number, state }, packageId }) =>
      asLine(line, { number, state, procoreId: packageId }),
    ),
  ];
}

/** What other invoices book on lines; released retention books nothing, and ignored invoices do not count. */
async function bookedOn(
  db: Queryable,
  account: string,
  lines: readonly { id: string }[],
  invoiceId: string | null,
): Promise<Map<string, string>> {
  if (lines.length === 0) return new Map();
  const wanted = lines.map(({ id }) => id);
  const rows = await db
    .select({
      lineId: sql<string>`coalesce(${invoiceAllocation.purchaseOrderLineId}, ${invoiceAllocation.subContractLineId},
        ${invoiceAllocation.variationLineId})`,
      booked: sql<string>`sum(case when i.kind = 'credit' then -1 else 1 end * ${invoiceAllocation.amount})::text`,
    })
    .from(invoiceAllocation)
    .innerJoin(sql`payable_invoice i`, sql`i.id = ${invoiceAllocation.invoiceId}`)
    .where(
      and(
        eq(invoiceAllocation.account, account),
        or(
          inArray(invoiceAllocation.purchaseOrderLineId, wanted),
          inArray(invoiceAllocation.subContractLineId, wanted),
          inArray(invoiceAllocation.variationLineId, wanted),
        ),
        sql`i.invoice_type <> 'retention_release' and i.integration is distinct from 'ignored'`,
        sql`i.id is distinct from ${invoiceId}::uuid`,
      ),
    )
    .groupBy(sql`1`);
  return new Map(rows.map(({ lineId, booked }) => [lineId, booked]));
}
