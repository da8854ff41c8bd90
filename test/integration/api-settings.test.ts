import { desc } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  auditEvent,
  procoreCompany,
  procoreConnection,
  procoreTaxCode,
  projectStage,
  taxCode,
} from '../../db/schema/index.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());

const lastAudit = async () => (await world.deps.db.select().from(auditEvent).orderBy(desc(auditEvent.id)).limit(1))[0];

test('the settings of a new account are the defaults, and a change is kept and audited with before and after', async () => {
  const { body: before } = await world.admin.get('/api/settings');
  expect(before).toEqual({
    invoicesInterface: null,
    procoreSettingEdit: false,
    createMissingCodes: false,
    checkCostType: false,
    linkedCodesOnly: false,
    prefixOnCreate: false,
    suffixOnCreate: false,
    onlyApprovedVariations: false,
    createMissingVendors: true,
    roundingTolerance: '0.00',
    taxTolerance: '0.05',
    quantityPlaces: 4,
    directCostStatus: 'approved',
    postWithoutTax: false,
    waitForClaimOnOrders: false,
    waitForClaimOnSubContracts: true,
    requisitionStatus: 'under_review',
    createBillingPeriod: false,
    sendTimeSheetOnSubmission: false,
    sendTimeSheetAfterApproval: false,
    timeSheetApproval: 'final',
    sendAttachments: true,
    attachmentMaxMb: 20,
    selfApproval: false,
  });
  const change = { invoicesInterface: 'procore', roundingTolerance: '0.1', quantityPlaces: 2 };
  const { body: after } = await world.admin.send('PATCH', '/api/settings', change);
  expect(after).toEqual({ ...before, ...change, roundingTolerance: '0.10' });
  expect((await world.admin.get('/api/settings')).body).toEqual(after);
  expect(await lastAudit()).toMatchObject({
    actor: 'admin@lentune.test',
    action: 'settings.changed',
    before: { invoicesInterface: null, roundingTolerance: '0.00', quantityPlaces: 4 },
    after: { invoicesInterface: 'procore', roundingTolerance: '0.10', quantityPlaces: 2 },
  });
});

test('the connection can be changed only while "Enable Procore setting edit" is on', async () => {
  const change = { clientId: 'another-app', clientSecret: 'another-secret' };
  await world.admin.send('PATCH', '/api/settings', { procoreSettingEdit: false });
  const locked = await world.admin.send('PATCH', '/api/connection', change);
  expect([locked.status, locked.body.error]).toEqual([
    409,
    { code: 'CONFLICT', message: 'Switch on "Enable Procore setting edit" first.' },
  ]);
  expect((await world.admin.get('/api/connection')).body.clientId).toBe('lentune-sim-client');

  await world.admin.send('PATCH', '/api/settings', { procoreSettingEdit: true });
  const changed = await world.admin.send('PATCH', '/api/connection', change);
  expect([changed.status, changed.body.clientId]).toEqual([200, 'another-app']);
  const [row] = await world.deps.db.select().from(procoreConnection);
  expect(world.deps.secrets.open(row?.clientSecret ?? '', `procore_connection.client_secret:${row?.id}`)).toBe(
    'another-secret',
  );
  expect(await lastAudit()).toMatchObject({
    action: 'connection.changed',
    after: { clientId: 'another-app', clientSecret: 'replaced' },
  });
});

test('the callback address is the one of this installation', async () => {
  const { body } = await world.admin.get('/api/connection');
  expect(body.callbackUrl).toBe(`${world.url}/oauth/procore/callback`);
});

/** A company with two stages and two tax codes, as a finished connect leaves it. */
async function addCompany() {
  const { db, account } = { db: world.deps.db, account: world.account };
  const [connection] = await db.select().from(procoreConnection);
  const [company] = await db
    .insert(procoreCompany)
    .values({ account, connectionId: connection?.id ?? '', procoreId: '8089', name: 'Kauri Builders' })
    .returning();
  const companyId = company?.id ?? '';
  const stages = await db
    .insert(projectStage)
    .values(['Bidding', 'Construction'].map((name, index) => ({ account, companyId, procoreId: `${index}`, name })))
    .returning();
  const codes = await db
    .insert(procoreTaxCode)
    .values([
      { account, companyId, procoreId: '1', code: 'GST15', rate: '15' },
      { account, companyId, procoreId: '2', code: 'OLD', rate: '12.5', isArchived: true },
    ])
    .returning();
  return { id: companyId, stages, codes };
}

