import {
  type CreditNote,
  CreditNote as CreditNotes,
  type Invoice,
  Invoice as Invoices,
  LineAmountTypes,
  type LineItem,
} from 'xero-node';
import type { Bill, BillKind, BillLine, BillStatus, RemoteBill } from '../../domain/bill.ts';

/** Xero keeps bills and supplier credits at two addresses, with one shape but for a few names. */
export type XeroDocument = Invoice | CreditNote;

const STATUS: Record<BillStatus, keyof typeof Invoices.StatusEnum> = {
  draft: 'DRAFT',
  submitted: 'SUBMITTED',
  authorised: 'AUTHORISED',
  paid: 'PAID',
  voided: 'VOIDED',
  deleted: 'DELETED',
};

const xeroStatus = (status: BillStatus) => Invoices.StatusEnum[STATUS[status]];
const creditStatus = (status: BillStatus) => CreditNotes.StatusEnum[STATUS[status]];

/** What Xero is told of a document; fields left out stay as they are there. */
export function toXero(kind: BillKind, set: Partial<Bill>, status?: BillStatus): XeroDocument {
  const common = {
    ...(set.contactId === undefined ? {} : { contact: { contactID: set.contactId } }),
    ...(set.date === undefined ? {} : { date: set.date }),
    ...(set.dueDate === undefined || set.dueDate === null ? {} : { dueDate: set.dueDate }),
    ...(set.lines === undefined
      ? {}
      : { lineItems: set.lines.map(toLine), lineAmountTypes: LineAmountTypes.Exclusive }),
  };
  if (kind === 'bill')
    return {
      ...common,
      type: Invoices.TypeEnum.ACCPAY,
      ...(set.number === undefined ? {} : { invoiceNumber: set.number }),
      ...(status === undefined ? {} : { status: xeroStatus(status) }),
    };
  return {
    ...common,
    type: CreditNotes.TypeEnum.ACCPAYCREDIT,
    ...(set.number === undefined ? {} : { creditNoteNumber: set.number }),
    ...(status === undefined ? {} : { status: creditStatus(status) }),
  };
}

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

/** A document as the rules read it; null when it lacks its id or status. */
export function fromXero(kind: BillKind, document: XeroDocument): RemoteBill | null {
  const status = statusOf(document.status === undefined ? undefined : String(document.status));
  const id = 'invoiceID' in document && kind === 'bill' ? document.invoiceID : (document as CreditNote).creditNoteID;
  if (id === undefined || status === null) return null;
  return {
    id,
    kind,
    status,
    isPaid: paidOn(kind, document) !== 0,
    hasFiles: document.hasAttachments === true,
    bill: {
      number: (kind === 'bill' ? (document as Invoice).invoiceNumber : (document as CreditNote).creditNoteNumber) ?? '',
      contactId: document.contact?.contactID ?? '',
      date: dayOf(document.date) ?? '',
      dueDate: kind === 'bill' ? dayOf(document.dueDate) : null,
      lines: (document.lineItems ?? []).map(fromLine),
    },
  };
}

function statusOf(said: string | undefined): BillStatus | null {
  const found = Object.entries(STATUS).find(([, name]) => name === said || String(Invoices.StatusEnum[name]) === said);
  return (found?.[0] as BillStatus | undefined) ?? null;
}

function paidOn(kind: BillKind, document: XeroDocument): number {
  if (kind === 'bill') return ((document as Invoice).amountPaid ?? 0) + ((document as Invoice).amountCredited ?? 0);
  const { total = 0, remainingCredit } = document as CreditNote;
  return remainingCredit === undefined ? 0 : total - remainingCredit;
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
