import { Decimal } from 'decimal.js';
import { type Body, type Call, created, empty, ok, page, type Resource } from '../engine/api.ts';
import { errorAndMessage, notFound, onFields } from '../engine/errors.ts';
import { decimalOf, money, now, numberOf, seconds, textOf } from '../engine/fields.ts';
import { among } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { costCodeTable } from './cost-codes.ts';
import { type LineRow, linesOfProject } from './direct-cost-lines.ts';
import { typeTable } from './line-item-types.ts';
import { subJobTable } from './sub-jobs.ts';
import { ensureWbsCode, type WbsCodeRow, wbsRef, wbsTable } from './wbs-codes.ts';

export interface BudgetViewRow extends Row {
  company_id: number;
  name: string;
  created_at: string;
}

/** One budget line item: what a detail row with an id stands for. */
export interface BudgetRow extends Row {
  company_id: number;
  project_id: number;
  wbs_code_id: number;
  cost_code_id: number;
  line_item_type_id: number;
  original_budget_amount: string;
  uom: string | null;
  quantity: string | null;
  unit_cost: string | null;
  calculation_strategy: 'automatic' | 'manual';
  updated_at: string;
}

interface BudgetMetaRow extends Row {
  company_id: number;
  project_id: number;
  locked: boolean;
}

const budgetTable = (sim: Simulator) => sim.store.table<BudgetRow>('budget_rows');

export function buildBudgetRow(fields: Partial<BudgetRow>, sim: Simulator): Omit<BudgetRow, 'id'> {
  const given = wbsTable(sim).get(fields.wbs_code_id ?? 0);
  const { project_id = 0, cost_code_id = 0, line_item_type_id = 0 } = fields;
  const subJob = costCodeTable(sim).get(cost_code_id)?.sub_job_id ?? null;
  const wbs = given ?? ensureWbsCode(sim, project_id, { cost_code_id, line_item_type_id, sub_job_id: subJob });
  return {
    original_budget_amount: '0',
    uom: null,
    quantity: null,
    unit_cost: null,
    calculation_strategy: 'manual',
    updated_at: now(),
    ...fields,
    company_id: wbs.company_id,
    project_id: wbs.project_id,
    wbs_code_id: wbs.id,
    cost_code_id: wbs.cost_code_id,
    line_item_type_id: wbs.line_item_type_id,
  };
}

/** Budget views and their rows. Nothing else lists budget lines (contract section 8). */
export const budgets: Resource = {
  tables: [
    { name: 'budget_views', firstId: 598_134_325_980_001 },
    { name: 'budget_meta', firstId: 1 },
    {
      name: 'budget_rows',
      firstId: 598_134_345_000_001,
      ledger: true,
      build: buildBudgetRow,
      event: (row: BudgetRow) => ({
        resource: 'Budget Line Items',
        companyId: row.company_id,
        projectId: row.project_id,
      }),
    },
  ],
  routes(api) {
    const views = '/rest/v1.0/budget_views';
    api.get(views, (call) => page(call, viewsOf(call), (view) => presentView(view), { table: 'budget_views' }));
    api.get(`${views}/:budget_view_id/detail_rows`, listRows);
    api.get(`${views}/:budget_view_id/budget_detail_columns`, (call) => {
      findView(call);
      return ok(COLUMNS.map((name, position) => column(name, position)));
    });
    api.get('/rest/v1.0/projects/:project_id/budget', (call) =>
      ok({ locked: isLocked(call.sim, call.project('budget').id) }),
    );
    const items = '/rest/v1.1/budget_line_items';
    api.post(items, (call) => created(presentLineItem(call.sim, create(call, call.wrapped('budget_line_item')))));
    api.get(`${items}/:id`, (call) => ok(presentLineItem(call.sim, find(call))));
    api.patch(`${items}/:id`, (call) =>
      ok(presentLineItem(call.sim, update(call, find(call), call.wrapped('budget_line_item')))),
    );
    api.post('/rest/v1.0/budget_line_items/sync', sync);
    api.delete('/rest/v2.0/companies/:company_id/projects/:project_id/budget_line_items/:id', (call) => {
      call.company();
      budgetTable(call.sim).remove(find(call).id);
      return empty(204);
    });
  },
};

