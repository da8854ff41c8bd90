import { type Body, type Call, created, ok, page, type Resource, type Result } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { now, numberOf, pick, requireFields, seconds } from '../engine/fields.ts';
import { refreshFullCodes } from '../engine/full-codes.ts';
import { requireFreeOriginId } from '../engine/origin.ts';
import { among, sorted } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';
import type { StandardCodeRow } from './standard-cost-codes.ts';
import { subJobTable } from './sub-jobs.ts';

export interface CostCodeRow extends Row {
  company_id: number;
  project_id: number;
  /** null: billed to the project itself */
  sub_job_id: number | null;
  parent_id: number | null;
  /** this level's segment only */
  code: string;
  full_code: string;
  name: string;
  position: number;
  standard_cost_code_id: number | null;
  origin_id: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
}

const WRITABLE = ['code', 'name', 'position', 'origin_id', 'origin_data', 'standard_cost_code_id'] as const;

export const costCodeTable = (sim: Simulator) => sim.store.table<CostCodeRow>('cost_codes');

export function buildCostCode(fields: Partial<CostCodeRow>, sim: Simulator): Omit<CostCodeRow, 'id'> {
  const parent = costCodeTable(sim).get(fields.parent_id ?? 0);
  const project = sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0);
  const code = fields.code ?? '';
  const at = now();
  return {
    company_id: project?.company_id ?? 0,
    project_id: 0,
    sub_job_id: null,
    parent_id: null,
    name: '',
    position: 1,
    standard_cost_code_id: null,
    origin_id: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    ...fields,
    code,
    full_code: parent === undefined ? code : `${parent.full_code}-${code}`,
  };
}

/** A project's cost codes. Codes of a sub job are listed only when that sub job is asked for. */
export const costCodes: Resource = {
  tables: [
    {
      name: 'cost_codes',
      firstId: 598_134_330_000_001,
      ledger: true,
      build: buildCostCode,
      event: (row: CostCodeRow) => ({ resource: 'Cost Codes', companyId: row.company_id, projectId: row.project_id }),
    },
  ],
  routes(api) {
    const base = '/rest/v1.0/cost_codes';
    api.get(base, list);
    api.post(base, (call) => {
      const scope = scopeOf(call, call.body.sub_job_id);
      return created(presentCostCode(call, createCostCode(call, scope, call.wrapped('cost_code'))));
    });
    api.patch(`${base}/sync`, sync);
    api.post(`${base}/copy_from_standard_list`, copyAll);
    api.post(`${base}/copy_subset_from_standard_list`, copySome);
    api.get(`${base}/:id`, (call) => ok(presentCostCode(call, find(call))));
    api.patch(`${base}/:id`, (call) => ok(presentCostCode(call, update(call, find(call), call.wrapped('cost_code')))));
  },
};

interface Scope {
  projectId: number;
  companyId: number;
  subJobId: number | null;
}

function scopeOf(call: Call, subJob: unknown): Scope {
  const project = call.project('cost_codes');
  const subJobId = numberOf(subJob);
  if (subJobId !== null && subJobTable(call.sim).get(subJobId)?.project_id !== project.id) throw notFound();
  return { projectId: project.id, companyId: project.company_id, subJobId };
}

const inScope = (sim: Simulator, scope: Scope): CostCodeRow[] =>
  costCodeTable(sim)
    .where('project_id', scope.projectId)
    .filter((row) => row.sub_job_id === scope.subJobId);

function list(call: Call) {
  const { query, sim } = call;
  let rows = inScope(sim, scopeOf(call, query.text('sub_job_id')));
  rows = among(rows, query.filter('id'), (row) => row.id);
  rows = among(rows, query.filter('origin_id'), (row) => row.origin_id);
  return page(call, sorted(rows, undefined), (row) => presentListed(call, row), {
    table: 'cost_codes',
    size: 100,
    cap: 1000,
  });
}

function find(call: Call): CostCodeRow {
  const row = costCodeTable(call.sim).get(Number(call.params.id));
  if (row === undefined || row.project_id !== call.project('cost_codes').id) throw notFound();
  return row;
}

/** A code is unique among its siblings. Without a parent it is a root: a division. */
export function createCostCode(call: Call, scope: Scope, body: Body): CostCodeRow {
  requireFields(body, 'code', 'name');
  const parentId = numberOf(body.parent_id);
  const siblings = inScope(call.sim, scope);
  if (parentId !== null && !siblings.some((row) => row.id === parentId))
    throw onFields(400, { parent_id: ['is invalid'] });
  if (siblings.some((row) => row.parent_id === parentId && row.code === String(body.code))) {
    throw onFields(400, { code: ['has already been taken'] });
  }
  requireFreeOriginId(call.sim, 'cost_codes', scope.companyId, body.origin_id);
  const place = { project_id: scope.projectId, sub_job_id: scope.subJobId, parent_id: parentId };
  const fields = { position: siblings.length + 1, ...pick(body, WRITABLE), ...place, code: String(body.code) };
  return costCodeTable(call.sim).insert(buildCostCode(fields, call.sim));
}

