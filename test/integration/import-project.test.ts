import { and, eq, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claim, fulfil } from '../../db/queries/claims.ts';
import {
  allocateCostType,
  createProjectCostCode,
  findProjectCostCode,
  listCostTypes,
  listProjectCostCodes,
} from '../../db/queries/codes.ts';
import { replaceWaits } from '../../db/queries/document-waits.ts';
import { listProjects } from '../../db/queries/projects.ts';
import { payableInvoice, procoreLink, project, projectCostCode, projectCostCodeType } from '../../db/schema/index.ts';
import { waitKeys } from '../../domain/waits.ts';
import { ACCOUNT, type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
  await world.run('cost-codes', [{ kind: 'cost_type' }, { kind: 'standard_cost_code' }, { kind: 'tax_code' }]);
});
afterAll(() => world.close());

const codesOf = (projectId: string) =>
  listProjectCostCodes(world.db, ACCOUNT, { projectId, limit: 500 }).then((page) => page.rows);
const local = async (description: string) => {
  const found = await world.projectNamed(description);
  if (!found) throw new Error(`Project ${description} did not come in`);
  return found;
};
const event = (kind: string, id: number | string | null) => ({ kind, id: id === null ? null : String(id) });

describe('a first fetch', () => {
  test('brings the project in under its number, with divisions folded into its codes and types from the budget', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const round = await world.fetchProject(inConstruction!.id);
    expect(round.outcomes).toMatchObject([
      { state: 'applied', fetchItem: { state: 'done', projectName: 'Harbour Apartments', projectNumber: 'P-1007' } },
    ]);
    const found = await local('Harbour Apartments');
    expect(found).toMatchObject({
      code: 'P-1007',
      stageName: 'Course of construction',
      isMonitored: true,
      hasBudget: true,
      warning: null,
    });
    const codes = await codesOf(found.id);
    expect(codes.find(({ code }) => code === '03')).toMatchObject({ description: 'Concrete', isPostable: false });
    expect(codes.find(({ code }) => code === '03-310')).toMatchObject({
      description: 'Foundations',
      isPostable: true,
      isActive: true,
      subJobName: null,
    });
    for (const sample of inConstruction!.codes) {
      const types = codes.find(({ code }) => code === sample.fullCode)?.costTypes.map(({ code }) => code);
      expect(types).toEqual(sample.budgeted.map(({ typeCode }) => typeCode).sort());
    }
    const [typed] = codes.filter(({ costTypes }) => costTypes.length > 0);
    expect(typed?.costTypes[0]).toMatchObject({ source: 'budget', verified: 'In the Procore budget' });
  });

  test('again finds nothing new and leaves every row alone', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const before = await world.db.select().from(projectCostCode);
    const round = await world.fetchProject(inConstruction!.id);
    expect(round.outcomes).toMatchObject([{ state: 'unchanged', fetchItem: { state: 'done' } }]);
    expect(await world.db.select().from(projectCostCode)).toEqual(before);
  });

  test('makes codes of sub jobs ordinary codes that say whose they are; the id is behind the code where it clashes', async () => {
    const { withSubJobs } = world.guide.exampleProjects;
    await world.fetchProject(withSubJobs!.id);
    const found = await local('Mt Eden Medical Centre');
    const codes = await codesOf(found.id);
    const inA = codes.filter(({ subJobName }) => subJobName === 'Stage A: Ground works');
    expect(inA.length).toBeGreaterThan(8);
    const rows = await world.db.select().from(projectCostCode).where(eq(projectCostCode.projectId, found.id));
    for (const code of inA) {
      expect(code.description).toMatch(/ \[Stage A: Ground works\]$/);
      const row = rows.find(({ id }) => id === code.id);
      const [link] = await world.db.select().from(procoreLink).where(eq(procoreLink.localId, code.id));
      expect(row?.subJobId).toBe(String(withSubJobs!.subJobs[0]!.id));
      expect(code.code).toBe(`${row?.externalCode}-${link?.procoreId}`);
    }
    expect(inA.some(({ costTypes }) => costTypes.length > 0)).toBe(true);
    expect(codes.filter(({ subJobName }) => subJobName === null).every(({ code }) => code.length <= 6)).toBe(true);
  });

  test('of a project with 400 codes takes one activity', async () => {
    const { large300Codes } = world.guide.exampleProjects;
    const round = await world.fetchProject(large300Codes!.id);
    expect(round).toMatchObject({ pages: 1 });
    expect(round.calls).toBeLessThanOrEqual(6);
    expect((await codesOf((await local('Rotorua Hospital Wing')).id)).length).toBeGreaterThan(300);
  });

  test('without a budget brings the codes without types, and says so', async () => {
    const round = await world.fetchProject(world.guide.exampleProjects.withoutBudget!.id);
    expect(round.outcomes[0]?.fetchItem).toMatchObject({ state: 'done', reason: expect.stringContaining('no budget') });
    const found = await local('Takapuna Terraces');
    expect(found).toMatchObject({ hasBudget: false, warning: expect.stringContaining('no budget') });
    expect((await codesOf(found.id)).every(({ costTypes }) => costTypes.length === 0)).toBe(true);
  });

  test.each(['different', 'equal'])(
    'without a budget takes types from budget codes, whose item ids are %s',
    async (ids) => {
      const { withoutBudget } = world.guide.exampleProjects;
      await world.procore.switch('segment_item_ids', ids);
      const [type] = await world.procore.list<{ id: number; code: string }>('line_item_types');
      const [code] = withoutBudget!.codes;
      const budgetCode = await world.procore.create<{ id: number }>('wbs_codes', {
        project_id: withoutBudget!.id,
        cost_code_id: code!.id,
        line_item_type_id: type!.id,
      });
      const round = await world.fetchProject(withoutBudget!.id);
      expect(round.outcomes[0]?.fetchItem?.reason).toContain('cost types come from its budget codes');
      const types = async () =>
        (await codesOf((await local('Takapuna Terraces')).id)).filter(({ costTypes }) => costTypes.length > 0);
      expect(await types()).toMatchObject([
        { code: code!.fullCode, costTypes: [{ code: type!.code, source: 'budget' }] },
      ]);
      await world.procore.remove('wbs_codes', budgetCode.id);
      await world.fetchProject(withoutBudget!.id);
      expect(await types()).toHaveLength(1);
      const [held] = await types();
      await world.db.delete(projectCostCodeType).where(eq(projectCostCodeType.projectCostCodeId, held!.id));
      await world.procore.switch('segment_item_ids', 'different');
    },
  );

  test('does not take a number that a linked project has', async () => {
    const twin = await world.procore.create<{ id: number }>('projects', {
      company_id: world.guide.companies[0]!.id,
      name: 'Second of its number',
      project_number: ' p-1007',
      project_stage_id: world.guide.exampleProjects.inConstruction!.stage.id,
    });
    await world.fetchProject(twin.id);
    expect((await local('Second of its number')).code).toBe(`PROCORE${twin.id}`);
  });

  test('without a number gives it PROCORE and its id', async () => {
    const { withoutNumber } = world.guide.exampleProjects;
    await world.fetchProject(withoutNumber!.id);
    expect((await local('Waiheke Retreat')).code).toBe(`PROCORE${withoutNumber!.id}`);
  });

  test('links a Lentune project of exactly that number nobody linked yet', async () => {
    await world.db.insert(project).values({ account: ACCOUNT, code: 'p-0912', description: 'Entered by hand' });
    await world.fetchProject(world.guide.exampleProjects.inWarranty!.id);
    expect(await local('Dunedin Student Village')).toMatchObject({ code: 'p-0912' });
    expect(await world.db.$count(project, eq(project.description, 'Entered by hand'))).toBe(0);
  });

  test.each([
    ['template', 'It is a project template.'],
    ['demo', 'It is a demo project.'],
    ['inactive', 'It is inactive in Procore.'],
    ['inBidding', 'Its stage "Bidding" is not ticked.'],
  ])('leaves out the %s project: %s', async (name, reason) => {
    const sample = world.guide.exampleProjects[name]!;
    const round = await world.fetchProject(sample.id);
    expect(round.outcomes).toMatchObject([
      { state: 'ignored', fetchItem: { state: 'skipped', reason, projectName: sample.name } },
    ]);
    expect(await world.projectNamed(sample.name)).toBeUndefined();
  });

  test('of a project Procore does not show fails in words and changes nothing', async () => {
    const before = await world.db.$count(project);
    const round = await world.fetchProject(424242);
    expect(round.outcomes).toMatchObject([{ state: 'failed' }]);
    expect(round.outcomes[0]?.outcome).toMatch(
      /^Procore does not let us use project 424242 in Kauri Construction Ltd:/,
    );
    expect(await world.db.$count(project)).toBe(before);
  });
});

