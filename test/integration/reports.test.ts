import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  auditEvent,
  costType,
  payableAccount,
  payableInvoice,
  payableInvoiceLine,
  procoreCompany,
  procoreConnection,
  project,
  projectCostCode,
  projectCostCodeType,
  pushPart,
} from '../../db/schema/index.ts';
import type { ProjectCosts } from '../../schemas/reports.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
const ids: Record<string, string> = {};

beforeAll(async () => {
  world = await startApi();
  await fill();
});
afterAll(() => world?.close());

/** Two projects, one code each, two cost types; `Concrete` has labour from the budget, `Timber` two types and a default. */
async function fill() {
  const { db } = world.deps;
  const { account } = world;
  const one = async <T>(rows: Promise<T[]>) => (await rows)[0]!;
  const vendor = await one(
    db.insert(payableAccount).values({ account, code: 'A', description: 'Acme', matchName: 'acme' }).returning(),
  );
  ids.vendor = vendor.id;
  for (const [code, glCode] of [
    ['L', '410'],
    ['M', null],
  ] as const) {
    const row = await one(
      db
        .insert(costType)
        .values({ account, code, externalCode: code, description: `Type ${code}`, glCode })
        .returning(),
    );
    ids[code] = row.id;
  }
  for (const [name, types] of [
    ['P-1', ['L']],
    ['P-2', ['L', 'M']],
  ] as const) {
    const place = await one(
      db
        .insert(project)
        .values({ account, code: name, description: `=Project ${name}` })
        .returning(),
    );
    const fields = { account, projectId: place.id, code: '03', externalCode: '03', description: 'Concrete' };
    const code = await one(db.insert(projectCostCode).values(fields).returning());
    ids[name] = place.id;
    ids[`${name} code`] = code.id;
    for (const type of types)
      await db.insert(projectCostCodeType).values({
        account,
        projectCostCodeId: code.id,
        costTypeId: ids[type]!,
        source: name === 'P-1' ? 'budget' : 'local',
        isDefault: type === 'M',
      });
  }
}

interface Wish {
  number: string;
  marks?: Partial<typeof payableInvoice.$inferInsert>;
  lines: { project?: string; amount: string; glCode?: string; costTypeId?: string }[];
}

async function enter({ number, marks = {}, lines }: Wish) {
  const { db } = world.deps;
  const total = lines.reduce((sum, line) => sum + Number(line.amount), 0).toFixed(2);
  const [row] = await db
    .insert(payableInvoice)
    .values({
      account: world.account,
      number,
      matchNumber: number,
      payableAccountId: ids.vendor!,
      invoiceDate: '2026-03-10',
      total,
      tax: '0.00',
      enteredBy: 'clerk',
      ...marks,
    })
    .returning();
  await db.insert(payableInvoiceLine).values(
    lines.map(({ project: place, ...line }, index) => ({
      account: world.account,
      invoiceId: row!.id,
      position: index + 1,
      projectId: place === undefined ? null : ids[place]!,
      projectCostCodeId: place === undefined ? null : ids[`${place} code`]!,
      ...line,
    })),
  );
  return row!.id;
}

const report = async (query = '') => (await world.admin.get(`/api/reports/project-costs${query}`)).body as ProjectCosts;

test('a cost type gets its GL code from people, audited; who may only look may not', async () => {
  const answer = await world.admin.send('PATCH', `/api/cost-types/${ids.M}`, { glCode: ' 420 ' });
  expect([answer.status, answer.body.glCode]).toEqual([200, '420']);
  const audits = await world.deps.db.select().from(auditEvent).where(eq(auditEvent.action, 'cost-type.gl-code'));
  expect(audits).toMatchObject([{ subject: 'M', before: { glCode: null }, after: { glCode: '420' } }]);
  expect(
    (await (await world.person(['viewer'])).send('PATCH', `/api/cost-types/${ids.M}`, { glCode: '1' })).status,
  ).toBe(403);
  expect((await world.admin.send('PATCH', `/api/cost-types/${crypto.randomUUID()}`, { glCode: '1' })).status).toBe(404);
  expect((await world.admin.send('PATCH', `/api/cost-types/${ids.M}`, { glCode: '' })).body.glCode).toBeNull();
  await world.admin.send('PATCH', `/api/cost-types/${ids.M}`, { glCode: '420' });
});

