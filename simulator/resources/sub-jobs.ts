import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { now, pick, requireFields, seconds } from '../engine/fields.ts';
import { requireFreeOriginId } from '../engine/origin.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';

export interface SubJobRow extends Row {
  company_id: number;
  project_id: number;
  name: string;
  code: string;
  origin_id: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
}

const WRITABLE = ['name', 'code', 'origin_id', 'origin_data'] as const;

export const subJobTable = (sim: Simulator) => sim.store.table<SubJobRow>('sub_jobs');

export function buildSubJob(fields: Partial<SubJobRow>, sim: Simulator): Omit<SubJobRow, 'id'> {
  const project = sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0);
  const at = now();
  return {
    company_id: project?.company_id ?? 0,
    project_id: 0,
    name: '',
    code: '',
    origin_id: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

export const subJobs: Resource = {
  tables: [
    {
      name: 'sub_jobs',
      firstId: 598_134_328_000_001,
      ledger: true,
      build: buildSubJob,
      event: (row: SubJobRow) => ({ resource: 'Sub Jobs', companyId: row.company_id, projectId: row.project_id }),
    },
  ],
  routes(api) {
    const base = '/rest/v1.0/sub_jobs';
    api.get(base, (call) => {
      const rows = subJobTable(call.sim).where('project_id', call.project('cost_codes').id);
      return page(call, rows, (row) => present(call, row), { table: 'sub_jobs' });
    });
    api.post(base, (call) => created(present(call, create(call, call.wrapped('sub_job')))));
    api.patch(`${base}/sync`, sync);
    api.get(`${base}/:id`, (call) => ok(present(call, find(call))));
    api.patch(`${base}/:id`, (call) => ok(present(call, update(call, find(call), call.wrapped('sub_job')))));
  },
};

function find(call: Call): SubJobRow {
  const row = subJobTable(call.sim).get(Number(call.params.id));
  if (row === undefined || row.project_id !== call.project('cost_codes').id) throw notFound();
  return row;
}

function create(call: Call, body: Body): SubJobRow {
  const project = call.project('cost_codes');
  requireFields(body, 'name', 'code');
  if (
    subJobTable(call.sim)
      .where('project_id', project.id)
      .some((row) => row.code === body.code)
  ) {
    throw onFields(400, { code: ['has already been taken'] });
  }
  requireFreeOriginId(call.sim, 'sub_jobs', project.company_id, body.origin_id);
  return subJobTable(call.sim).insert(buildSubJob({ ...pick(body, WRITABLE), project_id: project.id }, call.sim));
}

function update(call: Call, row: SubJobRow, body: Body): SubJobRow {
  requireFreeOriginId(call.sim, 'sub_jobs', row.company_id, body.origin_id, row.id);
  return subJobTable(call.sim).update(row.id, { ...pick(body, WRITABLE), updated_at: now() });
}

function sync(call: Call) {
  const project = call.project('cost_codes');
  const own = () => subJobTable(call.sim).where('project_id', project.id);
  return syncAction(call, {
    find: (id) => own().find((row) => row.id === id),
    findByOriginId: (originId) => own().find((row) => row.origin_id === originId),
    create: (body) => create(call, body),
    update: (row, body) => update(call, row, body),
    present: (row) => present(call, row),
  });
}

const present = (call: Call, row: SubJobRow) => ({
  id: row.id,
  name: row.name,
  code: row.code,
  origin_id: row.origin_id,
  origin_data: call.sim.originData(row),
  created_at: seconds(row.created_at),
  updated_at: seconds(row.updated_at),
});
