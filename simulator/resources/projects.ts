import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { named, now, nulls, numberOf, pick, requireFields, seconds, textOf } from '../engine/fields.ts';
import { requireFreeOriginId } from '../engine/origin.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';
import type { CompanyRow } from './companies.ts';
import type { StageRow } from './project-stages.ts';

export interface ProjectRow extends Row {
  company_id: number;
  name: string;
  project_number: string | null;
  active: boolean;
  template: boolean;
  is_demo: boolean;
  /** an accounting system is connected to it */
  is_erp_integrated: boolean;
  project_stage_id: number | null;
  address: string | null;
  city: string | null;
  zip: string | null;
  state_code: string | null;
  country_code: string | null;
  description: string | null;
  start_date: string | null;
  completion_date: string | null;
  total_value: number | null;
  time_zone: string;
  origin_id: string | null;
  origin_data: string | null;
  origin_code: string | null;
  created_at: string;
  updated_at: string;
}

const WRITABLE = [
  'name',
  'project_number',
  'active',
  'address',
  'city',
  'zip',
  'state_code',
  'country_code',
  'description',
  'start_date',
  'completion_date',
  'total_value',
  'time_zone',
  'origin_id',
  'origin_data',
  'origin_code',
] as const;

const projectTable = (sim: Simulator) => sim.store.table<ProjectRow>('projects');

