import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { now, pick, requireFields, seconds } from '../engine/fields.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';

export interface PeriodRow extends Row {
  company_id: number;
  project_id: number;
  start_date: string;
  end_date: string;
  due_date: string;
  status: 'open' | 'closed';
  position: number;
  created_at: string;
  updated_at: string;
}

export const periodTable = (sim: Simulator) => sim.store.table<PeriodRow>('billing_periods');

export const openPeriodOf = (sim: Simulator, projectId: number): PeriodRow | undefined =>
  periodTable(sim)
    .where('project_id', projectId)
    .find((period) => period.status === 'open');

export function buildPeriod(fields: Partial<PeriodRow>, sim: Simulator): Omit<PeriodRow, 'id'> {
  const projectId = fields.project_id ?? 0;
  const at = now();
  return {
    company_id: sim.store.table<Row & { company_id: number }>('projects').get(projectId)?.company_id ?? 0,
    project_id: 0,
    start_date: at.slice(0, 10),
    end_date: at.slice(0, 10),
    due_date: at.slice(0, 10),
    status: 'open',
    position: periodTable(sim).where('project_id', projectId).length + 1,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

/** Billing periods of a project. One at most is open, and none overlaps another (contract section 12). */
export const billingPeriods: Resource = {
  tables: [{ name: 'billing_periods', firstId: 598_134_450_100_001, ledger: true, build: buildPeriod }],
  routes(api) {
    const base = '/rest/v1.0/projects/:project_id/billing_periods';
    api.get(base, list);
    api.post(base, (call) => created(present(create(call))));
    api.get(`${base}/:id`, (call) => ok(present(find(call))));
    api.patch(`${base}/:id`, (call) => ok(present(update(call))));
  },
};

function list(call: Call) {
  const { query, sim } = call;
  let rows = periodTable(sim).where('project_id', call.project('commitments').id);
  rows = among(rows, query.filter('id'), (row) => row.id);
  rows = among(rows, query.filter('status'), (row) => row.status);
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at);
  rows = within(rows, query.range('created_at'), (row) => row.created_at);
  return page(call, sorted(rows, undefined), present, { table: 'billing_periods' });
}

function find(call: Call): PeriodRow {
  const row = periodTable(call.sim).get(Number(call.params.id));
  if (row === undefined || row.project_id !== call.project('commitments').id) throw notFound();
  return row;
}

function create(call: Call): PeriodRow {
  const project = call.project('commitments');
  const fields = attributes(call.wrapped('billing_period'));
  requireFreeDates(call.sim, project.id, fields as PeriodRow);
  return periodTable(call.sim).insert(buildPeriod({ ...fields, project_id: project.id }, call.sim));
}

function update(call: Call): PeriodRow {
  const row = find(call);
  const fields = attributes(call.wrapped('billing_period'));
  requireFreeDates(call.sim, row.project_id, { ...row, ...fields });
  return periodTable(call.sim).update(row.id, { ...fields, updated_at: now() });
}

const FIELDS = ['start_date', 'end_date', 'due_date', 'status'] as const;

function attributes(body: Body): Partial<PeriodRow> {
  requireFields(body, ...FIELDS);
  for (const field of ['start_date', 'end_date', 'due_date'])
    if (!/^\d{4}-\d\d-\d\d$/.test(String(body[field]))) throw onFields(400, { [field]: ['is not a valid date'] });
  if (!['open', 'closed'].includes(String(body.status)))
    throw onFields(400, { status: ['is not included in the list'] });
  return pick(body, FIELDS) as Partial<PeriodRow>;
}

function requireFreeDates(sim: Simulator, projectId: number, wanted: Partial<PeriodRow>): void {
  const others = periodTable(sim)
    .where('project_id', projectId)
    .filter((period) => period.id !== wanted.id);
  if (wanted.status === 'open' && others.some((period) => period.status === 'open'))
    throw onFields(422, { status: ['another billing period is open'] });
  if (others.some((period) => period.start_date <= wanted.end_date! && period.end_date >= wanted.start_date!))
    throw onFields(422, { start_date: ['overlaps another billing period'] });
}

const present = (row: PeriodRow) => ({
  id: row.id,
  created_at: seconds(row.created_at),
  due_date: row.due_date,
  end_date: row.end_date,
  position: row.position,
  project_id: row.project_id,
  start_date: row.start_date,
  status: row.status,
  updated_at: seconds(row.updated_at),
});
