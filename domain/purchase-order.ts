/** Who entered a commitment or a line of one. */
export const COMMITMENT_ORIGINS = ['procore', 'lentune'] as const;
export type CommitmentOrigin = (typeof COMMITMENT_ORIGINS)[number];

/** The life of a purchase order that was entered here. A cancelled one stays, here and in Procore. */
export const ORDER_STATUSES = ['draft', 'approved', 'cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** A line as its amounts decide about the whole order. Decimal strings. */
interface PricedLine {
  quantity: string | null;
  unitPrice: string | null;
}

/**
 * How Procore shall account for an order: by amount, unless every line has a quantity and a price. It is decided when the
 * order first goes out and stays, because Procore never changes it afterwards (domain.md section 5).
 */
export function accountingMethodOf(lines: readonly PricedLine[]): 'amount' | 'unit' {
  const isPriced = ({ quantity, unitPrice }: PricedLine) => quantity !== null && unitPrice !== null;
  return lines.length > 0 && lines.every(isPriced) ? 'unit' : 'amount';
}