describe('a change in Procore', () => {
  test('of the name reaches the description; the code stays', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    await world.procore.update('projects', inConstruction!.id, {
      name: 'Harbour Apartments Two',
      project_number: 'P-9',
    });
    const round = await world.run('project', [event('project', inConstruction!.id)], inConstruction!.id);
    expect(round).toMatchObject({ calls: 1, outcomes: [{ state: 'applied' }] });
    expect(await local('Harbour Apartments Two')).toMatchObject({ code: 'P-1007' });
    await world.procore.update('projects', inConstruction!.id, {
      name: 'Harbour Apartments',
      project_number: 'P-1007',
    });
    await world.run('project', [event('project', inConstruction!.id)], inConstruction!.id);
  });

  test('of one code reads that list and the budget, not the sub jobs', async () => {
    const { withSubJobs } = world.guide.exampleProjects;
    const [code] = withSubJobs!.codes;
    await world.procore.update('cost_codes', code!.id, { name: 'Renamed work', code: '999' });
    const round = await world.run('project', [event('cost_code', code!.id)], withSubJobs!.id);
    expect(round).toMatchObject({ calls: 3, outcomes: [{ state: 'applied' }] });
    const codes = await codesOf((await local('Mt Eden Medical Centre')).id);
    expect(codes.find(({ description }) => description === 'Renamed work')?.code).toBe(
      `${code!.fullCode.slice(0, 2)}-999`,
    );
    const again = await world.run('project', [event('cost_code', code!.id)], withSubJobs!.id);
    expect(again.outcomes).toMatchObject([{ state: 'unchanged' }]);
  });

  test('of codes that swap their numbers is followed', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const [first, second] = inConstruction!.codes;
    const segment = (full: string) => full.slice(3);
    await world.procore.update('cost_codes', first!.id, { code: segment(second!.fullCode) });
    await world.procore.update('cost_codes', second!.id, { code: segment(first!.fullCode) });
    await world.run('project', [event('cost_code', first!.id), event('cost_code', second!.id)], inConstruction!.id);
    const codes = await codesOf((await local('Harbour Apartments')).id);
    expect(codes.find(({ description }) => description === first!.name)?.code).toBe(second!.fullCode);
    expect(codes.find(({ description }) => description === second!.name)?.code).toBe(first!.fullCode);
  });

  test('a code deleted there is inactive here, and its link remembers it', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const gone = inConstruction!.codes[5]!;
    await world.procore.remove('cost_codes', gone.id);
    const round = await world.run('project', [event('cost_code', gone.id)], inConstruction!.id);
    expect(round.outcomes).toMatchObject([{ state: 'applied' }]);
    const [link] = await world.db
      .select()
      .from(procoreLink)
      .where(eq(procoreLink.procoreId, String(gone.id)));
    expect(link?.state).toBe('tombstone');
    expect(await findProjectCostCode(world.db, ACCOUNT, link!.localId!)).toMatchObject({
      code: gone.fullCode,
      isActive: false,
    });
  });

  test('a code missing from the list only is not taken for deleted', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const kept = inConstruction!.codes[6]!;
    type Row = { id: number; code: string; full_code: string; name: string; parent_id: number | null };
    const all = await world.procore.list<Row>('cost_codes', `?projectId=${inConstruction!.id}`);
    const body = all
      .filter(({ id }) => id !== kept.id)
      .map(({ id, code, full_code, name, parent_id }) => ({
        id,
        code,
        full_code,
        name,
        parent: { id: parent_id ?? 0 },
      }));
    await world.procore.fault({
      match: { path: '/cost_codes\\?', times: 1 },
      effect: { kind: 'status', status: 200, body },
    });
    const round = await world.run('project', [event('cost_code', kept.id)], inConstruction!.id);
    await world.procore.clearFaults();
    expect(round.outcomes).toMatchObject([{ state: 'unchanged' }]);
    const codes = await codesOf((await local('Harbour Apartments')).id);
    expect(codes.find(({ code }) => code === kept.fullCode)?.isActive).toBe(true);
  });

  test('a code made again under the same number goes on with the same local code', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const old = inConstruction!.codes[7]!;
    const found = await local('Harbour Apartments');
    const before = (await codesOf(found.id)).find(({ code }) => code === old.fullCode);
    const [row] = (await world.procore.list<{ id: number; parent_id: number; code: string }>('cost_codes')).filter(
      ({ id }) => id === old.id,
    );
    await world.procore.remove('cost_codes', old.id);
    const fields = { project_id: inConstruction!.id, parent_id: row!.parent_id, code: row!.code, name: 'Made again' };
    const made = await world.procore.create<{ id: number }>('cost_codes', fields);
    await world.run('project', [event('cost_code', old.id), event('cost_code', made.id)], inConstruction!.id);
    const after = (await codesOf(found.id)).filter(({ code }) => code.startsWith(old.fullCode));
    expect(after).toMatchObject([{ id: before!.id, code: old.fullCode, description: 'Made again', isActive: true }]);
  });

  test('a sub job renamed there renames its codes here', async () => {
    const { withSubJobs } = world.guide.exampleProjects;
    const [, second] = withSubJobs!.subJobs;
    await world.procore.update('sub_jobs', second!.id, { name: 'Stage B: Roof' });
    const round = await world.run('project', [event('sub_job', second!.id)], withSubJobs!.id);
    expect(round.outcomes).toMatchObject([{ state: 'applied' }]);
    const codes = await codesOf((await local('Mt Eden Medical Centre')).id);
    expect(codes.filter(({ subJobName }) => subJobName === 'Stage B: Roof').length).toBeGreaterThan(8);
    expect(codes.some(({ description }) => description.endsWith('[Stage B: Fit-out]'))).toBe(false);
  });

  test('leaving the ticked stages keeps everything and says the project is not monitored; coming back catches up', async () => {
    const { postConstruction, inBidding } = world.guide.exampleProjects;
    const id = postConstruction!.id;
    await world.fetchProject(id);
    const before = await codesOf((await local('Napier Aquatic Centre')).id);
    await world.procore.update('projects', id, { project_stage_id: inBidding!.stage.id });
    const left = await world.run('project', [event('project', id)], id);
    expect(left.outcomes).toMatchObject([{ state: 'applied' }]);
    expect(await local('Napier Aquatic Centre')).toMatchObject({
      isMonitored: false,
      notMonitoredReason: 'Its stage "Bidding" is not ticked.',
    });
    expect(await codesOf((await local('Napier Aquatic Centre')).id)).toEqual(before);

    const [code] = postConstruction!.codes;
    await world.procore.update('cost_codes', code!.id, { name: 'Changed meanwhile' });
    expect((await world.run('project', [event('cost_code', code!.id)], id)).outcomes).toMatchObject([
      { state: 'ignored' },
    ]);

    await world.procore.update('projects', id, { project_stage_id: postConstruction!.stage.id });
    await world.run('project', [event('project', id)], id);
    expect(await local('Napier Aquatic Centre')).toMatchObject({ isMonitored: true, notMonitoredReason: null });
    const after = await codesOf((await local('Napier Aquatic Centre')).id);
    expect(after.some(({ description }) => description === 'Changed meanwhile')).toBe(true);
  });

  test('many codes gone at once change nothing and put a warning beside the project', async () => {
    const { inWarranty } = world.guide.exampleProjects;
    const found = await local('Dunedin Student Village');
    const before = await codesOf(found.id);
    const codes = await world.procore.list<{ id: number; parent_id: number | null }>(
      'cost_codes',
      `?projectId=${inWarranty!.id}`,
    );
    const leaves = codes.filter(({ parent_id }) => parent_id !== null).slice(0, 8);
    for (const { id } of leaves) await world.procore.remove('cost_codes', id);
    const round = await world.fetchProject(inWarranty!.id);
    expect(round.outcomes).toMatchObject([{ state: 'failed', fetchItem: { state: 'failed' } }]);
    expect(await codesOf(found.id)).toEqual(before);
    expect(await local('Dunedin Student Village')).toMatchObject({
      warning: expect.stringContaining('8 of'),
      isMonitored: true,
    });
  });

  test('a budget we may not read any more leaves types and codes as they were', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const before = await codesOf((await local('Harbour Apartments')).id);
    await world.procore.settings({ toolsOff: { [inConstruction!.id]: ['budget'] } });
    await world.fetchProject(inConstruction!.id);
    await world.procore.settings({ toolsOff: {} });
    expect(await codesOf((await local('Harbour Apartments')).id)).toEqual(before);
    expect((await local('Harbour Apartments')).warning).toMatch(/^The budget cannot be read in Procore/);
    await world.fetchProject(inConstruction!.id);
    expect((await local('Harbour Apartments')).warning).toBeNull();
  });
});

