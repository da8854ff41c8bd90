import { Decimal } from 'decimal.js';
import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { inWords, notFound, onFields } from '../engine/errors.ts';
import { decimalOf, named, now, nulls, numberOf, pick, requireFields, seconds, textOf } from '../engine/fields.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { costCodeTable } from './cost-codes.ts';
import { typesOfProject } from './line-item-types.ts';
import { everyone, projectPeople } from './people.ts';
import { timeTypes } from './timecard-time-types.ts';

export interface TimecardRow extends Row {
  company_id: number;
  project_id: number;
  party_id: number;
  date: string;
  hours: string;
  time_in: string | null;
  time_out: string | null;
  lunch_time: string | null;
  billable: boolean;
  description: string | null;
  timecard_time_type_id: number | null;
  cost_code_id: number | null;
  line_item_type_id: number | null;
  sub_job_id: number | null;
  approval_status: string;
  origin_id: number | null;
  origin_data: string | null;
  /** the entry an overtime rule split this one off from */
  split_of: number | null;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
}

const STATUSES = ['pending', 'reviewed', 'approved', 'completed'];
const CONTENT = [
  'date',
  'hours',
  'time_in',
  'time_out',
  'lunch_time',
  'billable',
  'description',
  'timecard_time_type_id',
  'cost_code_id',
  'line_item_type_id',
  'sub_job_id',
] as const;

const timecards = (sim: Simulator) => sim.store.table<TimecardRow>('timecard_entries');
/** Deleted rows, which only `filters[deleted_at]` shows. */
const deleted = (sim: Simulator) => sim.store.table<TimecardRow>('deleted_timecard_entries');

function buildEntry(fields: Partial<TimecardRow>, sim: Simulator): Omit<TimecardRow, 'id'> {
  const project = sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0);
  return {
    company_id: project?.company_id ?? 0,
    project_id: 0,
    party_id: 0,
    date: now().slice(0, 10),
    hours: '0',
    time_in: null,
    time_out: null,
    lunch_time: null,
    billable: false,
    description: null,
    timecard_time_type_id: null,
    cost_code_id: null,
    line_item_type_id: null,
    sub_job_id: null,
    approval_status: 'pending',
    origin_id: null,
    origin_data: null,
    split_of: null,
    created_at: now(),
    updated_at: now(),
    deleted_at: null,
    ...fields,
  };
}

/** Time cards through the company endpoint (contract section 14): today only unless dates are sent, no filter by project. */
export const timecardEntries: Resource = {
  tables: [
    {
      name: 'timecard_entries',
      firstId: 8_410_000_001,
      ledger: true,
      build: buildEntry,
      event: (row: TimecardRow) => ({
        resource: 'Timecard Entries',
        companyId: row.company_id,
        projectId: row.project_id,
      }),
    },
    { name: 'deleted_timecard_entries', firstId: 1 },
  ],
  routes(api) {
    const base = '/rest/v1.0/companies/:company_id/timecard_entries';
    api.get(base, list);
    api.post(base, (call) => created(present(call, create(call))));
    api.get(`${base}/:id`, (call) => ok(present(call, find(call))));
    api.patch(`${base}/:id`, (call) => ok(present(call, update(call, find(call)))));
    api.delete(`${base}/:id`, (call) => {
      const row = find(call);
      requireOpen(call, row);
      return ok(present(call, remove(call.sim, row)));
    });
  },
};

function list(call: Call) {
  const { query, sim } = call;
  const inclusive = sim.switches.updated_at_inclusive === 'yes';
  const company = call.company();
  const isDeleted = query.text('filters[deleted_at]') !== undefined;
  const from = query.text('start_date');
  const to = query.text('end_date');
  let rows = (isDeleted ? deleted(sim) : timecards(sim)).where('company_id', company.id);
  rows = rows.filter((row) => !sim.settings.hiddenProjects.includes(row.project_id));
  if (isDeleted) rows = within(rows, query.range('deleted_at'), (row) => row.deleted_at, inclusive);
  else if (from !== undefined || to !== undefined)
    rows = rows.filter((row) => row.date >= (from ?? '') && row.date <= (to ?? '9999'));
  else if (query.text('filters[updated_at]') === undefined)
    rows = rows.filter((row) => row.date === now().slice(0, 10));
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at, inclusive);
  rows = among(rows, query.filter('id'), (row) => row.id);
  rows = among(rows, query.filter('party_id'), (row) => row.party_id);
  return page(call, sorted(rows, undefined), (row) => present(call, row), { table: 'timecard_entries' });
}

