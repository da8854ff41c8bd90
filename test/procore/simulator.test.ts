import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRateBudget } from '../../db/queries/rate-windows.ts';
import { createTokenStore, saveTokens } from '../../db/queries/tokens.ts';
import { procoreConnection, rateWindow } from '../../db/schema/index.ts';
import { type CompanyApi, createProcore } from '../../procore/client.ts';
import { authorizeUrl, clientCredentials, exchangeCode, refresh, revoke } from '../../procore/oauth.ts';
import { type RunningSimulator, startSimulator } from '../../simulator/server.ts';
import { addConnection, secrets, startDatabase } from './connection.ts';

/** What the tests use of the simulator's own description of its sample. */
interface Guide {
  companies: { id: number }[];
  people: { id: number }[];
  client: { clientId: string; clientSecret: string };
  exampleProjects: Record<string, ExampleProject | null>;
  exampleVendors: { acmeSteel: { id: number }; inactive: { id: number } };
  taxCodes: { id: number; rate: number }[];
}
interface ExampleProject {
  id: number;
  subJobs: { id: number }[];
  codes: { id: number; fullCode: string; budgeted: { wbsCodeId: number; lineItemTypeId: number }[] }[];
}

const REDIRECT = 'http://localhost:3000/oauth/procore/callback';

let simulator: RunningSimulator;
let database: Awaited<ReturnType<typeof startDatabase>>;
let guide: Guide;
let connectionId: string;
let procore: ReturnType<typeof createProcore>;
let api: CompanyApi;
let project: ExampleProject;

beforeAll(async () => {
  [simulator, database] = await Promise.all([startSimulator({ checkContract: true }), startDatabase()]);
  guide = await control('GET', '/sample');
  connectionId = await addConnection(database.db, { apiUrl: simulator.url, loginUrl: simulator.url });
  await database.db
    .update(procoreConnection)
    .set({
      clientId: guide.client.clientId,
      clientSecret: secrets.seal(guide.client.clientSecret, `procore_connection.client_secret:${connectionId}`),
    })
    .where(eq(procoreConnection.id, connectionId));
  await saveTokens(database.db, secrets, connectionId, await consent());
  procore = createProcore({ tokens: createTokenStore(database.db, secrets), budget: createRateBudget(database.db) });
  api = procore.company(scope());
  const examples = Object.values(guide.exampleProjects).filter((one) => one !== null);
  project =
    examples.find(({ codes }) => codes.some(({ budgeted }) => budgeted.length > 0)) ??
    expect.fail('no project with a budget');
});

const scope = () => ({
  connectionId,
  apiUrl: simulator.url,
  companyId: String(guide.companies[0]?.id),
  lane: 'person' as const,
});

afterAll(async () => {
  await procore.close();
  await simulator.close();
  await database.close();
});

async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${simulator.url}/control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return (await answer.json()) as T;
}

const client = () => ({ loginUrl: simulator.url, ...guide.client });

/** Goes through the consent page as the first person of the sample. */
async function consent() {
  const address = new URL(authorizeUrl({ ...client(), redirectUri: REDIRECT, state: 's-1' }));
  const form = new URLSearchParams([
    ...address.searchParams,
    ['user_id', String(guide.people[0]?.id)],
    ['decision', 'allow'],
  ]);
  const answer = await fetch(new URL(address.pathname, address), { method: 'POST', body: form, redirect: 'manual' });
  const target = new URL(answer.headers.get('location') ?? '');
  expect(target.searchParams.get('state')).toBe('s-1');
  return exchangeCode(client(), { code: target.searchParams.get('code') ?? '', redirectUri: REDIRECT });
}

const oneVendor = () => ({ vendorId: String(guide.exampleVendors.acmeSteel.id), projectId: String(project.id) });
const newCost = (invoiceNumber: string, lines = {}) => ({
  ...oneVendor(),
  invoiceNumber,
  directCostType: 'invoice',
  directCostDate: '2026-05-04',
  description: 'Steel',
  originData: `lentune/test/${invoiceNumber}`,
  ...lines,
});