export function buildProject(fields: Partial<ProjectRow>): Omit<ProjectRow, 'id'> {
  const at = now();
  return {
    company_id: 0,
    name: '',
    project_number: null,
    active: true,
    template: false,
    is_demo: false,
    is_erp_integrated: false,
    project_stage_id: null,
    address: null,
    city: null,
    zip: null,
    state_code: null,
    country_code: 'NZ',
    description: null,
    start_date: null,
    completion_date: null,
    total_value: null,
    time_zone: 'Pacific/Auckland',
    origin_id: null,
    origin_data: null,
    origin_code: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

export const projects: Resource = {
  tables: [
    {
      name: 'projects',
      firstId: 562_949_953_500_101,
      ledger: true,
      build: buildProject,
      event: (row: ProjectRow) => ({ resource: 'Projects', companyId: row.company_id, projectId: row.id }),
    },
  ],
  routes(api) {
    api.get('/rest/v1.1/projects', list);
    api.get('/rest/v1.0/projects', listV10);
    api.post('/rest/v1.0/projects', (call) => created(show(call, create(call, call.wrapped('project')))));
    api.patch('/rest/v1.0/projects/sync', sync);
    api.get('/rest/v1.0/projects/:id', (call) => {
      requireFields({ company_id: call.query.text('company_id') }, 'company_id');
      return ok(show(call, find(call)));
    });
    api.patch('/rest/v1.0/projects/:id', (call) => ok(show(call, update(call, find(call), call.wrapped('project')))));
  },
};

/** What the caller's company has; hidden projects are as if they were not there. */
function visible(call: Call): ProjectRow[] {
  const hidden = call.sim.settings.hiddenProjects;
  return projectTable(call.sim)
    .where('company_id', call.company().id)
    .filter((project) => !hidden.includes(project.id));
}

function filtered(call: Call): ProjectRow[] {
  const { query, sim } = call;
  const inclusive = sim.switches.updated_at_inclusive === 'yes';
  const status = (query.text('filters[by_status]') ?? 'Active').toLowerCase();
  let rows = visible(call);
  if (status !== 'all') rows = rows.filter((project) => project.active === (status === 'active'));
  rows = among(rows, query.filter('id'), (project) => project.id);
  rows = among(rows, query.filter('name'), (project) => project.name);
  rows = among(rows, query.filter('project_number'), (project) => project.project_number);
  rows = among(rows, query.filter('origin_id'), (project) => project.origin_id);
  rows = among(rows, query.filter('by_stage'), (project) => project.project_stage_id);
  rows = among(rows, query.filter('template'), (project) => project.template);
  rows = among(rows, query.filter('is_demo'), (project) => project.is_demo);
  rows = within(rows, query.range('updated_at'), (project) => project.updated_at, inclusive);
  rows = within(rows, query.range('created_at'), (project) => project.created_at);
  return sorted(rows, query.text('sort')?.replace('display_name', 'name'));
}

function list(call: Call) {
  requireFields({ company_id: call.query.text('company_id') }, 'company_id');
  const view = call.query.text('view') ?? 'normal';
  const limits = view === 'ids' ? { size: 200_000, cap: 200_000 } : { size: 100, cap: 300 };
  return page(call, filtered(call), (project) => listItem(call, project, view), { table: 'projects', ...limits });
}

function listV10(call: Call) {
  requireFields({ company_id: call.query.text('company_id') }, 'company_id');
  return page(call, filtered(call), (project) => listItemV10(call, project), { table: 'projects', cap: 300 });
}

function find(call: Call): ProjectRow {
  const id = Number(call.params.id);
  const project = visible(call).find((one) => one.id === id);
  if (project === undefined) throw notFound();
  return project;
}

/** The stage is checked apart from the other fields: it must be one of the company's. */
function attributes(call: Call, companyId: number, body: Body): Partial<ProjectRow> {
  const fields: Partial<ProjectRow> = pick(body, WRITABLE);
  if (body.project_stage_id === undefined) return fields;
  const stage = call.sim.store.table<StageRow>('project_stages').get(Number(body.project_stage_id));
  if (body.project_stage_id !== null && stage?.company_id !== companyId) {
    throw onFields(400, { project_stage_id: ['is not a stage of this company'] });
  }
  return { ...fields, project_stage_id: numberOf(body.project_stage_id) };
}

function create(call: Call, body: Body): ProjectRow {
  const company = call.company();
  requireFields(body, 'name');
  requireFreeOriginId(call.sim, 'projects', company.id, body.origin_id);
  return projectTable(call.sim).insert(buildProject({ ...attributes(call, company.id, body), company_id: company.id }));
}

function update(call: Call, project: ProjectRow, body: Body): ProjectRow {
  requireFreeOriginId(call.sim, 'projects', project.company_id, body.origin_id, project.id);
  return projectTable(call.sim).update(project.id, {
    ...attributes(call, project.company_id, body),
    updated_at: now(),
  });
}

function sync(call: Call) {
  const rows = visible(call);
  return syncAction(call, {
    find: (id) => rows.find((project) => project.id === id),
    findByOriginId: (originId) => rows.find((project) => project.origin_id === originId),
    create: (body) => create(call, body),
    update: (project, body) => update(call, project, body),
    present: (project) => synced(call, project),
  });
}

function shared(call: Call, project: ProjectRow) {
  const stage = call.sim.store.table<StageRow>('project_stages').get(project.project_stage_id ?? 0);
  return {
    ...nulls('store_number accounting_project_number designated_market_area project_bid_type_id'),
    ...nulls('project_owner_type_id project_region_id estimated_value phone latitude longitude'),
    id: project.id,
    name: project.name,
    display_name: [project.project_number, project.name].filter(Boolean).join(' - '),
    project_number: project.project_number,
    address: project.address,
    city: project.city,
    state_code: project.state_code,
    country_code: project.country_code,
    zip: project.zip,
    time_zone: project.time_zone,
    active: project.active,
    project_stage: stage === undefined ? null : { id: stage.id, name: stage.name },
    start_date: project.start_date,
    completion_date: project.completion_date,
    origin_id: project.origin_id,
    origin_data: call.sim.originData(project),
    origin_code: project.origin_code,
    created_at: seconds(project.created_at),
    updated_at: seconds(project.updated_at),
  };
}

const company = (call: Call, project: ProjectRow) =>
  named(call.sim.store.table<CompanyRow>('companies').get(project.company_id));

function listItem(call: Call, project: ProjectRow, view: string) {
  if (view === 'ids') return { id: project.id };
  if (view === 'compact') return { id: project.id, name: project.name, project_number: project.project_number };
  const normal = {
    ...shared(call, project),
    ...nulls('county custom_fields owners_project_id parent_job_id photo_id project_template'),
    is_demo: project.is_demo,
    company: company(call, project),
    total_value: project.total_value,
  };
  if (view !== 'extended') return normal;
  return {
    ...normal,
    ...nulls('actual_start_date dictionary_type estimated_completion_date estimated_start_date flag inbound_email'),
    ...nulls(
      'logo_url office persistent_message program project_bid_type project_owner_type project_region project_type',
    ),
    ...nulls(
      'projected_finish_date public_notes square_feet standard_cost_code_list_id warranty_end_date warranty_start_date',
    ),
    departments: [],
    description: project.description,
    tz_name: project.time_zone,
  };
}

function listItemV10(call: Call, project: ProjectRow) {
  const item = shared(call, project);
  return {
    ...item,
    ...nulls(
      'parent_job_id parent_job county project_template owners_project_id photo_id projected_finish_date fax sector',
    ),
    ...nulls('work_scope delivery_method estimated_budget priority created_by custom_fields project_sector_id'),
    is_demo: project.is_demo,
    stage: item.project_stage?.name ?? null,
    company: company(call, project),
    total_value: textOf(project.total_value),
  };
}

function show(call: Call, project: ProjectRow) {
  if (call.query.text('view') === 'minimal') return { id: project.id, name: project.name };
  const { standard_cost_code_list_id } = standardList(call, project);
  return {
    ...shared(call, project),
    ...nulls(
      'logo_id logo_url county parent_job_id parent_job from_project_template_id square_feet warranty_start_date',
    ),
    ...nulls(
      'warranty_end_date flag locale public_notes actual_start_date projected_finish_date owners_project_id photo_id',
    ),
    ...nulls(
      'photo_url inbound_email inbound_email_address estimated_start_date estimated_completion_date code sector',
    ),
    ...nulls('work_scope delivery_method created_by persistent_message office project_bid_type project_owner_type'),
    ...nulls('project_region project_type program dictionary_type custom_fields project_sector_id'),
    is_demo: project.is_demo,
    template: project.template,
    tz_name: project.time_zone,
    description: project.description,
    total_value: textOf(project.total_value),
    standard_cost_code_list_id,
    is_erp_integrated: project.is_erp_integrated ?? false,
    project_stage_id: project.project_stage_id,
    departments: [],
    company: company(call, project),
  };
}

function standardList(call: Call, project: ProjectRow) {
  const lists = call.sim.store.table<Row & { company_id: number }>('standard_cost_code_lists');
  return { standard_cost_code_list_id: lists.where('company_id', project.company_id)[0]?.id ?? null };
}

const synced = (call: Call, project: ProjectRow) => ({
  ...shared(call, project),
  ...nulls('logo_url square_feet warranty_start_date warranty_end_date flag public_notes actual_start_date'),
  ...nulls('projected_finish_date estimated_start_date estimated_completion_date office project_type program sector'),
  ...nulls('work_scope delivery_method estimated_budget priority project_sector_id'),
  description: project.description,
  total_value: textOf(project.total_value),
  departments: [],
});
