import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { procoreCompany, procoreConnection } from '../../db/schema/index.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
let companyId: string;
beforeAll(async () => {
  world = await startApi();
  const [connection] = await world.deps.db.select().from(procoreConnection);
  const [company] = await world.deps.db
    .insert(procoreCompany)
    .values({ account: world.account, connectionId: connection?.id ?? '', procoreId: '8089', name: 'Kauri Builders' })
    .returning();
  companyId = company?.id ?? '';
});
afterAll(() => world.close());

/** Rows of every table a refused request could have left something in. */
async function rowCounts(): Promise<Record<string, number>> {
  const [row] = await world.deps.db.execute<Record<string, number>>(sql`
    select (select count(*)::int from payable_invoice) as invoices,
      (select count(*)::int from payable_invoice_line) as lines,
      (select count(*)::int from payable_account) as vendors,
      (select count(*)::int from project_cost_code) as codes,
      (select count(*)::int from fetch_run) as fetches,
      (select count(*)::int from inbox_event) as inbox,
      (select count(*)::int from audit_event) as audits,
      (select count(*)::int from integration_log) as logs,
      (select count(*)::int from idempotency_key) as keys`);
  return { ...row };
}

const UNKNOWN = '01999999-0000-7000-8000-000000000000';
const INVOICE = { number: 'INV-1', invoiceDate: '2026-11-18', total: '100.00', tax: '15.00', lines: [] };
const LINE = { amount: '100.00' };
/** stands in the table for the company, which exists only when the tests run */
const COMPANY = '<company>';
const fetchOf = (change: object) => ({ companyId: COMPANY, startDate: '2026-11-01', endDate: '2026-11-30', ...change });

type Refused = [what: string, method: string, path: string, body: unknown, status: number, message: string];

const REFUSED: Refused[] = [
  ['no date', 'POST', '/api/invoices', { ...INVOICE, invoiceDate: undefined }, 400, 'Enter a date such as 2026-11-24.'],
  [
    'a date in words',
    'POST',
    '/api/invoices',
    { ...INVOICE, invoiceDate: '18 Nov 2026' },
    400,
    'Enter a date such as 2026-11-24.',
  ],
  [
    'a day that is not',
    'POST',
    '/api/invoices',
    { ...INVOICE, invoiceDate: '2026-02-30' },
    400,
    'Enter a date such as 2026-11-24.',
  ],
  ['no number', 'POST', '/api/invoices', { ...INVOICE, number: ' ' }, 400, 'Enter the invoice number.'],
  [
    'an amount in words',
    'POST',
    '/api/invoices',
    { ...INVOICE, total: 'a hundred' },
    400,
    'Enter an amount such as 1234.50.',
  ],
  ['a third decimal', 'POST', '/api/invoices', { ...INVOICE, tax: '15.005' }, 400, 'Enter an amount such as 1234.50.'],
  [
    'a number for a sum',
    'POST',
    '/api/invoices',
    { ...INVOICE, total: 100 },
    400,
    'total: Invalid input: expected string, received number.',
  ],
  [
    'a quantity in words',
    'POST',
    '/api/invoices',
    { ...INVOICE, lines: [{ ...LINE, quantity: 'two' }] },
    400,
    'Enter a number such as 12.5.',
  ],
  [
    'two faults',
    'POST',
    '/api/invoices',
    { ...INVOICE, total: 'x', tax: 'y' },
    400,
    'Enter an amount such as 1234.50. (1 more)',
  ],
  [
    'a project nobody has',
    'POST',
    '/api/invoices',
    { ...INVOICE, projectId: UNKNOWN },
    400,
    'There is no such project.',
  ],
  [
    'a line of a project nobody has',
    'POST',
    '/api/invoices',
    { ...INVOICE, lines: [{ ...LINE, projectId: UNKNOWN }] },
    400,
    'There is no such project.',
  ],
  [
    'a supplier nobody has',
    'POST',
    '/api/invoices',
    { ...INVOICE, payableAccountId: UNKNOWN },
    400,
    'There is no such supplier.',
  ],
  [
    'a text that cannot be stored',
    'POST',
    '/api/invoices',
    { ...INVOICE, number: 'INV\u0000' },
    400,
    'A text holds characters that cannot be stored.',
  ],
  ['an invoice nobody has', 'POST', `/api/invoices/${UNKNOWN}/check`, {}, 404, 'There is no such invoice.'],
  ['an id that cannot be', 'POST', '/api/invoices/17/check', {}, 404, 'There is no such invoice.'],
  ['nothing to send', 'POST', '/api/invoices/send', { ids: [] }, 400, 'Choose at least one invoice.'],
  [
    'no dates',
    'POST',
    '/api/fetches',
    fetchOf({ startDate: undefined }),
    400,
    'Enter a start date, or a Procore project id.',
  ],
  [
    'dates the wrong way round',
    'POST',
    '/api/fetches',
    fetchOf({ endDate: '2026-10-31' }),
    400,
    'The end date is before the start date.',
  ],
  [
    'too long a time',
    'POST',
    '/api/fetches',
    fetchOf({ endDate: '2028-11-30' }),
    400,
    'Fetch at most 366 days at a time.',
  ],
  [
    'a bad start date',
    'POST',
    '/api/fetches',
    fetchOf({ startDate: '01/11/2026' }),
    400,
    'Enter a date such as 2026-11-24.',
  ],
  [
    'a project id in words',
    'POST',
    '/api/fetches',
    fetchOf({ projectId: 'P-1007' }),
    400,
    'Enter the number Procore gives the project, such as 562949953425831.',
  ],
  ['a company nobody has', 'POST', '/api/fetches', fetchOf({ companyId: UNKNOWN }), 404, 'There is no such company.'],
  ['a fetch nobody has', 'POST', `/api/fetches/${UNKNOWN}/cancel`, {}, 404, 'There is no such fetch.'],
  ['no name', 'POST', '/api/vendors', { description: ' ' }, 400, 'Enter the name of the supplier.'],
  [
    'a code of no project',
    'POST',
    '/api/project-cost-codes',
    { projectId: UNKNOWN, code: '03-310', description: 'Concrete' },
    400,
    'There is no such project.',
  ],
  [
    'a code nobody has',
    'POST',
    `/api/project-cost-codes/${UNKNOWN}/cost-types`,
    { costTypeId: UNKNOWN },
    404,
    'There is no such project cost code.',
  ],
  [
    'a negative tolerance',
    'PATCH',
    '/api/settings',
    { roundingTolerance: '-0.10' },
    400,
    'The tolerance must not be negative.',
  ],
  [
    'a tolerance in words',
    'PATCH',
    '/api/settings',
    { roundingTolerance: 'ten cents' },
    400,
    'Enter an amount such as 1234.50.',
  ],
  [
    'a setting there is not',
    'PATCH',
    '/api/settings',
    { sendEverything: true },
    400,
    '"sendEverything" is not known here.',
  ],
  ['content that is no JSON', 'PATCH', '/api/settings', '{"a":', 400, 'The content is not valid JSON.'],
];

