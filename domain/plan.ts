import { Decimal, sum } from './decimal.ts';
import type { DesiredDirectCost, DesiredLine } from './direct-cost.ts';
import type { DesiredFile } from './direct-cost-files.ts';
import { messageOf } from './errors.ts';
import { type DocumentLine, type DocumentProject, type InvoiceDocument, projectText } from './invoice.ts';
import { normaliseName } from './matching.ts';
import { partTotal, splitByProject } from './preflight.ts';
import { judgeRounding, spreadCents } from './rounding.ts';
import { installationOf, lineStamp, recordStamp, withReference } from './stamp.ts';

export interface PlanSettings {
  quantityPlaces: number;
  roundingTolerance: string;
  directCostStatus: 'draft' | 'pending' | 'approved';
  postWithoutTax: boolean;
  sendAttachments: boolean;
  attachmentMaxMb: number;
}

export const MEGABYTE = 1024 * 1024;

/** What planning must know of the Procore company a part goes to. */
/** Which of Procore's budget codes a code and a type are; both by Procore's ids. */
export type BudgetCodeOf = (projectId: string, costCodeId: string, costTypeId: string) => string | null;

export interface PlanCompany {
  connectionId: string;
  /** whether Procore gives our stamp back here; null until the first record tells */
  returnsStamp: boolean | null;
  /** whether earlier files stay when one is added; null until a second file told */
  keepsFiles: boolean | null;
  /** budget codes we know; only asked where Procore gives stamps back, since only then a late second edition is known for ours */
  budgetCodeOf: BudgetCodeOf;
  /** units a line may carry; null when no line has a unit */
  units: readonly string[] | null;
}

/** One Procore record an invoice becomes. */
export interface PlannedPart {
  /** what the part is of its document, and of which it has one at most */
  partKey: string;
  companyId: string;
  projectProcoreId: string;
  desired: DesiredDirectCost;
}

export interface InvoicePlan {
  parts: PlannedPart[];
  /** what was changed on the way to Procore, in sentences for the log */
  notes: string[];
}

/**
 * Splits an invoice into one direct cost per project (domain.md 3.2). Preflight has passed and nothing is missing any more.
 * Each record totals its part to the cent; credits are negative.
 *
 * @param companies by our id of the company
 */
export function planInvoice(
  invoice: InvoiceDocument,
  settings: PlanSettings,
  companies: Readonly<Record<string, PlanCompany>>,
): InvoicePlan {
  const notes: string[] = [];
  const files = filesToSend(invoice, settings, notes);
  const parts = splitByProject(invoice).map(({ project, lines }) => {
    const companyId = required(project.companyId, 'company of the project');
    const company = required(companies[companyId], 'company');
    return {
      partKey: `project:${project.id}`,
      companyId,
      projectProcoreId: required(project.procoreId, 'link of the project'),
      desired: planRecord(invoice, project, lines, settings, company, companyId, files, notes),
    };
  });
  const overhead = invoice.lines.filter((line) => line.project === null);
  if (overhead.length > 0)
    notes.push(
      `${overhead.length} ${overhead.length === 1 ? 'line' : 'lines'} without a project, $${sum(overhead.map((line) => line.amount)).toFixed(2)}, not sent to Procore.`,
    );
  return { parts, notes };
}

/** Every record of an invoice gets its files, unless they are kept here or too large (domain.md Q20). */
export function filesToSend(
  { files }: Pick<InvoiceDocument, 'files'>,
  settings: Pick<PlanSettings, 'sendAttachments' | 'attachmentMaxMb'>,
  notes: string[],
): DesiredFile[] {
  if (!settings.sendAttachments) return [];
  const isSmall = ({ size }: DesiredFile) => size <= settings.attachmentMaxMb * MEGABYTE;
  for (const { filename } of files.filter((file) => !isSmall(file)))
    notes.push(`${filename} is larger than ${settings.attachmentMaxMb} MB and was left out.`);
  return files.filter(isSmall).map(({ id, filename, size }) => ({ id, filename, size }));
}