test('every line stands in one column, by project, cost type and GL code, and the whole adds up to the invoices', async () => {
  const approved = { status: 'approved' } as const;
  await enter({
    number: 'A',
    marks: { ...approved, integration: 'sent' },
    lines: [{ project: 'P-1', amount: '100.10' }],
  });
  await enter({
    number: 'B',
    lines: [
      { project: 'P-1', amount: '20.00', glCode: '999' },
      { project: 'P-2', amount: '30.00' },
    ],
  });
  await enter({
    number: 'C',
    marks: { ...approved, integration: 'failed' },
    lines: [{ project: 'P-2', amount: '40.00', costTypeId: ids.L! }],
  });
  await enter({
    number: 'D',
    marks: { ...approved, kind: 'credit', integration: 'sent' },
    lines: [{ project: 'P-1', amount: '10.05' }],
  });
  await enter({
    number: 'E',
    marks: { ...approved, integration: 'ignored' },
    lines: [{ project: 'P-1', amount: '5.00' }],
  });
  await enter({
    number: 'F',
    marks: { ...approved, integration: 'queued' },
    lines: [{ amount: '7.00', glCode: '500' }],
  });
  const partial = await enter({
    number: 'G',
    marks: { ...approved, integration: 'partial' },
    lines: [
      { project: 'P-1', amount: '1.00' },
      { project: 'P-2', amount: '2.00' },
    ],
  });
  const { db } = world.deps;
  const [connection] = await db.select().from(procoreConnection);
  const connectionId =
    connection?.id ??
    (
      await db
        .insert(procoreConnection)
        .values({ account: world.account, apiUrl: 'http://a', loginUrl: 'http://a', clientId: 'c', clientSecret: '' })
        .returning()
    )[0]!.id;
  const [company] = await db
    .insert(procoreCompany)
    .values({ account: world.account, connectionId, procoreId: '1', name: 'Kauri' })
    .returning();
  await db.insert(pushPart).values({
    account: world.account,
    companyId: company!.id,
    documentKind: 'invoice',
    documentId: partial,
    partKey: `project:${ids['P-1']}`,
    target: 'direct_cost',
    projectProcoreId: '77',
    revision: 1,
    state: 'sent',
  });
  const { rows, totals, invoiceTotal, difference } = await report();
  const seen = rows.map((row) => [
    row.projectCode,
    row.costTypeCode,
    row.glCode,
    row.posted,
    row.pending,
    row.failed,
    row.leftOut,
    row.total,
  ]);
  expect(seen).toEqual([
    ['P-1', 'L', '410', '91.05', '0.00', '0.00', '5.00', '96.05'],
    ['P-1', 'L', '999', '0.00', '20.00', '0.00', '0.00', '20.00'],
    ['P-2', 'L', '410', '0.00', '0.00', '40.00', '0.00', '40.00'],
    ['P-2', 'M', '420', '0.00', '30.00', '2.00', '0.00', '32.00'],
    [null, null, '500', '0.00', '7.00', '0.00', '0.00', '7.00'],
  ]);
  expect(totals).toEqual({ posted: '91.05', pending: '57.00', failed: '42.00', leftOut: '5.00', total: '195.05' });
  expect([invoiceTotal, difference]).toEqual(['195.05', '0.00']);
});

test('the period counts invoice dates, both included, and one project may be asked for', async () => {
  await enter({ number: 'OLD', marks: { invoiceDate: '2025-12-31' }, lines: [{ project: 'P-1', amount: '1000.00' }] });
  expect((await report('?from=2026-01-01')).totals.total).toBe('195.05');
  expect((await report('?from=2025-12-31&to=2025-12-31')).totals.total).toBe('1000.00');
  const one = await report(`?projectId=${ids['P-2']}`);
  expect([one.totals.total, one.invoiceTotal]).toEqual(['72.00', null]);
  expect((await world.admin.get('/api/reports/project-costs?from=2026-02-01&to=2026-01-01')).status).toBe(400);
});

test('it is a CSV file a spreadsheet opens without running anything, and nobody else sees it', async () => {
  const answer = await world.admin.get('/api/reports/project-costs.csv?to=2025-12-31');
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename=project-costs.csv');
  expect(answer.text.replace('\uFEFF', '').split('\r\n')).toEqual([
    'Project,Project name,Cost type,Cost type name,GL code,Posted,Pending,Failed,Ignored,Total excluding tax',
    `"P-1","'=Project P-1","L","Type L","410",0.00,1000.00,0.00,0.00,1000.00`,
    '',
  ]);
  const elsewhere = await world.person(['admin'], await world.otherAccount());
  expect((await elsewhere.get('/api/reports/project-costs')).body.rows).toEqual([]);
  expect((await world.stranger.get('/api/reports/project-costs.csv')).status).toBe(401);
});