describe('many sub jobs', () => {
  test('are read by several activities; each code is there at the end', async () => {
    const { company_id, id: project_id } = (
      await world.procore.list<{ id: number; company_id: number; name: string }>('projects')
    ).find(({ name }) => name === 'Waiheke Retreat')!;
    expect(company_id).toBe(world.guide.companies[0]!.id);
    for (let n = 1; n <= 30; n += 1) {
      const subJob = await world.procore.create<{ id: number }>('sub_jobs', {
        project_id,
        code: `S${n}`,
        name: `House ${n}`,
      });
      const fields = { project_id, sub_job_id: subJob.id, code: `9${n}`, name: 'Whole house' };
      await world.procore.create('cost_codes', fields);
    }
    const round = await world.fetchProject(project_id);
    expect(round).toMatchObject({
      pages: 2,
      outcomes: [{ state: 'applied', fetchItem: { projectName: 'Waiheke Retreat' } }],
    });
    const codes = await codesOf((await local('Waiheke Retreat')).id);
    expect(codes.filter(({ description }) => description.startsWith('Whole house ['))).toHaveLength(30);
    expect(codes.find(({ code }) => code === '930')).toMatchObject({ subJobName: 'House 30' });
  });
});

describe('a document that waits', () => {
  test('for a cost code is queued again in the moment the code comes in', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const invoice = await waitingInvoice('INV-1', waitKeys.costCode(String(inConstruction!.id), '97'));
    const other = await waitingInvoice('INV-2', waitKeys.costCode(String(inConstruction!.id), '96'));
    const made = await world.procore.create<{ id: number }>('cost_codes', {
      project_id: inConstruction!.id,
      code: '97',
      name: 'Contingency',
    });
    await world.run('project', [event('cost_code', made.id)], inConstruction!.id);
    const rows = await world.db.select().from(payableInvoice);
    expect(rows.find(({ id }) => id === invoice)).toMatchObject({ integration: 'queued', queuedBy: 'automatic' });
    expect(rows.find(({ id }) => id === other)).toMatchObject({ integration: 'failed' });
  });

  test('whose own run is making the code keeps one link when the webhook is faster', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const found = await local('Harbour Apartments');
    const made = await world.db.transaction((tx) =>
      createProjectCostCode(tx, ACCOUNT, { projectId: found.id, code: '95', description: 'Made by us' }),
    );
    if (made.kind !== 'created') throw new Error(made.kind);
    const subject = {
      account: ACCOUNT,
      companyId: world.companyId,
      kind: 'project_cost_code' as const,
      naturalKey: `${inConstruction!.id}:95`,
      localId: made.id,
      projectProcoreId: String(inConstruction!.id),
    };
    const held = await claim(world.db, subject, 'invoice-1');
    const there = await world.procore.create<{ id: number }>('cost_codes', {
      project_id: inConstruction!.id,
      code: '95',
      name: 'Made by us',
    });
    await world.run('project', [event('cost_code', there.id)], inConstruction!.id);
    if (held.kind !== 'held') throw new Error(held.kind);
    expect(await world.db.transaction((tx) => fulfil(tx, held.claim, subject, String(there.id)))).toBe(true);
    const links = await world.db.select().from(procoreLink).where(eq(procoreLink.localId, made.id));
    expect(links).toMatchObject([{ procoreId: String(there.id), state: 'linked' }]);
  });

  async function waitingInvoice(number: string, key: string): Promise<string> {
    const [row] = await world.db
      .insert(payableInvoice)
      .values({
        account: ACCOUNT,
        number,
        matchNumber: number,
        invoiceDate: '2026-11-01',
        total: '10.00',
        tax: '0.00',
        status: 'approved',
        integration: 'failed',
        enteredBy: 'jane',
      })
      .returning();
    const document = { account: ACCOUNT, id: row!.id, kind: 'invoice' } as const;
    await world.db.transaction((tx) =>
      replaceWaits(tx, document, [{ code: 'CODE_MISSING', key, projectProcoreId: null }], null),
    );
    return row!.id;
  }
});

