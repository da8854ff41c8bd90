import { Decimal, sum } from './decimal.ts';
import { CATALOGUE, type ErrorCode } from './errors.ts';
import {
  type DocumentLine,
  type DocumentProject,
  type DocumentVendor,
  type Finding,
  type InvoiceDocument,
  projectText,
} from './invoice.ts';
import type { Add, PreflightSettings } from './preflight-check.ts';
import { checkCommitments, unitDeltas } from './preflight-commitments.ts';
import { judgeRounding } from './rounding.ts';
import { isClaimed } from './routing.ts';
import { procoreTax, taxAgrees } from './tax.ts';

/** `check`: a clerk looks before approval, and what Procore lacks is only a warning. `send`: everything must be right. */
export type PreflightMode = 'check' | 'send';

export interface PreflightResult {
  /** all problems at once: what blocks first, then in catalogue order, then by line */
  findings: Finding[];
  /** the smallest rounding tolerance that would pass; null when it passes at the present one */
  smallestTolerance: string | null;
}

/** What stands in the way of the document itself blocks both; what is missing outside of it blocks only sending. */
const BLOCKS_CHECK: readonly ErrorCode[] = [
  'VENDOR_BLANK',
  'INVOICE_NO_CHARS',
  'DUPLICATE_HERE',
  'LINES_MISSING',
  'TOTAL_MISMATCH',
  'UNIT_PRICE_ZERO',
  'CODE_NOT_CHARGEABLE',
];

/**
 * Finds every reason an invoice cannot go on, all at once (domain.md 3.4).
 *
 * @param mode `check` before approval, `send` before anything is written to Procore
 */
export function preflight(invoice: InvoiceDocument, settings: PreflightSettings, mode: PreflightMode): PreflightResult {
  const findings: Finding[] = [];
  const add: Add = (code, facts, line, severity) => {
    const blocks =
      mode === 'send' || BLOCKS_CHECK.includes(code) || (code === 'TYPE_MISSING' && settings.checkCostType);
    findings.push({
      code,
      facts,
      severity: severity ?? (blocks ? 'blocks' : 'warning'),
      ...(line === undefined ? {} : { line }),
    } as Finding);
  };
  checkHeader(invoice, settings, add);
  for (const line of invoice.lines) checkLine(line, settings, add);
  const rounding = checkRounding(invoice, settings);
  reportRounding(invoice, settings, rounding, add);
  checkTax(invoice, settings, add);
  checkCommitments(invoice, settings, add);
  return { findings: arranged(findings), smallestTolerance: rounding.smallestTolerance };
}

/** Letters, digits and signs people print; no control characters. */
const USABLE_NUMBER = /^[^\p{Cc}\p{Cf}]{1,255}$/u;

function checkHeader(invoice: InvoiceDocument, settings: PreflightSettings, add: Add): void {
  const { vendor, number } = invoice;
  if (vendor === null) add('VENDOR_BLANK', { invoice: number });
  else {
    if (!vendor.isActive) add('VENDOR_INACTIVE', { vendor: vendor.name });
    if (invoice.hasTwin) add('DUPLICATE_HERE', { number, vendor: vendor.name });
    const isLinked = companiesOf(invoice).every((company) => vendor.procoreIds[company] !== undefined);
    if (!isLinked && vendor.isActive && !settings.createMissingVendors) add('VENDOR_MISSING', { vendor: vendor.name });
    else if (vendor.isActive) checkHeldVendor(invoice, vendor, add);
  }
  if (invoice.beforeGoLive !== null) add('BEFORE_GO_LIVE', invoice.beforeGoLive);
  if (invoice.inLockedPeriod !== null) add('PERIOD_LOCKED', invoice.inLockedPeriod);
  if (settings.invoicesInterface !== 'procore' && invoice.lines.some(({ project }) => project !== null))
    add('INTERFACE_OFF', {});
  if (!USABLE_NUMBER.test(number)) add('INVOICE_NO_CHARS', { number });
  if (invoice.lines.length === 0) add('LINES_MISSING', { invoice: number });
}

/** A company with an accounting system gets no vendor unasked (contract section 16). */
export function checkHeldVendor({ lines }: Pick<InvoiceDocument, 'lines'>, vendor: DocumentVendor, add: Add): void {
  for (const { project } of lines) {
    if (project?.companyId == null || !project.held || vendor.procoreIds[project.companyId] !== undefined) continue;
    add('ERP_CONNECTED', { what: `vendor "${vendor.name}"`, ...project.held });
  }
}

/** Our ids of the Procore companies an invoice goes to. */
export const companiesOf = (invoice: InvoiceDocument): string[] => [
  ...new Set(invoice.lines.flatMap((line) => line.project?.companyId ?? [])),
];

