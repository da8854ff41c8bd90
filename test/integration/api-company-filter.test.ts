import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  payableAccount,
  procoreCompany,
  procoreConnection,
  project,
  projectCostCode,
  purchaseOrder,
  subContract,
} from '../../db/schema/index.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
const companies: string[] = [];
beforeAll(async () => {
  world = await startApi();
  const { account, deps } = world;
  const [connection] = await deps.db.select().from(procoreConnection);
  for (const name of ['Kauri', 'Rata']) companies.push(await addCompany(account, connection?.id ?? '', name));
});
afterAll(() => world.close());

/** A company with a project, and in it a code, a purchase order, a subcontract and an invoice, all called after it. */
async function addCompany(account: string, connectionId: string, name: string): Promise<string> {
  const { db } = world.deps;
  const [company] = await db
    .insert(procoreCompany)
    .values({ account, connectionId, procoreId: name, name })
    .returning();
  const companyId = company?.id ?? '';
  const [place] = await db.insert(project).values({ account, companyId, code: name, description: name }).returning();
  const projectId = place?.id ?? '';
  await db.insert(projectCostCode).values({ account, projectId, code: name, externalCode: name, description: name });
  const [vendor] = await db
    .insert(payableAccount)
    .values({ account, code: name, description: name, matchName: name.toLowerCase() })
    .returning();
  for (const table of [purchaseOrder, subContract])
    await db.insert(table).values({
      account,
      companyId,
      projectId,
      number: name,
      payableAccountId: vendor?.id ?? null,
      isAccepted: true,
      procoreStatus: 'Approved',
    });
  const { status } = await world.admin.post('/api/invoices', {
    number: name,
    invoiceDate: '2026-11-18',
    total: '10.00',
    tax: '1.50',
    lines: [{ projectId, amount: '10.00' }],
  });
  expect(status).toBe(201);
  return companyId;
}

test.each([
  ['/api/projects', 'code'],
  ['/api/project-cost-codes', 'code'],
  ['/api/purchase-orders', 'number'],
  ['/api/subcontracts', 'number'],
  ['/api/invoices', 'number'],
])('%s is narrowed to one Procore company, with its count', async (path, field) => {
  const named = async (query: string) => {
    const { body } = await world.admin.get(`${path}${query}`);
    return [body.rows.map((row: Record<string, string>) => row[field]).sort(), body.total];
  };
  expect(await named('')).toEqual([['Kauri', 'Rata'], 2]);
  expect(await named(`?companyId=${companies[0]}`)).toEqual([['Kauri'], 1]);
  expect(await named(`?companyId=${companies[1]}`)).toEqual([['Rata'], 1]);
  expect(await named(`?companyId=${crypto.randomUUID()}`)).toEqual([[], 0]);
  expect((await world.admin.get(`${path}?companyId=Kauri`)).status).toBe(400);
});

test('the tabs of the invoices count what the list shows, and a bulk action takes no more than that', async () => {
  const counts = async (query: string) => (await world.admin.get(`/api/invoices/counts${query}`)).body.all;
  expect([await counts(''), await counts(`?companyId=${companies[0]}`)]).toEqual([2, 1]);
  await world.deps.db.execute(`update payable_invoice set status = 'approved'`);
  await world.deps.db.update(procoreCompany).set({ goLiveDate: '2020-01-01' });
  const preview = async (filter: object) =>
    (await world.admin.post('/api/bulk-actions/preview', { kind: 'send', filter })).body.count;
  expect(await preview({ search: 'a' })).toBe(2);
  expect(await preview({ search: 'a', companyId: companies[1] })).toBe(1);
  const { body } = await world.admin.post('/api/bulk-actions', {
    kind: 'send',
    filter: { companyId: companies[1] },
    expected: 1,
  });
  expect(body).toMatchObject({ total: 1 });
  const queued = await world.deps.db.execute(`select number from payable_invoice where queued_at is not null`);
  expect([...queued]).toEqual([{ number: 'Rata' }]);
});

test('a company of another account shows nothing of it', async () => {
  const stranger = await world.person(['viewer'], await world.otherAccount());
  for (const path of [
    '/api/projects',
    '/api/project-cost-codes',
    '/api/purchase-orders',
    '/api/subcontracts',
    '/api/invoices',
  ])
    expect([path, (await stranger.get(`${path}?companyId=${companies[0]}`)).body.total]).toEqual([path, 0]);
});
