import { type PurchaseOrder, PurchaseOrderInput } from '../../schemas/purchase-orders.ts';
import { extend, formatMoney, formatQuantity, plainNumber, sumMoney } from '../format.ts';
import type { Pick } from '../invoices/draft.ts';

export interface DraftLine {
  key: string;
  /** of a line that is stored */
  id: string | null;
  code: Pick | null;
  costType: Pick | null;
  description: string;
  quantity: string;
  unit: string;
  unitPrice: string;
  amount: string;
  taxCode: Pick | null;
}

/** A purchase order as it stands on the screen: amounts are what was typed, nothing is sent before Save. */
export interface Draft {
  supplier: Pick | null;
  number: string;
  project: Pick | null;
  orderDate: string | null;
  deliveryDate: string | null;
  description: string;
  lines: DraftLine[];
}

let lastKey = 0;

/** An empty line; tax is usually what the line above has. */
export const blankLine = (like?: DraftLine): DraftLine => ({
  key: `order-line-${++lastKey}`,
  id: null,
  code: null,
  costType: null,
  description: '',
  quantity: '',
  unit: '',
  unitPrice: '',
  amount: '',
  taxCode: like?.taxCode ?? null,
});

export const blankDraft = (orderDate: string): Draft => ({
  supplier: null,
  number: '',
  project: null,
  orderDate,
  deliveryDate: null,
  description: '',
  lines: [blankLine()],
});

/** Our own lines only: those people added in Procore are not written here. */
export function draftOf(order: PurchaseOrder): Draft {
  const lines = order.lines
    .filter(({ origin }) => origin === 'lentune')
    .map((line) => ({
      // The line keeps its key when it is read again, so that nobody's cursor jumps.
      key: line.id,
      id: line.id,
      code: pickOf(line.projectCostCodeId, [line.costCode, line.costCodeName].filter(Boolean).join(' ')),
      costType: pickOf(line.costTypeId, line.costTypeText),
      description: line.description ?? '',
      quantity: formatQuantity(line.quantity ?? ''),
      unit: line.unit ?? '',
      unitPrice: formatQuantity(line.unitPrice ?? ''),
      amount: formatMoney(line.amount),
      taxCode: pickOf(line.taxCodeId, line.taxCodeText),
    }));
  return {
    supplier: pickOf(order.vendorId, order.vendorName),
    number: order.number,
    project: { id: order.projectId, text: order.projectText },
    orderDate: order.orderDate,
    deliveryDate: order.deliveryDate,
    description: order.description ?? '',
    lines: lines.length > 0 ? lines : [blankLine()],
  };
}

/** What Save sends. Lines nobody wrote in are left out. */
export const inputOf = (draft: Draft): PurchaseOrderInput => ({
  number: draft.number,
  projectId: draft.project?.id ?? '',
  payableAccountId: draft.supplier?.id ?? null,
  description: draft.description.trim() || null,
  orderDate: draft.orderDate ?? '',
  deliveryDate: draft.deliveryDate,
  lines: withoutBlankLines(draft).lines.map((line) => ({
    ...(line.id === null ? {} : { id: line.id }),
    projectCostCodeId: line.code?.id ?? null,
    costTypeId: line.costType?.id ?? null,
    description: line.description.trim() || null,
    quantity: plainNumber(line.quantity) || null,
    unitPrice: plainNumber(line.unitPrice) || null,
    unit: line.unit.trim() || null,
    amount: plainNumber(line.amount),
    taxCodeId: line.taxCode?.id ?? null,
  })),
});

export function withoutBlankLines(draft: Draft): Draft {
  const isWritten = (line: DraftLine) =>
    line.code !== null ||
    [line.description, line.quantity, line.unitPrice, line.amount].some((text) => text.trim() !== '');
  return { ...draft, lines: draft.lines.filter(isWritten) };
}

/** Sentences by field ("number", "lines.0.amount") for what cannot be saved as it is. */
export function mistakesOf(draft: Draft): Record<string, string> {
  const parsed = PurchaseOrderInput.safeParse(inputOf(draft));
  const found: Record<string, string> = {};
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.join('.');
    found[path] ??= SAYS[path.replace(/\d+/, 'n')] ?? issue.message;
  }
  return found;
}

const SAYS: Record<string, string> = {
  number: 'Enter the number of the purchase order.',
  projectId: 'Choose the project.',
  orderDate: 'Enter the date of the order.',
  'lines.n.amount': 'Enter the amount.',
  'lines.n.quantity': 'Enter a number.',
  'lines.n.unitPrice': 'Enter a number.',
};

/** A line after typing: the amount follows quantity times price until somebody enters another one. */
export function edited(line: DraftLine, change: Partial<DraftLine>): DraftLine {
  const next = { ...line, ...change };
  const before = extend(line.quantity, line.unitPrice);
  const after = extend(next.quantity, next.unitPrice);
  const followed = line.amount.trim() === '' || (before !== null && plainNumber(line.amount) === before);
  if (change.amount !== undefined || after === null || !followed) return next;
  return { ...next, amount: formatMoney(after) };
}

export const linesTotal = (draft: Draft) => sumMoney(draft.lines.map((line) => line.amount));

const pickOf = (id: string | null, text: string | null): Pick | null => (id ? { id, text: text ?? '' } : null);