/** What Procore must have for a line, and what the line must say. */
export function checkLine(line: DocumentLine, settings: Pick<PreflightSettings, 'createMissingCodes'>, add: Add): void {
  const { project, code, costType, position } = line;
  // A line without a project is overhead: it never goes to Procore.
  if (project === null) return;
  if (project.procoreId === null) add('PROJECT_UNLINKED', { project: projectText(project) });
  const segments = project.customSegments ?? [];
  if (segments.length > 0) add('CUSTOM_SEGMENTS', { project: projectText(project), segments: segments.join(', ') });
  // The lines of a claim have the codes of the commitment.
  if (isClaimed(line)) return;
  if (code === null) {
    add('CODE_BLANK', { line: position }, position);
    return;
  }
  if (!code.isPostable) add('CODE_NOT_CHARGEABLE', { code: code.code }, position);
  const isMissing = (code.procoreId === null || !code.isActive) && project.procoreId !== null;
  // Made anew it would be a code of the project, beside the one of the sub job.
  if (isMissing && code.onlyInSubJob !== null)
    add(
      'SUBJOB_MISMATCH',
      { code: code.code, subJob: code.onlyInSubJob },
      position,
      settings.createMissingCodes ? 'warning' : undefined,
    );
  else if (isMissing && !settings.createMissingCodes)
    add('CODE_MISSING', { code: code.code, project: projectText(project) }, position);
  else if (isMissing && project.held)
    add('ERP_CONNECTED', { what: `cost code ${code.code}`, ...project.held }, position);
  if (costType === null) add('TYPE_MISSING', { code: code.code, project: projectText(project) }, position);
  else if (costType.procoreId === null && project.procoreId !== null && !settings.createMissingCodes)
    add('TYPE_NOT_IN_PROCORE', { type: costType.code }, position);
  else if (costType.procoreId === null && project.procoreId !== null && project.held)
    add('ERP_CONNECTED', { what: `cost type ${costType.code}`, ...project.held }, position);
}

/** How the amounts of an invoice hold together, before and after the split by project. */
export interface InvoiceRounding {
  lines: string;
  /** header total minus the lines, in dollars */
  difference: string;
  parts: { project: DocumentProject; lines: DocumentLine[]; verdict: ReturnType<typeof judgeRounding> }[];
  /** positions of lines that have neither a price nor a quantity to work with */
  unpriced: DocumentLine[];
  smallestTolerance: string | null;
}

/**
 * Compares header with lines, and each Procore record with what its quantities and prices come to (domain.md 3.5).
 */
export function checkRounding(
  invoice: InvoiceDocument,
  settings: Pick<PreflightSettings, 'roundingTolerance' | 'quantityPlaces'>,
): InvoiceRounding {
  const lines = sum(invoice.lines.map((line) => line.amount));
  const difference = new Decimal(invoice.total).minus(lines);
  const unpriced = invoice.lines.filter(
    (line) =>
      line.unitPrice !== null &&
      line.quantity === null &&
      new Decimal(line.unitPrice).isZero() &&
      !new Decimal(line.amount).isZero(),
  );
  const parts = splitByProject(invoice).map(({ project, lines: own }) => ({
    project,
    lines: own,
    verdict: judgeRounding(
      own.filter((line) => !unpriced.includes(line)),
      partTotal(
        invoice,
        own.filter((line) => !unpriced.includes(line)),
        unpriced.length === 0,
      ),
      { tolerance: settings.roundingTolerance, places: settings.quantityPlaces },
    ),
  }));
  const units = unitDeltas(invoice, settings).map(({ delta }) => delta);
  const needed = Decimal.max(difference.abs(), ...parts.map((part) => part.verdict.delta), ...units, 0);
  return {
    lines: lines.toFixed(2),
    difference: difference.toFixed(2),
    parts,
    unpriced,
    smallestTolerance: needed.gt(settings.roundingTolerance) ? needed.toFixed(2) : null,
  };
}

/** The lines of each project that are direct costs, in order of first appearance; overhead lines belong to none. */
export function splitByProject(invoice: InvoiceDocument): { project: DocumentProject; lines: DocumentLine[] }[] {
  const parts = new Map<string, { project: DocumentProject; lines: DocumentLine[] }>();
  for (const line of invoice.lines) {
    if (line.project === null || isClaimed(line)) continue;
    const part = parts.get(line.project.id) ?? { project: line.project, lines: [] };
    part.lines.push(line);
    parts.set(line.project.id, part);
  }
  return [...parts.values()];
}