test.each(REFUSED)(
  '%s is refused in a sentence and leaves nothing behind',
  async (_what, method, path, body, status, message) => {
    const before = await rowCounts();
    const sent = JSON.parse(JSON.stringify(body).replace(COMPANY, companyId));
    const answer = await world.admin.send(method, path, sent, { 'content-type': 'application/json' });
    expect([answer.status, answer.body?.error.message]).toEqual([status, message]);
    expect(await rowCounts()).toEqual(before);
  },
);

const HEAD = 'invoice_number,supplier,invoice_date,amount,project,cost_code';
const csv = (...rows: string[]) => [HEAD, ...rows].join('\n');

type BadFile = [what: string, file: string, errors: { row: number; column: string | null; message: string }[]];

const BAD_FILES: BadFile[] = [
  ['an empty file', '', [{ row: 1, column: null, message: 'The file is empty.' }]],
  ['only a header', HEAD, [{ row: 1, column: null, message: 'The file holds no invoice lines.' }]],
  [
    'a bad date and a bad amount, beside a good row',
    csv('INV-1,ACME,2026-11-18,10.00,,', 'INV-2,ACME,31/02/2026,10.00,,', 'INV-3,ACME,2026-11-18,ten,,'),
    [
      { row: 3, column: 'invoice_date', message: '"31/02/2026" is no date such as 2026-11-24 or 24/11/2026.' },
      { row: 4, column: 'amount', message: '"ten" is no amount such as 1234.50.' },
    ],
  ],
  [
    'a supplier and a project nobody has',
    csv('INV-1,Nobody,2026-11-18,10.00,P-9,03-310'),
    [
      { row: 2, column: 'project', message: 'There is no project "P-9".' },
      { row: 2, column: 'supplier', message: 'There is no supplier "Nobody".' },
    ],
  ],
];

test.each(BAD_FILES)('%s imports nothing and says where the errors are', async (_what, file, errors) => {
  await world.admin.post('/api/vendors', { description: 'Acme Steel Ltd', code: 'ACME' });
  const before = await rowCounts();
  const { status, body } = await world.admin.post('/api/invoices/import', file, { 'content-type': 'text/csv' });
  const byColumn = (list: BadFile[2]) =>
    [...list].sort((a, b) => a.row - b.row || (a.column ?? '').localeCompare(b.column ?? ''));
  expect([status, body.imported, byColumn(body.errors)]).toEqual([200, 0, errors]);
  expect(await rowCounts()).toEqual(before);
});