describe('cost types allocated here', () => {
  test('stay when Procore has none', async () => {
    const { withoutBudget } = world.guide.exampleProjects;
    const found = await local('Takapuna Terraces');
    const [code] = (await codesOf(found.id)).filter(({ isPostable }) => isPostable);
    const [type] = await listCostTypes(world.db, ACCOUNT);
    const allocated = await world.db.transaction((tx) =>
      allocateCostType(tx, ACCOUNT, code!.id, type!.id, 'jane', true),
    );
    expect(allocated).toBe(true);
    await world.fetchProject(withoutBudget!.id);
    expect((await findProjectCostCode(world.db, ACCOUNT, code!.id))?.costTypes).toMatchObject([
      { code: type!.code, source: 'local', isDefault: true, verified: 'jane' },
    ]);
  });

  test('stay when the budget takes the pair up and drops it again; a pair of the budget alone goes with it', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const place = { project_id: inConstruction!.id };
    const bare = inConstruction!.codes.find(({ budgeted }) => budgeted.length === 0);
    const [row] = await world.db
      .select()
      .from(procoreLink)
      .where(eq(procoreLink.procoreId, String(bare!.id)));
    const codeId = row!.localId!;
    const types = await listCostTypes(world.db, ACCOUNT);
    const [ours, theirs] = await Promise.all(
      types.slice(0, 2).map(async (type) => {
        const [link] = await world.db.select().from(procoreLink).where(eq(procoreLink.localId, type.id));
        return { ...type, procoreId: Number(link!.procoreId) };
      }),
    );
    await world.db.transaction((tx) => allocateCostType(tx, ACCOUNT, codeId, ours!.id, 'jane', true));
    const added: number[] = [];
    for (const { procoreId } of [ours!, theirs!]) {
      const fields = { ...place, cost_code_id: bare!.id, line_item_type_id: procoreId };
      const pair = await world.procore.create<{ id: number }>('wbs_codes', fields);
      added.push((await world.procore.create<{ id: number }>('budget_rows', { wbs_code_id: pair.id })).id);
    }
    await world.run('project', [event('budget', added[0]!)], inConstruction!.id);
    expect((await findProjectCostCode(world.db, ACCOUNT, codeId))?.costTypes).toMatchObject([
      { code: ours!.code, source: 'budget', verified: 'In the Procore budget' },
      { code: theirs!.code, source: 'budget', isDefault: false },
    ]);
    for (const id of added) await world.procore.remove('budget_rows', id);
    await world.run('project', [event('budget', added[0]!)], inConstruction!.id);
    expect((await findProjectCostCode(world.db, ACCOUNT, codeId))?.costTypes).toMatchObject([
      { code: ours!.code, source: 'local', isDefault: true, verified: 'jane' },
    ]);
  });

  test('belong to the account: nobody allocates a type to a code of another', async () => {
    const [code] = await codesOf((await local('Takapuna Terraces')).id);
    const [type] = await listCostTypes(world.db, ACCOUNT);
    const allocated = await world.db.transaction((tx) =>
      allocateCostType(tx, 'other', code!.id, type!.id, 'eve', true),
    );
    expect(allocated).toBe(false);
  });
});

