import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm';
import { heldBy } from '../../domain/accounting-systems.ts';
import type {
  DocumentCode,
  DocumentCostType,
  DocumentLine,
  DocumentProject,
  DocumentTaxCode,
  DocumentVendor,
  InvoiceDocument,
} from '../../domain/invoice.ts';
import { resolveCostType } from '../../domain/invoice.ts';
import {
  costType,
  payableAccount,
  payableInvoice,
  payableInvoiceLine,
  procoreCompany,
  procoreLink,
  procoreTaxCode,
  project,
  projectCostCode,
  projectCostCodeType,
  taxCode,
  taxMapping,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { listAttachments } from './attachments.ts';
import { goLiveBreach } from './go-live.ts';
import { commitmentsOfInvoice } from './invoice-commitments.ts';
import { lockBreach } from './period-lock.ts';

type InvoiceRow = typeof payableInvoice.$inferSelect;
type LineRow = typeof payableInvoiceLine.$inferSelect;

/** A document with the row it was read from. */
export interface LoadedInvoice {
  row: InvoiceRow;
  document: InvoiceDocument;
}

/** Reads an invoice with everything its rules ask about; null when the account has none of that id. */
export async function loadInvoice(db: Queryable, account: string, id: string): Promise<LoadedInvoice | null> {
  const [row] = await db
    .select()
    .from(payableInvoice)
    .where(and(eq(payableInvoice.account, account), eq(payableInvoice.id, id)));
  if (!row) return null;
  const lines = await db
    .select()
    .from(payableInvoiceLine)
    .where(eq(payableInvoiceLine.invoiceId, id))
    .orderBy(asc(payableInvoiceLine.position));
  return { row, document: await describe(db, account, row, lines) };
}

async function describe(
  db: Queryable,
  account: string,
  row: InvoiceRow,
  lines: readonly LineRow[],
): Promise<InvoiceDocument> {
  const projects = await projectsOf(db, account, ids(lines.map((line) => line.projectId ?? row.projectId)));
  const codes = await codesOf(
    db,
    account,
    ids([row.projectCostCodeId, ...lines.map((line) => line.projectCostCodeId)]),
  );
  const types = await costTypesOf(
    db,
    account,
    [...codes.values()]
      .flatMap((code) => code.types.map(({ id }) => id))
      .concat(ids([row.costTypeId, ...lines.map((line) => line.costTypeId)])),
  );
  const related = await commitmentsOfInvoice(db, account, row, [...projects.keys()]);
  const taxCodes = await taxCodesOf(db, account, ids(lines.map((line) => line.taxCodeId)));
  return {
    id: row.id,
    account,
    revision: row.revision,
    kind: row.kind,
    type: row.invoiceType,
    commitment: related.commitment,
    poNumber: row.poNumber,
    exchangesOrders: related.exchangesOrders,
    overAllocationReason: row.overAllocationReason,
    number: row.number,
    invoiceDate: row.invoiceDate,
    description: row.description,
    total: row.total,
    tax: row.tax,
    vendor: await vendorOf(db, account, row.payableAccountId),
    duplicateChoice: row.duplicateChoice,
    hasTwin: await hasTwin(db, account, row),
    beforeGoLive: row.earlyReason === null ? await goLiveBreach(db, account, row.id) : null,
    inLockedPeriod: row.lockedReason === null ? await lockBreach(db, account, row.id) : null,
    files: await listAttachments(db, account, row.id),
    lines: lines.map((line): DocumentLine => {
      const place = projects.get(line.projectId ?? row.projectId ?? '') ?? null;
      const code = codes.get(line.projectCostCodeId ?? headerCode(row, codes, place)) ?? null;
      const chosen = resolveCostType(line.costTypeId ?? row.costTypeId, code?.types ?? []);
      return {
        position: line.position,
        description: line.description,
        amount: line.amount,
        quantity: line.quantity,
        unitPrice: line.unitPrice,
        unit: line.unit,
        project: place,
        code: code?.code ?? null,
        costType: typeIn(types, chosen, place),
        glCode: line.glCode ?? types.get(chosen ?? '')?.glCode ?? null,
        taxCode: taxIn(taxCodes, line.taxCodeId, place),
        allocations: related.allocations.get(line.position) ?? [],
      };
    }),
  };
}

const ids = (values: readonly (string | null)[]): string[] => [
  ...new Set(values.filter((value): value is string => value !== null)),
];

/** The header's code stands for lines of its own project only. */
function headerCode(row: InvoiceRow, codes: Map<string, CodeWithTypes>, place: DocumentProject | null): string {
  const code = codes.get(row.projectCostCodeId ?? '');
  return code !== undefined && code.projectId === place?.id ? code.code.id : '';
}

async function hasTwin(db: Queryable, account: string, row: InvoiceRow): Promise<boolean> {
  if (row.payableAccountId === null) return false;
  const [twin] = await db
    .select({ id: payableInvoice.id })
    .from(payableInvoice)
    .where(
      and(
        eq(payableInvoice.account, account),
        eq(payableInvoice.payableAccountId, row.payableAccountId),
        eq(payableInvoice.matchNumber, row.matchNumber),
        eq(payableInvoice.kind, row.kind),
        ne(payableInvoice.id, row.id),
      ),
    )
    .limit(1);
  return twin !== undefined;
}

export async function vendorOf(db: Queryable, account: string, id: string | null): Promise<DocumentVendor | null> {
  if (id === null) return null;
  const rows = await db
    .select({
      id: payableAccount.id,
      name: payableAccount.description,
      isActive: payableAccount.isActive,
      companyId: procoreLink.companyId,
      procoreId: procoreLink.procoreId,
    })
    .from(payableAccount)
    .leftJoin(
      procoreLink,
      and(eq(procoreLink.kind, 'vendor'), eq(procoreLink.localId, payableAccount.id), eq(procoreLink.state, 'linked')),
    )
    .where(and(eq(payableAccount.account, account), eq(payableAccount.id, id)));
  const [first] = rows;
  if (!first) return null;
  const linked = rows.filter((row) => row.companyId !== null && row.procoreId !== null);
  return {
    id: first.id,
    name: first.name,
    isActive: first.isActive,
    procoreIds: Object.fromEntries(linked.map((row) => [row.companyId, row.procoreId])),
  };
}

export async function projectsOf(
  db: Queryable,
  account: string,
  wanted: string[],
): Promise<Map<string, DocumentProject>> {
  if (wanted.length === 0) return new Map();
  const rows = await db
    .select({
      id: project.id,
      code: project.code,
      name: project.description,
      companyId: project.companyId,
      keepsTax: project.keepsTax,
      customSegments: project.customSegments,
      company: procoreCompany.name,
      isErpConnected: procoreCompany.isErpConnected,
      createWhereErp: procoreCompany.createWhereErp,
      procoreId: procoreLink.procoreId,
    })
    .from(project)
    .leftJoin(procoreCompany, eq(procoreCompany.id, project.companyId))
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.kind, 'project'),
        eq(procoreLink.companyId, project.companyId),
        eq(procoreLink.localId, project.id),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .where(and(eq(project.account, account), inArray(project.id, wanted)));
  return new Map(
    rows.map(({ company, isErpConnected, createWhereErp, ...row }) => [
      row.id,
      {
        ...row,
        held:
          company === null
            ? null
            : heldBy({ company, isErpConnected: isErpConnected!, createWhereErp: createWhereErp! }),
      },
    ]),
  );
}

