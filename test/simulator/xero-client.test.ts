import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Accounting, type AccountingCall, AccountingError, type OrganisationApi } from '../../accounting/port.ts';
import { createXero } from '../../accounting/xero/client.ts';
import { XERO_OAUTH } from '../../accounting/xero/oauth-provider.ts';
import type { Bill } from '../../domain/bill.ts';
import { refresh } from '../../procore/oauth.ts';
import { type Driver, drive } from './drive.ts';

let it: Driver;
let xero: Accounting;
let books: OrganisationApi;
let contactId: string;
const calls: AccountingCall[] = [];
const given: string[] = [];

/** Tokens without a database: the first is too old, so that the first call refreshes it. */
beforeAll(async () => {
  it = await drive();
  const loginUrl = `${it.simulator.url}/xero`;
  const first = (await it.control('POST', '/xero-tokens')).body;
  const grant = {
    refreshToken: first.refresh_token,
    clientId: 'lentune-sim-xero',
    clientSecret: 'lentune-sim-xero-secret',
    loginUrl,
  };
  let token = { value: 'too old', version: 1 };
  xero = createXero({
    refresh: (asked) => refresh(asked, XERO_OAUTH),
    tokens: {
      async accessToken(_connectionId, ask, refused) {
        if (refused === token.version) {
          const answer = await ask(grant);
          if (answer.kind !== 'refreshed') throw new Error('the grant is dead');
          token = { value: answer.accessToken, version: token.version + 1 };
          given.push(token.value);
        }
        return token;
      },
    },
  });
  const scope = { connectionId: 'c1', apiUrl: loginUrl, onCall: (call: AccountingCall) => void calls.push(call) };
  const tenant = (await it.control('GET', '/records/xero_organisations')).body.records[0].tenant_id;
  books = xero.organisation({ ...scope, organisationId: tenant });
  contactId = (await books.findContacts('Kiwi Power'))[0]?.id ?? '';
});
afterAll(() => it.close());
afterEach(() => it.control('DELETE', '/faults'));

const aBill = (fields: Partial<Bill> = {}): Bill => ({
  number: 'X-1',
  contactId,
  date: '2026-03-18',
  dueDate: '2026-04-17',
  lines: [
    { description: 'Power', amount: '12400.01', glCode: '445', taxType: 'INPUT2', tax: '1860.00' },
    { description: 'Part of invoice X-1 [LT-1]', amount: '0.00', glCode: null, taxType: null, tax: '0.00' },
  ],
  ...fields,
});
const create = (bill: Bill, key: string, kind: 'bill' | 'credit_note' = 'bill') =>
  books.createBill({ kind, bill, url: 'https://lentune.test/invoices/1' }, key);
const fault = (match: object, effect: object) => it.control('POST', '/faults', { match, effect });

test('a refused token is refreshed once, and the call is made again', () => {
  expect(given).toHaveLength(1);
  expect(calls.map(({ status }) => status).slice(0, 2)).toEqual([401, 200]);
  expect(JSON.stringify(calls)).not.toContain(given[0]);
});

test('organisations, accounts and tax rates are read', async () => {
  const scope = { connectionId: 'c1', apiUrl: `${it.simulator.url}/xero` };
  expect((await xero.organisations(scope)).map(({ name }) => name)).toEqual([
    'Kauri Construction Ltd',
    'Kauri Interiors Ltd',
  ]);
  const accounts = await books.accounts();
  expect(accounts.find(({ code }) => code === '445')).toEqual({
    code: '445',
    name: 'Light, Power, Heating',
    isActive: true,
  });
  expect(accounts.find(({ code }) => code === '477')).toMatchObject({ isActive: false });
  expect((await books.taxRates()).find(({ taxType }) => taxType === 'INPUT2')).toMatchObject({ rate: '15' });
});

