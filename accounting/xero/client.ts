import { request } from 'undici';
import type { AccountingApi, Contact as XeroContact } from 'xero-node';
import { z } from 'zod';
import type { BillKind, RemoteBill } from '../../domain/bill.ts';
import {
  type Accounting,
  AccountingError,
  type BillAddress,
  type Contact,
  type OrganisationApi,
  type SignInScope,
} from '../port.ts';
import { type Answered, type Ask, type Calls, createCalls, unreadable, XERO, type XeroDeps } from './calls.ts';
import { DOCUMENTS, type DocumentCalls, type DocumentChange } from './documents.ts';

/** Xero as an accounting system (accounting/port.ts). One per process. */
export function createXero(deps: XeroDeps): Accounting {
  const calls = createCalls(deps);
  return {
    system: XERO,
    organisations: (scope) => listOrganisations(deps, scope),
    organisation: ({ organisationId, ...scope }) => createOrganisation(calls, scope, organisationId),
  };
}

const connections = z.array(z.object({ tenantId: z.string(), tenantType: z.string(), tenantName: z.string() }));

/** The one address outside the accounting API, which xero-node reaches only on Xero's own host. */
async function listOrganisations({ tokens, refresh, timeoutMs = 30_000 }: XeroDeps, scope: SignInScope) {
  const token = await tokens.accessToken(scope.connectionId, refresh);
  const answer = await request(`${scope.apiUrl}/connections`, {
    headers: { authorization: `Bearer ${token.value}`, accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => {
    throw new AccountingError({ kind: 'network', system: XERO, said: 'no answer' });
  });
  const parsed = connections.safeParse(await answer.body.json().catch(() => null));
  if (answer.statusCode !== 200 || !parsed.success)
    throw new AccountingError({
      kind: answer.statusCode === 401 ? 'unauthorized' : 'server',
      system: XERO,
      said: `answer ${answer.statusCode} to /connections`,
    });
  return parsed.data
    .filter(({ tenantType }) => tenantType === 'ORGANISATION')
    .map(({ tenantId, tenantName }) => ({ id: tenantId, name: tenantName }));
}

/** Rows of a page; a shorter page is the last. */
const PAGE = 100;

function createOrganisation(calls: Calls, scope: SignInScope, tenant: string): OrganisationApi {
  /** A list of an answer. One that is cut off has none, and must not be taken for an empty one. */
  async function list<B, T>(
    ask: Ask,
    call: (api: AccountingApi) => Promise<Answered<B>>,
    pick: (body: B) => T[] | undefined,
  ): Promise<T[]> {
    const rows = pick(await calls.make(scope, ask, call));
    if (rows === undefined) throw unreadable(ask);
    return rows;
  }

  async function one(ask: Ask, call: (api: AccountingApi) => ReturnType<DocumentCalls['show']>): Promise<RemoteBill> {
    const [record] = await list(ask, call, (body) => body);
    if (record === undefined || record === null) throw unreadable(ask);
    return record;
  }

  const change = ({ kind, id }: BillAddress, asked: DocumentChange, key: string): Promise<RemoteBill> => {
    const documents = DOCUMENTS[kind];
    const ask: Ask = { method: 'POST', path: `${documents.path}/${id}`, body: asked };
    return one(ask, (api) => documents.change(api, tenant, id, asked, key));
  };

  return {
    async accounts() {
      const ask: Ask = { method: 'GET', path: '/Accounts' };
      const rows = await list(
        ask,
        (api) => api.getAccounts(tenant),
        ({ accounts }) => accounts,
      );
      return rows.flatMap(({ code, name, status }) =>
        code === undefined ? [] : [{ code, name: name ?? code, isActive: String(status) === 'ACTIVE' }],
      );
    },

    async taxRates() {
      const ask: Ask = { method: 'GET', path: '/TaxRates' };
      const rows = await list(
        ask,
        (api) => api.getTaxRates(tenant),
        ({ taxRates }) => taxRates,
      );
      return rows.flatMap(({ taxType, name, status, effectiveRate }) => {
        if (taxType === undefined) return [];
        const rate = String(effectiveRate ?? 0);
        return [{ taxType, name: name ?? taxType, rate, isActive: String(status) === 'ACTIVE' }];
      });
    },

    async findContacts(name) {
      const ask: Ask = { method: 'GET', path: '/Contacts' };
      const not = undefined;
      const found: Contact[] = [];
      for (let page = 1; ; page += 1) {
        const rows = await list(
          ask,
          (api) => api.getContacts(tenant, not, not, not, not, page, true, true, name, PAGE),
          ({ contacts }) => contacts,
        );
        found.push(...rows.flatMap((row) => asContact(row) ?? []));
        if (rows.length < PAGE) return found;
      }
    },

    async createContact(name, key) {
      const ask: Ask = { method: 'PUT', path: '/Contacts', body: { name } };
      const [row] = await list(
        ask,
        (api) => api.createContacts(tenant, { contacts: [{ name }] }, true, key),
        ({ contacts }) => contacts,
      );
      const contact = row === undefined ? null : asContact(row);
      if (contact === null) throw unreadable(ask);
      return contact;
    },

    async findBills({ kind, contactId, number }) {
      const documents = DOCUMENTS[kind];
      const where = whereOf(kind, contactId, number);
      const found: RemoteBill[] = [];
      for (let page = 1; ; page += 1) {
        const rows = await list(
          { method: 'GET', path: documents.path },
          (api) => documents.list(api, tenant, where, page),
          (body) => body,
        );
        found.push(...rows.filter((row) => row !== null));
        if (rows.length < PAGE) return found.filter(({ bill }) => bill.number === number);
      }
    },

    async showBill({ kind, id }) {
      const documents = DOCUMENTS[kind];
      try {
        return await one({ method: 'GET', path: `${documents.path}/${id}` }, (api) => documents.show(api, tenant, id));
      } catch (error) {
        if (error instanceof AccountingError && error.kind === 'not-found') return null;
        throw error;
      }
    },

    createBill({ kind, bill, url }, key) {
      const documents = DOCUMENTS[kind];
      const ask: Ask = { method: 'PUT', path: documents.path, body: { ...bill, url } };
      return one(ask, (api) => documents.create(api, tenant, bill, url, key));
    },

    updateBill: (address, set, key) => change(address, { set }, key),
    setStatus: (address, status, key) => change(address, { set: {}, status }, key),

    async attach({ kind, id }, file, key) {
      const documents = DOCUMENTS[kind];
      const ask: Ask = { method: 'PUT', path: `${documents.path}/${id}/Attachments/${file.filename}`, body: '[file]' };
      await calls.make(scope, ask, (api) => documents.attach(api, tenant, id, file, key));
    },
  };
}

/** A number with quotes cannot stand in the filter; then all of the contact's are read and compared here. */
function whereOf(kind: BillKind, contactId: string, number: string): string {
  const { type, numberField } = DOCUMENTS[kind];
  return [
    `Type=="${type}"`,
    `Contact.ContactID==guid("${contactId}")`,
    ...(/["\\]/.test(number) ? [] : [`${numberField}=="${number}"`]),
  ].join(' AND ');
}

function asContact({ contactID, name, contactStatus }: XeroContact): Contact | null {
  if (contactID === undefined) return null;
  const isActive = contactStatus === undefined || String(contactStatus) === 'ACTIVE';
  return { id: contactID, name: name ?? '', isActive };
}
