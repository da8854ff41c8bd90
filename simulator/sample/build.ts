import { seededRandom } from '../engine/seeded-random.ts';
import type { Simulator, Size } from '../engine/simulator.ts';
import { type BudgetViewRow, buildBudgetRow } from '../resources/budgets.ts';
import type { CompanyRow } from '../resources/companies.ts';
import { buildUser } from '../resources/company-users.ts';
import { buildCostCode, type CostCodeRow, costCodeTable } from '../resources/cost-codes.ts';
import { buildLineItemType, typeTable } from '../resources/line-item-types.ts';
import { buildStage, type StageRow } from '../resources/project-stages.ts';
import { buildProject, type ProjectRow } from '../resources/projects.ts';
import { buildStandardCode, type StandardCodeRow } from '../resources/standard-cost-codes.ts';
import { buildSubJob } from '../resources/sub-jobs.ts';
import { buildTaxCode, taxCodeTable } from '../resources/tax-codes.ts';
import { buildVendor, vendorTable } from '../resources/vendors.ts';
import { ensureWbsCode } from '../resources/wbs-codes.ts';
import {
  BUILDINGS,
  COST_TYPES,
  DIVISIONS,
  PEOPLE,
  PLACES,
  STAGES,
  STREETS,
  UNITS,
  VENDOR_NAMES,
  VENDOR_TRADES,
} from './catalogue.ts';
import { addCommitments } from './commitments.ts';
import { addTime } from './time.ts';

const SIZES: Record<Size, { projects: number; vendors: number }> = {
  small: { projects: 12, vendors: 24 },
  medium: { projects: 60, vendors: 250 },
  large: { projects: 400, vendors: 2500 },
};

/** What the guide points at; kept with the data, so a restart knows it too. */
export interface SampleMarks {
  id: number;
  seed: number;
  size: Size;
  companyIds: number[];
  projects: Record<string, number>;
  freshCode: string;
}

interface Context {
  sim: Simulator;
  random: () => number;
  pick: <T>(list: readonly T[]) => T;
  at: (daysAgo: number) => string;
}

/** The day sample data ends on unless told otherwise: the same seed then gives the same dates for ever. */
export const LAST_DAY = '2026-03-31';

/**
 * Fills an empty store with a believable builder and its sister company. Deterministic from the seed.
 *
 * @param lastDay `YYYY-MM-DD`; nothing in the sample is younger
 */
export function buildSample(sim: Simulator, seed: number, size: Size, lastDay: string): void {
  const random = seededRandom(seed);
  const end = Date.parse(`${lastDay}T02:00:00Z`);
  const context: Context = {
    sim,
    random,
    pick: (list) => list[Math.floor(random() * list.length)]!,
    at: (daysAgo) =>
      new Date(end - Math.floor(daysAgo * 86_400_000) - Math.floor(random() * 36_000) * 1000).toISOString(),
  };
  sim.quietly(() => {
    const main = addCompany(context, 'Kauri Construction Ltd', SIZES[size].vendors);
    const sister = addCompany(context, 'Kauri Interiors Ltd', 8);
    const marks = addNamedProjects(context, main);
    for (let n = 0; n < SIZES[size].projects - 11; n++) addOrdinaryProject(context, main, n);
    addProject(
      context,
      sister,
      { name: 'Viaduct Office Fitout', project_number: 'K-201', stage: 'Course of construction' },
      { codes: 20 },
    );
    addProject(context, sister, { name: 'Airport Lounge', project_number: 'K-202', stage: 'Bidding' }, { codes: 12 });
    const { inConstruction, withSubJobs, large300Codes } = marks;
    addCommitments(
      sim,
      seed,
      [inConstruction!, withSubJobs!, large300Codes!],
      new Date(end - 30 * 86_400_000).toISOString(),
    );
    addTime(sim, main.id);
    const facts = { seed, size, companyIds: [main.id, sister.id], projects: marks, freshCode: '03-390' };
    sim.store.table<SampleMarks>('sample_marks').insert(facts);
  });
}

