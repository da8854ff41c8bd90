import { type Invoice, InvoiceInput } from '../../schemas/invoices.ts';
import { extend, formatMoney, formatQuantity, plainNumber, sumMoney } from '../format.ts';

/** A chosen record, as its field shows it. */
export interface Pick {
  id: string;
  text: string;
}

export interface DraftLine {
  key: string;
  project: Pick | null;
  code: Pick | null;
  costType: Pick | null;
  /** where a line without a project is booked */
  glCode: Pick | null;
  description: string;
  quantity: string;
  unitPrice: string;
  unit: string | null;
  amount: string;
  taxCode: Pick | null;
}

/** The purchase order or subcontract of an invoice. */
export interface OrderPick extends Pick {
  kind: 'purchase_order' | 'sub_contract';
}

/** An invoice as it stands on the screen: amounts are what was typed, nothing is sent before Save. */
export interface Draft {
  kind: 'invoice' | 'credit';
  invoiceType: Invoice['invoiceType'];
  order: OrderPick | null;
  poNumber: string;
  number: string;
  supplier: Pick | null;
  invoiceDate: string | null;
  description: string;
  project: Pick | null;
  code: Pick | null;
  costType: Pick | null;
  total: string;
  tax: string;
  lines: DraftLine[];
}

/** A part of the screen changes the draft by what it makes of the present one. */
export type ChangeDraft = (edit: (draft: Draft) => Draft) => Draft;

let lastKey = 0;

export function blankLine(like?: DraftLine): DraftLine {
  return {
    key: `line-${++lastKey}`,
    project: null,
    code: null,
    costType: null,
    glCode: null,
    description: '',
    quantity: '',
    unitPrice: '',
    unit: null,
    amount: '',
    taxCode: like?.taxCode ?? null,
  };
}

export function blankDraft(invoiceDate: string): Draft {
  return {
    kind: 'invoice',
    invoiceType: 'standard',
    order: null,
    poNumber: '',
    number: '',
    supplier: null,
    invoiceDate,
    description: '',
    project: null,
    code: null,
    costType: null,
    total: '',
    tax: '',
    lines: [blankLine()],
  };
}

export function draftOf(invoice: Invoice): Draft {
  const lines = invoice.lines.map((line) => ({
    key: `line-${++lastKey}`,
    project: pickOf(line.projectId, line.projectText),
    code: pickOf(line.projectCostCodeId, line.codeText),
    costType: pickOf(line.costTypeId, line.costTypeText),
    glCode: pickOf(line.glCode, line.glCode ?? null),
    description: line.description ?? '',
    quantity: formatQuantity(line.quantity ?? ''),
    unitPrice: formatQuantity(line.unitPrice ?? ''),
    unit: line.unit ?? null,
    amount: formatMoney(line.amount),
    taxCode: pickOf(line.taxCodeId, line.taxCodeText),
  }));
  return {
    kind: invoice.kind,
    invoiceType: invoice.invoiceType,
    order: orderOf(invoice),
    poNumber: invoice.poNumber ?? '',
    number: invoice.number,
    supplier: pickOf(invoice.payableAccountId, invoice.vendorName),
    invoiceDate: invoice.invoiceDate,
    description: invoice.description ?? '',
    project: pickOf(invoice.projectId, invoice.projectText),
    code: pickOf(invoice.projectCostCodeId, invoice.codeText),
    costType: pickOf(invoice.costTypeId, invoice.costTypeText),
    total: formatMoney(invoice.total),
    tax: formatMoney(invoice.tax),
    lines: lines.length > 0 ? lines : [blankLine()],
  };
}

/** Only what a person chose: an order found by the supplier's number stays just that. */
function orderOf({ commitment, purchaseOrderId, subContractId }: Invoice): OrderPick | null {
  if (commitment === null || (purchaseOrderId === null && subContractId === null)) return null;
  return { kind: commitment.kind, id: commitment.id, text: commitment.number };
}

/** What Save sends. Lines nobody wrote in are left out. */
export function inputOf(draft: Draft): InvoiceInput {
  return {
    kind: draft.kind,
    invoiceType: draft.invoiceType,
    poNumber: draft.poNumber.trim() || null,
    purchaseOrderId: draft.order?.kind === 'purchase_order' ? draft.order.id : null,
    subContractId: draft.order?.kind === 'sub_contract' ? draft.order.id : null,
    number: draft.number,
    payableAccountId: draft.supplier?.id ?? null,
    invoiceDate: draft.invoiceDate ?? '',
    description: draft.description.trim() || null,
    projectId: draft.project?.id ?? null,
    projectCostCodeId: draft.code?.id ?? null,
    costTypeId: draft.costType?.id ?? null,
    total: plainNumber(draft.total),
    tax: plainNumber(draft.tax) || '0',
    lines: withoutBlankLines(draft).lines.map((line) => ({
      projectId: line.project?.id ?? null,
      projectCostCodeId: line.code?.id ?? null,
      costTypeId: line.costType?.id ?? null,
      glCode: line.glCode?.id ?? null,
      description: line.description.trim() || null,
      quantity: plainNumber(line.quantity) || null,
      unitPrice: plainNumber(line.unitPrice) || null,
      unit: line.unit,
      amount: plainNumber(line.amount),
      taxCodeId: line.taxCode?.id ?? null,
    })),
  };
}

export function withoutBlankLines(draft: Draft): Draft {
  const isWritten = (line: DraftLine) =>
    line.project !== null ||
    line.code !== null ||
    line.glCode !== null ||
    [line.description, line.quantity, line.unitPrice, line.amount].some((text) => text.trim() !== '');
  return { ...draft, lines: draft.lines.filter(isWritten) };
}

/** Sentences by field ("number", "lines.0.amount") for what cannot be saved as it is. */
export function mistakesOf(draft: Draft): Record<string, string> {
  const parsed = InvoiceInput.safeParse(inputOf(draft));
  if (parsed.success) return {};
  const found: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const path = issue.path.join('.');
    found[path] ??= SAYS[path.replace(/\d+/, 'n')] ?? issue.message;
  }
  return found;
}

const SAYS: Record<string, string> = {
  number: 'Enter the invoice number.',
  invoiceDate: 'Enter the invoice date.',
  total: 'Enter the total, such as 12,400.00.',
  tax: 'Enter the GST, such as 1,860.00.',
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

function pickOf(id: string | null | undefined, text: string | null): Pick | null {
  return id ? { id, text: text ?? '' } : null;
}