function find(call: Call): TimecardRow {
  const row = timecards(call.sim).get(Number(call.params.id));
  if (row === undefined || row.company_id !== call.company().id) throw notFound();
  call.projectById(row.project_id, 'timecards');
  return row;
}

/** Whether the API itself refuses edits of approved time is not published; a switch decides. */
function requireOpen(call: Call, row: TimecardRow): void {
  const isApproved = row.approval_status === 'approved' || row.approval_status === 'completed';
  if (isApproved && call.sim.switches.approved_timecards === 'locked')
    throw inWords(403, 'Approved timecard entries cannot be changed.');
}

function create(call: Call): TimecardRow {
  const project = call.project('timecards');
  const body = call.wrapped('timecard_entry');
  requireFields(body, 'date', 'party_id');
  const fields = attributes(call, project, body, null);
  requireMember(call, project, Number(body.party_id));
  const row = timecards(call.sim).insert(
    buildEntry(
      {
        ...fields,
        project_id: project.id,
        party_id: Number(body.party_id),
        approval_status: statusOf(body) ?? 'pending',
        origin_id: numberOf(body.origin_id),
        origin_data: textOf(body.origin_data),
      },
      call.sim,
    ),
  );
  return splitOvertime(call.sim, row);
}

function update(call: Call, row: TimecardRow): TimecardRow {
  const project = call.project('timecards');
  const body = call.wrapped('timecard_entry');
  if (CONTENT.some((name) => body[name] !== undefined && String(body[name]) !== String(row[name])))
    requireOpen(call, row);
  const whole = { ...row, hours: totalOf(call.sim, row).toFixed() };
  const fields = attributes(call, project, body, whole);
  const status = statusOf(body) ?? row.approval_status;
  for (const split of splitsOf(call.sim, row.id)) timecards(call.sim).remove(split.id);
  const changed = timecards(call.sim).update(row.id, {
    ...fields,
    approval_status: status,
    ...(body.origin_data === undefined ? {} : { origin_data: textOf(body.origin_data) }),
    updated_at: now(),
  });
  return splitOvertime(call.sim, changed);
}

function statusOf(body: Body): string | undefined {
  if (body.approval_status === undefined) return undefined;
  if (!STATUSES.includes(String(body.approval_status)))
    throw onFields(400, { approval_status: ['is not included in the list'] });
  return String(body.approval_status);
}

const ID_FIELDS = ['timecard_time_type_id', 'cost_code_id', 'line_item_type_id', 'sub_job_id'] as const;

function attributes(
  call: Call,
  project: { id: number; company_id: number },
  body: Body,
  row: TimecardRow | null,
): Partial<TimecardRow> {
  const ids = Object.fromEntries(
    ID_FIELDS.filter((name) => body[name] !== undefined).map((name) => [name, numberOf(body[name])]),
  ) as Partial<Pick<TimecardRow, (typeof ID_FIELDS)[number]>>;
  const texts = ['time_in', 'time_out', 'lunch_time', 'description'] as const;
  const given = Object.fromEntries(
    texts.filter((name) => body[name] !== undefined).map((name) => [name, textOf(body[name])]),
  );
  if (!/^\d{4}-\d\d-\d\d$/.test(String(body.date))) throw onFields(400, { date: ['is not a valid date'] });
  const fields = { ...pick(body, ['billable']), ...given, ...ids, date: String(body.date) } as Partial<TimecardRow>;
  const code = ids.cost_code_id == null ? undefined : costCodeTable(call.sim).get(ids.cost_code_id);
  if (ids.cost_code_id != null && code?.project_id !== project.id)
    throw onFields(422, { cost_code: ['does not belong to the project'] });
  if (code !== undefined && (ids.sub_job_id ?? null) !== code.sub_job_id)
    throw onFields(422, { sub_job: ['does not match the cost code'] });
  const type = ids.line_item_type_id;
  if (type != null && !typesOfProject(call.sim, project).some((one) => one.id === type))
    throw onFields(422, { line_item_type: ['does not exist'] });
  if (ids.timecard_time_type_id != null && timeTypes(call.sim).get(ids.timecard_time_type_id) === undefined)
    throw onFields(422, { timecard_time_type: ['does not exist'] });
  return { ...fields, hours: hoursOf(call, project.id, { ...row, ...fields } as TimecardRow, body) };
}

