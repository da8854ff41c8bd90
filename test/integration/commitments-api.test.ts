import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createImportProject } from '../../activities/import-project.ts';
import { createSyncCostCodes } from '../../activities/sync-cost-codes.ts';
import { createSyncVendor } from '../../activities/sync-vendor.ts';
import { takeStages } from '../../db/queries/companies.ts';
import { auditEvent, inboxEvent, procoreCompany, procoreConnection, project } from '../../db/schema/index.ts';
import { createProcore } from '../../procore/client.ts';
import { type RunningSimulator, startSimulator } from '../../simulator/server.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let simulator: RunningSimulator;
let world: ApiWorld;
let companyId: string;
let projectId: string;
let procoreProjectId: number;

// biome-ignore lint/suspicious/noExplicitAny: the control API answers with every shape
const control = async (method: string, path: string, body?: object): Promise<any> => {
  const answer = await fetch(`${simulator.url}/control${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return answer.json();
};

beforeAll(async () => {
  simulator = await startSimulator();
  world = await startApi(simulator.url);
  const guide = await control('GET', '/sample');
  const { access_token } = await control('POST', '/tokens', {});
  procoreProjectId = guide.exampleProjects.inConstruction.id;
  await world.admin.get('/api/companies');
  const { db, secrets } = world.deps;
  const [connection] = await db.select().from(procoreConnection);
  await db
    .update(procoreConnection)
    .set({
      state: 'connected',
      accessToken: secrets.seal(access_token, `procore_connection.access_token:${connection!.id}`),
      accessTokenExpiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      tokenVersion: 1,
    })
    .where(eq(procoreConnection.id, connection!.id));
  const [company] = await db
    .insert(procoreCompany)
    .values({
      account: world.account,
      connectionId: connection!.id,
      procoreId: String(guide.companies[0].id),
      name: guide.companies[0].name,
    })
    .returning();
  companyId = company!.id;
  const stages = guide.stages.map((stage: { id: number; name: string }) => ({
    procoreId: String(stage.id),
    name: stage.name,
    category: null,
    isBidding: stage.name === 'Bidding',
  }));
  await db.transaction((tx) => takeStages(tx, world.account, companyId, stages));
});
afterAll(async () => {
  await world.close();
  await simulator.close();
});

/** Runs what the workers would: reads a project, and first what it refers to. */
async function bringIn(): Promise<void> {
  const { db } = world.deps;
  const { access_token } = await control('POST', '/tokens', {});
  const procore = createProcore({
    tokens: { accessToken: async () => ({ value: access_token, version: 1 }) },
    budget: { take: async () => ({ kind: 'go' }), learn: async () => undefined },
  });
  const rounds = [
    [createSyncVendor({ db, procore }), companyId, 'vendor', null],
    [createSyncCostCodes({ db, procore }), companyId, 'cost_type', null],
    [createImportProject({ db, procore }), `${companyId}/${procoreProjectId}`, 'project', String(procoreProjectId)],
  ] as const;
  for (const [reader, scope, kind, id] of rounds) {
    let cursor: string | null = null;
    do {
      const record = { kind, id, source: 'fetch' as const, eventTypes: [], fetchItemIds: [], rowIds: ['1'] };
      const { signal } = new AbortController();
      const page = { account: world.account, companyId, scope, records: [record], cursor, signal };
      const result = await reader.read(page);
      await db.transaction((tx) => result.apply(tx));
      cursor = result.next;
    } while (cursor !== null);
  }
  await procore.close();
  const [row] = await db.select().from(project).where(eq(project.code, 'P-1007'));
  projectId = row!.id;
}

const rowsOf = async (path: string) => (await world.admin.get(path)).body.rows;
const why = (kind: string, number: string) =>
  world.admin.get(`/api/commitments/why?kind=${kind}&projectId=${projectId}&number=${number}`);

describe('access', () => {
  test('is refused to a caller without a session', async () => {
    for (const path of ['/api/purchase-orders', '/api/subcontracts', '/api/commitments/why'])
      expect((await world.stranger.get(path)).status).toBe(401);
    expect((await world.stranger.post('/api/commitments/refresh', {})).status).toBe(401);
  });

  test('to read is given to everyone, to refresh not to a viewer', async () => {
    const viewer = await world.person(['viewer']);
    expect((await viewer.get('/api/purchase-orders')).status).toBe(200);
    expect((await viewer.post('/api/commitments/refresh', {})).status).toBe(403);
  });
});

describe('the switches', () => {
  test('are off at first; subcontracts and purchase orders of Procore are ticked one by one, and audited', async () => {
    const { body } = await world.admin.get('/api/companies');
    expect(body[0]).toMatchObject({ syncSubContracts: false, purchaseOrderMaster: 'none' });
    const change = { syncSubContracts: true, purchaseOrderMaster: 'procore' };
    const answer = await world.admin.send('PATCH', `/api/companies/${companyId}`, change);
    expect([answer.status, answer.body]).toMatchObject([200, change]);
    const audits = await world.deps.db.select().from(auditEvent).where(eq(auditEvent.action, 'company.changed'));
    expect(audits.at(-1)).toMatchObject({ before: { purchaseOrderMaster: 'none' }, after: change });
  });

  test('both masters at once cannot be said', async () => {
    const both = await world.admin.send('PATCH', `/api/companies/${companyId}`, { purchaseOrderMaster: 'both' });
    expect(both.status).toBe(400);
    const written = world.deps.db
      .update(procoreCompany)
      .set({ purchaseOrderMaster: 'both' as 'none' })
      .where(eq(procoreCompany.id, companyId));
    await expect(written).rejects.toThrow();
  });
});

describe('once the project is in', () => {
  beforeAll(() => bringIn());

  test('purchase orders are listed by number with what is left of each', async () => {
    await control('PATCH', `/records/purchase_order_contracts/${(await inSimulator('PO-1007-02')).id}`, {
      total_requisitions_amount: '100.00',
    });
    await bringIn();
    const rows = await rowsOf('/api/purchase-orders');
    expect(rows.map((row: { number: string }) => row.number)).toEqual([
      'PO-1007-01',
      'PO-1007-02',
      'PO-1007-03',
      'PO-1007-04',
      'PO-1007-05',
    ]);
    const second = rows[1];
    expect(Number(second.revised)).toBeCloseTo(Number(second.original) + Number(second.approvedChanges), 2);
    expect(Number(second.remaining)).toBeCloseTo(Number(second.revised) - 100, 2);
    expect(Number(second.approvedChanges)).toBeGreaterThan(0);
    expect(rows[3]).toMatchObject({
      status: 'Draft',
      isGreyed: true,
      whyGreyed: 'Its status in Procore is Draft; only Approved, Partially Received or Received may be invoiced.',
    });
    expect(await rowsOf('/api/purchase-orders?search=scaffold')).toHaveLength(1);
    expect(await rowsOf(`/api/purchase-orders?projectId=${projectId}&limit=2`)).toHaveLength(2);
  });

  test('pages follow each other', async () => {
    const first = (await world.admin.get('/api/subcontracts?limit=3')).body;
    expect(first).toMatchObject({ total: 4, rows: { length: 3 } });
    const second = (await world.admin.get(`/api/subcontracts?limit=3&cursor=${first.nextCursor}`)).body;
    expect(second.rows.map((row: { number: string }) => row.number)).toEqual(['SC-1007-04']);
  });

  test('a subcontract is shown with lines, codes, and variations in their status', async () => {
    const [listed] = await rowsOf('/api/subcontracts');
    const { status, body } = await world.admin.get(`/api/subcontracts/${listed.id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ number: 'SC-1007-01', retainagePercent: '10', isExecuted: true, variationCount: 12 });
    expect(body.lines.every((line: { isCodeKnown: boolean }) => line.isCodeKnown)).toBe(true);
    const worths = body.variations.map((one: { state: string; worth: string }) => [one.state, Number(one.worth) > 0]);
    for (const [state, isWorth] of worths) expect(isWorth).toBe(state === 'approved');
    expect(body.variations.find((one: { statusName: string }) => one.statusName === 'Declined')).toMatchObject({
      state: 'no_longer_required',
      worth: '0.00',
      lines: expect.any(Array),
    });
  });

  test('one of another account, or of the other kind, does not exist', async () => {
    const [listed] = await rowsOf('/api/subcontracts');
    expect((await world.admin.get(`/api/purchase-orders/${listed.id}`)).status).toBe(404);
    const elsewhere = await world.person(['admin'], await world.otherAccount());
    expect((await elsewhere.get(`/api/subcontracts/${listed.id}`)).status).toBe(404);
    expect((await elsewhere.get('/api/subcontracts')).body.rows).toEqual([]);
  });

  test('the question why one is not here is answered with every point', async () => {
    const good = (await why('sub_contract', 'sc-1007-01')).body;
    expect(good.id).not.toBeNull();
    expect(good.checks.every(({ verdict }: { verdict: string }) => verdict === 'fine')).toBe(true);
    const causes = (body: { checks: { verdict: string; says: string }[] }) =>
      body.checks.filter(({ verdict }) => verdict === 'cause').map(({ says }) => says);
    expect(causes((await why('sub_contract', 'SC-1007-03')).body)).toEqual([
      expect.stringContaining('Out For Signature'),
    ]);
    expect(causes((await why('purchase_order', 'PO-1007-02')).body)).toEqual([
      expect.stringContaining('ACME  STEEL LTD is not a supplier'),
    ]);
    expect(causes((await why('purchase_order', 'PO-9999')).body)).toEqual([
      expect.stringContaining('Procore shows us no purchase order PO-9999'),
      expect.stringContaining('has not told us of it'),
    ]);
    await control('PUT', '/settings', { privateCommitmentsHidden: true });
    expect(causes((await why('sub_contract', 'SC-1007-04')).body)[0]).toContain('private and not shared');
    await control('PUT', '/settings', { privateCommitmentsHidden: false });
    await control('PUT', '/settings', { toolsOff: { [procoreProjectId]: ['commitments'] } });
    const unreadable = (await why('sub_contract', 'SC-1007-01')).body;
    expect(unreadable.checks.filter(({ verdict }: { verdict: string }) => verdict === 'unknown')).toHaveLength(1);
    await control('PUT', '/settings', { toolsOff: {} });
  });

  test('variations left out by "Only sync approved variation lines" are counted in the answer', async () => {
    await world.admin.send('PATCH', '/api/settings', { onlyApprovedVariations: true });
    const { checks } = (await why('sub_contract', 'SC-1007-01')).body;
    expect(checks.at(-1)).toMatchObject({
      verdict: 'cause',
      says: expect.stringContaining('10 variations are not approved'),
    });
    await world.admin.send('PATCH', '/api/settings', { onlyApprovedVariations: false });
  });

  test('with the switch off Procore is not even asked', async () => {
    await world.admin.send('PATCH', `/api/companies/${companyId}`, { syncSubContracts: false });
    const { checks } = (await why('sub_contract', 'SC-1007-01')).body;
    expect(checks[1]).toEqual({
      verdict: 'cause',
      says: '"Procore sub-contracts" is switched off for Kauri Construction Ltd.',
      fix: 'Switch it on under Settings > Integration.',
    });
  });

  test('switching a kind on, and switching the filter of variations, has the monitored projects read again', async () => {
    const asked = async () =>
      (await world.deps.db.select().from(inboxEvent).where(eq(inboxEvent.source, 'refresh')))
        .filter(({ flow, state }) => flow === 'project' && state === 'pending')
        .map(({ recordKind }) => recordKind);
    await world.deps.db.delete(inboxEvent);
    await world.admin.send('PATCH', `/api/companies/${companyId}`, { syncSubContracts: true });
    expect(await asked()).toEqual(['sub_contract', 'change_order']);
    await world.deps.db.delete(inboxEvent);
    await world.admin.send('PATCH', '/api/settings', { onlyApprovedVariations: true });
    expect(await asked()).toEqual(['change_order']);
  });

  test('Refresh puts one row into the inbox', async () => {
    await world.deps.db.delete(inboxEvent);
    const clerk = await world.person(['clerk']);
    const body = { kind: 'purchase_order', projectId, procoreId: '4711' };
    expect((await clerk.post('/api/commitments/refresh', body)).status).toBe(202);
    const rows = await world.deps.db.select().from(inboxEvent);
    expect(rows).toMatchObject([
      { recordKind: 'purchase_order', recordId: '4711', source: 'refresh', scope: `${companyId}/${procoreProjectId}` },
    ]);
    expect((await clerk.post('/api/commitments/refresh', { ...body, projectId: companyId })).status).toBe(400);
  });
});

const inSimulator = async (number: string): Promise<{ id: number }> =>
  (await control('GET', `/records/purchase_order_contracts?projectId=${procoreProjectId}`)).records.find(
    (row: { number: string }) => row.number === number,
  );
