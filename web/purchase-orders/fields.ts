/** Names of the fields problems jump to; a line's field is `line-2-code`. */
export const ORDER_LINE_FIELDS = [
  'code',
  'costType',
  'description',
  'quantity',
  'unit',
  'unitPrice',
  'amount',
  'taxCode',
] as const;
export type OrderLineField = (typeof ORDER_LINE_FIELDS)[number];

export const orderLineField = (line: number, field: OrderLineField) => `line-${line}-${field}`;

const HEADER_OF: Record<string, string> = {
  PO_VENDOR_BLANK: 'supplier',
  VENDOR_AMBIGUOUS: 'supplier',
  VENDOR_INACTIVE: 'supplier',
  VENDOR_MISSING: 'supplier',
  PO_NUMBER_TAKEN: 'number',
  PROJECT_UNLINKED: 'project',
};

const LINE_OF: Record<string, OrderLineField> = {
  PO_LINES_MISSING: 'code',
  CODE_BLANK: 'code',
  CODE_MISSING: 'code',
  CODE_NOT_CHARGEABLE: 'code',
  CODE_COLLISION: 'code',
  SUBJOB_MISMATCH: 'code',
  TYPE_MISSING: 'costType',
  TYPE_NOT_IN_PROCORE: 'costType',
  TAX_UNMAPPED: 'taxCode',
  TAX_OFF: 'taxCode',
  TAX_RATE_DIFF: 'taxCode',
  PO_LINE_UNPRICED: 'quantity',
  PO_LINE_DIFFERS: 'amount',
};

/** The field where a problem is put right, or null when that is not on this screen. */
export function orderFieldOf(problem: { code: string; line: number | null }): string | null {
  const header = HEADER_OF[problem.code];
  if (header !== undefined) return header;
  const field = LINE_OF[problem.code];
  return field === undefined ? null : orderLineField(problem.line ?? 1, field);
}
