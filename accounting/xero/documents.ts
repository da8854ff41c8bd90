import type { AccountingApi } from 'xero-node';
import type { Bill, BillKind, BillStatus, RemoteBill } from '../../domain/bill.ts';
import { fromCreditNote, fromInvoice, toCreditNote, toInvoice } from './bills.ts';
import type { Answered } from './calls.ts';

/** Unit prices keep four places in Xero; ours have two, being amounts. */
const PLACES = 4;

type Rows = Answered<(RemoteBill | null)[] | undefined>;

/** Bills and supplier credits stand at two addresses of Xero with one shape but for a few names; each call gives rows. */
export interface DocumentCalls {
  path: '/Invoices' | '/CreditNotes';
  type: 'ACCPAY' | 'ACCPAYCREDIT';
  numberField: string;
  list(api: AccountingApi, tenant: string, where: string, page: number): Promise<Rows>;
  show(api: AccountingApi, tenant: string, id: string): Promise<Rows>;
  create(api: AccountingApi, tenant: string, bill: Bill, url: string, key: string): Promise<Rows>;
  change(api: AccountingApi, tenant: string, id: string, change: DocumentChange, key: string): Promise<Rows>;
  attach(api: AccountingApi, tenant: string, id: string, file: NewFile, key: string): Promise<Answered<unknown>>;
}

export interface DocumentChange {
  set: Partial<Bill>;
  status?: BillStatus;
}

export interface NewFile {
  filename: string;
  content: Buffer;
}

const rows = <T>(
  response: Answered<unknown>['response'],
  list: T[] | undefined,
  from: (row: T) => RemoteBill | null,
) => ({
  response,
  body: list?.map(from),
});

const INVOICES: DocumentCalls = {
  path: '/Invoices',
  type: 'ACCPAY',
  numberField: 'InvoiceNumber',
  async list(api, tenant, where, page) {
    const not = undefined;
    const { response, body } = await api.getInvoices(
      tenant,
      not,
      where,
      not,
      not,
      not,
      not,
      not,
      page,
      true,
      not,
      PLACES,
    );
    return rows(response, body.invoices, fromInvoice);
  },
  async show(api, tenant, id) {
    const { response, body } = await api.getInvoice(tenant, id, PLACES);
    return rows(response, body.invoices, fromInvoice);
  },
  async create(api, tenant, bill, url, key) {
    const invoices = [{ ...toInvoice(bill, 'draft'), url }];
    const { response, body } = await api.createInvoices(tenant, { invoices }, true, PLACES, key);
    return rows(response, body.invoices, fromInvoice);
  },
  async change(api, tenant, id, { set, status }, key) {
    const { response, body } = await api.updateInvoice(tenant, id, { invoices: [toInvoice(set, status)] }, PLACES, key);
    return rows(response, body.invoices, fromInvoice);
  },
  attach: (api, tenant, id, { filename, content }, key) =>
    api.createInvoiceAttachmentByFileName(tenant, id, filename, content, false, key),
};

const CREDIT_NOTES: DocumentCalls = {
  path: '/CreditNotes',
  type: 'ACCPAYCREDIT',
  numberField: 'CreditNoteNumber',
  async list(api, tenant, where, page) {
    const { response, body } = await api.getCreditNotes(tenant, undefined, where, undefined, page, PLACES);
    return rows(response, body.creditNotes, fromCreditNote);
  },
  async show(api, tenant, id) {
    const { response, body } = await api.getCreditNote(tenant, id, PLACES);
    return rows(response, body.creditNotes, fromCreditNote);
  },
  async create(api, tenant, bill, _url, key) {
    const creditNotes = [toCreditNote(bill, 'draft')];
    const { response, body } = await api.createCreditNotes(tenant, { creditNotes }, true, PLACES, key);
    return rows(response, body.creditNotes, fromCreditNote);
  },
  async change(api, tenant, id, { set, status }, key) {
    const creditNotes = [toCreditNote(set, status)];
    const { response, body } = await api.updateCreditNote(tenant, id, { creditNotes }, PLACES, key);
    return rows(response, body.creditNotes, fromCreditNote);
  },
  attach: (api, tenant, id, { filename, content }, key) =>
    api.createCreditNoteAttachmentByFileName(tenant, id, filename, content, false, key),
};

export const DOCUMENTS: Readonly<Record<BillKind, DocumentCalls>> = { bill: INVOICES, credit_note: CREDIT_NOTES };
