import { randomUUID } from 'node:crypto';
import { Decimal } from 'decimal.js';
import { type Body, type Call, ok, type Resource } from '../engine/api.ts';
import { pageOf } from './books.ts';
import { callerOf, invalid, missing, once, tenantOf, whereOf, XERO } from './caller.ts';
import {
  accounts,
  attachments,
  contacts,
  documents,
  taxRates,
  uuidFor,
  type XeroDocumentRow,
  type XeroLine,
} from './tables.ts';

const API = '/xero/api.xro/2.0';

/** Bills and supplier credit notes are the same but for the names of their fields. */
interface Kind {
  type: XeroDocumentRow['type'];
  collection: 'Invoices' | 'CreditNotes';
  id: 'InvoiceID' | 'CreditNoteID';
  number: 'InvoiceNumber' | 'CreditNoteNumber';
}

const BILL: Kind = { type: 'ACCPAY', collection: 'Invoices', id: 'InvoiceID', number: 'InvoiceNumber' };
const CREDIT: Kind = {
  type: 'ACCPAYCREDIT',
  collection: 'CreditNotes',
  id: 'CreditNoteID',
  number: 'CreditNoteNumber',
};

/** Bills, credit notes and their attachments. */
export const xeroInvoices: Resource = {
  tables: [
    { name: 'xero_invoices', firstId: 1, ledger: true },
    { name: 'xero_attachments', firstId: 1, ledger: true },
  ],
  routes(api) {
    for (const kind of [BILL, CREDIT]) {
      const base = `${API}/${kind.collection}`;
      api.get(base, (call) => list(call, kind), XERO);
      api.put(
        base,
        once((call) => create(call, kind)),
        XERO,
      );
      api.get(`${base}/:id`, (call) => answer(call, kind, find(call, kind)), XERO);
      api.post(
        `${base}/:id`,
        once((call) => update(call, kind)),
        XERO,
      );
      api.get(`${base}/:id/Attachments`, (call) => listAttachments(call, find(call, kind)), XERO);
      for (const method of ['put', 'post'] as const)
        api[method](
          `${base}/:id/Attachments/:name`,
          once((call) => attach(call, find(call, kind))),
          XERO,
        );
    }
  },
};

function find(call: Call, kind: Kind): XeroDocumentRow {
  const { tenant_id } = tenantOf(call);
  const row = documents(call.sim).where('uuid', String(call.params.id))[0];
  if (row === undefined || row.tenant_id !== tenant_id || row.type !== kind.type) throw missing();
  return row;
}

const answer = (call: Call, kind: Kind, row: XeroDocumentRow) => ok({ [kind.collection]: [present(call, kind, row)] });

function list(call: Call, kind: Kind) {
  const { tenant_id } = tenantOf(call);
  const where = whereOf(call);
  const wanted = {
    type: where.Type ?? kind.type,
    contact_uuid: where['Contact.ContactID'],
    number: where[kind.number],
  };
  const rows = documents(call.sim)
    .where('tenant_id', tenant_id)
    .filter((row) => row.type === kind.type)
    .filter((row) =>
      Object.entries(wanted).every(
        ([field, value]) => value === undefined || row[field as keyof XeroDocumentRow] === value,
      ),
    )
    .filter(({ id }) => !call.sim.lag.hides('xero_invoices', id));
  return ok({ [kind.collection]: pageOf(call, rows).map((row) => present(call, kind, row)) });
}

function create(call: Call, kind: Kind) {
  const { tenant_id } = tenantOf(call);
  const body = only(call, kind);
  const contact = contactOf(call, tenant_id, body);
  const number = String(body[kind.number] ?? '');
  if (call.sim.switches.xero_bill_numbers === 'unique' && isTaken(call, kind, tenant_id, contact, number))
    throw invalid({ [kind.number]: number }, 'Invoice # must be unique.');
  const row: Omit<XeroDocumentRow, 'id'> = {
    tenant_id,
    uuid: uuidFor(call.sim, 'xero_invoices'),
    type: kind.type,
    number,
    contact_uuid: contact,
    date: String(body.Date ?? ''),
    due_date: (body.DueDate as string | undefined) ?? null,
    status: (body.Status as XeroDocumentRow['status'] | undefined) ?? 'DRAFT',
    url: kind.type === 'ACCPAY' ? ((body.Url as string | undefined) ?? null) : null,
    lines: linesOf(call, tenant_id, body),
    amount_paid: 0,
    client_id: callerOf(call).client_id,
  };
  check(call, row);
  return answer(call, kind, documents(call.sim).insert(row));
}