test('a good file is imported whole, each invoice entered by whoever sent it', async () => {
  const file = csv(
    'INV-1,ACME,2026-11-18,10.00,,',
    'INV-1,ACME,2026-11-18,5.50,,',
    'INV-2,acme steel ltd,18/11/2026,1.00,,',
  );
  const { body } = await world.admin.post('/api/invoices/import', file, { 'content-type': 'text/csv' });
  expect(body).toEqual({ imported: 2, errors: [] });
  const { body: list } = await world.admin.get('/api/invoices');
  expect(list.rows.map(({ number, total }: { number: string; total: string }) => [number, total])).toEqual([
    ['INV-2', '1.00'],
    ['INV-1', '15.50'],
  ]);
});

test('a file sent as anything but CSV is refused', async () => {
  const answer = await world.admin.post('/api/invoices/import', { rows: [] });
  expect([answer.status, answer.body.error.message]).toEqual([400, 'Send the content as text/csv.']);
});

test('each field at fault is named', async () => {
  const { body } = await world.admin.post('/api/invoices', { ...INVOICE, total: 'x', lines: [LINE, { amount: 'y' }] });
  expect(body.error.fields).toEqual([
    { path: 'total', message: 'Enter an amount such as 1234.50.' },
    { path: 'lines.1.amount', message: 'Enter an amount such as 1234.50.' },
  ]);
});

test('more than we take at once is refused', async () => {
  const answer = await world.admin.post('/api/invoices', { ...INVOICE, description: 'x'.repeat(3_000_000) });
  expect([answer.status, answer.body.error.code]).toEqual([413, 'TOO_LARGE']);
});

test('a fetch by project id ignores the dates', async () => {
  const { status, body } = await world.admin.post(
    '/api/fetches',
    fetchOf({ companyId, projectId: ' 562949953425831 ' }),
  );
  expect(status).toBe(202);
  expect(body).toMatchObject({ startDate: null, endDate: null, projectId: '562949953425831', state: 'queued' });
  expect(body.temporalUrl).toContain(encodeURIComponent(`${world.account}/fetch/${body.id}`));
  const cancelled = await world.admin.post(`/api/fetches/${body.id}/cancel`, {});
  expect([cancelled.status, cancelled.body.state]).toEqual([200, 'cancelled']);
  const again = await world.admin.post(`/api/fetches/${body.id}/cancel`, {});
  expect([again.status, again.body.error.message]).toEqual([409, 'The fetch has ended already.']);
  expect((await world.admin.get('/api/fetches')).body.map(({ id }: { id: string }) => id)).toEqual([body.id]);
});

test('a request repeated with its Idempotency-Key is done once and answered the same', async () => {
  const key = { 'idempotency-key': 'import-2026-11-18' };
  const body = { description: 'Kiwi Plumbing' };
  const [first, second] = await Promise.all([
    world.admin.post('/api/vendors', body, key),
    world.admin.post('/api/vendors', body, key),
  ]);
  const third = await world.admin.post('/api/vendors', body, key);
  expect([first.status, second.status, third.status]).toEqual([201, 201, 201]);
  expect(second.body).toEqual(first.body);
  expect(third.body).toEqual(first.body);
  expect(third.headers.get('idempotency-replayed')).toBe('true');
  expect((await world.admin.get('/api/vendors?search=Kiwi')).body.total).toBe(1);

  const other = await world.admin.post('/api/vendors', { description: 'Another' }, key);
  expect([other.status, other.body.error.message]).toEqual([409, 'This Idempotency-Key was used for another request.']);
});

test('a refused request keeps no key, so the same key works once the cause is gone', async () => {
  const key = { 'idempotency-key': 'second-try' };
  const body = { description: 'Late Supplier', code: 'LATE' };
  await world.admin.post('/api/vendors', { description: 'First', code: 'LATE' });
  const refused = await world.admin.post('/api/vendors', body, key);
  expect([refused.status, refused.body.error.message]).toEqual([400, 'Another supplier has the code LATE.']);
  await world.deps.db.execute(sql`update payable_account set code = 'FIRST' where code = 'LATE'`);
  expect((await world.admin.post('/api/vendors', body, key)).status).toBe(201);
});

test("another account's key of the same name is its own", async () => {
  const stranger = await world.person(['clerk'], await world.otherAccount());
  const key = { 'idempotency-key': 'shared-name' };
  const mine = await world.admin.post('/api/vendors', { description: 'Ours' }, key);
  const theirs = await stranger.post('/api/vendors', { description: 'Theirs' }, key);
  expect([mine.body.description, theirs.body.description]).toEqual(['Ours', 'Theirs']);
});

test('too many wrong passwords slow the guesser down', async () => {
  const guess = () =>
    world.stranger.post('/api/auth/sign-in/email', { email: 'admin@lentune.test', password: 'guess' });
  let last = await guess();
  for (let tries = 1; tries <= 20; tries++) last = await guess();
  expect([last.status, last.body.error.message]).toEqual([
    429,
    'Too many attempts. Wait five minutes, then try again.',
  ]);
});