interface CodeWithTypes {
  code: DocumentCode;
  projectId: string;
  types: { id: string; source: 'budget' | 'local'; isDefault: boolean }[];
}

export async function codesOf(db: Queryable, account: string, wanted: string[]): Promise<Map<string, CodeWithTypes>> {
  if (wanted.length === 0) return new Map();
  const rows = await db
    .select({
      row: projectCostCode,
      procoreId: procoreLink.procoreId,
      onlyInSubJob: sql<string | null>`(
        select other.sub_job_name from project_cost_code other
        where other.project_id = ${projectCostCode.projectId} and other.external_code = ${projectCostCode.externalCode}
          and other.sub_job_id is not null and other.id <> ${projectCostCode.id} limit 1)`,
    })
    .from(projectCostCode)
    .innerJoin(project, eq(project.id, projectCostCode.projectId))
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.kind, 'project_cost_code'),
        eq(procoreLink.companyId, project.companyId),
        eq(procoreLink.localId, projectCostCode.id),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .where(and(eq(projectCostCode.account, account), inArray(projectCostCode.id, wanted)));
  const types = await db
    .select()
    .from(projectCostCodeType)
    .where(and(eq(projectCostCodeType.account, account), inArray(projectCostCodeType.projectCostCodeId, wanted)))
    .orderBy(asc(projectCostCodeType.id));
  return new Map(
    rows.map(({ row, procoreId, onlyInSubJob }) => [
      row.id,
      {
        projectId: row.projectId,
        code: {
          id: row.id,
          code: row.code,
          externalCode: row.externalCode,
          description: row.description,
          procoreId,
          isPostable: row.isPostable,
          isActive: row.isActive,
          subJobName: row.subJobName,
          onlyInSubJob: procoreId === null ? onlyInSubJob : null,
        },
        types: types
          .filter((type) => type.projectCostCodeId === row.id)
          .map(({ costTypeId, source, isDefault }) => ({ id: costTypeId, source, isDefault })),
      },
    ]),
  );
}