/** Fields left out stay; lines given replace all lines. What is paid can no longer be changed. */
function update(call: Call, kind: Kind) {
  const row = find(call, kind);
  const body = only(call, kind);
  const status = (body.Status as XeroDocumentRow['status'] | undefined) ?? row.status;
  if (['PAID', 'VOIDED', 'DELETED'].includes(row.status) || row.amount_paid > 0)
    throw invalid({ [kind.id]: row.uuid }, 'Invoice not of valid status for modification');
  if (!(NEXT[row.status] ?? []).includes(status))
    throw invalid({ [kind.id]: row.uuid }, `Status ${status} is not allowed after ${row.status}.`);
  const next: XeroDocumentRow = {
    ...row,
    status,
    ...(body[kind.number] === undefined ? {} : { number: String(body[kind.number]) }),
    ...(body.Contact === undefined ? {} : { contact_uuid: contactOf(call, row.tenant_id, body) }),
    ...(body.Date === undefined ? {} : { date: String(body.Date) }),
    ...(body.DueDate === undefined ? {} : { due_date: String(body.DueDate) }),
    ...(body.LineItems === undefined ? {} : { lines: linesOf(call, row.tenant_id, body) }),
  };
  if (status !== 'DELETED' && status !== 'VOIDED') check(call, next);
  return answer(call, kind, documents(call.sim).update(row.id, next));
}

const NEXT: Partial<Record<XeroDocumentRow['status'], string[]>> = {
  DRAFT: ['DRAFT', 'SUBMITTED', 'AUTHORISED', 'DELETED'],
  SUBMITTED: ['DRAFT', 'SUBMITTED', 'AUTHORISED', 'DELETED'],
  AUTHORISED: ['AUTHORISED', 'VOIDED'],
};

function only({ body }: Call, kind: Kind): Body {
  const list = body[kind.collection] as Body[] | undefined;
  const one = list?.[0];
  if (one === undefined || list?.length !== 1) throw invalid({}, 'One element at a time here.');
  return one;
}

function contactOf(call: Call, tenantId: string, body: Body): string {
  const { ContactID } = (body.Contact ?? {}) as { ContactID?: string };
  const row = contacts(call.sim).where('uuid', ContactID ?? '')[0];
  if (row === undefined || row.tenant_id !== tenantId) throw invalid({}, 'A Contact must be specified.');
  if (row.status === 'ARCHIVED') throw invalid({}, `The contact ${row.name} is archived.`);
  return row.uuid;
}

const isTaken = (call: Call, kind: Kind, tenantId: string, contact: string, number: string): boolean =>
  documents(call.sim)
    .where('tenant_id', tenantId)
    .some((row) => row.type === kind.type && row.contact_uuid === contact && row.number === number);

/** A line may be text alone. One with an amount is taxed by its own rate unless it says how much. */
function linesOf(call: Call, tenantId: string, body: Body): XeroLine[] {
  return ((body.LineItems as Partial<XeroLine>[] | undefined) ?? []).map((line) => {
    const quantity = line.Quantity ?? 1;
    const unit = line.UnitAmount ?? 0;
    const amount = cents(new Decimal(quantity).mul(unit));
    if (line.LineAmount !== undefined && !cents(line.LineAmount).equals(amount))
      throw invalid({}, `The line total ${line.LineAmount} does not match the expected line total ${amount}`);
    if ((line.Description ?? '') === '' && amount.isZero()) throw invalid({}, 'Description is required.');
    const rate = rateOf(call, tenantId, line.TaxType);
    return {
      LineItemID: line.LineItemID ?? randomUUID(),
      Description: line.Description ?? '',
      Quantity: quantity,
      UnitAmount: unit,
      LineAmount: amount.toNumber(),
      AccountCode: line.AccountCode ?? null,
      TaxType: line.TaxType ?? null,
      TaxAmount: line.TaxAmount ?? cents(amount.mul(rate).div(100)).toNumber(),
    };
  });
}

function rateOf(call: Call, tenantId: string, taxType: string | null | undefined): number {
  if (taxType === undefined || taxType === null) return 0;
  const row = taxRates(call.sim)
    .where('tenant_id', tenantId)
    .find((one) => one.tax_type === taxType && one.status === 'ACTIVE');
  if (row === undefined) throw invalid({}, `The TaxType code '${taxType}' does not exist or is archived.`);
  return row.rate;
}