describe('Fetch cost code linked to cost type only', () => {
  test('on: codes outside the budget are not offered any more, and come back when it is off', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    const found = await local('Harbour Apartments');
    await world.change({ linkedCodesOnly: true });
    await world.fetchProject(inConstruction!.id);
    const offered = (await codesOf(found.id)).filter(({ isActive }) => isActive);
    expect(offered.length).toBeGreaterThan(0);
    expect(offered.every(({ isBudgeted }) => isBudgeted)).toBe(true);
    await world.change({ linkedCodesOnly: false });
    await world.fetchProject(inConstruction!.id);
    expect((await codesOf(found.id)).filter(({ isActive }) => isActive).length).toBeGreaterThan(offered.length);
  });

  test('on, without a budget: the previous list stays, with a warning', async () => {
    const { withoutBudget } = world.guide.exampleProjects;
    const found = await local('Takapuna Terraces');
    const before = await codesOf(found.id);
    await world.change({ linkedCodesOnly: true });
    await world.fetchProject(withoutBudget!.id);
    await world.change({ linkedCodesOnly: false });
    expect(await codesOf(found.id)).toEqual(before);
    expect((await local('Takapuna Terraces')).warning).toContain('the previous list was kept');
  });
});

describe('Fetch cost code linked to cost type only, with sub jobs', () => {
  const offeredIn = async (projectId: string) => {
    const codes = (await codesOf(projectId)).filter(({ isActive, isPostable }) => isActive && isPostable);
    return (subJobName: string | null) => codes.filter((code) => code.subJobName === subJobName);
  };
  const STAGE_A = 'Stage A: Ground works';

  test('on: a sub job outside the budget keeps its list, with a warning, and each other place has its budgeted codes', async () => {
    const { withSubJobs } = world.guide.exampleProjects;
    await world.fetchProject(withSubJobs!.id);
    const found = await local('Mt Eden Medical Centre');
    const before = (await offeredIn(found.id))(STAGE_A).length;
    const codes = await world.procore.list<{ id: number; sub_job_id: number | null }>('cost_codes');
    const inA = new Set(codes.filter((code) => code.sub_job_id === withSubJobs!.subJobs[0]!.id).map(({ id }) => id));
    const rows = await world.procore.list<{ id: number; cost_code_id: number }>('budget_rows');
    for (const row of rows.filter(({ cost_code_id }) => inA.has(cost_code_id)))
      await world.procore.remove('budget_rows', row.id);
    await world.change({ linkedCodesOnly: true });
    await world.fetchProject(withSubJobs!.id);
    const offered = await offeredIn(found.id);
    expect(before).toBeGreaterThan(0);
    expect(offered(STAGE_A)).toHaveLength(before);
    expect(offered(null).length).toBeGreaterThan(0);
    expect(offered(null).every(({ isBudgeted }) => isBudgeted)).toBe(true);
    expect((await local('Mt Eden Medical Centre')).warning).toContain(`of sub job "${STAGE_A}"`);
    await world.change({ linkedCodesOnly: false });
  });

  test('on, while the budget cannot be read: the previous list stays and the project says so', async () => {
    const { large300Codes } = world.guide.exampleProjects;
    await world.fetchProject(large300Codes!.id);
    const found = await local('Rotorua Hospital Wing');
    const before = await codesOf(found.id);
    await world.change({ linkedCodesOnly: true });
    await world.procore.fault({
      match: { method: 'GET', path: 'budget', times: 'always' },
      effect: { kind: 'status', status: 403, body: { errors: 'No permission' } },
    });
    await world.fetchProject(large300Codes!.id);
    await world.procore.clearFaults();
    await world.change({ linkedCodesOnly: false });
    expect(await codesOf(found.id)).toEqual(before);
    expect((await local('Rotorua Hospital Wing')).warning).toContain('The budget cannot be read in Procore');
  });
});