test('who signed in and which companies they reach', async () => {
  const user = procore.user({ connectionId, apiUrl: simulator.url, lane: 'person' });
  expect(await user.me()).toMatchObject({ id: String(guide.people[0]?.id), login: expect.any(String) });
  const companies = await user.companies();
  expect(companies.map(({ id }) => id)).toContain(String(guide.companies[0]?.id));
});

test('everything the inbound flows read is read', async () => {
  const projectId = String(project.id);
  const { rows } = await api.projects.page({ byStatus: 'All', cursor: null });
  expect(rows.map(({ id }) => id)).toContain(projectId);
  const some = await api.projects.page({
    byStatus: 'All',
    ids: [projectId],
    updatedFrom: '2000-01-01T00:00:00Z',
    cursor: null,
  });
  expect(some.rows).toHaveLength(1);
  expect(await api.projects.show(projectId)).toMatchObject({ id: projectId, template: false });
  expect((await api.stages.all()).length).toBeGreaterThan(3);

  const { vendorId } = oneVendor();
  const vendors = await api.vendors.page({ ids: [vendorId], cursor: null });
  expect(vendors.rows.map(({ id }) => id)).toEqual([vendorId]);
  expect((await api.vendors.page({ search: 'Acme', cursor: null })).rows.length).toBeGreaterThan(0);
  expect((await api.vendors.inactivePage({ cursor: null })).rows.length).toBeGreaterThan(0);
  expect(await api.vendors.show(vendorId)).toMatchObject({ id: vendorId });
  expect((await api.projectVendors.page({ projectId, ids: [vendorId], cursor: null })).rows.length).toBeLessThan(2);

  const [list] = await api.standardCostCodes.lists();
  const standard = await api.standardCostCodes.page({ listId: list?.id ?? '', cursor: null });
  expect(standard.rows[0]).toMatchObject({ code: expect.any(String), full_code: expect.any(String) });
  const codes = await api.costCodes.page({ projectId, cursor: null });
  const [code] = codes.rows;
  expect((await api.costCodes.page({ projectId, ids: [code?.id ?? ''], cursor: null })).rows).toHaveLength(1);
  expect(await api.costCodes.show({ projectId, costCodeId: code?.id ?? '' })).toMatchObject({ id: code?.id });
  for (const subJob of await api.subJobs.all(projectId)) {
    const { rows: billed } = await api.costCodes.page({ projectId, subJobId: subJob.id, cursor: null });
    expect(billed.every((one) => one.biller_id === subJob.id)).toBe(true);
  }
  expect((await api.costTypes.all()).map(({ base_type }) => base_type)).toContain('materials');

  const pattern = await api.wbs.pattern(projectId);
  const segments = await api.wbs.companySegments();
  expect(pattern.segments.map(({ id }) => id).sort()).toEqual(segments.map(({ id }) => id).sort());
  const budgetCodes = await api.wbs.codesPage({ projectId, cursor: null });
  expect(budgetCodes.rows[0]?.segment_items.map(({ segment }) => segment?.type)).toEqual(
    expect.arrayContaining(['cost_code', 'line_item_type']),
  );

  const [view] = await api.budget.views(projectId);
  const budget = await api.budget.detailRowsPage({ viewId: view?.id ?? '', projectId, cursor: null });
  expect(budget.rows[0]).toMatchObject({ wbs_code_id: expect.any(String), original_budget_amount: expect.any(String) });
  expect((await api.taxCodes.all()).map(({ rate1 }) => rate1)).toContain('15');
  expect((await api.uoms.all()).length).toBeGreaterThan(0);
  expect((await api.users.page({ updatedFrom: '2000-01-01T00:00:00Z', cursor: null })).rows.length).toBeGreaterThan(0);
});