/** By cost type, then by company: the same type has another id in each. */
type ByCompany<T, F = unknown> = Map<string, F & { of(companyId: string | null): T }>;

export async function costTypesOf(
  db: Queryable,
  account: string,
  wanted: string[],
): Promise<ByCompany<DocumentCostType, { glCode: string | null }>> {
  if (wanted.length === 0) return new Map();
  const rows = await db
    .select({ row: costType, companyId: procoreLink.companyId, procoreId: procoreLink.procoreId })
    .from(costType)
    .leftJoin(
      procoreLink,
      and(eq(procoreLink.kind, 'cost_type'), eq(procoreLink.localId, costType.id), eq(procoreLink.state, 'linked')),
    )
    .where(and(eq(costType.account, account), inArray(costType.id, wanted)));
  return new Map(
    rows.map(({ row }) => [
      row.id,
      {
        glCode: row.glCode,
        of: (companyId) => ({
          id: row.id,
          code: row.externalCode,
          name: row.description,
          baseType: row.baseType,
          procoreId: rows.find((other) => other.row.id === row.id && other.companyId === companyId)?.procoreId ?? null,
        }),
      },
    ]),
  );
}

export const typeIn = (types: ByCompany<DocumentCostType>, id: string | null, place: DocumentProject | null) =>
  types.get(id ?? '')?.of(place?.companyId ?? null) ?? null;

export async function taxCodesOf(
  db: Queryable,
  account: string,
  wanted: string[],
): Promise<ByCompany<DocumentTaxCode>> {
  if (wanted.length === 0) return new Map();
  const rows = await db
    .select({ row: taxCode, companyId: taxMapping.companyId, mapped: procoreTaxCode })
    .from(taxCode)
    .leftJoin(taxMapping, eq(taxMapping.taxCodeId, taxCode.id))
    .leftJoin(procoreTaxCode, eq(procoreTaxCode.id, taxMapping.procoreTaxCodeId))
    .where(and(eq(taxCode.account, account), inArray(taxCode.id, wanted)));
  return new Map(
    rows.map(({ row }) => [
      row.id,
      {
        of: (companyId) => ({
          id: row.id,
          code: row.code,
          rate: row.rate,
          mapped: rows.find((other) => other.row.id === row.id && other.companyId === companyId)?.mapped ?? null,
        }),
      },
    ]),
  );
}

export const taxIn = (taxCodes: ByCompany<DocumentTaxCode>, id: string | null, place: DocumentProject | null) =>
  taxCodes.get(id ?? '')?.of(place?.companyId ?? null) ?? null;