describe('what is entered here', () => {
  test('a local code is linked when Procore has one of exactly that code', async () => {
    const { withoutBudget } = world.guide.exampleProjects;
    const found = await local('Takapuna Terraces');
    const made = await world.db.transaction((tx) =>
      createProjectCostCode(tx, ACCOUNT, { projectId: found.id, code: '98-100', description: 'Extra' }),
    );
    if (made.kind !== 'created') throw new Error(made.kind);
    const again = await world.db.transaction((tx) =>
      createProjectCostCode(tx, ACCOUNT, { projectId: found.id, code: '98-100', description: 'Extra' }),
    );
    expect(again.kind).toBe('taken');
    const division = await world.procore.create<{ id: number }>('cost_codes', {
      project_id: withoutBudget!.id,
      code: '98',
      name: 'Extras',
    });
    const code = await world.procore.create<{ id: number }>('cost_codes', {
      project_id: withoutBudget!.id,
      parent_id: division.id,
      code: '100',
      name: 'Extra works',
    });
    await world.run('project', [event('cost_code', code.id)], withoutBudget!.id);
    expect(await findProjectCostCode(world.db, ACCOUNT, made.id)).toMatchObject({
      code: '98-100',
      description: 'Extra works',
    });
  });

  test('a project of another account is out of reach', async () => {
    const found = await local('Takapuna Terraces');
    const made = await world.db.transaction((tx) =>
      createProjectCostCode(tx, 'other', { projectId: found.id, code: '1', description: 'x' }),
    );
    expect(made.kind).toBe('no-project');
  });
});