/** A draft may lack what an approval needs. Unknown accounts are refused from the start. */
function check(call: Call, row: Omit<XeroDocumentRow, 'id'>): void {
  const known = accounts(call.sim).where('tenant_id', row.tenant_id);
  for (const line of row.lines) {
    const isKnown = known.some(({ code, status }) => code === line.AccountCode && status === 'ACTIVE');
    if (line.AccountCode !== null && !isKnown)
      throw invalid({}, `Account code '${line.AccountCode}' is not a valid code for this document.`);
    if (row.status !== 'DRAFT' && line.AccountCode === null && line.LineAmount !== 0)
      throw invalid({}, 'Account code must be specified.');
  }
  if (row.lines.length === 0) throw invalid({}, 'One or more line items must be specified.');
  if (totals(row.lines).total.isNegative()) throw invalid({}, 'The document total must not be negative.');
  if (row.type === 'ACCPAY' && row.status === 'AUTHORISED' && row.due_date === null)
    throw invalid({}, 'DueDate must be specified.');
}

const cents = (value: Decimal.Value) => new Decimal(value).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);

function totals(lines: readonly XeroLine[]) {
  const subTotal = cents(Decimal.sum(0, ...lines.map((line) => line.LineAmount)));
  const tax = cents(Decimal.sum(0, ...lines.map((line) => line.TaxAmount)));
  return { subTotal, tax, total: subTotal.plus(tax) };
}

const asXeroDate = (day: string) => `/Date(${Date.parse(`${day}T00:00:00Z`)}+0000)/`;

function present(call: Call, kind: Kind, row: XeroDocumentRow) {
  const { subTotal, tax, total } = totals(row.lines);
  const contact = contacts(call.sim).where('uuid', row.contact_uuid)[0];
  return {
    Type: row.type,
    [kind.id]: row.uuid,
    [kind.number]: row.number,
    Contact: { ContactID: row.contact_uuid, Name: contact?.name ?? '' },
    DateString: `${row.date}T00:00:00`,
    Date: asXeroDate(row.date),
    ...(row.due_date === null ? {} : { DueDateString: `${row.due_date}T00:00:00`, DueDate: asXeroDate(row.due_date) }),
    Status: row.status,
    LineAmountTypes: 'Exclusive',
    LineItems: row.lines.map(({ AccountCode, TaxType, ...line }) => ({
      ...line,
      ...(AccountCode === null ? {} : { AccountCode }),
      ...(TaxType === null ? {} : { TaxType }),
    })),
    SubTotal: subTotal.toNumber(),
    TotalTax: tax.toNumber(),
    Total: total.toNumber(),
    ...(kind.type === 'ACCPAY'
      ? {
          AmountPaid: row.amount_paid,
          AmountCredited: 0,
          AmountDue: total.minus(row.amount_paid).toNumber(),
          ...(row.url === null ? {} : { Url: row.url }),
        }
      : { AppliedAmount: row.amount_paid, RemainingCredit: total.minus(row.amount_paid).toNumber() }),
    HasAttachments: attachments(call.sim).where('document_uuid', row.uuid).length > 0,
    CurrencyCode: 'NZD',
    UpdatedDateUTC: `/Date(${Date.now()}+0000)/`,
  };
}

const presentAttachments = (call: Call, row: XeroDocumentRow) =>
  ok({
    Attachments: attachments(call.sim)
      .where('document_uuid', row.uuid)
      .map(({ uuid, filename, mime_type, size }) => ({
        AttachmentID: uuid,
        FileName: filename,
        MimeType: mime_type,
        ContentLength: size,
      })),
  });

const listAttachments = (call: Call, row: XeroDocumentRow) => presentAttachments(call, row);

/** A file of the same name is replaced. */
function attach(call: Call, row: XeroDocumentRow) {
  const [file] = call.files;
  if (file === undefined || file.size === 0) throw invalid({}, 'The file is empty.');
  const filename = String(call.params.name);
  const facts = { mime_type: call.headers['content-type'] ?? '', size: file.size, sha256: file.sha256 };
  const before = attachments(call.sim)
    .where('document_uuid', row.uuid)
    .find((one) => one.filename === filename);
  if (before !== undefined) attachments(call.sim).update(before.id, facts);
  else
    attachments(call.sim).insert({
      tenant_id: row.tenant_id,
      uuid: uuidFor(call.sim, 'xero_attachments'),
      document_uuid: row.uuid,
      filename,
      ...facts,
    });
  return presentAttachments(call, row);
}
