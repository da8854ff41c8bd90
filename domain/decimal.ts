import { Decimal as DecimalJs } from 'decimal.js';

/** The one decimal type of the product: 40 digits, half away from zero, never exponent notation. Rounding is part of the rules, so nothing may reconfigure it. */
export const Decimal = Object.freeze(
  DecimalJs.clone({ precision: 40, rounding: DecimalJs.ROUND_HALF_UP, toExpNeg: -40, toExpPos: 40 }),
) as typeof DecimalJs;
export type Decimal = DecimalJs;

/** Rounds to cents, half away from zero, credits alike (domain.md 3.5). */
export const toCents = (amount: Decimal | string): string => new Decimal(amount).toDecimalPlaces(2).toFixed(2);

/** Sums decimal strings exactly. */
export const sum = (amounts: readonly string[]): Decimal =>
  amounts.reduce<Decimal>((total, amount) => total.plus(amount), new Decimal(0));

/** Whether two decimal strings are the same number; Procore varies the scale ("1000.0", "1000.00"). */
export const sameNumber = (a: string, b: string): boolean => new Decimal(a).equals(b);

/** Dollars as people read them: `12,400.00`. */
export function formatMoney(amount: Decimal | string): string {
  const [whole = '0', cents = '00'] = new Decimal(amount).toFixed(2).split('.');
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${cents}`;
}
