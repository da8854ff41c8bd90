import { Decimal, sum } from './decimal.ts';
import { DomainError } from './errors.ts';

/** A line as far as rounding goes. Dollars excluding tax; credits carry a minus. */
export interface PricedLine {
  amount: string;
  quantity: string | null;
  unitPrice: string | null;
}

/** The quantity to send with a line, and how far Procore's own multiplication lands from the invoice. */
export interface DerivedQuantity {
  /** null when the line is not priced by unit */
  quantity: string | null;
  /** what quantity times price comes to, in cents */
  back: string;
  /** invoiced amount minus `back` */
  delta: string;
}

/**
 * A given quantity is kept; a blank one is worked out from amount and price.
 *
 * @param places decimal places of a worked out quantity
 * @throws DomainError `UNIT_PRICE_ZERO` when a non-zero amount has neither a quantity nor a price to divide by
 * @see setup guide, "Rounding Tolerance for Invoice Amount"; domain.md 3.5
 */
export function deriveQuantity(line: PricedLine, places: number): DerivedQuantity {
  const amount = new Decimal(line.amount);
  if (line.unitPrice === null) return { quantity: line.quantity, back: amount.toFixed(2), delta: '0.00' };
  const unitPrice = new Decimal(line.unitPrice);
  const quantity = line.quantity === null ? divide(amount, unitPrice, places) : new Decimal(line.quantity);
  const back = quantity.mul(unitPrice).toDecimalPlaces(2);
  return { quantity: quantity.toFixed(), back: back.toFixed(2), delta: amount.minus(back).toFixed(2) };
}

function divide(amount: Decimal, unitPrice: Decimal, places: number): Decimal {
  if (!unitPrice.isZero()) return amount.div(unitPrice).toDecimalPlaces(places);
  if (amount.isZero()) return new Decimal(0);
  throw new DomainError('UNIT_PRICE_ZERO', { amount: amount.toFixed(2) });
}

export interface RoundingVerdict {
  /** per line, in order */
  quantities: DerivedQuantity[];
  /** how far the record as Procore multiplies it lands from its total; also the smallest tolerance that passes */
  delta: string;
  passes: boolean;
  /** lines off by more than ten tolerances, whose errors cancel in the sum; positions in `lines` */
  suspicious: number[];
}

/** A single line this many tolerances off is worth a look even when the sum passes. */
const SUSPICIOUS_FACTOR = 10;

/**
 * Compares what Procore's quantity times price comes to with what the record must total.
 *
 * @param total of one Procore record, excluding tax
 * @param tolerance dollars per record, not negative
 */
export function judgeRounding(
  lines: readonly PricedLine[],
  total: string,
  { tolerance, places }: { tolerance: string; places: number },
): RoundingVerdict {
  const quantities = lines.map((line) => deriveQuantity(line, places));
  const delta = sum(quantities.map(({ back }) => back))
    .minus(total)
    .abs();
  const limit = new Decimal(tolerance).mul(SUSPICIOUS_FACTOR);
  return {
    quantities,
    delta: delta.toFixed(2),
    passes: delta.lte(tolerance),
    suspicious: quantities.flatMap((line, index) => {
      const off = new Decimal(line.delta).abs();
      return !off.isZero() && off.gt(limit) ? [index] : [];
    }),
  };
}

/**
 * Puts the cents by which the lines miss the record's total on the largest line, so that the record always totals it.
 *
 * @returns the amounts to post, and the index that was changed, or null
 */
export function spreadCents(amounts: readonly string[], total: string): { amounts: string[]; changed: number | null } {
  const missing = new Decimal(total).minus(sum(amounts));
  if (missing.isZero() || amounts.length === 0) return { amounts: [...amounts], changed: null };
  const sizes = amounts.map((amount) => new Decimal(amount).abs());
  const changed = sizes.reduce((largest, size, index) => (size.gt(sizes[largest]!) ? index : largest), 0);
  return {
    amounts: amounts.map((amount, index) => (index === changed ? missing.plus(amount).toFixed(2) : amount)),
    changed,
  };
}
