import { Decimal, sum } from './decimal.ts';
import type { DryLine, DryRecord, Standing } from './dry-record.ts';
import { type InvoiceDocument, projectText } from './invoice.ts';
import { type ClaimSettings, claimItems } from './requisition-plan.ts';
import { type ClaimPart, splitByCommitment } from './routing.ts';
import { procoreTax } from './tax.ts';

/**
 * The claims sending would leave in Procore: items, retention, tax and totals. Code, type and tax code are those of the
 * lines of the order; what the lines still have room for is asked only when it is sent.
 */
export function dryClaims(
  invoice: InvoiceDocument,
  settings: Pick<ClaimSettings, 'quantityPlaces' | 'requisitionStatus'>,
  standing: readonly Standing[],
): DryRecord[] {
  return splitByCommitment(invoice).map((part) => {
    const items = itemsOf(invoice, part, settings.quantityPlaces);
    const of = (field: 'work' | 'retained' | 'released') => sum(items.map((item) => item[field]));
    const total = of('work');
    return {
      kind: 'claim',
      place: `${part.commitment.number} in ${projectText(part.project)}`,
      exists: standing.some(({ partKey }) => partKey === `commitment:${part.commitment.id}`),
      status: settings.requisitionStatus,
      lines: items.map(({ work, ...item }): DryLine => ({ ...item, amount: work, code: null, costType: null })),
      total: total.toFixed(2),
      tax: procoreTax(items.map(({ work, rate }) => ({ amount: work, rate }))),
      retention: {
        retained: of('retained').toFixed(2),
        released: of('released').toFixed(2),
        net: total.minus(of('retained')).plus(of('released')).toFixed(2),
      },
    };
  });
}

/** The items of one claim as the plan makes them; one whose lines Procore does not know yet shows only what is allocated. */
function itemsOf(invoice: InvoiceDocument, part: ClaimPart, places: number) {
  const lines = [...new Map(part.allocations.map((one) => [one.line.id, one.line])).values()];
  const isKnown = lines.every(
    ({ procoreId, variation }) => procoreId !== null && (variation === null || variation.procoreId !== null),
  );
  const items = isKnown ? claimItems(invoice, part, places) : null;
  return lines.map((line, at) => {
    const item = items?.[at];
    const allocated = sum(part.allocations.filter((one) => one.line === line).map(({ amount }) => amount));
    return {
      position: line.position,
      description:
        line.variation === null ? line.description : `Variation ${line.variation.number}: ${line.description}`,
      quantity: item?.quantity ?? null,
      unitPrice: item?.quantity == null || line.unitPrice === null ? null : new Decimal(line.unitPrice).toFixed(),
      work: item?.work ?? (invoice.kind === 'credit' ? allocated.neg() : allocated).toFixed(2),
      retained: item?.retained ?? '0.00',
      released: item?.released ?? '0.00',
      taxCode: line.taxRate === null ? null : `${new Decimal(line.taxRate).toFixed()} %`,
      rate: line.taxRate ?? rateOfInvoice(invoice, line.id),
    };
  });
}

/** Of a variation Procore does not always tell the tax code. */
const rateOfInvoice = (invoice: InvoiceDocument, lineId: string): string | null =>
  invoice.lines.find(({ allocations }) => allocations.some(({ line }) => line.id === lineId))?.taxCode?.rate ?? null;
