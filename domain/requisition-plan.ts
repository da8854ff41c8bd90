import { type DocumentAllocation, type DocumentCommitment, quantityOf, retain } from './allocations.ts';
import type { DesiredClaim, DesiredClaimItem } from './claim.ts';
import { Decimal, sum, toCents } from './decimal.ts';
import type { DesiredFile } from './direct-cost-files.ts';
import { type InvoiceDocument, projectText } from './invoice.ts';
import { type ClaimPart, commitmentText, splitByCommitment } from './routing.ts';
import { installationOf, recordStamp } from './stamp.ts';
import { procoreTax } from './tax.ts';

export interface ClaimSettings {
  quantityPlaces: number;
  taxTolerance: string;
  requisitionStatus: 'draft' | 'under_review' | 'approved';
  waitForClaimOnOrders: boolean;
  waitForClaimOnSubContracts: boolean;
  createBillingPeriod: boolean;
  postWithoutTax: boolean;
}

/** One claim an invoice becomes. */
export interface PlannedClaim {
  target: 'requisition';
  partKey: string;
  companyId: string;
  projectProcoreId: string;
  desired: DesiredClaim;
}

/**
 * The claims of an invoice, one for each commitment it is allocated to (domain.md 3.2). Preflight has passed.
 * Only what is allocated is said, only of work completed, and retention always from Lentune's policy.
 *
 * @param connections our id of the connection, by our id of the company
 * @param files every claim gets them
 * @param notes gets what was changed on the way, in sentences for the log
 */
export function planClaims(
  invoice: InvoiceDocument,
  settings: ClaimSettings,
  connections: Readonly<Record<string, string>>,
  files: DesiredFile[],
  notes: string[],
): PlannedClaim[] {
  return splitByCommitment(invoice).map((part) => {
    const { commitment, project } = part;
    const projectProcoreId = required(project.procoreId, 'link of the project');
    const address = {
      installation: installationOf(required(connections[commitment.companyId], 'connection')),
      account: invoice.account,
      documentId: invoice.id,
      part: `claim-${required(commitment.procoreId, 'link of the commitment')}`,
    };
    const stamp = recordStamp(address);
    const items = claimItems(invoice, part, settings.quantityPlaces);
    const total = sum(items.map((item) => item.work));
    const invoiced = signed(invoice, sum(part.allocations.map(({ amount }) => amount)));
    if (invoice.type !== 'retention_release' && !total.equals(invoiced))
      notes.push(
        `${commitment.number} counts units: the claim comes to $${total.toFixed(2)} for $${invoiced.toFixed(2)} invoiced.`,
      );
    return {
      target: 'requisition',
      partKey: `commitment:${commitment.id}`,
      companyId: commitment.companyId,
      projectProcoreId,
      desired: {
        target: 'requisition',
        stamp,
        stampPrefix: stamp.slice(0, stamp.indexOf(invoice.id)),
        projectText: projectText(project),
        vendorName: invoice.vendor?.name ?? '',
        vendorId: required(invoice.vendor?.procoreIds[commitment.companyId], 'link of the vendor'),
        commitment: {
          kind: commitment.kind,
          procoreId: required(commitment.procoreId, 'link of the commitment'),
          number: commitment.number,
          text: commitmentText(commitment),
        },
        header: { invoiceNumber: invoice.number, billingDate: invoice.invoiceDate },
        status: settings.requisitionStatus,
        items,
        files,
        scope: 'all',
        total: total.toFixed(2),
        tax: taxOf(invoice, part, settings),
        taxTolerance: settings.taxTolerance,
        choice: invoice.duplicateChoice,
        waitsForPrevious:
          commitment.kind === 'sub_contract' ? settings.waitForClaimOnSubContracts : settings.waitForClaimOnOrders,
        mayOpenPeriod: settings.createBillingPeriod,
        mayOverbill: invoice.overAllocationReason !== null,
        saysRetainage: !new Decimal(commitment.retention.procorePercent ?? 0).isZero(),
      },
    };
  });
}

/**
 * The GST Procore must come to: that of the invoice where the claim is all of it, else that of the lines it claims.
 * Procore taxes what is claimed, so a release of retention has nothing to compare, nor has what goes without tax.
 */
function taxOf(invoice: InvoiceDocument, part: ClaimPart, { postWithoutTax }: ClaimSettings): string | null {
  if (invoice.type === 'retention_release') return null;
  if (postWithoutTax && part.allocations.some(({ line }) => line.taxCodeProcoreId === null)) return null;
  if (sum(part.allocations.map(({ amount }) => amount)).equals(invoice.total))
    return signed(invoice, invoice.tax).toFixed(2);
  const lines = invoice.lines.filter(({ allocations }) => allocations.some((one) => part.allocations.includes(one)));
  if (lines.some(({ taxCode }) => taxCode === null)) return null;
  const taxed = lines.flatMap(({ taxCode, allocations }) =>
    allocations
      .filter((one) => part.allocations.includes(one))
      .map(({ amount }) => ({ amount, rate: taxCode?.rate ?? null })),
  );
  return signed(invoice, procoreTax(taxed)).toFixed(2);
}

/**
 * The items of one claim, one for each line of the commitment. A release of retention carries nothing but what is
 * released; a credit is negative. Commitments that count units get the quantity, and the amount that comes of it.
 */
export function claimItems(invoice: InvoiceDocument, part: ClaimPart, places: number): DesiredClaimItem[] {
  const { commitment } = part;
  const lines = [...new Map(part.allocations.map((one) => [one.line.id, one.line])).values()];
  const isRelease = invoice.type === 'retention_release';
  const amounts = lines.map((line) => {
    const own = part.allocations.filter((one) => one.line.id === line.id);
    return { line, amount: signed(invoice, sum(own.map(({ amount }) => amount))), own };
  });
  const works = amounts.map((one) =>
    isRelease ? { work: '0.00', quantity: null } : workOf(invoice, commitment, one, places),
  );
  const kept = retain(
    works.map(({ work }) => work),
    commitment.retention,
  );
  return amounts.map(({ line, amount }, at) => ({
    lineId: required(line.procoreId, 'link of the line'),
    packageId: line.variation === null ? null : required(line.variation.procoreId, 'link of the variation'),
    text: line.description ?? `line ${line.position}`,
    scheduled: line.amount,
    work: works[at]!.work,
    quantity: works[at]!.quantity,
    retained: kept[at]!,
    released: isRelease ? amount.toFixed(2) : '0.00',
  }));
}

function workOf(
  invoice: InvoiceDocument,
  commitment: DocumentCommitment,
  { line, amount, own }: { line: DocumentAllocation['line']; amount: Decimal; own: DocumentAllocation[] },
  places: number,
): { work: string; quantity: string | null } {
  const price = line.unitPrice;
  if (commitment.accountingMethod === 'amount' || price === null) return { work: amount.toFixed(2), quantity: null };
  const given = own.map(({ quantity, amount: value }) => quantity ?? quantityOf(value, line, places));
  if (given.includes(null)) return { work: amount.toFixed(2), quantity: null };
  const quantity = signed(invoice, sum(given as string[]));
  return { work: toCents(quantity.mul(price)), quantity: quantity.toFixed() };
}

/** Credits are entered positive and claimed negative. */
const signed = ({ kind }: Pick<InvoiceDocument, 'kind'>, value: Decimal | string): Decimal =>
  kind === 'credit' ? new Decimal(value).neg() : new Decimal(value);

function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined)
    throw new Error(`Planned without the ${what}; preflight should have stopped it`);
  return value;
}