test('a direct cost goes from empty draft to approved with tax and a file, and away again', async () => {
  const taxCodeId = String(guide.taxCodes.find(({ rate }) => rate === 15)?.id);
  const code = project.codes.find(({ budgeted }) => budgeted.length > 0);
  const pair = { costCodeId: String(code?.id), lineItemTypeId: String(code?.budgeted[0]?.lineItemTypeId) };
  await api.projectVendors.add(String(project.id), oneVendor().vendorId);
  expect(await api.directCosts.find({ projectId: String(project.id), invoiceNumber: 'INV-1' })).toEqual([]);

  const header = await api.directCosts.createHeader(newCost('INV-1'));
  const one = { projectId: String(project.id), directCostId: header.id };
  expect(header).toMatchObject({ status: 'draft', invoice_number: 'INV-1', origin_data: 'lentune/test/INV-1' });
  const line = (n: number, amount: string) => ({
    ...pair,
    amount,
    taxCodeId,
    extendedType: 'manual' as const,
    description: `Line ${n}`,
    originData: `lentune/test/INV-1/${n}`,
  });
  const synced = await api.directCosts.syncLines({
    ...one,
    lines: [line(1, '1200.10'), { ...line(2, '5'), costCodeId: '1' }],
  });
  expect(synced.entities).toMatchObject([
    { amount: '1200.1', tax_code_id: taxCodeId, origin_data: 'lentune/test/INV-1/1' },
  ]);
  expect(synced.errors).toMatchObject([
    { originData: 'lentune/test/INV-1/2', said: expect.stringContaining('cost_code') },
  ]);

  const [kept] = await api.directCosts.listLines(one);
  expect(kept).toMatchObject({
    id: synced.entities[0]?.id,
    cost_code: { id: pair.costCodeId },
    line_item_type: { id: pair.lineItemTypeId },
  });
  const pdf = { filename: 'inv.pdf', contentType: 'application/pdf', bytes: new TextEncoder().encode('%PDF-1.4') };
  await api.directCosts.attach({ ...one, files: [pdf] });
  await api.directCosts.updateHeader({ ...one, status: 'approved' });
  expect(await api.directCosts.show(one)).toMatchObject({
    status: 'approved',
    grand_total: expect.stringMatching(/^1\d{3}/),
    attachments: [{ filename: 'inv.pdf' }],
    line_items: [{ amount: '1200.1' }],
  });
  expect(await api.directCosts.find({ projectId: one.projectId, invoiceNumber: 'INV-1' })).toMatchObject([
    { id: header.id },
  ]);
  await api.directCosts.updateHeader({ ...one, status: 'draft' });
  await api.directCosts.deleteLine({ ...one, lineId: kept?.id ?? '' });
  await api.directCosts.delete(one);
  await expect(api.directCosts.show(one)).rejects.toMatchObject({ kind: 'not-found' });
});

test('a direct cost without tax is made in one call', async () => {
  const wbsCodeId = String(project.codes.find(({ budgeted }) => budgeted.length > 0)?.budgeted[0]?.wbsCodeId);
  const lines = [{ wbsCodeId, amount: '99.99', description: 'Nails', ref: '1' }];
  const made = await api.directCosts.createWithLines({ ...newCost('INV-2'), lines });
  expect(made.line_items).toMatchObject([{ amount: '99.99', ref: '1', wbs_code: { id: wbsCodeId } }]);
});

test('missing vendors, codes, types and budget codes are created', async () => {
  const projectId = String(project.id);
  const vendor = await api.vendors.create({ name: 'Tui Timber', originData: 'lentune/v/1', countryCode: 'NZ' });
  expect(vendor).toMatchObject({ name: 'Tui Timber', is_active: true, origin_data: 'lentune/v/1' });
  const root = await api.costCodes.create({ projectId, code: '98', name: 'Extras', originData: 'lentune/c/98' });
  const child = await api.costCodes.create({
    projectId,
    code: '100',
    name: 'More',
    parentId: root.id,
    originData: 'lentune/c/98-100',
  });
  expect(child).toMatchObject({ full_code: '98-100', parent: { id: root.id } });
  const type = await api.costTypes.create({ name: 'Crane', code: 'CR', baseType: 'equipment' });
  expect(type).toMatchObject({ code: 'CR', base_type: 'equipment' });
});