test('a company shows its stages; ticking them and its toggles is kept, audited, and asks for new hooks', async () => {
  const { id, stages } = await addCompany();
  const { status, body } = await world.admin.send('PATCH', `/api/companies/${id}`, {
    timeZone: 'Australia/Sydney',
    syncVendors: false,
    monitoredStageIds: [stages[1]?.id],
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ timeZone: 'Australia/Sydney', syncVendors: false, syncProjects: true });
  expect(
    body.stages.map(({ name, isMonitored }: { name: string; isMonitored: boolean }) => [name, isMonitored]),
  ).toEqual([
    ['Bidding', false],
    ['Construction', true],
  ]);
  expect(await lastAudit()).toMatchObject({
    action: 'company.changed',
    subject: 'Kauri Builders',
    before: { monitoredStages: [], syncVendors: true },
    after: { monitoredStages: ['Construction'], syncVendors: false },
  });
  const unknown = await world.admin.send('PATCH', `/api/companies/${id}`, { monitoredStageIds: [crypto.randomUUID()] });
  expect([unknown.status, unknown.body.error.message]).toEqual([400, 'This company has no such stage.']);
  const zone = await world.admin.send('PATCH', `/api/companies/${id}`, { timeZone: 'Middle/Earth' });
  expect([zone.status, zone.body.error.message]).toEqual([400, 'Choose a time zone such as Pacific/Auckland.']);
  const elsewhere = await world.person(['admin'], await world.otherAccount());
  expect((await elsewhere.send('PATCH', `/api/companies/${id}`, {})).status).toBe(404);
  expect((await elsewhere.get(`/api/companies/${id}/tax-mappings`)).status).toBe(404);
});

test('tax codes are mapped and unmapped, unmapped first, with a warning where the rate differs or the code is archived', async () => {
  const [company] = (await world.admin.get('/api/companies')).body;
  const path = `/api/companies/${company.id}/tax-mappings`;
  const { body: first } = await world.admin.get(path);
  expect(first.mappings.map(({ code }: { code: string }) => code)).toEqual(['EXEMPT', 'GST', 'ZERO']);
  const ours = Object.fromEntries(
    first.mappings.map((row: { code: string; taxCodeId: string }) => [row.code, row.taxCodeId]),
  );
  const theirs = Object.fromEntries(
    first.procoreTaxCodes.map((row: { code: string; id: string }) => [row.code, row.id]),
  );
  const { body: mapped } = await world.admin.send('PUT', path, {
    mappings: [
      { taxCodeId: ours.GST, procoreTaxCodeId: theirs.GST15 },
      { taxCodeId: ours.ZERO, procoreTaxCodeId: theirs.GST15 },
      { taxCodeId: ours.EXEMPT, procoreTaxCodeId: theirs.OLD },
    ],
  });
  const warnings = (body: { mappings: { code: string; warning: string | null }[] }) =>
    body.mappings.map(({ code, warning }) => [code, warning]);
  expect(warnings(mapped)).toEqual([
    ['EXEMPT', 'archived in Procore'],
    ['GST', null],
    ['ZERO', 'rates differ'],
  ]);
  expect(await lastAudit()).toMatchObject({ action: 'tax-mapping.changed', after: { GST: 'GST15', EXEMPT: 'OLD' } });
  const { body: unmapped } = await world.admin.send('PUT', path, {
    mappings: [{ taxCodeId: ours.ZERO, procoreTaxCodeId: null }],
  });
  expect(warnings(unmapped)[0]).toEqual(['ZERO', null]);

  const [foreign] = await world.deps.db
    .insert(taxCode)
    .values({ account: await world.otherAccount(), code: 'THEIRS', description: 'Theirs', rate: '1' })
    .returning();
  const stolen = await world.admin.send('PUT', path, {
    mappings: [{ taxCodeId: foreign?.id, procoreTaxCodeId: theirs.GST15 }],
  });
  expect([stolen.status, stolen.body.error.message]).toEqual([400, 'There is no such tax code.']);
});
