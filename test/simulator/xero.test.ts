import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Driver, drive, send } from './drive.ts';

const API = '/xero/api.xro/2.0';
const BASIC = `Basic ${Buffer.from('lentune-sim-xero:lentune-sim-xero-secret').toString('base64')}`;

let it: Driver;
let token: string;
let tenantId: string;
let contactId: string;
beforeAll(async () => {
  it = await drive();
  token = (await it.control('POST', '/xero-tokens')).body.access_token;
  tenantId = (await xero('GET', '/xero/connections')).body[0].tenantId;
  contactId = (await xero('GET', `${API}/Contacts?searchTerm=kiwi power`)).body.Contacts[0].ContactID;
});
afterAll(() => it.close());
afterEach(async () => {
  await it.control('DELETE', '/faults');
  await it.control('PUT', '/switches', { xero_bill_numbers: 'any', xero_refresh_grace: '30 minutes' });
});

const xero = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  send(`${it.simulator.url}${path}`, method, body, {
    authorization: `Bearer ${token}`,
    'xero-tenant-id': tenantId,
    ...headers,
  });

const LINE = { Description: 'Power', Quantity: 1, UnitAmount: 100, AccountCode: '445', TaxType: 'INPUT2' };
const bill = (fields: object = {}) => ({
  Invoices: [{ Type: 'ACCPAY', Contact: { ContactID: contactId }, Date: '2026-03-18', LineItems: [LINE], ...fields }],
});
const held = async (number: string) =>
  (await it.control('GET', '/records/xero_invoices')).body.records.filter(
    (row: { number: string }) => row.number === number,
  );

async function consent(decision: string): Promise<URL> {
  const asked = new URLSearchParams({
    client_id: 'lentune-sim-xero',
    redirect_uri: 'http://localhost/back',
    state: 's1',
    scope: 'offline_access accounting.invoices',
    tenant_id: tenantId,
    decision,
  });
  const answer = await send(`${it.simulator.url}/xero/identity/connect/authorize`, 'POST', asked, {});
  return new URL(answer.headers.get('location') ?? '');
}

const tokenFor = (form: Record<string, string>, authorization = BASIC) =>
  send(`${it.simulator.url}/xero/connect/token`, 'POST', new URLSearchParams(form), { authorization });

test('a consent ends in tokens for the chosen organisation; the refresh token turns over', async () => {
  const back = await consent('allow');
  const code = { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '' };
  expect((await tokenFor({ ...code, redirect_uri: 'http://elsewhere/' })).body.error).toBe('invalid_grant');
  const again = await consent('allow');
  const first = await tokenFor({
    grant_type: 'authorization_code',
    code: again.searchParams.get('code') ?? '',
    redirect_uri: 'http://localhost/back',
  });
  expect(first.status).toBe(200);
  const refresh = () => tokenFor({ grant_type: 'refresh_token', refresh_token: first.body.refresh_token });
  expect((await refresh()).body.refresh_token).not.toBe(first.body.refresh_token);
  expect((await refresh()).status).toBe(200);
  await it.control('PUT', '/switches', { xero_refresh_grace: 'none' });
  expect((await refresh()).body.error).toBe('invalid_grant');
  expect((await consent('deny')).searchParams.get('error')).toBe('access_denied');
  expect((await tokenFor({ grant_type: 'refresh_token', refresh_token: 'x' }, 'Basic eDp5')).body.error).toBe(
    'invalid_client',
  );
});

test('a token reaches its own organisations and no others', async () => {
  expect((await xero('GET', `${API}/Accounts`, undefined, { 'xero-tenant-id': 'other' })).status).toBe(403);
  expect((await xero('GET', `${API}/Accounts`, undefined, { authorization: 'Bearer no' })).status).toBe(401);
  const { body } = await xero('GET', `${API}/Accounts`);
  expect(body.Accounts.find((row: { Code: string }) => row.Code === '445')).toMatchObject({ Status: 'ACTIVE' });
});

