import { type Contact, CreditNote, Invoice, LineAmountTypes, type LineItem } from 'xero-node';
import type { Bill, BillLine, BillStatus, RemoteBill } from '../../domain/bill.ts';

const STATUS = {
  draft: 'DRAFT',
  submitted: 'SUBMITTED',
  authorised: 'AUTHORISED',
  paid: 'PAID',
  voided: 'VOIDED',
  deleted: 'DELETED',
} as const satisfies Record<BillStatus, keyof typeof Invoice.StatusEnum>;

/** What Xero is told of a bill; fields left out stay as they are there. */
export const toInvoice = (set: Partial<Bill>, status?: BillStatus): Invoice => ({
  ...common(set),
  type: Invoice.TypeEnum.ACCPAY,
  ...(set.number === undefined ? {} : { invoiceNumber: set.number }),
  ...(set.dueDate === undefined || set.dueDate === null ? {} : { dueDate: set.dueDate }),
  ...(status === undefined ? {} : { status: Invoice.StatusEnum[STATUS[status]] }),
});

/** The same of a supplier's credit note, which has no due date. */
export const toCreditNote = (set: Partial<Bill>, status?: BillStatus): CreditNote => ({
  ...common(set),
  type: CreditNote.TypeEnum.ACCPAYCREDIT,
  ...(set.number === undefined ? {} : { creditNoteNumber: set.number }),
  ...(status === undefined ? {} : { status: CreditNote.StatusEnum[STATUS[status]] }),
});

const common = ({ contactId, date, lines }: Partial<Bill>) => ({
  ...(contactId === undefined ? {} : { contact: { contactID: contactId } satisfies Contact }),
  ...(date === undefined ? {} : { date }),
  ...(lines === undefined ? {} : { lineItems: lines.map(toLine), lineAmountTypes: LineAmountTypes.Exclusive }),
});

/** Amounts of up to fifteen digits are the same as numbers and as text, so no cent moves. */
function toLine({ description, amount, glCode, taxType, tax }: BillLine): LineItem {
  if (glCode === null) return { description };
  return {
    description,
    quantity: 1,
    unitAmount: Number(amount),
    lineAmount: Number(amount),
    accountCode: glCode,
    ...(taxType === null ? {} : { taxType }),
    taxAmount: Number(tax),
  };
}

/** A bill as the rules read it; null when the answer lacks its id or status. */
export function fromInvoice(row: Invoice): RemoteBill | null {
  const { amountPaid = 0, amountCredited = 0 } = row;
  return remote('bill', row.invoiceID, row.invoiceNumber, row, {
    isPaid: amountPaid + amountCredited !== 0,
    dueDate: dayOf(row.dueDate),
  });
}

/** A credit note as the rules read it; part of it may be used up by bills. */
export function fromCreditNote(row: CreditNote): RemoteBill | null {
  const { total = 0, remainingCredit = total } = row;
  return remote('credit_note', row.creditNoteID, row.creditNoteNumber, row, {
    isPaid: remainingCredit !== total,
    dueDate: null,
  });
}

function remote(
  kind: RemoteBill['kind'],
  id: string | undefined,
  number: string | undefined,
  row: Invoice | CreditNote,
  { isPaid, dueDate }: { isPaid: boolean; dueDate: string | null },
): RemoteBill | null {
  const status = statusOf(row.status);
  if (id === undefined || status === null) return null;
  const lines = (row.lineItems ?? []).map(fromLine);
  const bill = {
    number: number ?? '',
    contactId: row.contact?.contactID ?? '',
    date: dayOf(row.date) ?? '',
    dueDate,
    lines,
  };
  return { id, kind, status, isPaid, hasFiles: row.hasAttachments === true, bill };
}

/** xero-node's enums are the words Xero uses, whatever their type says. */
function statusOf(said: unknown): BillStatus | null {
  const found = Object.entries(STATUS).find(([, word]) => word === String(said));
  return (found?.[0] as BillStatus | undefined) ?? null;
}

const fromLine = (line: LineItem): BillLine => ({
  description: line.description ?? '',
  amount: String(line.lineAmount ?? 0),
  glCode: line.accountCode ?? null,
  taxType: line.taxType ?? null,
  tax: String(line.taxAmount ?? 0),
});

/** xero-node gives days as text, or as the moment Xero's own date form stands for. */
function dayOf(value: unknown): string | null {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === 'string' && value !== '' ? value.slice(0, 10) : null;
}