function addCompany(context: Context, name: string, vendorCount: number): CompanyRow {
  const { sim, at } = context;
  const companies = sim.store.table<CompanyRow>('companies');
  const made = companies.insert({ company_id: 0, name, is_active: true });
  const company = companies.update(made.id, { company_id: made.id });
  const company_id = company.id;
  addPeople(context, company_id, name);
  for (const [stage, category, is_bidding_stage, default_stage] of STAGES) {
    const fields = { company_id, name: stage, category, is_bidding_stage, default_stage, created_at: at(900) };
    sim.store.table<StageRow>('project_stages').insert(buildStage(fields));
  }
  for (const [code, type, base_type] of COST_TYPES)
    typeTable(sim).insert(buildLineItemType({ company_id, code, name: type, base_type }));
  for (const [unit, description] of UNITS)
    sim.store.table('uoms').insert({ company_id, name: unit, description } as object as { id: number });
  const gst = { company_id, code: 'GST', description: 'GST on purchases', rate1: 15, default_tax_code: true };
  taxCodeTable(sim).insert(buildTaxCode(gst));
  taxCodeTable(sim).insert(buildTaxCode({ company_id, code: 'ZERO', description: 'Zero rated', rate1: 0 }));
  taxCodeTable(sim).insert(
    buildTaxCode({ company_id, code: 'GST125', description: 'GST before October 2010', rate1: 12.5, archived: true }),
  );
  addWbsSegments(context, company_id);
  sim.store
    .table<BudgetViewRow>('budget_views')
    .insert({ company_id, name: 'Kauri Standard Budget', created_at: at(880) });
  addStandardCodes(context, company_id);
  addVendors(context, company_id, vendorCount);
  return company;
}

function addPeople({ sim, at }: Context, companyId: number, companyName: string): void {
  const domain = `${companyName.toLowerCase().split(' ').slice(0, 2).join('')}.example.nz`;
  const users = sim.store.table('company_users');
  const isFirst = users.size === 0;
  const insert = (fields: Parameters<typeof buildUser>[0]) =>
    users.insert(buildUser(fields) as object as { id: number });
  for (const [first_name, last_name, job_title, can_sign_in] of PEOPLE) {
    const mailbox = `${first_name}.${last_name}`.toLowerCase().replace(/[^a-z.]/g, '');
    const email_address = `${mailbox}@${domain}`;
    const dates = { created_at: at(800), updated_at: at(200) };
    insert({
      company_id: companyId,
      first_name,
      last_name,
      email_address,
      job_title,
      can_sign_in: can_sign_in && isFirst,
      ...dates,
    });
  }
  if (!isFirst) return;
  const service = { first_name: 'Service', last_name: 'Account', job_title: 'app', email_address: `service@${domain}` };
  insert({ company_id: companyId, ...service, is_service_account: true });
}

function addWbsSegments({ sim, at }: Context, company_id: number): void {
  const created_at = at(890);
  const pattern = 598_134_325_600_000 + (company_id % 1000);
  const segments = sim.store.table('wbs_segments');
  const add = (fields: object) =>
    segments.insert({ company_id, wbs_pattern_id: pattern, delimiter: '.', created_at, ...fields } as object as {
      id: number;
    });
  add({ type: 'sub_job', name: 'Sub Job', position: 1, required: false, structure: 'flat' });
  add({ type: 'cost_code', name: 'Cost Code', position: 2, required: true, structure: 'tiered' });
  add({ type: 'line_item_type', name: 'Cost Type', position: 3, required: true, structure: 'flat' });
}

function addStandardCodes({ sim }: Context, company_id: number): void {
  const list = sim.store.table('standard_cost_code_lists');
  const { id } = list.insert({ company_id, name: 'Kauri cost codes', is_erp_list: false } as object as { id: number });
  const codes = sim.store.table<StandardCodeRow>('standard_cost_codes');
  const place = { company_id, standard_cost_code_list_id: id };
  for (const [code, name, children] of DIVISIONS) {
    const division = codes.insert(buildStandardCode({ ...place, code, name }, sim));
    for (const [segment, child] of children) {
      codes.insert(buildStandardCode({ ...place, parent_id: division.id, code: segment, name: child }, sim));
    }
  }
}

