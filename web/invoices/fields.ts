/** Names of the fields problems jump to; a line's field is `line-2-code`. */
export type LineField =
  | 'project'
  | 'code'
  | 'costType'
  | 'description'
  | 'quantity'
  | 'unitPrice'
  | 'amount'
  | 'taxCode';

export const LINE_FIELDS: readonly LineField[] = [
  'project',
  'code',
  'costType',
  'description',
  'quantity',
  'unitPrice',
  'amount',
  'taxCode',
];

export const lineField = (line: number, field: LineField) => `line-${line}-${field}`;

/** Puts the cursor into a field and brings it into view. */
export function focusField(name: string): void {
  const field = document.querySelector<HTMLElement>(`[data-field="${name}"]`);
  field?.focus();
  field?.scrollIntoView({ block: 'center' });
}

/** Puts the focus on the next step of an invoice, for whoever works without a mouse. */
export function focusNextStep(): void {
  const steps = document.querySelectorAll<HTMLElement>('#steps button:not(:disabled)');
  [...steps].at(-1)?.focus();
}

const HEADER_OF: Record<string, string> = {
  VENDOR_BLANK: 'supplier',
  VENDOR_AMBIGUOUS: 'supplier',
  VENDOR_INACTIVE: 'supplier',
  VENDOR_MISSING: 'supplier',
  DUPLICATE: 'number',
  BILL_DUPLICATE: 'number',
  DUPLICATE_HERE: 'number',
  INVOICE_NO_CHARS: 'number',
  TAX_TOTAL_DIFF: 'tax',
  TOTAL_MISMATCH: 'total',
  BEFORE_GO_LIVE: 'date',
  PERIOD_LOCKED: 'date',
};

const LINE_OF: Record<string, LineField> = {
  PROJECT_UNLINKED: 'project',
  LINES_MISSING: 'project',
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
  UNIT_PRICE_ZERO: 'unitPrice',
  GL_CODE_BLANK: 'code',
  GL_CODE_UNKNOWN: 'code',
  TAX_CODE_BLANK: 'taxCode',
  ROUNDING: 'quantity',
};

/** The field where a problem is put right, or null when that is not on this screen. */
export function fieldOf(problem: { code: string; line: number | null }): string | null {
  const header = HEADER_OF[problem.code];
  if (header !== undefined) return header;
  const field = LINE_OF[problem.code];
  return field === undefined ? null : lineField(problem.line ?? 1, field);
}
