import { request } from 'undici';
import type { AccountingApi } from 'xero-node';
import type { Bill, BillKind, BillStatus, RemoteBill } from '../../domain/bill.ts';
import {
  type Accounting,
  AccountingError,
  type BillAddress,
  type Contact,
  type Organisation,
  type OrganisationApi,
  type SignInScope,
} from '../port.ts';
import { fromXero, toXero, type XeroDocument } from './bills.ts';
import { type Ask, createCalls, unreadable, XERO, type XeroDeps } from './calls.ts';

/** Xero's own unit prices have four places; ours have two, being amounts. */
const PLACES = 4;

/** Xero as an accounting system (accounting/port.ts). One per process. */
export function createXero(deps: XeroDeps): Accounting {
  const calls = createCalls(deps);
  return {
    system: XERO,
    organisations: (scope) => listOrganisations(deps, scope),
    organisation: ({ organisationId, ...scope }) => createOrganisation(calls, scope, organisationId),
  };
}

/** The one address outside the accounting API, which xero-node reaches only on Xero's own host. */
async function listOrganisations({ tokens, refresh, timeoutMs = 30_000 }: XeroDeps, scope: SignInScope) {
  const token = await tokens.accessToken(scope.connectionId, refresh);
  const answer = await request(`${scope.apiUrl}/connections`, {
    headers: { authorization: `Bearer ${token.value}`, accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => {
    throw new AccountingError({ kind: 'network', system: XERO, said: 'no answer' });
  });
  const body = (await answer.body.json().catch(() => null)) as Connection[] | null;
  if (answer.statusCode !== 200 || !Array.isArray(body))
    throw new AccountingError({
      kind: answer.statusCode === 401 ? 'unauthorized' : 'server',
      system: XERO,
      said: `answer ${answer.statusCode} to /connections`,
    });
  return body
    .filter(({ tenantType }) => tenantType === 'ORGANISATION')
    .map(({ tenantId, tenantName }): Organisation => ({ id: tenantId, name: tenantName }));
}

interface Connection {
  tenantId: string;
  tenantType: string;
  tenantName: string;
}

type Calls = ReturnType<typeof createCalls>;

function createOrganisation(calls: Calls, scope: SignInScope, tenant: string): OrganisationApi {
  const read = <T>(path: string, call: (api: AccountingApi) => Promise<never | { response: never; body: T }>) => {
    const ask: Ask = { method: 'GET', path };
    return calls.make<T>(scope, ask, call as never);
  };

  async function write(
    ask: Ask,
    kind: BillKind,
    call: (api: AccountingApi) => Promise<{ body: { invoices?: XeroDocument[]; creditNotes?: XeroDocument[] } }>,
  ): Promise<RemoteBill> {
    const body = await calls.make(scope, ask, call as never);
    const [document] = documentsOf(kind, body as never);
    const record = document === undefined ? null : fromXero(kind, document);
    if (record === null) throw unreadable(ask);
    return record;
  }

  const change = (address: BillAddress, document: XeroDocument, key: string): Promise<RemoteBill> => {
    const { kind, id } = address;
    const ask: Ask = { method: 'POST', path: `${pathOf(kind)}/${id}`, body: document };
    return write(ask, kind, (api) =>
      kind === 'bill'
        ? api.updateInvoice(tenant, id, { invoices: [document] } as never, PLACES, key)
        : api.updateCreditNote(tenant, id, { creditNotes: [document] } as never, PLACES, key),
    );
  };

  return {
    async accounts() {
      const { accounts } = await read<{ accounts?: { code?: string; name?: string; status?: unknown }[] }>(
        '/Accounts',
        (api) => api.getAccounts(tenant) as never,
      );
      return (accounts ?? []).flatMap(({ code, name, status }) =>
        code === undefined ? [] : [{ code, name: name ?? code, isActive: String(status) === 'ACTIVE' }],
      );
    },

    async taxRates() {
      const { taxRates } = await read<{
        taxRates?: { taxType?: string; name?: string; status?: unknown; effectiveRate?: number }[];
      }>('/TaxRates', (api) => api.getTaxRates(tenant) as never);
      return (taxRates ?? []).flatMap(({ taxType, name, status, effectiveRate }) =>
        taxType === undefined
          ? []
          : [
              {
                taxType,
                name: name ?? taxType,
                rate: String(effectiveRate ?? 0),
                isActive: String(status) === 'ACTIVE',
              },
            ],
      );
    },

    async findContacts(name) {
      const found: Contact[] = [];
      for (let page = 1; ; page += 1) {
        const { contacts = [] } = await read<{ contacts?: XeroContact[] }>(
          '/Contacts',
          (api) =>
            api.getContacts(tenant, undefined, undefined, undefined, undefined, page, true, true, name, PAGE) as never,
        );
        found.push(...contacts.flatMap((contact) => asContact(contact) ?? []));
        if (contacts.length < PAGE) return found;
      }
    },

    async createContact(name, key) {
      const ask: Ask = { method: 'PUT', path: '/Contacts', body: { name } };
      const body = await calls.make<{ contacts?: XeroContact[] }>(
        scope,
        ask,
        (api) => api.createContacts(tenant, { contacts: [{ name }] }, true, key) as never,
      );
      const contact = asContact(body.contacts?.[0] ?? {});
      if (contact === null) throw unreadable(ask);
      return contact;
    },

    async findBills({ kind, contactId, number }) {
      const where = whereOf(kind, contactId, number);
      const found: RemoteBill[] = [];
      for (let page = 1; ; page += 1) {
        const body = await read<Documents>(pathOf(kind), (api) =>
          kind === 'bill'
            ? (api.getInvoices(tenant, undefined, where, ...NONE, page, true, undefined, PLACES) as never)
            : (api.getCreditNotes(tenant, undefined, where, undefined, page, PLACES) as never),
        );
        const documents = documentsOf(kind, body);
        found.push(...documents.flatMap((document) => fromXero(kind, document) ?? []));
        if (documents.length < PAGE) return found.filter(({ bill }) => bill.number === number);
      }
    },

    async showBill({ kind, id }) {
      const ask: Ask = { method: 'GET', path: `${pathOf(kind)}/${id}` };
      try {
        const body = await read<Documents>(ask.path, (api) =>
          kind === 'bill'
            ? (api.getInvoice(tenant, id, PLACES) as never)
            : (api.getCreditNote(tenant, id, PLACES) as never),
        );
        const [document] = documentsOf(kind, body);
        const record = document === undefined ? null : fromXero(kind, document);
        if (record === null) throw unreadable(ask);
        return record;
      } catch (error) {
        if (error instanceof AccountingError && error.kind === 'not-found') return null;
        throw error;
      }
    },

    createBill({ kind, bill, url }, key) {
      const document = { ...toXero(kind, bill, 'draft'), ...(kind === 'bill' ? { url } : {}) };
      return write({ method: 'PUT', path: pathOf(kind), body: document }, kind, (api) =>
        kind === 'bill'
          ? api.createInvoices(tenant, { invoices: [document] } as never, true, PLACES, key)
          : api.createCreditNotes(tenant, { creditNotes: [document] } as never, true, PLACES, key),
      );
    },

    updateBill: (address, set: Partial<Bill>, key) => change(address, toXero(address.kind, set), key),

    setStatus: (address, status: BillStatus, key) => change(address, toXero(address.kind, {}, status), key),

    async attach({ kind, id }, { filename, content }, key) {
      const ask: Ask = { method: 'PUT', path: `${pathOf(kind)}/${id}/Attachments/${filename}`, body: '[file]' };
      await calls.make(
        scope,
        ask,
        (api) =>
          (kind === 'bill'
            ? api.createInvoiceAttachmentByFileName(tenant, id, filename, content, false, key)
            : api.createCreditNoteAttachmentByFileName(tenant, id, filename, content, false, key)) as never,
      );
    },
  };
}

const PAGE = 100;
/** getInvoices takes its filters by place: order, ids, numbers, contacts, statuses. */
const NONE = [undefined, undefined, undefined, undefined, undefined] as const;

const pathOf = (kind: BillKind) => (kind === 'bill' ? '/Invoices' : '/CreditNotes');

interface Documents {
  invoices?: XeroDocument[];
  creditNotes?: XeroDocument[];
}

const documentsOf = (kind: BillKind, body: Documents): XeroDocument[] =>
  (kind === 'bill' ? body.invoices : body.creditNotes) ?? [];

/** A number with quotes cannot stand in the filter; then all of the contact's are read and compared here. */
function whereOf(kind: BillKind, contactId: string, number: string): string {
  const type = kind === 'bill' ? 'ACCPAY' : 'ACCPAYCREDIT';
  const field = kind === 'bill' ? 'InvoiceNumber' : 'CreditNoteNumber';
  return [
    `Type=="${type}"`,
    `Contact.ContactID==guid("${contactId}")`,
    ...(/["\\]/.test(number) ? [] : [`${field}=="${number}"`]),
  ].join(' AND ');
}

interface XeroContact {
  contactID?: string;
  name?: string;
  contactStatus?: unknown;
}

function asContact({ contactID, name, contactStatus }: XeroContact): Contact | null {
  if (contactID === undefined) return null;
  return {
    id: contactID,
    name: name ?? '',
    isActive: contactStatus === undefined || String(contactStatus) === 'ACTIVE',
  };
}
