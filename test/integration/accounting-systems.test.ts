import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listProjects } from '../../db/queries/projects.ts';
import { findVendor } from '../../db/queries/vendors.ts';
import { procoreCompany, procoreLink } from '../../db/schema/index.ts';
import { ACCOUNT, type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world?.close());

const company = async () =>
  (await world.db.select().from(procoreCompany).where(eq(procoreCompany.id, world.companyId)))[0]!;
const inConstruction = () => world.guide.exampleProjects.inConstruction!;
const refreshed = () =>
  world.run('project', [{ kind: 'project', id: String(inConstruction().id), source: 'refresh' }], inConstruction().id);

test('a vendor another system owns is read only, and the company is connected to an accounting system', async () => {
  const made = await world.procore.create<{ id: number }>('vendors', {
    company_id: world.guide.companies[0]!.id,
    name: 'Ledger Supplies',
  });
  await world.run('vendors', [{ kind: 'vendor', id: String(made.id) }]);
  expect((await company()).isErpConnected).toBe(false);
  await world.procore.update('vendors', made.id, { origin_id: 'XERO-17' });
  await world.run('vendors', [{ kind: 'vendor', id: String(made.id) }]);
  const [link] = await world.db
    .select()
    .from(procoreLink)
    .where(eq(procoreLink.procoreId, String(made.id)));
  expect(link?.isForeign).toBe(true);
  expect(await findVendor(world.db, ACCOUNT, link?.localId ?? '')).toMatchObject({ isLinked: true, isForeign: true });
  expect(await company()).toMatchObject({ isErpConnected: true, createWhereErp: 'ask' });
});

test('a project with an accounting system says so', async () => {
  await world.changeCompany({ isErpConnected: false });
  await world.fetchProject(inConstruction().id);
  expect((await company()).isErpConnected).toBe(false);
  await world.procore.update('projects', inConstruction().id, { is_erp_integrated: true });
  await refreshed();
  const { rows } = await listProjects(world.db, ACCOUNT, { limit: 100 });
  expect(rows.find(({ description }) => description === inConstruction().name)?.isErpConnected).toBe(true);
  expect((await company()).isErpConnected).toBe(true);
});

test('custom segments of the budget codes are warned of beside the project, and forgotten when they go', async () => {
  await refreshed();
  expect((await world.projectNamed(inConstruction().name))?.warning).toBeNull();
  const { id } = await world.procore.create<{ id: number }>('wbs_segments', {
    company_id: world.guide.companies[0]!.id,
    name: 'Location',
  });
  await world.run('cost-codes', [{ kind: 'cost_type', id: null, source: 'refresh' }]);
  expect((await company()).customSegments).toEqual(['Location']);
  await refreshed();
  expect(await world.projectNamed(inConstruction().name)).toMatchObject({
    customSegments: ['Location'],
    warning: expect.stringContaining(
      'custom segment Location, which Lentune does not have: no costs are booked there.',
    ),
  });
  await world.procore.remove('wbs_segments', id);
  await world.run('cost-codes', [{ kind: 'cost_type', id: null, source: 'refresh' }]);
  await refreshed();
  expect(await world.projectNamed(inConstruction().name)).toMatchObject({ customSegments: [], warning: null });
});