test('a bill comes back to the cent, is found by its number, changed and raised', async () => {
  const made = await create(aBill(), 'k1');
  expect(made).toMatchObject({ kind: 'bill', status: 'draft', isPaid: false });
  expect(made.bill).toMatchObject({ number: 'X-1', date: '2026-03-18', dueDate: '2026-04-17', contactId });
  expect(made.bill.lines[0]).toEqual({
    description: 'Power',
    amount: '12400.01',
    glCode: '445',
    taxType: 'INPUT2',
    tax: '1860',
  });
  const address = { kind: 'bill', id: made.id } as const;
  expect(await books.findBills({ kind: 'bill', contactId, number: 'X-1' })).toHaveLength(1);
  expect(await books.findBills({ kind: 'bill', contactId, number: 'x-1' })).toEqual([]);
  expect((await books.updateBill(address, { date: '2026-03-19' }, 'k2')).bill.date).toBe('2026-03-19');
  expect(await books.setStatus(address, 'submitted', 'k3')).toMatchObject({ status: 'submitted' });
  await books.attach(address, { filename: 'INV 1.pdf', content: Buffer.from('%PDF') }, 'k4');
  expect(await books.showBill(address)).toMatchObject({ status: 'submitted', hasFiles: true });
  const [file] = (await it.control('GET', '/records/xero_attachments')).body.records;
  expect(file).toMatchObject({ filename: 'INV 1.pdf', size: 4 });
  expect(await books.showBill({ kind: 'bill', id: '11111111-1111-4111-a111-111111111111' })).toBeNull();
});

test('a credit note is the same at its own address', async () => {
  const made = await create(aBill({ number: 'C-1', dueDate: null }), 'k5', 'credit_note');
  expect(made).toMatchObject({ kind: 'credit_note', status: 'draft', bill: { number: 'C-1', dueDate: null } });
  const address = { kind: 'credit_note', id: made.id } as const;
  expect(await books.setStatus(address, 'authorised', 'k6')).toMatchObject({ status: 'authorised', isPaid: false });
  expect(await books.findBills({ kind: 'credit_note', contactId, number: 'C-1' })).toHaveLength(1);
  expect(await books.showBill(address)).toMatchObject({ status: 'authorised' });
});

test('a number with quotes is compared here', async () => {
  await create(aBill({ number: '12"' }), 'k7');
  expect(await books.findBills({ kind: 'bill', contactId, number: '12"' })).toHaveLength(1);
});

test.each([
  [{ kind: 'lost-response' }, { kind: 'network', isAmbiguous: true }],
  [{ kind: 'truncate' }, { isAmbiguous: true }],
  [
    { kind: 'status', status: 500 },
    { kind: 'server', isAmbiguous: true },
  ],
  [
    { kind: 'status', status: 429, headers: { 'Retry-After': '7' } },
    { kind: 'rate-limit', retryAfterMs: 7000 },
  ],
])('%o is told as what it is', async (effect, expected) => {
  await fault({ method: 'PUT', path: '/Invoices$' }, effect);
  const error = await create(aBill({ number: 'F-1' }), `f-${JSON.stringify(effect)}`).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(AccountingError);
  expect(error).toMatchObject(expected);
});

test('what Xero refuses is told in its words', async () => {
  const line = { ...aBill().lines[0]!, glCode: '999' };
  await expect(create(aBill({ lines: [line] }), 'k8')).rejects.toMatchObject({
    kind: 'invalid',
    isAmbiguous: false,
    said: "Account code '999' is not a valid code for this document.",
  });
});

test.each(['Accounts', 'TaxRates', 'Contacts', 'Invoices'])(
  'a list of %s that is cut off is not an empty one',
  async (list) => {
    await fault({ method: 'GET', path: `/${list}` }, { kind: 'truncate' });
    const asked = {
      Accounts: () => books.accounts(),
      TaxRates: () => books.taxRates(),
      Contacts: () => books.findContacts('Kiwi Power'),
      Invoices: () => books.findBills({ kind: 'bill', contactId, number: 'X-1' }),
    }[list];
    await expect(asked?.()).rejects.toMatchObject({
      kind: expect.stringMatching(/unreadable|network/),
      isAmbiguous: false,
    });
  },
);
