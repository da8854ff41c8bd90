import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { ApiError, notFound, onFields } from '../engine/errors.ts';
import { now, requireFields, seconds, textOf } from '../engine/fields.ts';
import { among, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { costCodeTable } from './cost-codes.ts';
import { typeTable } from './line-item-types.ts';
import { subJobTable } from './sub-jobs.ts';
import { itemsOf, legacyId, type SegmentRow, segmentsOf } from './wbs-segments.ts';

export interface WbsCodeRow extends Row {
  company_id: number;
  project_id: number;
  cost_code_id: number;
  line_item_type_id: number;
  sub_job_id: number | null;
  description: string | null;
  status: 'active' | 'inactive';
  created_at: string;
  updated_at: string;
}

type Combination = Pick<WbsCodeRow, 'cost_code_id' | 'line_item_type_id' | 'sub_job_id'>;

export const wbsTable = (sim: Simulator) => sim.store.table<WbsCodeRow>('wbs_codes');

function buildWbsCode(fields: Partial<WbsCodeRow>, sim: Simulator): Omit<WbsCodeRow, 'id'> {
  const project = sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0);
  const at = now();
  return {
    company_id: project?.company_id ?? 0,
    project_id: 0,
    cost_code_id: 0,
    line_item_type_id: 0,
    sub_job_id: null,
    description: null,
    status: 'active',
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

/** The code of a combination in a project, made when it is new. */
export function ensureWbsCode(sim: Simulator, projectId: number, combination: Combination): WbsCodeRow {
  return (
    findWbsCode(sim, projectId, combination) ??
    wbsTable(sim).insert(buildWbsCode({ project_id: projectId, ...combination }, sim))
  );
}

function findWbsCode(sim: Simulator, projectId: number, wanted: Combination): WbsCodeRow | undefined {
  return wbsTable(sim)
    .where('cost_code_id', wanted.cost_code_id)
    .find(
      (row) =>
        row.project_id === projectId &&
        row.line_item_type_id === wanted.line_item_type_id &&
        row.sub_job_id === wanted.sub_job_id,
    );
}

/** Budget codes. Creating one that exists returns it, with its description overwritten (contract section 7). */
export const wbsCodes: Resource = {
  tables: [{ name: 'wbs_codes', firstId: 598_134_340_000_001, ledger: true, build: buildWbsCode }],
  routes(api) {
    const base = '/rest/v1.0/projects/:project_id/work_breakdown_structure/wbs_codes';
    api.get(base, list);
    api.post(base, (call) => created(presentWbsCode(call.sim, upsert(call, call.body))));
    api.patch(`${base}/bulk_create`, bulkCreate);
    api.patch(`${base}/:id`, (call) => {
      const row = wbsTable(call.sim).get(Number(call.params.id));
      if (row === undefined || row.project_id !== call.project('budget').id) throw notFound();
      const { description, status } = call.body;
      if (status !== undefined && status !== 'active' && status !== 'inactive') {
        throw onFields(400, { status: ['is not included in the list'] });
      }
      const fields = {
        ...(description === undefined ? {} : { description: textOf(description) }),
        ...(status === undefined ? {} : { status: status as 'active' | 'inactive' }),
      };
      return ok(presentWbsCode(call.sim, wbsTable(call.sim).update(row.id, { ...fields, updated_at: now() })));
    });
  },
};

function list(call: Call) {
  const { query, sim } = call;
  let rows = wbsTable(sim).where('project_id', call.project('budget').id);
  rows = among(rows, query.filter('status'), (row) => row.status);
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at, sim.switches.updated_at_inclusive === 'yes');
  const search = query.text('query')?.toLowerCase();
  if (search) rows = rows.filter((row) => flatCode(sim, row).toLowerCase().includes(search));
  if (query.text('can_select_divisions') === 'false')
    rows = rows.filter((row) => costCodeTable(sim).get(row.cost_code_id)?.parent_id);
  return page(call, rows, (row) => presentWbsCode(sim, row), { table: 'wbs_codes', cap: 1000 });
}

function upsert(call: Call, body: Body): WbsCodeRow {
  const project = call.project('budget');
  const combination = readCombination(call, project, body.segment_items);
  const known = findWbsCode(call.sim, project.id, combination);
  const description = textOf(body.description);
  if (known === undefined) {
    return wbsTable(call.sim).insert(buildWbsCode({ project_id: project.id, ...combination, description }, call.sim));
  }
  if (body.description === undefined) return known;
  return wbsTable(call.sim).update(known.id, { description, updated_at: now() });
}

function readCombination(call: Call, project: { id: number; company_id: number }, items: unknown): Combination {
  if (!Array.isArray(items) || items.length === 0) throw onFields(400, { segment_items: ["can't be blank"] });
  const segments = segmentsOf(call.sim, project.company_id);
  const chosen = new Map<string, number>();
  for (const item of items as Body[]) {
    requireFields(item, 'segment_id', 'segment_item_id');
    const segment = segments.find((one) => one.id === Number(item.segment_id));
    if (segment === undefined) throw onFields(400, { segment_id: ['is not a segment of this project'] });
    const id = legacyId(call.sim, Number(item.segment_item_id));
    if (!itemsOf(call.sim, segment, project, null).some((one) => one.legacyId === id)) {
      throw onFields(422, { segment_item_id: [`${item.segment_item_id} is not an item of segment ${segment.name}`] });
    }
    chosen.set(segment.type, id);
  }
  const missing = segments.find((segment) => segment.required && !chosen.has(segment.type));
  if (missing !== undefined) throw onFields(422, { segment_items: [`${missing.name} is required`] });
  return {
    cost_code_id: chosen.get('cost_code')!,
    line_item_type_id: chosen.get('line_item_type')!,
    sub_job_id: chosen.get('sub_job') ?? null,
  };
}

function bulkCreate(call: Call) {
  const { bulk } = call.body;
  if (!Array.isArray(bulk)) throw onFields(400, { bulk: ["can't be blank"] });
  const entities: unknown[] = [];
  const errors: unknown[] = [];
  for (const one of bulk as Body[]) {
    try {
      const { segment_items: items } = one;
      const list = Array.isArray(items) ? items : [items];
      entities.push(presentWbsCode(call.sim, upsert(call, { ...one, segment_items: list })));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push({ ...one, errors: (error.body as { errors?: unknown }).errors });
    }
  }
  return created({ entities, errors });
}

/** Segments joined by the pattern's delimiter, sub job first: "A.03-310.M". */
function flatCode(sim: Simulator, row: WbsCodeRow): string {
  const subJob = subJobTable(sim).get(row.sub_job_id ?? 0)?.code;
  const parts = [
    subJob,
    costCodeTable(sim).get(row.cost_code_id)?.full_code,
    typeTable(sim).get(row.line_item_type_id)?.code,
  ];
  return parts.filter((part) => part !== undefined).join('.');
}

function flatName(sim: Simulator, row: WbsCodeRow): string {
  const subJob = subJobTable(sim).get(row.sub_job_id ?? 0)?.name;
  const parts = [
    subJob,
    costCodeTable(sim).get(row.cost_code_id)?.name,
    typeTable(sim).get(row.line_item_type_id)?.name,
  ];
  return parts.filter((part) => part !== undefined).join('.');
}

/** A WBS code inside other rows. */
export const wbsRef = (sim: Simulator, row: WbsCodeRow | undefined) =>
  row === undefined
    ? null
    : { id: row.id, flat_code: flatCode(sim, row), description: row.description ?? flatName(sim, row) };

function presentWbsCode(sim: Simulator, row: WbsCodeRow) {
  const project = { id: row.project_id, company_id: row.company_id };
  const segments = segmentsOf(sim, row.company_id);
  const own: Record<string, number | null> = {
    cost_code: row.cost_code_id,
    line_item_type: row.line_item_type_id,
    sub_job: row.sub_job_id,
  };
  return {
    id: row.id,
    flat_code: flatCode(sim, row),
    flat_name: flatName(sim, row),
    description: row.description,
    status: row.status,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    wbs_pattern_id: segments[0]?.wbs_pattern_id ?? null,
    segment_items: segments.flatMap((segment: SegmentRow) => {
      const id = own[segment.type];
      if (id === null || id === undefined) return [];
      return itemsOf(sim, segment, project, id).map((item) => item.body);
    }),
  };
}
