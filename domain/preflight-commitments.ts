import { type DocumentCommitment, remainingOfLine, unallocated } from './allocations.ts';
import { Decimal, sum } from './decimal.ts';
import { type DocumentLine, type DocumentProject, type InvoiceDocument, projectText } from './invoice.ts';
import type { Add, PreflightSettings } from './preflight-check.ts';
import { claimItems } from './requisition-plan.ts';
import { claimedOn, commitmentText, splitByCommitment } from './routing.ts';

/** Everything about purchase orders and subcontracts that can be known before sending (domain.md 3.4, 7 and 8). */
export function checkCommitments(invoice: InvoiceDocument, settings: PreflightSettings, add: Add): void {
  checkNamed(invoice, add);
  for (const commitment of commitmentsOf(invoice)) checkCommitment(invoice, commitment, add);
  for (const line of invoice.lines) checkAllocated(invoice, line, add);
  checkRemaining(invoice, add);
  checkUnits(invoice, settings, add);
  for (const line of invoice.lines) checkInheritedTax(line, settings, add);
}

/** A claim has the tax codes of the lines it is on, so these must be what the invoice says (domain.md 3.6). */
function checkInheritedTax({ taxCode, position, ...line }: DocumentLine, settings: PreflightSettings, add: Add): void {
  if (taxCode === null) return;
  for (const { line: on, commitment } of claimedOn(line)) {
    const isSame = on.taxCodeProcoreId !== null && on.taxCodeProcoreId === taxCode.mapped?.procoreId;
    const isUntold = on.taxCodeProcoreId === null && on.variation !== null;
    const theirs = on.taxCodeProcoreId === null ? '0' : (on.taxRate ?? (isSame ? taxCode.rate : '0'));
    if (isUntold || new Decimal(theirs).equals(taxCode.rate)) continue;
    const about = `${taxCode.code} on ${on.description ?? `line ${on.position}`} of ${commitmentText(commitment)}`;
    const facts = { taxCode: about, ours: new Decimal(taxCode.rate).toFixed(), theirs: new Decimal(theirs).toFixed() };
    const isAllowed = on.taxCodeProcoreId === null && settings.postWithoutTax;
    add('TAX_RATE_DIFF', facts, position, isAllowed ? 'warning' : undefined);
  }
}

function checkNamed({ type, commitment, poNumber, exchangesOrders }: InvoiceDocument, add: Add): void {
  if (commitment === null && poNumber !== null && exchangesOrders) add('PO_NOT_FOUND', { number: poNumber });
  if (type !== 'standard' && commitment?.kind !== 'sub_contract') add('PO_NOT_FOUND', { number: poNumber ?? '(none)' });
  if (commitment !== null && !commitment.isSynced && commitment.procoreId !== null)
    add('PROBABLE_DOUBLE_COUNT', { commitment: commitmentText(commitment) }, undefined, 'warning');
}

/** The commitments an invoice claims on, or should. */
function commitmentsOf(invoice: InvoiceDocument): DocumentCommitment[] {
  const named = invoice.commitment?.isSynced ? [invoice.commitment] : [];
  const allocated = invoice.lines.flatMap((line) => claimedOn(line).map(({ commitment }) => commitment));
  return [...new Map([...named, ...allocated].map((one) => [one.id, one])).values()];
}

function checkCommitment(invoice: InvoiceDocument, commitment: DocumentCommitment, add: Add): void {
  const text = commitmentText(commitment);
  if (commitment.procoreId === null) add('PO_NOT_FOUND', { number: commitment.number });
  else if (!commitment.isAccepted) add('COMMITMENT_NOT_APPROVED', { commitment: text, status: commitment.status });
  const { vendor } = invoice;
  if (vendor !== null && commitment.vendorId !== null && commitment.vendorId !== vendor.id)
    add('VENDOR_CONTRACT_MISMATCH', { commitment: text, vendor: vendor.name });
}

/** The whole value of a line must be allocated, to lines that are still there and variations that are approved. */
function checkAllocated(invoice: InvoiceDocument, line: DocumentLine, add: Add): void {
  const claims = claimedOn(line);
  const { commitment } = invoice;
  const isNamed = commitment?.isSynced === true && line.project?.id === commitment.projectId;
  if (claims.length === 0 && !isNamed) return;
  const standing = claims.filter((one) => !one.line.isRemoved);
  const left = unallocated(line.amount, standing);
  const about = claims[0]?.commitment ?? commitment;
  if (!new Decimal(left).isZero() && about !== null)
    add('NOT_ALLOCATED', { line: line.position, commitment: commitmentText(about), left }, line.position);
  for (const { line: booked, commitment: on } of standing)
    if (booked.variation !== null && booked.variation.state !== 'approved')
      add('PENDING_CO', { variation: booked.variation.number, commitment: commitmentText(on) }, line.position);
}

/** What is left by what Lentune knows; Procore's own figures are asked when it is sent. */
function checkRemaining(invoice: InvoiceDocument, add: Add): void {
  if (invoice.kind === 'credit' || invoice.type === 'retention_release') return;
  for (const { commitment, allocations } of splitByCommitment(invoice)) {
    for (const line of new Set(allocations.map((one) => one.line))) {
      const allocated = sum(allocations.filter((one) => one.line === line).map(({ amount }) => amount)).toFixed(2);
      const remaining = remainingOfLine(line);
      if (new Decimal(allocated).lte(Decimal.max(remaining, 0))) continue;
      const facts = { line: line.description ?? `line ${line.position}`, commitment: commitmentText(commitment) };
      const severity = invoice.overAllocationReason === null ? undefined : 'warning';
      add('OVER_ALLOCATED', { ...facts, remaining, allocated }, undefined, severity);
    }
  }
}

/** A commitment that counts units is billed quantity times price, which may miss the invoice by the tolerance. */
function checkUnits(invoice: InvoiceDocument, settings: PreflightSettings, add: Add): void {
  for (const { project, delta } of unitDeltas(invoice, settings))
    if (delta.gt(settings.roundingTolerance))
      add('ROUNDING', {
        delta: delta.toFixed(2),
        tolerance: settings.roundingTolerance,
        project: projectText(project),
      });
}

/** By how much each claim on a commitment that counts units misses its part of the invoice. */
export function unitDeltas(
  invoice: InvoiceDocument,
  { quantityPlaces }: Pick<PreflightSettings, 'quantityPlaces'>,
): { project: DocumentProject; delta: Decimal }[] {
  if (invoice.type === 'retention_release') return [];
  return splitByCommitment(invoice)
    .filter(({ commitment }) => commitment.accountingMethod === 'unit' && commitment.procoreId !== null)
    .filter(({ allocations }) => allocations.every(({ line }) => line.procoreId !== null))
    .map((part) => {
      const comesTo = sum(claimItems(invoice, part, quantityPlaces).map(({ work }) => work)).abs();
      return { project: part.project, delta: comesTo.minus(sum(part.allocations.map(({ amount }) => amount))).abs() };
    });
}