/** Columns of the sample view; each adds a key named after it to every row. */
const COLUMNS = [
  'Original Budget Amount',
  'Approved Budget Changes',
  'Revised Budget',
  'Direct Costs',
  'Projected Over / Under',
];

function viewsOf(call: Call): BudgetViewRow[] {
  const companyId = call.query.text('project_id') === undefined ? call.companyId : call.project('budget').company_id;
  return call.sim.store.table<BudgetViewRow>('budget_views').where('company_id', companyId);
}

function findView(call: Call): BudgetViewRow {
  const project = call.project('budget');
  const view = call.sim.store.table<BudgetViewRow>('budget_views').get(Number(call.params.budget_view_id));
  if (view === undefined || view.company_id !== project.company_id) throw notFound();
  return view;
}

const isLocked = (sim: Simulator, projectId: number): boolean =>
  sim.store.table<BudgetMetaRow>('budget_meta').where('project_id', projectId)[0]?.locked ?? false;

interface DetailRow extends Row {
  budget: BudgetRow | null;
  wbs: WbsCodeRow;
}

/** Budgeted rows, unbudgeted ones (costs without a budget line; their id is null), or both. */
function listRows(call: Call) {
  findView(call);
  const project = call.project('budget');
  const kind = call.query.text('budget_row_type') ?? 'budgeted';
  const budgeted = budgetTable(call.sim).where('project_id', project.id);
  const lines = linesOfProject(call.sim, project.id);
  const covered = new Set(budgeted.map((row) => row.wbs_code_id));
  const loose = new Set(
    lines.map((line) => line.wbs_code_id).filter((id): id is number => id !== null && !covered.has(id)),
  );
  let rows: DetailRow[] = [];
  if (kind !== 'unbudgeted')
    rows = budgeted.map((budget) => ({ id: budget.id, budget, wbs: wbsTable(call.sim).get(budget.wbs_code_id)! }));
  if (kind !== 'budgeted')
    rows.push(...[...loose].map((id) => ({ id, budget: null, wbs: wbsTable(call.sim).get(id)! })));
  rows = among(rows, call.query.list('cost_code_id'), (row) => row.wbs.cost_code_id);
  rows = among(rows, call.query.list('category_id'), (row) => row.wbs.line_item_type_id);
  rows = among(rows, call.query.list('budget_line_item_id'), (row) => row.budget?.id);
  return page(call, rows, (row) => presentRow(call, row, lines), { table: 'budget_rows', cap: 1000 });
}

function presentRow(call: Call, { budget, wbs }: DetailRow, lines: LineRow[]) {
  const { sim } = call;
  const project = call.project('budget');
  const code = costCodeTable(sim).get(wbs.cost_code_id);
  const root = costCodeTable(sim).get(code?.parent_id ?? 0) ?? code;
  const type = typeTable(sim).get(wbs.line_item_type_id);
  const subJob = subJobTable(sim).get(wbs.sub_job_id ?? 0);
  const original = new Decimal(budget?.original_budget_amount ?? 0);
  const spent = lines
    .filter((line) => line.wbs_code_id === wbs.id)
    .reduce((sum, line) => sum.plus(line.amount), new Decimal(0));
  return {
    id: budget?.id ?? null,
    deletable: budget !== null && spent.isZero(),
    company_id: project.company_id,
    company: call.company().name,
    project_id: project.id,
    project: project.name,
    wbs_code_id: wbs.id,
    biller_id: subJob?.id ?? project.id,
    biller: subJob?.name ?? project.name,
    biller_type: subJob === undefined ? 'Project' : 'SubJob',
    root_cost_code_id: root?.id ?? null,
    root_cost_code: root === undefined ? null : `${root.full_code} - ${root.name}`,
    cost_code_id: wbs.cost_code_id,
    cost_code: code === undefined ? null : `${code.full_code} - ${code.name}`,
    cost_code_origin_id: code?.origin_id ?? null,
    category_id: wbs.line_item_type_id,
    category: type?.name ?? null,
    budget_modifications: '0.0',
    original_budget_amount: money(original),
    budget_forecast: null,
    currency_configuration: null,
    unbudgeted_reason: budget === null ? 'direct_cost' : null,
    'Original Budget Amount': money(original),
    'Approved Budget Changes': '0.0',
    'Revised Budget': money(original),
    'Direct Costs': money(spent),
    'Projected Over / Under': money(original.minus(spent)),
  };
}