test('a bill is taxed line by line, walks its statuses, and stays once it is paid', async () => {
  const made = await xero('PUT', `${API}/Invoices`, bill({ InvoiceNumber: 'B-1' }));
  expect(made.body.Invoices[0]).toMatchObject({ Status: 'DRAFT', SubTotal: 100, TotalTax: 15, Total: 115 });
  const at = `${API}/Invoices/${made.body.Invoices[0].InvoiceID}`;
  const noDueDate = await xero('POST', at, { Invoices: [{ Status: 'AUTHORISED' }] });
  expect(noDueDate.body.Elements[0].ValidationErrors[0].Message).toBe('DueDate must be specified.');
  expect((await xero('POST', at, { Invoices: [{ Status: 'SUBMITTED', DueDate: '2026-04-20' }] })).status).toBe(200);
  const [row] = await held('B-1');
  await it.control('PATCH', `/records/xero_invoices/${row.id}`, { status: 'PAID', amount_paid: 115 });
  expect((await xero('POST', at, { Invoices: [{ Status: 'AUTHORISED' }] })).status).toBe(400);
});

test('the same Idempotency-Key makes one bill, also when the answer is lost', async () => {
  const key = { 'idempotency-key': 'once-1' };
  await it.control('POST', '/faults', {
    match: { method: 'PUT', path: '/Invoices$', times: 1 },
    effect: { kind: 'lost-response' },
  });
  await expect(xero('PUT', `${API}/Invoices`, bill({ InvoiceNumber: 'B-2' }), key)).rejects.toThrow();
  expect((await xero('PUT', `${API}/Invoices`, bill({ InvoiceNumber: 'B-2' }), key)).status).toBe(200);
  expect(await held('B-2')).toHaveLength(1);
});

test('xero_bill_numbers: unique refuses a second bill of a supplier with one number', async () => {
  await xero('PUT', `${API}/Invoices`, bill({ InvoiceNumber: 'B-3' }));
  expect((await xero('PUT', `${API}/Invoices`, bill({ InvoiceNumber: 'B-3' }))).status).toBe(200);
  await it.control('PUT', '/switches', { xero_bill_numbers: 'unique' });
  const refused = await xero('PUT', `${API}/Invoices`, bill({ InvoiceNumber: 'B-3' }));
  expect(refused.body.Elements[0].ValidationErrors[0].Message).toBe('Invoice # must be unique.');
});

test('a supplier credit is a credit note, found by contact and number', async () => {
  const { Type: _type, ...rest } = bill().Invoices[0]!;
  const made = await xero('PUT', `${API}/CreditNotes`, {
    CreditNotes: [{ Type: 'ACCPAYCREDIT', CreditNoteNumber: 'C-1', ...rest }],
  });
  expect(made.body.CreditNotes[0]).toMatchObject({ Type: 'ACCPAYCREDIT', RemainingCredit: 115 });
  const where = `Type=="ACCPAYCREDIT" AND Contact.ContactID==guid("${contactId}") AND CreditNoteNumber=="C-1"`;
  const found = await xero('GET', `${API}/CreditNotes?page=1&where=${encodeURIComponent(where)}`);
  expect(found.body.CreditNotes).toHaveLength(1);
});

test('names are unique among contacts, accounts and tax types must exist', async () => {
  const contact = { Contacts: [{ Name: 'New Supplier' }] };
  expect((await xero('PUT', `${API}/Contacts`, contact)).status).toBe(200);
  expect((await xero('PUT', `${API}/Contacts`, contact)).body.Elements[0].ValidationErrors[0].Message).toContain(
    'already assigned to another contact',
  );
  expect((await xero('PUT', `${API}/Invoices`, bill({ LineItems: [{ ...LINE, AccountCode: '477' }] }))).status).toBe(
    400,
  );
  expect((await xero('PUT', `${API}/Invoices`, bill({ LineItems: [{ ...LINE, TaxType: 'NO' }] }))).status).toBe(400);
});

test('a file goes up under its name, once', async () => {
  const made = await xero('PUT', `${API}/Invoices`, bill({ InvoiceNumber: 'B-4' }));
  const path = `${API}/Invoices/${made.body.Invoices[0].InvoiceID}/Attachments`;
  const headers = {
    authorization: `Bearer ${token}`,
    'xero-tenant-id': tenantId,
    'content-type': 'application/octet-stream',
  };
  for (const content of ['one', 'three'])
    await fetch(`${it.simulator.url}${path}/INV%204.pdf`, { method: 'PUT', headers, body: Buffer.from(content) });
  expect((await xero('GET', path)).body.Attachments).toMatchObject([{ FileName: 'INV 4.pdf', ContentLength: 5 }]);
});