/** A project counts total hours, or from start to stop less lunch; the other way round is refused. */
function hoursOf(call: Call, projectId: number, row: TimecardRow, body: Body): string {
  if (call.sim.settings.timecardMode[projectId] !== 'start-stop') {
    const hours = decimalOf(body.hours ?? row.hours, 'hours');
    if (hours === null) throw onFields(400, { hours: ["can't be blank"] });
    return new Decimal(hours).toFixed();
  }
  const missing = (['time_in', 'time_out'] as const).filter((name) => row[name] == null);
  if (missing.length > 0) throw onFields(400, Object.fromEntries(missing.map((name) => [name, ["can't be blank"]])));
  const minutes = (Date.parse(row.time_out!) - Date.parse(row.time_in!)) / 60_000 - Number(row.lunch_time ?? 0);
  if (!(minutes > 0)) throw onFields(400, { time_out: ['must be after time in'] });
  return new Decimal(minutes).div(60).toDecimalPlaces(2, Decimal.ROUND_HALF_UP).toFixed();
}

function requireMember(call: Call, project: { id: number; company_id: number }, partyId: number): void {
  const person = everyone(call.sim, project.company_id).find((one) => one.id === partyId);
  if (person === undefined || !person.is_active) throw onFields(422, { party: ['does not exist'] });
  const isMember = projectPeople(call.sim)
    .where('project_id', project.id)
    .some((row) => row.party_id === partyId);
  if (!isMember) throw onFields(422, { party: ['is not in the project directory'] });
  if (!person.is_employee) throw onFields(422, { party: ['is not an employee of the company'] });
}

const splitsOf = (sim: Simulator, id: number) => timecards(sim).where('split_of', id);
const totalOf = (sim: Simulator, row: TimecardRow) =>
  splitsOf(sim, row.id).reduce((sum, split) => sum.plus(split.hours), new Decimal(row.hours));

/** The setting `overtimeAfter` stands for the company's overtime rules: what is beyond becomes an entry of its own. */
function splitOvertime(sim: Simulator, row: TimecardRow): TimecardRow {
  const limit = sim.settings.overtimeAfter[row.project_id];
  if (limit === undefined || new Decimal(row.hours).lte(limit)) return row;
  const overtime = timeTypes(sim)
    .where('company_id', row.company_id)
    .find((type) => type.time_type === 'Overtime');
  const { id: _, ...fields } = row;
  timecards(sim).insert({
    ...fields,
    hours: new Decimal(row.hours).minus(limit).toFixed(),
    timecard_time_type_id: overtime?.id ?? null,
    time_in: null,
    time_out: null,
    lunch_time: null,
    origin_data: sim.switches.split_origin_data === 'copied' ? row.origin_data : null,
    split_of: row.id,
  });
  return timecards(sim).update(row.id, { hours: limit });
}

/** With its splits. The rows are kept for who asks for what was deleted. */
function remove(sim: Simulator, row: TimecardRow): TimecardRow {
  for (const one of [...splitsOf(sim, row.id), row]) {
    const { id: _, ...fields } = one;
    deleted(sim).insert({ ...fields, deleted_at: now() });
    timecards(sim).remove(one.id);
  }
  return { ...row, deleted_at: now() };
}

function present(call: Call, row: TimecardRow) {
  return {
    ...presentOne(call, row),
    automatically_split_timecard_entries: splitsOf(call.sim, row.id).map((split) => presentOne(call, split)),
  };
}

function presentOne(call: Call, row: TimecardRow) {
  const { sim } = call;
  const person = everyone(sim, row.company_id).find((one) => one.id === row.party_id);
  const subJob = sim.store.table<Row & { name: string; code: string }>('sub_jobs').get(row.sub_job_id ?? 0);
  const type = timeTypes(sim).get(row.timecard_time_type_id ?? 0);
  return {
    id: row.id,
    date: row.date,
    hours: row.hours,
    time_in: row.time_in === null ? null : seconds(row.time_in),
    time_out: row.time_out === null ? null : seconds(row.time_out),
    lunch_time: row.lunch_time,
    billable: row.billable,
    description: row.description,
    in_progress: false,
    approval_status: row.approval_status,
    origin_id: row.origin_id,
    origin_data: sim.originData(row),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    deleted_at: row.deleted_at === null ? null : seconds(row.deleted_at),
    party: { id: row.party_id, name: person === undefined ? null : `${person.first_name} ${person.last_name}` },
    project: named(sim.store.table<Row & { name: string }>('projects').get(row.project_id)),
    cost_code: named(costCodeTable(sim).get(row.cost_code_id ?? 0)),
    sub_job: subJob === undefined ? null : { id: subJob.id, name: subJob.name, code: subJob.code },
    timecard_time_type:
      type === undefined
        ? null
        : {
            id: type.id,
            time_type: type.time_type,
            abbreviated_time_type: type.abbreviated_time_type,
            company_id: type.company_id,
            global: false,
          },
    line_item_type_id: row.line_item_type_id,
    ...nulls('timecard_type timesheet created_by login_information crew procore_signature clock_in clock_out'),
  };
}
