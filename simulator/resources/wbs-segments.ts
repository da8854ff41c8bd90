import { type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { now, nulls, numberOf, requireFields, seconds } from '../engine/fields.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { type CostCodeRow, costCodeTable, createCostCode } from './cost-codes.ts';
import { buildLineItemType, type LineItemTypeRow, typesOfProject, typeTable } from './line-item-types.ts';
import { codesOfList, type StandardCodeRow } from './standard-cost-codes.ts';
import { buildSubJob, type SubJobRow, subJobTable } from './sub-jobs.ts';

export interface SegmentRow extends Row {
  company_id: number;
  wbs_pattern_id: number;
  type: 'cost_code' | 'line_item_type' | 'sub_job' | 'custom';
  name: string;
  position: number;
  required: boolean;
  delimiter: string;
  structure: 'tiered' | 'flat';
  created_at: string;
}

interface Project {
  id: number;
  company_id: number;
}

interface Item {
  legacyId: number;
  body: Record<string, unknown>;
}

/** How far segment item ids lie from the ids of the rows they stand for, unless the switch makes them equal. */
const ITEM_ID_OFFSET = 1_000_000_000_000;

export const segmentsOf = (sim: Simulator, companyId: number): SegmentRow[] =>
  sim.store.table<SegmentRow>('wbs_segments').where('company_id', companyId);

/** A segment as a person adds one; the three of the sample are made with it. */
function buildSegment(fields: Partial<SegmentRow>, sim: Simulator): Omit<SegmentRow, 'id'> {
  const company_id = fields.company_id ?? 0;
  const [first] = segmentsOf(sim, company_id);
  return {
    company_id,
    wbs_pattern_id: first?.wbs_pattern_id ?? 1,
    type: 'custom',
    name: '',
    position: segmentsOf(sim, company_id).length + 1,
    required: false,
    delimiter: '.',
    structure: 'flat',
    created_at: now(),
    ...fields,
  };
}

const itemId = (sim: Simulator, id: number): number =>
  sim.switches.segment_item_ids === 'equal' ? id : id + ITEM_ID_OFFSET;

/** The cost code, cost type or sub job behind a segment item. */
export const legacyId = (sim: Simulator, id: number): number =>
  sim.switches.segment_item_ids === 'equal' ? id : id - ITEM_ID_OFFSET;

/** Work breakdown structure: the segments of a budget code and their items. */
export const wbsSegments: Resource = {
  tables: [{ name: 'wbs_segments', firstId: 598_134_325_500_001, build: buildSegment }],
  routes(api) {
    const project = '/rest/v1.0/projects/:project_id/work_breakdown_structure';
    api.get(`${project}/patterns`, (call) => ok(projectPattern(call)));
    api.get(`${project}/segments`, (call) => {
      const own = call.project('budget');
      return ok(
        segmentsOf(call.sim, own.company_id).map((segment) => ({
          ...projectSegment(call, segment, own),
          tiered: segment.structure === 'tiered',
        })),
      );
    });
    api.get(`${project}/segments/:segment_id/segment_items`, listProjectItems);
    api.post(`${project}/segments/:segment_id/segment_items`, (call) => created(createProjectItem(call)));
    api.patch(`${project}/segments/:segment_id/segment_items/:id`, (call) => ok(updateProjectItem(call)));
    const company = '/rest/v1.0/companies/:company_id/work_breakdown_structure';
    api.get(`${company}/patterns`, (call) => ok(companyPattern(call)));
    api.get(`${company}/segments`, (call) =>
      ok(segmentsOf(call.sim, call.company().id).map((segment) => companySegment(call, segment))),
    );
    api.get(`${company}/segments/:segment_id/lists`, (call) => ok(lists(call)));
    api.get(`${company}/segments/:segment_id/segment_items`, listCompanyItems);
  },
};

function segmentOf(call: Call, companyId: number): SegmentRow {
  const segment = segmentsOf(call.sim, companyId).find((one) => one.id === Number(call.params.segment_id));
  if (segment === undefined) throw notFound();
  return segment;
}

/** Items of one segment in a project; with `only`, the one of that legacy id. */
export function itemsOf(sim: Simulator, segment: SegmentRow, project: Project, only: number | null): Item[] {
  const present = <R extends Row>(rows: R[], body: (row: R) => Record<string, unknown>): Item[] =>
    rows.map((row) => ({ legacyId: row.id, body: { ...body(row), segment: presentSegment(segment, null) } }));
  const one = <R extends Row>(table: { get(id: number): R | undefined }): R[] =>
    [table.get(only ?? 0)].filter((row) => row !== undefined);
  if (segment.type === 'cost_code') {
    const rows =
      only === null ? costCodeTable(sim).where('project_id', project.id) : one<CostCodeRow>(costCodeTable(sim));
    return present(rows, (row) => costCodeItem(sim, row, (id) => costCodeTable(sim).get(id)));
  }
  // Nothing is ever booked on a custom segment here, so it has no items.
  if (segment.type === 'custom') return [];
  if (segment.type === 'line_item_type') {
    const rows = only === null ? typesOfProject(sim, project) : one<LineItemTypeRow>(typeTable(sim));
    return present(rows, (row) => flatItem(sim, row));
  }
  const rows = only === null ? subJobTable(sim).where('project_id', project.id) : one<SubJobRow>(subJobTable(sim));
  return present(rows, (row) => flatItem(sim, row));
}

interface Tiered extends Row {
  code: string;
  name: string;
  full_code: string;
  parent_id: number | null;
  created_at?: string;
  updated_at?: string;
}

function costCodeItem(sim: Simulator, row: Tiered, find: (id: number) => Tiered | undefined) {
  const path: Tiered[] = [row];
  while (path[0]?.parent_id) {
    const parent = find(path[0].parent_id);
    if (parent === undefined) break;
    path.unshift(parent);
  }
  return {
    ...nulls('in_use'),
    id: itemId(sim, row.id),
    code: row.code,
    name: row.name,
    created_at: row.created_at === undefined ? null : seconds(row.created_at),
    updated_at: row.updated_at === undefined ? null : seconds(row.updated_at),
    parent_id: row.parent_id === null ? null : itemId(sim, row.parent_id),
    path_ids: path.map((step) => itemId(sim, step.id)),
    path_code: row.full_code,
    path_codes: path.map((step) => step.code),
    path_names: path.map((step) => step.name),
    is_parent: row.parent_id === null,
    status: 'active',
  };
}

const flatItem = (sim: Simulator, row: Row & { code: string; name: string }) => ({
  ...nulls('created_at updated_at parent_id in_use'),
  id: itemId(sim, row.id),
  code: row.code,
  name: row.name,
  path_ids: [itemId(sim, row.id)],
  path_code: row.code,
  path_codes: [row.code],
  path_names: [row.name],
  is_parent: false,
  status: 'active',
});

/** Sub job codes are left out unless they are asked for (contract section 7). */
function listProjectItems(call: Call) {
  const project = call.project('budget');
  const segment = segmentOf(call, project.company_id);
  let items = itemsOf(call.sim, segment, project, null);
  if (segment.type === 'cost_code') {
    const subJob = call.query.number('legacy_sub_job_id');
    const withSubJobs = call.query.text('include_sub_job_cost_codes') === 'true';
    const belongs = (id: number) => costCodeTable(call.sim).get(id)?.sub_job_id ?? null;
    if (!withSubJobs) items = items.filter((item) => belongs(item.legacyId) === (subJob ?? null));
    const legacy = call.query.number('legacy_cost_code_id');
    if (legacy !== undefined) items = items.filter((item) => item.legacyId === legacy);
  }
  const rows = items.map((item) => ({ id: item.legacyId, body: item.body }));
  return page(call, rows, (row) => row.body, { table: 'segment_items', cap: 1000 });
}

function createProjectItem(call: Call) {
  const project = call.project('budget');
  const segment = segmentOf(call, project.company_id);
  requireFields(call.body, 'code', 'name');
  const code = String(call.body.code);
  const name = String(call.body.name);
  const scope = { projectId: project.id, companyId: project.company_id, subJobId: numberOf(call.body.sub_job_id) };
  const made = () => {
    if (segment.type === 'cost_code') {
      const parent = numberOf(call.body.parent_id);
      const parentId = parent === null ? null : legacyId(call.sim, parent);
      return createCostCode(call, scope, { code, name, parent_id: parentId });
    }
    if (itemsOf(call.sim, segment, project, null).some((item) => item.body.code === code)) {
      throw onFields(422, { code: ['has already been taken'] });
    }
    if (segment.type === 'sub_job')
      return subJobTable(call.sim).insert(buildSubJob({ code, name, project_id: project.id }, call.sim));
    return typeTable(call.sim).insert(
      buildLineItemType({ code, name, company_id: project.company_id, project_id: project.id }),
    );
  };
  return itemsOf(call.sim, segment, project, made().id)[0]?.body;
}

function updateProjectItem(call: Call) {
  const project = call.project('budget');
  const segment = segmentOf(call, project.company_id);
  const id = legacyId(call.sim, Number(call.params.id));
  const known = itemsOf(call.sim, segment, project, null).some((item) => item.legacyId === id);
  if (!known) throw notFound();
  const fields = {
    ...(call.body.code === undefined ? {} : { code: String(call.body.code) }),
    ...(call.body.name === undefined ? {} : { name: String(call.body.name) }),
  };
  if (segment.type === 'cost_code') costCodeTable(call.sim).update(id, { ...fields, updated_at: now() });
  else if (segment.type === 'sub_job') subJobTable(call.sim).update(id, { ...fields, updated_at: now() });
  else typeTable(call.sim).update(id, fields);
  const item = itemsOf(call.sim, segment, project, id)[0]?.body;
  return { ...item, status: call.body.status ?? 'active' };
}

function listCompanyItems(call: Call) {
  const company = call.company();
  const segment = segmentOf(call, company.id);
  const standard = call.sim.store.table<StandardCodeRow>('standard_cost_codes');
  const listed = call.query.number('segment_item_list_id');
  if (segment.type === 'cost_code' && listed === undefined)
    throw onFields(400, { segment_item_list_id: ["can't be blank"] });
  const rows: { id: number; body: Record<string, unknown> }[] =
    segment.type === 'cost_code'
      ? standard
          .where('standard_cost_code_list_id', listed as number)
          .filter((row) => row.company_id === company.id)
          .map((row) => ({ id: row.id, body: costCodeItem(call.sim, row, (id) => standard.get(id)) }))
      : typesOfProject(call.sim, { id: -1, company_id: company.id })
          .filter(() => segment.type === 'line_item_type')
          .map((row) => ({ id: row.id, body: flatItem(call.sim, row) }));
  const present = (row: { body: Record<string, unknown> }) => ({ ...row.body, segment: presentSegment(segment, null) });
  return page(call, rows, present, { table: 'segment_items', cap: 1000 });
}

function lists(call: Call) {
  const company = call.company();
  const segment = segmentOf(call, company.id);
  if (segment.type !== 'cost_code') return [];
  const rows = call.sim.store.table<Row & { company_id: number; name: string }>('standard_cost_code_lists');
  return rows.where('company_id', company.id).map((list) => ({
    id: list.id,
    name: list.name,
    segment_items_count: codesOfList(call.sim, list.id).length,
    erp_integrated: false,
    available_to_use_on_new_projects: true,
  }));
}

function presentSegment(segment: SegmentRow, count: number | null) {
  const at = seconds(segment.created_at);
  return {
    id: segment.id,
    type: segment.type,
    name: segment.name,
    position: segment.position,
    segment_items_count: count,
    required: segment.required,
    delimiter: segment.delimiter,
    project_can_modify_origin_project: true,
    project_can_delete_origin_company: false,
    structure: segment.structure,
    created_at: at,
    updated_at: at,
    wbs_pattern_id: segment.wbs_pattern_id,
  };
}

const companySegment = (call: Call, segment: SegmentRow) =>
  presentSegment(
    segment,
    segment.type === 'line_item_type'
      ? typesOfProject(call.sim, { id: -1, company_id: segment.company_id }).length
      : null,
  );

const projectSegment = (call: Call, segment: SegmentRow, project: Project) => ({
  ...presentSegment(segment, itemsOf(call.sim, segment, project, null).length),
  selectable_tiers: segment.structure === 'tiered',
  is_included_in_project_pattern: true,
});

function companyPattern(call: Call) {
  const segments = segmentsOf(call.sim, call.company().id);
  const first = segments[0]!;
  const at = seconds(first.created_at);
  const shown = segments.map((segment) => companySegment(call, segment));
  return { id: first.wbs_pattern_id, description: 'Budget code', created_at: at, updated_at: at, segments: shown };
}

/** One object, not a list (contract section 7). */
function projectPattern(call: Call) {
  const project = call.project('budget');
  const segments = segmentsOf(call.sim, project.company_id);
  const first = segments[0]!;
  const at = seconds(first.created_at);
  return {
    id: first.wbs_pattern_id,
    description: 'Budget code',
    created_at: at,
    updated_at: at,
    is_project_level_ordered: false,
    segments: segments.map((segment) => projectSegment(call, segment, project)),
  };
}