/** What one Procore record totals: the header's total when it holds all lines, else the sum of its own. */
export function partTotal(invoice: InvoiceDocument, lines: readonly DocumentLine[], isWhole = true): string {
  if (isWhole && lines.length === invoice.lines.length) return new Decimal(invoice.total).toFixed(2);
  return sum(lines.map((line) => line.amount)).toFixed(2);
}

function reportRounding(
  invoice: InvoiceDocument,
  settings: PreflightSettings,
  rounding: InvoiceRounding,
  add: Add,
): void {
  for (const line of rounding.unpriced) add('UNIT_PRICE_ZERO', { amount: line.amount }, line.position);
  const tolerance = settings.roundingTolerance;
  const isMismatch = new Decimal(rounding.difference).abs().gt(tolerance);
  if (isMismatch)
    add('TOTAL_MISMATCH', { lines: rounding.lines, header: invoice.total, difference: rounding.difference });
  for (const { project, lines, verdict } of rounding.parts) {
    const facts = (delta: string) => ({ delta, tolerance, project: projectText(project) });
    // A header that misses the lines has its own sentence; it would only repeat itself here.
    if (!verdict.passes && !isMismatch) add('ROUNDING', facts(verdict.delta));
    if (!verdict.passes) continue;
    for (const index of verdict.suspicious)
      add(
        'ROUNDING',
        facts(new Decimal(verdict.quantities[index]!.delta).abs().toFixed(2)),
        lines[index]?.position,
        'warning',
      );
  }
}

function checkTax(invoice: InvoiceDocument, settings: PreflightSettings, add: Add): void {
  const verdicts = invoice.lines.filter((line) => !isClaimed(line)).map((line) => checkTaxCode(line, settings, add));
  if (!verdicts.includes(false)) compareTax(invoice, settings, add);
}

/**
 * Whether Procore has the tax code of a line, at the same rate.
 *
 * @returns whether its tax can be compared with ours
 */
export function checkTaxCode(
  line: DocumentLine,
  settings: Pick<PreflightSettings, 'postWithoutTax'>,
  add: Add,
): boolean {
  const { project, taxCode, position } = line;
  if (project === null || taxCode === null) return true;
  if (project.keepsTax === false && !settings.postWithoutTax)
    add('TAX_OFF', { project: projectText(project), taxCode: taxCode.code });
  if (taxCode.mapped === null || taxCode.mapped.isArchived) {
    if (project.companyId !== null) add('TAX_UNMAPPED', { taxCode: taxCode.code }, position);
    return false;
  }
  const theirs = taxCode.mapped.rate;
  if (theirs === null || new Decimal(theirs).equals(taxCode.rate)) return true;
  add('TAX_RATE_DIFF', { taxCode: taxCode.code, ours: shortRate(taxCode.rate), theirs: shortRate(theirs) }, position);
  return false;
}

const shortRate = (rate: string): string => new Decimal(rate).toFixed();

/** Procore's sum-then-round tax of every record against the GST on the invoice (domain.md 3.6). */
function compareTax(invoice: InvoiceDocument, settings: PreflightSettings, add: Add): void {
  const rateOf = (line: DocumentLine) => line.taxCode?.mapped?.rate ?? line.taxCode?.rate ?? null;
  // Lines without a project are taxed in accounting, each by its own code.
  const records = [
    ...splitByProject(invoice).map(({ lines }) => lines),
    invoice.lines.filter((line) => line.project === null),
    invoice.lines.filter(isClaimed),
  ];
  const calculated = sum(
    records.map((lines) => procoreTax(lines.map((line) => ({ amount: line.amount, rate: rateOf(line) })))),
  ).toFixed(2);
  if (taxAgrees(invoice.tax, calculated, settings.taxTolerance)) return;
  const hasCodes = invoice.lines.some((line) => line.taxCode !== null);
  const keepsTax = invoice.lines.some((line) => line.project?.keepsTax === true);
  const facts = { invoice: invoice.number, ours: invoice.tax, theirs: calculated };
  // Without any tax code nothing is said to Procore about tax: worth a look, no reason to hold.
  add('TAX_TOTAL_DIFF', facts, undefined, hasCodes || keepsTax ? undefined : 'warning');
}

/** All problems of a document, each once: what blocks first, then in catalogue order, then by line. */
export const arranged = (findings: readonly Finding[]): Finding[] => inOrder(onceEach(findings));

/** One sentence for one reason: lines that share it would only repeat it, unless each names its own line. */
function onceEach(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify([finding.code, finding.facts, finding.line ?? null, finding.severity]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function inOrder(findings: readonly Finding[]): Finding[] {
  const order = Object.keys(CATALOGUE);
  const rank = (finding: Finding) =>
    [finding.severity === 'blocks' ? 0 : 1, order.indexOf(finding.code), finding.line ?? 0] as const;
  return [...findings].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
  });
}
