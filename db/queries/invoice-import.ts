import { and, eq, inArray, or } from 'drizzle-orm';
import {
  type CsvColumn,
  type CsvError,
  type CsvInvoice,
  type CsvLine,
  readInvoiceCsv,
} from '../../domain/csv-invoices.ts';
import type { InvoiceDraft, InvoiceLineDraft } from '../../domain/invoice.ts';
import { normaliseName } from '../../domain/matching.ts';
import { procoreTax } from '../../domain/tax.ts';
import { costType, payableAccount, project, projectCostCode, taxCode } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { createInvoice } from './invoices.ts';

/**
 * Imports a file of invoices: all of it, or nothing and every error with its row and column. The caller's transaction
 * makes it one. Columns: `CSV_COLUMNS` of domain/csv-invoices.ts.
 */
export async function importInvoices(
  db: Queryable,
  account: string,
  actor: string,
  csv: string,
): Promise<{ imported: number; errors: CsvError[] }> {
  const { invoices, errors } = readInvoiceCsv(csv);
  if (errors.length > 0) return { imported: 0, errors };
  const resolved = await resolve(db, account, invoices);
  if (resolved.errors.length > 0) return { imported: 0, errors: resolved.errors };
  for (const draft of resolved.drafts) {
    const created = await createInvoice(db, account, actor, draft);
    if (created.kind !== 'created') throw new Error(`Imported with a reference that is not there: ${created.path}`);
  }
  return { imported: resolved.drafts.length, errors: [] };
}

/** Turns codes and names into what they stand for. */
async function resolve(
  db: Queryable,
  account: string,
  invoices: readonly CsvInvoice[],
): Promise<{ drafts: InvoiceDraft[]; errors: CsvError[] }> {
  const lines = invoices.flatMap((invoice) => invoice.lines);
  const suppliers = await supplierFinder(db, account, invoices);
  const projects = byText(await ofAccount(db, project, account), (row) => [row.code]);
  const types = byText(await ofAccount(db, costType, account), (row) => [row.code, row.description]);
  const taxes = byText(await ofAccount(db, taxCode, account), (row) => [row.code]);
  const used = lines.flatMap((line) => projects(line.project)[0]?.id ?? []);
  const codes = used.length === 0 ? [] : await codesOf(db, account, [...new Set(used)]);
  const errors: CsvError[] = [];

  /** The one thing of that name, or an error at its cell. */
  function only<T>(found: T[], text: string | null, row: number, column: CsvColumn, what: string): T | null {
    if (text === null) return null;
    if (found.length === 1) return found[0]!;
    const message =
      found.length === 0
        ? `There is no ${what} "${text}".`
        : `${found.length} of them are called "${text}"; enter the code.`;
    errors.push({ row, column, message });
    return null;
  }

  const toLine = (line: CsvLine): InvoiceLineDraft & { rate: string | null } => {
    const place = only(projects(line.project), line.project, line.row, 'project', 'project');
    const ofPlace = codes.filter((code) => code.projectId === place?.id && isCalled(line.costCode, code.code));
    const code =
      place === null ? null : only(ofPlace, line.costCode, line.row, 'cost_code', `cost code in ${line.project}`);
    const tax = only(taxes(line.taxCode), line.taxCode, line.row, 'tax_code', 'tax code');
    return {
      projectId: place?.id,
      projectCostCodeId: code?.id,
      costTypeId: only(types(line.costType), line.costType, line.row, 'cost_type', 'cost type')?.id,
      description: line.description,
      quantity: line.quantity,
      unitPrice: line.unitPrice,
      unit: line.unit,
      amount: line.amount,
      taxCodeId: tax?.id,
      rate: tax?.rate ?? null,
    };
  };

  const drafts = invoices.map((invoice): InvoiceDraft => {
    const supplier = only(suppliers(invoice.supplier), invoice.supplier, invoice.row, 'supplier', 'supplier');
    const drafted = invoice.lines.map(toLine);
    return {
      kind: invoice.kind,
      number: invoice.number,
      payableAccountId: supplier?.id,
      invoiceDate: invoice.invoiceDate,
      description: invoice.description,
      total: invoice.total,
      tax: invoice.tax ?? procoreTax(drafted),
      lines: drafted.map(({ rate: _rate, ...line }) => line),
    };
  });
  return { drafts, errors };
}

const isCalled = (text: string | null, name: string): boolean =>
  text !== null && normaliseName(text) === normaliseName(name);

function byText<T>(rows: readonly T[], textsOf: (row: T) => string[]): (text: string | null) => T[] {
  const index = new Map<string, T[]>();
  for (const row of rows) {
    for (const text of new Set(textsOf(row).map(normaliseName))) index.set(text, [...(index.get(text) ?? []), row]);
  }
  return (text) => (text === null ? [] : (index.get(normaliseName(text)) ?? []));
}

type Named = typeof project | typeof costType | typeof taxCode;

const ofAccount = <T extends Named>(db: Queryable, table: T, account: string): Promise<T['$inferSelect'][]> =>
  db
    .select()
    .from(table as Named)
    .where(eq(table.account, account)) as unknown as Promise<T['$inferSelect'][]>;

/** A code wins over a name: a supplier may be called like another one's code. */
async function supplierFinder(db: Queryable, account: string, invoices: readonly CsvInvoice[]) {
  const texts = [...new Set(invoices.map((invoice) => invoice.supplier))];
  const rows = await db
    .select({ id: payableAccount.id, code: payableAccount.code, name: payableAccount.description })
    .from(payableAccount)
    .where(
      and(
        eq(payableAccount.account, account),
        or(inArray(payableAccount.code, texts), inArray(payableAccount.matchName, texts.map(normaliseName))),
      ),
    );
  return (text: string) => {
    const byCode = rows.filter((row) => row.code === text);
    return byCode.length > 0 ? byCode : rows.filter((row) => normaliseName(row.name) === normaliseName(text));
  };
}

const codesOf = (db: Queryable, account: string, projectIds: string[]) =>
  db
    .select({ id: projectCostCode.id, code: projectCostCode.code, projectId: projectCostCode.projectId })
    .from(projectCostCode)
    .where(and(eq(projectCostCode.account, account), inArray(projectCostCode.projectId, projectIds)));
