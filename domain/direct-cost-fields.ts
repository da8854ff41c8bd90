import { sameNumber } from './decimal.ts';
import type { LineFields } from './direct-cost.ts';

/** A value as text; nothing is the empty text. */
export const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

/** The fields in the words of people. */
export const FIELD_WORDS: Readonly<Record<string, string>> = {
  invoiceNumber: 'The invoice number',
  number: 'The number',
  title: 'The title',
  contractDate: 'The order date',
  deliveryDate: 'The delivery date',
  vendorId: 'The vendor',
  date: 'The date',
  description: 'The description',
  amount: 'The amount of a line',
  quantity: 'The quantity of a line',
  unitCost: 'The unit price of a line',
  uom: 'The unit of a line',
  costCodeId: 'The cost code of a line',
  lineItemTypeId: 'The cost type of a line',
  taxCodeId: 'The tax code of a line',
};

/** Fields of which any scale means the same. */
export const NUMBERS: readonly string[] = ['amount', 'quantity', 'unitCost'];

/** Whether two values of a field mean the same: numbers in any scale, and nothing for an empty text. */
export function same(field: string, a: unknown, b: unknown): boolean {
  const [left, right] = [text(a), text(b)];
  if (left === right) return true;
  return NUMBERS.includes(field) && left !== '' && right !== '' && sameNumber(left, right);
}

const CANNOT_BE_BLANKED = ['quantity', 'unitCost', 'uom', 'taxCodeId'] as const;

/** A field of a line that we want blank and is not: Procore's calls change values but take none away. */
export const unblankable = (want: Partial<LineFields>, now: LineFields): keyof LineFields | undefined =>
  CANNOT_BE_BLANKED.find((field) => want[field] === null && text(now[field]) !== '');

/** Whether two sets of fields mean the same. */
export const isSame = <T extends object>(a: T, b: T): boolean =>
  (Object.keys(a) as (keyof T & string)[]).every((field) => same(field, a[field], b[field]));

/** The fields we own of a remote line. */
export const pickLine = (line: LineFields): LineFields => ({
  amount: line.amount,
  quantity: line.quantity,
  unitCost: line.unitCost,
  uom: line.uom,
  costCodeId: line.costCodeId,
  lineItemTypeId: line.lineItemTypeId,
  taxCodeId: line.taxCodeId,
  description: line.description,
});