function planRecord(
  invoice: InvoiceDocument,
  project: DocumentProject,
  lines: DocumentLine[],
  settings: PlanSettings,
  company: PlanCompany,
  companyId: string,
  files: DesiredFile[],
  notes: string[],
): DesiredDirectCost {
  const projectProcoreId = required(project.procoreId, 'link of the project');
  const stamp = recordStamp({
    installation: installationOf(company.connectionId),
    account: invoice.account,
    documentId: invoice.id,
    part: projectProcoreId,
  });
  const { total, figures } = postedFigures(invoice, lines, settings, notes);
  return {
    stamp,
    projectText: projectText(project),
    vendorName: invoice.vendor?.name ?? '',
    header: {
      invoiceNumber: invoice.number,
      vendorId: required(invoice.vendor?.procoreIds[companyId], 'link of the vendor'),
      date: invoice.invoiceDate,
      description: company.returnsStamp === true ? invoice.description : withReference(invoice.description, invoice.id),
    },
    status: settings.directCostStatus,
    total,
    choice: invoice.duplicateChoice,
    postWithoutTax: settings.postWithoutTax,
    files,
    keepsFiles: company.keepsFiles,
    scope: 'all',
    names: namesOf(invoice, companyId, lines),
    lines: lines.map(
      (line, index): DesiredLine => ({
        stamp: lineStamp(stamp, line.position),
        ...figures[index]!,
        uom: knownUnit(line, company.units, notes),
        costCodeId: required(line.code?.procoreId, 'link of the cost code'),
        lineItemTypeId: required(line.costType?.procoreId, 'link of the cost type'),
        taxCodeId: line.taxCode?.mapped?.procoreId ?? null,
        description: line.description,
        wbsCodeId: budgetCode(company, projectProcoreId, line),
      }),
    ),
  };
}

function budgetCode({ returnsStamp, budgetCodeOf }: PlanCompany, projectId: string, line: DocumentLine): string | null {
  const [code, type] = [line.code?.procoreId, line.costType?.procoreId];
  return returnsStamp === true && code != null && type != null ? budgetCodeOf(projectId, code, type) : null;
}

/** What one direct cost and its lines come to: credits are negative, and the lines make up the total to the cent. */
export function postedFigures(
  invoice: InvoiceDocument,
  lines: readonly DocumentLine[],
  settings: Pick<PlanSettings, 'roundingTolerance' | 'quantityPlaces'>,
  notes: string[],
): { total: string; figures: { amount: string; quantity: string | null; unitCost: string | null }[] } {
  const total = partTotal(invoice, lines);
  const { quantities } = judgeRounding(lines, total, {
    tolerance: settings.roundingTolerance,
    places: settings.quantityPlaces,
  });
  const { amounts, changed } = spreadCents(
    lines.map((line) => line.amount),
    total,
  );
  if (changed !== null)
    notes.push(
      `Line ${lines[changed]!.position} is posted as $${amounts[changed]} instead of $${lines[changed]!.amount}, so that the record totals $${total}.`,
    );
  const signed = (value: string) => (invoice.kind === 'credit' ? new Decimal(value).neg().toFixed() : value);
  return {
    total: new Decimal(signed(total)).toFixed(2),
    figures: lines.map((line, index) => {
      const quantity = quantities[index]!.quantity;
      return {
        amount: new Decimal(signed(amounts[index]!)).toFixed(2),
        quantity: quantity === null ? null : signed(quantity),
        unitCost: line.unitPrice === null ? null : new Decimal(line.unitPrice).toFixed(),
      };
    }),
  };
}

/** What people call what the record names by Procore's ids. */
export function namesOf(
  invoice: Pick<InvoiceDocument, 'vendor'>,
  companyId: string,
  lines: readonly DocumentLine[],
): Record<string, string> {
  const named: [string | null | undefined, string | undefined][] = [
    [invoice.vendor?.procoreIds[companyId], invoice.vendor?.name],
    ...lines.flatMap(({ code, costType, taxCode }): [string | null | undefined, string | undefined][] => [
      [code?.procoreId, code?.code],
      [costType?.procoreId, costType?.code],
      [taxCode?.mapped?.procoreId, taxCode?.code],
    ]),
  ];
  return Object.fromEntries(named.filter(([id]) => id !== null && id !== undefined));
}

/** Procore takes only units of the company's list; another one is left out, since it is only information. */
export function knownUnit(
  line: Pick<DocumentLine, 'unit' | 'position'>,
  units: readonly string[] | null,
  notes: string[],
): string | null {
  if (line.unit === null || line.unit.trim() === '') return null;
  const wanted = normaliseName(line.unit);
  const known = units?.find((unit) => normaliseName(unit) === wanted);
  if (known === undefined)
    notes.push(messageOf({ code: 'UOM_UNKNOWN', facts: { unit: line.unit, line: line.position } }));
  return known ?? null;
}

/** @throws Error for what preflight should have stopped */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined)
    throw new Error(`Planned without the ${what}; preflight should have stopped it`);
  return value;
}