function addVendors({ sim, pick, random, at }: Context, company_id: number, count: number): void {
  for (let n = 0; n < count; n++) {
    const name = VENDOR_NAMES[n] ?? `${pick(PLACES)} ${pick(VENDOR_TRADES)} ${100 + n} Ltd`;
    const slug = name
      .toLowerCase()
      .normalize('NFD')
      .replace(/[^a-z0-9]/g, '');
    vendorTable(sim).insert(
      buildVendor({
        company_id,
        name,
        abbreviated_name: random() < 0.3 ? name.split(' ')[0]! : null,
        address: `${1 + Math.floor(random() * 200)} ${pick(STREETS)}`,
        city: pick(PLACES),
        zip: String(1000 + Math.floor(random() * 8000)),
        business_phone: random() < 0.8 ? `09 ${Math.floor(3_000_000 + random() * 6_000_000)}` : null,
        email_address: n === 1 ? null : `accounts@${slug}.example.nz`,
        is_active: n % 13 !== 12,
        created_at: at(700),
        updated_at: at(1 + random() * 400),
      }),
    );
  }
}

interface ProjectPlan extends Partial<ProjectRow> {
  stage: string;
}

interface ProjectContents {
  /** how many standard codes it uses */
  codes: number;
  budget?: boolean;
  subJobs?: boolean;
  /** codes that are not in the standard list, to make it a big one */
  extraCodes?: number;
}

/** The projects that demos and tests name, each with its own trait. */
function addNamedProjects(context: Context, company: CompanyRow): Record<string, number> {
  const add = (plan: ProjectPlan, contents: ProjectContents) => addProject(context, company, plan, contents).id;
  return {
    inConstruction: add(
      { name: 'Harbour Apartments', project_number: 'P-1007', stage: 'Course of construction' },
      { codes: 45, budget: true },
    ),
    inBidding: add({ name: 'Ponsonby Library', project_number: 'P-1012', stage: 'Bidding' }, { codes: 20 }),
    withSubJobs: add(
      { name: 'Mt Eden Medical Centre', project_number: 'P-1008', stage: 'Construction' },
      { codes: 30, budget: true, subJobs: true },
    ),
    withoutBudget: add(
      { name: 'Takapuna Terraces', project_number: 'P-1009', stage: 'Course of construction' },
      { codes: 25 },
    ),
    template: add(
      { name: 'Template: Multi-storey', project_number: 'TEMPLATE', stage: 'Pre-construction', template: true },
      { codes: 40 },
    ),
    demo: add(
      { name: 'Procore Demo Project', project_number: 'DEMO', stage: 'Course of construction', is_demo: true },
      { codes: 15 },
    ),
    large300Codes: add(
      { name: 'Rotorua Hospital Wing', project_number: 'P-1010', stage: 'Course of construction' },
      { codes: 99, extraCodes: 300, budget: true },
    ),
    inactive: add(
      { name: 'Old Mill Warehouse', project_number: 'P-0871', stage: 'Complete', active: false },
      { codes: 15 },
    ),
    withoutNumber: add({ name: 'Waiheke Retreat', project_number: null, stage: 'Pre-construction' }, { codes: 15 }),
    postConstruction: add(
      { name: 'Napier Aquatic Centre', project_number: 'P-0990', stage: 'Post construction' },
      { codes: 20, budget: true },
    ),
    inWarranty: add(
      { name: 'Dunedin Student Village', project_number: 'P-0912', stage: 'Warranty' },
      { codes: 20, budget: true },
    ),
  };
}

function addOrdinaryProject(context: Context, company: CompanyRow, n: number): void {
  const stage = STAGES[n % STAGES.length]![0];
  const name = `${context.pick(PLACES)} ${context.pick(BUILDINGS)} ${n + 1}`;
  const contents = { codes: 15 + Math.floor(context.random() * 25), budget: n % 3 !== 0, subJobs: n % 7 === 0 };
  addProject(context, company, { name, project_number: `P-${1100 + n}`, stage }, contents);
}

