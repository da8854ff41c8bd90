import { Decimal } from './decimal.ts';

/** A line as far as tax goes: dollars excluding tax, percent. */
export interface TaxedLine {
  amount: string;
  /** null: no tax code, no tax */
  rate: string | null;
}

/**
 * The tax of one record as Procore has it: unrounded line taxes are added up and rounded once.
 *
 * @see domain.md 3.6
 */
export function procoreTax(lines: readonly TaxedLine[]): string {
  return lines
    .reduce((total, line) => total.plus(new Decimal(line.amount).mul(line.rate ?? 0).div(100)), new Decimal(0))
    .toFixed(2);
}

/** Whether the invoice's GST is what Procore will come to, within the tolerance for tax. */
export function taxAgrees(invoiced: string, calculated: string, tolerance: string): boolean {
  return new Decimal(invoiced).minus(calculated).abs().lte(tolerance);
}