test.each(['served', 'not found'])('hooks are made, subscribed, changed and removed, v2.0 %s', async (newer) => {
  await control('PUT', '/switches', { webhooks_v2: newer });
  const { hooks } = procore.company(scope());
  const hookCalls = async () => {
    const { entries } = await control<{ entries: { path: string; status: number }[] }>('GET', '/requests');
    return entries.filter(({ path, status }) => path.includes('/webhooks/') && status < 300).map(({ path }) => path);
  };
  const before = (await hookCalls()).length;
  const resources = await hooks.resources({ payloadVersion: 'v3.0' });
  expect(resources.find(({ name }) => name === 'Projects')?.actions).toEqual(
    expect.arrayContaining(['create', 'update']),
  );
  const input = {
    payloadVersion: 'v3.0',
    namespace: 'lentune',
    destinationUrl: 'https://127.0.0.1:1/hook',
    authorization: 'Bearer x',
  };
  const { id: hookId } = await hooks.create(input);
  const triggers = [
    { resourceName: 'Projects', eventType: 'update' },
    { resourceName: 'Requisitions', eventType: 'create' },
  ];
  expect((await hooks.triggers.createBulk({ hookId, payloadVersion: 'v3.0', triggers })).failed).toHaveLength(1);
  const [trigger] = await hooks.triggers.list({ hookId });
  await control('PATCH', `/records/projects/${project.id}`, { city: `Town ${newer}` });
  await expect
    .poll(() => procore.company(scope()).deliveries.newest({ hookId, status: 'retrying' }), { timeout: 5000 })
    .toHaveLength(1);
  expect(trigger).toMatchObject({ resource_name: 'Projects', event_type: 'update' });
  await hooks.update({ ...input, hookId, destinationUrl: 'https://127.0.0.1:1/other' });
  expect(await hooks.list({ namespace: 'lentune' })).toMatchObject([
    { id: hookId, destination_url: 'https://127.0.0.1:1/other' },
  ]);
  expect(await hooks.triggers.deleteBulk({ hookId, triggerIds: [trigger?.id ?? ''] })).toEqual({ failed: [] });
  expect(await hooks.triggers.list({ hookId })).toEqual([]);
  await hooks.delete({ hookId });
  expect(await hooks.list({ namespace: 'lentune' })).toEqual([]);
  const version = newer === 'served' ? '/rest/v2.0/' : '/rest/v1.0/';
  const paths = (await hookCalls()).slice(before);
  expect(paths.length).toBeGreaterThan(8);
  expect(paths.filter((path) => !path.startsWith(version))).toEqual([]);
  await control('PUT', '/switches', { webhooks_v2: 'served' });
});

test.each([true, false])('a file is sent in one piece, without our token, for a project %s', async (ofProject) => {
  const file = { filename: 'plan.pdf', contentType: 'application/pdf', bytes: new TextEncoder().encode('%PDF-1.4') };
  const uuid = await api.uploads.put({ ...file, ...(ofProject ? { projectId: String(project.id) } : {}) });
  expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
  await control('PUT', '/settings', { uploads: { ticketSeconds: -1 } });
  await expect(api.uploads.put(file)).rejects.toMatchObject({
    kind: 'forbidden',
    said: expect.stringContaining('Policy'),
  });
  await control('PUT', '/settings', { uploads: { ticketSeconds: 3600 } });
});

test('of two writes to one direct cost at once, one is told that it is busy', async () => {
  const { id: directCostId } = await api.directCosts.createHeader(newCost('INV-4'));
  await control('PUT', '/settings', { directCostWriteMs: 500 });
  const update = () => api.directCosts.updateHeader({ projectId: String(project.id), directCostId, terms: '20th' });
  const outcomes = await Promise.allSettled([update(), update(), update()]);
  await control('PUT', '/settings', { directCostWriteMs: 10 });
  const busy = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(busy.length).toBeGreaterThan(0);
  expect(busy[0]).toMatchObject({ kind: 'busy', status: 409, isAmbiguous: false });
});