function addProject(
  context: Context,
  company: CompanyRow,
  { stage, ...plan }: ProjectPlan,
  contents: ProjectContents,
): ProjectRow {
  const { sim, pick, random, at } = context;
  const stages = sim.store.table<StageRow>('project_stages').where('company_id', company.id);
  const project = sim.store.table<ProjectRow>('projects').insert(
    buildProject({
      company_id: company.id,
      project_stage_id: stages.find((one) => one.name === stage)!.id,
      address: `${1 + Math.floor(random() * 300)} ${pick(STREETS)}`,
      city: pick(PLACES),
      zip: String(1000 + Math.floor(random() * 8000)),
      start_date: at(300).slice(0, 10),
      completion_date: null,
      total_value: Math.round(random() * 40_000_000),
      created_at: at(500 + random() * 200),
      updated_at: at(1 + random() * 360),
      ...plan,
    }),
  );
  const codes = addProjectCodes(context, project, null, contents.codes, contents.extraCodes ?? 0);
  if (contents.subJobs) {
    for (const [code, name] of [
      ['A', 'Stage A: Ground works'],
      ['B', 'Stage B: Fit-out'],
    ] as const) {
      const subJob = sim.store
        .table('sub_jobs')
        .insert(
          buildSubJob(
            { project_id: project.id, code, name, created_at: at(250), updated_at: at(240) },
            sim,
          ) as object as { id: number },
        );
      codes.push(...addProjectCodes(context, project, subJob.id, 8, 0));
    }
  }
  if (contents.budget) addBudget(context, project, codes);
  const directory = vendorTable(sim)
    .where('company_id', company.id)
    .filter((_, index) => index < 16 || index % 5 === 0);
  for (const vendor of directory.filter((one) => one.is_active)) {
    vendorTable(sim).update(vendor.id, { project_ids: [...vendor.project_ids, project.id] });
  }
  return project;
}

/** Copies the first codes of the standard list with their divisions; 03-310 is always among them. */
function addProjectCodes(
  context: Context,
  project: ProjectRow,
  subJobId: number | null,
  count: number,
  extra: number,
): CostCodeRow[] {
  const { sim, at } = context;
  const standard = sim.store.table<StandardCodeRow>('standard_cost_codes').where('company_id', project.company_id);
  const dates = { created_at: at(400), updated_at: at(390) };
  const place = { project_id: project.id, sub_job_id: subJobId, ...dates };
  const made = new Map<number, CostCodeRow>();
  const leaves: CostCodeRow[] = [];
  const add = (row: StandardCodeRow, parent: CostCodeRow | null): CostCodeRow => {
    const fields = {
      ...place,
      code: row.code,
      name: row.name,
      parent_id: parent?.id ?? null,
      standard_cost_code_id: row.id,
    };
    return costCodeTable(sim).insert(buildCostCode({ ...fields, position: made.size + leaves.length + 1 }, sim));
  };
  for (const row of standard.filter((one) => one.parent_id !== null).slice(0, count)) {
    const root = standard.find((one) => one.id === row.parent_id)!;
    const division = made.get(root.id) ?? add(root, null);
    made.set(root.id, division);
    leaves.push(add(row, division));
  }
  const divisions = [...made.values()];
  for (let n = 0; n < extra; n++) {
    const parent = divisions[n % divisions.length]!;
    const code = String(601 + Math.floor(n / divisions.length)).padStart(3, '0');
    const fields = { ...place, code, name: `${parent.name} item ${n + 1}`, parent_id: parent.id, position: 1000 + n };
    leaves.push(costCodeTable(sim).insert(buildCostCode(fields, sim)));
  }
  return leaves;
}

/** Most codes get one or two cost types; a few budget codes exist without a budget line. */
function addBudget({ sim, random, at }: Context, project: ProjectRow, codes: CostCodeRow[]): void {
  const types = typeTable(sim).where('company_id', project.company_id);
  const budget = sim.store.table('budget_rows');
  codes.forEach((code, index) => {
    const chosen = [types[index % 4]!, types[(index + 1) % 4]!].slice(0, 1 + (index % 2));
    for (const type of chosen) {
      const combination = { cost_code_id: code.id, line_item_type_id: type.id, sub_job_id: code.sub_job_id };
      const wbs = ensureWbsCode(sim, project.id, combination);
      if (index % 9 === 8) continue;
      const amount = (Math.round(random() * 5_000_000) / 100).toFixed(2);
      budget.insert(
        buildBudgetRow({ wbs_code_id: wbs.id, original_budget_amount: amount, updated_at: at(100) }, sim) as object as {
          id: number;
        },
      );
    }
  });
}