function update(call: Call, row: CostCodeRow, body: Body): CostCodeRow {
  requireFreeOriginId(call.sim, 'cost_codes', row.company_id, body.origin_id, row.id);
  const fields = { ...row, ...pick(body, WRITABLE) } as CostCodeRow;
  const updated = costCodeTable(call.sim).update(row.id, { ...buildCostCode(fields, call.sim), updated_at: now() });
  refreshFullCodes(call.sim, 'cost_codes', row.id);
  return updated;
}

function sync(call: Call): Result {
  const scope = scopeOf(call, call.query.text('sub_job_id'));
  return syncAction(call, {
    find: (id) => inScope(call.sim, scope).find((row) => row.id === id),
    findByOriginId: (originId) => inScope(call.sim, scope).find((row) => row.origin_id === originId),
    create: (body) => createCostCode(call, scope, body),
    update: (row, body) => update(call, row, body),
    present: (row) => presentListed(call, row),
  });
}

function copyAll(call: Call): Result {
  requireFields(call.body, 'standard_cost_code_list_id');
  const standard = call.sim.store.table<StandardCodeRow>('standard_cost_codes');
  const wanted = standard.where('standard_cost_code_list_id', Number(call.body.standard_cost_code_list_id));
  const { copied } = copy(call, wanted);
  return created(copied.map((row) => presentListed(call, row)));
}

function copySome(call: Call): Result {
  requireFields(call.body, 'standard_cost_code_list_id', 'standard_cost_code_ids');
  const ids = (call.body.standard_cost_code_ids as unknown[]).map(Number);
  const standard = call.sim.store.table<StandardCodeRow>('standard_cost_codes');
  const wanted = standard
    .where('standard_cost_code_list_id', Number(call.body.standard_cost_code_list_id))
    .filter((row) => ids.includes(row.id));
  const { copied, failures } = copy(call, wanted);
  const body = { successes: copied.map((row) => presentListed(call, row)), failures };
  return { status: failures.length > 0 ? 207 : 201, body };
}

/** Copies codes whose ancestors are in the project or copied before them. */
function copy(call: Call, wanted: StandardCodeRow[]): { copied: CostCodeRow[]; failures: string[] } {
  const scope = scopeOf(call, call.body.sub_job_id);
  const copied: CostCodeRow[] = [];
  const failures: string[] = [];
  for (const standard of sorted(wanted, 'full_code')) {
    const own = inScope(call.sim, scope);
    if (own.some((row) => row.full_code === standard.full_code)) continue;
    const parent = own.find((row) => row.standard_cost_code_id === standard.parent_id);
    if (standard.parent_id !== null && parent === undefined) {
      failures.push(`${standard.full_code}: its parent is not in the project`);
      continue;
    }
    const { code, name } = standard;
    const body = { code, name, parent_id: parent?.id ?? null, standard_cost_code_id: standard.id };
    copied.push(createCostCode(call, scope, body));
  }
  return { copied, failures };
}

function presentListed(call: Call, row: CostCodeRow) {
  if (call.query.text('view') === 'erp_compact') return { id: row.id, full_code: row.full_code, name: row.name };
  return refOf(call.sim, row);
}

const presentCostCode = (call: Call, row: CostCodeRow) => ({
  ...refOf(call.sim, row),
  standard_cost_code_list_id: null,
});

/** A cost code as its list shows it. */
export function refOf(sim: Simulator, row: CostCodeRow) {
  const project = sim.store.table<Row & { name: string; origin_id: string | null }>('projects').get(row.project_id);
  const subJob = subJobTable(sim).get(row.sub_job_id ?? 0);
  const budget = sim.store.table<Row & { cost_code_id: number }>('budget_rows');
  return {
    id: row.id,
    biller: subJob?.name ?? project?.name ?? null,
    biller_id: subJob?.id ?? row.project_id,
    biller_type: subJob === undefined ? 'Project' : 'SubJob',
    biller_origin_id: subJob?.origin_id ?? project?.origin_id ?? null,
    budgeted: budget.where('cost_code_id', row.id).length > 0,
    code: row.code,
    full_code: row.full_code,
    name: row.name,
    parent: row.parent_id === null ? null : { id: row.parent_id },
    position: row.position,
    sortable_code: row.full_code,
    standard_cost_code_id: row.standard_cost_code_id,
    line_item_types: [],
    origin_id: row.origin_id,
    origin_data: sim.originData(row),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    deleted_at: null,
  };
}