describe('switches', () => {
  test('"Procore project cost codes" off: its events are ignored, a fetch still brings codes', async () => {
    const { inConstruction } = world.guide.exampleProjects;
    await world.changeCompany({ syncProjectCostCodes: false });
    const round = await world.run('project', [event('cost_code', inConstruction!.codes[0]!.id)], inConstruction!.id);
    expect(round).toMatchObject({
      calls: 0,
      outcomes: [{ state: 'ignored', outcome: '"Procore project cost codes" is switched off.' }],
    });
    await world.changeCompany({ syncProjectCostCodes: true });
  });

  test('"Procore projects" off: no event brings a project in', async () => {
    await world.changeCompany({ syncProjects: false });
    const { inBidding } = world.guide.exampleProjects;
    const round = await world.run('project', [event('project', inBidding!.id), event('cost_code', 1)], inBidding!.id);
    expect(round.outcomes).toMatchObject([{ state: 'ignored' }, { state: 'ignored' }]);
    await world.changeCompany({ syncProjects: true });
  });
});

test('the list of projects is searched, paged and counted', async () => {
  const all = await listProjects(world.db, ACCOUNT, { limit: 100 });
  const first = await listProjects(world.db, ACCOUNT, { limit: 2 });
  const second = await listProjects(world.db, ACCOUNT, { limit: 2, cursor: first.nextCursor ?? '' });
  expect([...first.rows, ...second.rows].map(({ code }) => code)).toEqual(all.rows.slice(0, 4).map(({ code }) => code));
  expect(first.total).toBe(all.rows.length);
  const found = await listProjects(world.db, ACCOUNT, { limit: 10, search: 'harbour' });
  expect(found).toMatchObject({
    total: 1,
    rows: [{ code: 'P-1007', isLinked: true, companyName: 'Kauri Construction Ltd' }],
  });
  expect(found.rows[0]?.costCodeCount).toBeGreaterThan(40);
  expect((await listProjects(world.db, 'other', { limit: 10 })).total).toBe(0);
});

test('no link stands without its record', async () => {
  expect(await world.db.$count(procoreLink, and(eq(procoreLink.state, 'linked'), isNull(procoreLink.localId)))).toBe(0);
});
