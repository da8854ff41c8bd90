import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listCostTypes, listMasterCostCodes } from '../../db/queries/codes.ts';
import { listTaxCodes, seedTaxCodes } from '../../db/queries/tax-codes.ts';
import { costType, procoreTaxCode, projectStage } from '../../db/schema/index.ts';
import { ACCOUNT, type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
let companyId: number;
beforeAll(async () => {
  world = await startImportWorld();
  companyId = world.guide.companies[0]!.id;
});
afterAll(() => world.close());

const lists = ['standard_cost_code', 'cost_type', 'stage', 'tax_code'].map((kind) => ({ kind, id: null }));
const masterCodes = async () => (await listMasterCostCodes(world.db, ACCOUNT, { limit: 500 })).rows;
const rowsOf = <T>(collection: string) => world.procore.list<T>(collection, `?companyId=${companyId}`);

test('the company-wide lists come in, and a second time change nothing', async () => {
  const first = await world.run('cost-codes', lists);
  const standard = await rowsOf('standard_cost_codes');
  const types = await rowsOf('line_item_types');
  expect(first.outcomes.map(({ kind, state }) => [kind, state])).toEqual([
    ['standard_cost_code', 'applied'],
    ['cost_type', 'applied'],
    ['stage', 'applied'],
    ['tax_code', 'applied'],
  ]);
  expect(first.counts).toEqual({ master_cost_codes: standard.length, cost_types: types.length, tax_codes: 3 });
  expect(await masterCodes()).toHaveLength(standard.length);
  expect((await masterCodes()).find(({ code }) => code === '03-310')).toMatchObject({ description: 'Foundations' });
  const again = await world.run('cost-codes', lists);
  expect(again.outcomes.every(({ state }) => state === 'unchanged')).toBe(true);
});

test('a cost type changed in Procore keeps the GL code it has here', async () => {
  const [type] = await listCostTypes(world.db, ACCOUNT);
  await world.db.update(costType).set({ glCode: '6010' }).where(eq(costType.id, type!.id));
  const rows = await rowsOf<{ id: number; code: string }>('line_item_types');
  await world.procore.update('line_item_types', rows.find(({ code }) => code === type!.code)!.id, {
    name: 'Renamed type',
  });
  await world.run('cost-codes', [{ kind: 'cost_type', id: null }]);
  expect(await listCostTypes(world.db, ACCOUNT)).toContainEqual({
    ...type,
    description: 'Renamed type',
    glCode: '6010',
  });
});

test('a stage new in Procore arrives unticked; one that is gone is not offered', async () => {
  const made = await world.procore.create<{ id: number }>('project_stages', {
    company_id: companyId,
    name: 'Defects',
    category: 'post_construction',
  });
  await world.run('cost-codes', [{ kind: 'stage', id: null }]);
  const [stage] = await world.db.select().from(projectStage).where(eq(projectStage.name, 'Defects'));
  expect(stage).toMatchObject({ isMonitored: false, isActive: true, category: 'post_construction' });
  await world.procore.remove('project_stages', made.id);
  await world.run('cost-codes', [{ kind: 'stage', id: null }]);
  expect(await world.db.select().from(projectStage).where(eq(projectStage.name, 'Defects'))).toMatchObject([
    { isActive: false },
  ]);
});

test('archived tax codes stay, marked', async () => {
  const codes = await world.db.select().from(procoreTaxCode);
  expect(codes.map(({ code, rate, isArchived }) => [code, Number(rate), isArchived]).sort()).toEqual([
    ['GST', 15, false],
    ['GST125', 12.5, true],
    ['ZERO', 0, false],
  ]);
});

test('a master code deleted in Procore is inactive here; many at once change nothing', async () => {
  const rows = await rowsOf<{ id: number; full_code: string; parent_id: number | null }>('standard_cost_codes');
  const leaves = rows.filter(({ parent_id }) => parent_id !== null);
  await world.procore.remove('standard_cost_codes', leaves[0]!.id);
  await world.run('cost-codes', [{ kind: 'standard_cost_code', id: String(leaves[0]!.id) }]);
  expect((await masterCodes()).find(({ code }) => code === leaves[0]!.full_code)?.isActive).toBe(false);
  const before = await masterCodes();
  for (const { id } of leaves.slice(1, 20)) await world.procore.remove('standard_cost_codes', id);
  const round = await world.run('cost-codes', [{ kind: 'standard_cost_code', id: null }]);
  expect(round.outcomes).toMatchObject([{ state: 'failed', outcome: expect.stringContaining('Nothing was changed.') }]);
  expect(await masterCodes()).toEqual(before);
});

test('"Procore standard cost codes" off: its events are ignored, a fetch still reads them', async () => {
  await world.changeCompany({ syncStandardCostCodes: false });
  const kind = 'standard_cost_code';
  expect((await world.run('cost-codes', [{ kind, id: '1' }])).outcomes).toMatchObject([{ state: 'ignored' }]);
  expect((await world.run('cost-codes', [{ kind, id: null, source: 'fetch' }])).calls).toBeGreaterThan(0);
  await world.changeCompany({ syncStandardCostCodes: true });
});

test('an account starts with GST, ZERO and EXEMPT, once', async () => {
  for (let times = 0; times < 2; times += 1) await seedTaxCodes(world.db, ACCOUNT);
  expect((await listTaxCodes(world.db, ACCOUNT)).map(({ code, rate }) => [code, Number(rate)])).toEqual([
    ['EXEMPT', 0],
    ['GST', 15],
    ['ZERO', 0],
  ]);
});