function find(call: Call): BudgetRow {
  const row = budgetTable(call.sim).get(Number(call.params.id));
  if (row === undefined || row.project_id !== call.project('budget').id) throw notFound();
  return row;
}

function attributes(body: Body): Partial<BudgetRow> {
  const amount = decimalOf(body.original_budget_amount, 'original_budget_amount');
  const quantity = decimalOf(body.quantity, 'quantity');
  const unitCost = decimalOf(body.unit_cost, 'unit_cost');
  const automatic = body.calculation_strategy === 'automatic' && quantity !== null && unitCost !== null;
  return {
    ...(amount === null ? {} : { original_budget_amount: amount }),
    ...(automatic ? { original_budget_amount: new Decimal(quantity).mul(unitCost).toDecimalPlaces(2).toFixed() } : {}),
    ...(quantity === null ? {} : { quantity }),
    ...(unitCost === null ? {} : { unit_cost: unitCost }),
    ...(body.uom === undefined ? {} : { uom: textOf(body.uom) }),
    ...(body.calculation_strategy === undefined ? {} : { calculation_strategy: automatic ? 'automatic' : 'manual' }),
  };
}

function create(call: Call, body: Body): BudgetRow {
  const project = call.project('budget');
  const wbs = wbsTable(call.sim).get(numberOf(body.wbs_code_id) ?? 0);
  if (wbs === undefined || wbs.project_id !== project.id)
    throw onFields(400, { wbs_code_id: ['is not a code of this project'] });
  if (isLocked(call.sim, project.id)) throw onFields(422, { base: ['The budget is locked.'] });
  if (budgetTable(call.sim).where('wbs_code_id', wbs.id).length > 0)
    throw onFields(422, { wbs_code_id: ['is already in the budget'] });
  return budgetTable(call.sim).insert(buildBudgetRow({ ...attributes(body), wbs_code_id: wbs.id }, call.sim));
}

function update(call: Call, row: BudgetRow, body: Body): BudgetRow {
  if (isLocked(call.sim, row.project_id)) throw onFields(422, { base: ['The budget is locked.'] });
  return budgetTable(call.sim).update(row.id, { ...attributes(body), updated_at: now() });
}

/** A POST with its own key, and a bare list as answer: unlike every other sync (contract section 1.10). */
function sync(call: Call) {
  const project = call.project('budget');
  const { budget_line_items: items } = call.body;
  if (!Array.isArray(items)) throw errorAndMessage(400, 'Bad Request', 'budget_line_items is missing');
  const rows = (items as Body[]).map((body) => {
    const known = budgetTable(call.sim)
      .where('project_id', project.id)
      .find((row) => row.id === Number(body.id));
    return known === undefined ? create(call, body) : update(call, known, body);
  });
  return ok(rows.map((row) => presentLineItem(call.sim, row)));
}

const presentView = (view: BudgetViewRow) => ({
  id: view.id,
  name: view.name,
  description: null,
  created_at: seconds(view.created_at),
  created_by: null,
  updated_at: seconds(view.created_at),
  role: null,
  links: {
    detail_rows: `/rest/v1.0/budget_views/${view.id}/detail_rows`,
    summary_rows: `/rest/v1.0/budget_views/${view.id}/summary_rows`,
  },
});

const column = (name: string, position: number) => ({
  id: String(598_134_325_990_001 + position),
  name,
  position,
  type: position < 2 ? 'standard' : 'source',
  aggregatable: true,
  filterable: false,
  groupable: false,
});

const presentLineItem = (sim: Simulator, row: BudgetRow) => ({
  id: row.id,
  original_budget_amount: Number(row.original_budget_amount),
  uom: row.uom,
  quantity: row.quantity === null ? null : Number(row.quantity),
  unit_cost: row.unit_cost === null ? null : Number(row.unit_cost),
  calculation_strategy: row.calculation_strategy,
  wbs_code: wbsRef(sim, wbsTable(sim).get(row.wbs_code_id)),
  currency_configuration: null,
});