test('a lost response is an open question, and the record is there', async () => {
  await control('POST', '/faults', {
    match: { method: 'POST', path: '/direct_costs$' },
    effect: { kind: 'lost-response' },
  });
  await expect(api.directCosts.createHeader(newCost('INV-3'))).rejects.toMatchObject({
    kind: 'network',
    isAmbiguous: true,
  });
  expect(await api.directCosts.find({ projectId: String(project.id), invoiceNumber: 'INV-3' })).toHaveLength(1);
});

test.each<[string, object, object]>([
  ['truncate', {}, { kind: 'unreadable' }],
  ['html', {}, { kind: 'server', said: '502 Bad Gateway' }],
  ['drop-before', {}, { kind: 'network' }],
  ['status', { status: 503 }, { kind: 'server', retryAfterMs: 2000 }],
])('a fault of kind %s %j is told apart', async (kind, more, expected) => {
  await control('POST', '/faults', { match: { path: '/project_stages' }, effect: { kind, ...more } });
  await expect(api.stages.all()).rejects.toMatchObject(expected);
});

test('an uninstalled app, a tool that is off and a hidden project are told apart', async () => {
  const projectId = String(project.id);
  await control('PUT', '/settings', { toolsOff: { [projectId]: ['direct_costs'] } });
  await expect(api.directCosts.find({ projectId, invoiceNumber: 'x' })).rejects.toMatchObject({ kind: 'tool-off' });
  await control('PUT', '/settings', { toolsOff: {}, hiddenProjects: [project.id] });
  await expect(api.projects.show(projectId)).rejects.toMatchObject({ kind: 'not-found' });
  await control('PUT', '/settings', { hiddenProjects: [], disconnectedCompanies: [guide.companies[0]?.id] });
  await expect(api.stages.all()).rejects.toMatchObject({ kind: 'app-disconnected' });
  await control('PUT', '/settings', { disconnectedCompanies: [] });
});

test('an expired access token is replaced in the middle of a call', async () => {
  await control('POST', '/faults', { match: { path: '/project_stages' }, effect: { kind: 'status', status: 401 } });
  const versionOf = async () =>
    (await database.db.select().from(procoreConnection).where(eq(procoreConnection.id, connectionId)))[0]
      ?.tokenVersion ?? 0;
  const before = await versionOf();
  expect((await api.stages.all()).length).toBeGreaterThan(0);
  expect(await versionOf()).toBe(before + 1);
});

test('the allowance follows what the answers tell', async () => {
  await control('PUT', '/settings', { rateSpike: { limit: 5, seconds: 10 } });
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => api.stages.all()));
  const later = await Promise.allSettled([api.stages.all()]);
  const refused = [...outcomes, ...later].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map(({ kind }) => kind))).toEqual(new Set(['rate-limit']));
  expect(later[0]).toMatchObject({ status: 'rejected', reason: { status: null, retryAfterMs: expect.any(Number) } });
  await control('PUT', '/settings', { rateSpike: { limit: 1000, seconds: 10 } });
  await database.db.delete(rateWindow);
});

test('a service account signs in without a person, and a revoked grant is dead', async () => {
  const service = await clientCredentials(client());
  expect(service).toMatchObject({ refreshToken: null, expiresInSeconds: 5400 });
  const pair = await consent();
  await revoke(client(), pair.refreshToken ?? '');
  expect(await refresh({ ...client(), refreshToken: pair.refreshToken })).toEqual({ kind: 'dead' });
  await expect(exchangeCode(client(), { code: 'none', redirectUri: REDIRECT })).rejects.toMatchObject({
    kind: 'unauthorized',
  });
});

test('nothing that was said in either direction breaks the contract', async () => {
  const { violations, checked } = await control<{ violations: unknown[]; checked: number }>('GET', '/contract');
  expect(violations).toEqual([]);
  expect(checked).toBeGreaterThan(100);
});
