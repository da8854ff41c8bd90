import { Decimal } from 'decimal.js';
import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onBase, onFields } from '../engine/errors.ts';
import { money, named, now, numberOf, pick, requireFields, seconds } from '../engine/fields.ts';
import { requireFreeOriginId, requireUnlocked } from '../engine/origin.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';
import type { UserRow } from './company-users.ts';
import {
  createLine,
  type LineRow,
  lineCostCode,
  lineFields,
  linesOf,
  lineTable,
  updateLine,
} from './direct-cost-lines.ts';
import { type DirectCostRow, directCostTable } from './direct-cost-rows.ts';
import { vendorTable } from './vendors.ts';

const WRITABLE = [
  'direct_cost_type',
  'status',
  'invoice_number',
  'description',
  'terms',
  'direct_cost_date',
  'received_date',
  'payment_date',
  'origin_id',
  'origin_data',
] as const;
const TYPES = ['invoice', 'expense', 'payroll', 'subcontractor_invoice'];
const STATUSES = ['draft', 'pending', 'revise_and_resubmit', 'approved'];
const MOST_LINES = 100;

function buildDirectCost(fields: Partial<DirectCostRow>, sim: Simulator): Omit<DirectCostRow, 'id'> {
  const project = sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0);
  const at = now();
  return {
    company_id: project?.company_id ?? 0,
    project_id: 0,
    vendor_id: null,
    employee_id: null,
    direct_cost_type: 'invoice',
    status: 'draft',
    invoice_number: null,
    description: null,
    terms: null,
    direct_cost_date: null,
    received_date: null,
    payment_date: null,
    attachments: [],
    origin_id: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

/** Direct costs: v1.1 whole, v1.0 header (wrapped as `item`) and sync. Lists carry no lines. */
export const directCosts: Resource = {
  tables: [
    {
      name: 'direct_costs',
      firstId: 7_310_000_001,
      ledger: true,
      build: buildDirectCost,
      event: (row: DirectCostRow) => ({
        resource: 'Direct Costs',
        companyId: row.company_id,
        projectId: row.project_id,
      }),
    },
  ],
  routes(api) {
    const base = '/rest/v1.1/projects/:project_id/direct_costs';
    api.get(base, list);
    api.post(base, (call) => created(createWhole(call)));
    api.get(`${base}/:id`, (call) => ok(present(call, find(call))));
    api.patch(`${base}/:id`, (call) => ok(updateWhole(call)));
    api.delete(`${base}/:id`, (call) => {
      const row = writable(call, find(call));
      for (const line of linesOf(call.sim, row.id)) lineTable(call.sim).remove(line.id);
      directCostTable(call.sim).remove(row.id);
      return ok({ id: row.id });
    });
    const older = '/rest/v1.0/projects/:project_id/direct_costs';
    api.post(older, (call) => {
      const row = create(call, call.wrapped('item'));
      return created(presentHeader(call, attach(call, row)));
    });
    api.patch(`${older}/sync`, sync);
  },
};

function list(call: Call) {
  const { query, sim } = call;
  const inclusive = sim.switches.updated_at_inclusive === 'yes';
  let rows = directCostTable(sim).where('project_id', call.project('direct_costs').id);
  rows = among(rows, query.filter('id'), (row) => row.id);
  rows = among(rows, query.filter('origin_id'), (row) => row.origin_id);
  rows = among(rows, query.filter('invoice_number'), (row) => row.invoice_number);
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at, inclusive);
  rows = within(rows, query.range('created_at'), (row) => row.created_at);
  rows = within(rows, query.range('payment_date'), (row) => row.payment_date);
  rows = within(rows, query.range('received_date'), (row) => row.received_date);
  return page(call, sorted(rows, undefined), (row) => presentListed(call, row), { table: 'direct_costs' });
}

function find(call: Call): DirectCostRow {
  const row = directCostTable(call.sim).get(Number(call.params.id));
  if (row === undefined || row.project_id !== call.project('direct_costs').id) throw notFound();
  return row;
}

function writable(call: Call, row: DirectCostRow): DirectCostRow {
  call.lock(`direct_costs/${row.id}`);
  requireUnlocked(call.sim, row);
  return row;
}

function createWhole(call: Call) {
  const body = call.wrapped('direct_cost');
  const lines = bodyLines(body);
  if (lines.length > MOST_LINES) throw onFields(400, { line_items: [`is too long (maximum is ${MOST_LINES})`] });
  const row = create(call, body);
  call.lock(`direct_costs/${row.id}`);
  const refs = writeLines(call, row, lines);
  return present(call, attach(call, row), refs);
}

function updateWhole(call: Call) {
  const row = writable(call, find(call));
  const body = call.body.direct_cost === undefined ? {} : call.wrapped('direct_cost');
  const updated = update(call, row, body);
  const refs = writeLines(call, updated, bodyLines(body));
  return present(call, attach(call, updated), refs);
}

/** A line with an id is changed, one without is added. A `ref` is echoed with its line and not stored. */
function writeLines(call: Call, row: DirectCostRow, lines: Body[]): Map<number, string> {
  const refs = new Map<number, string>();
  lines.forEach((line, index) => {
    const known = linesOf(call.sim, row.id).find((one) => one.id === Number(line.id));
    const written =
      known === undefined ? createV11Line(call, row, line, index) : updateLine(call, row, known, v11Line(line));
    if (line.ref !== undefined) refs.set(written.id, String(line.ref));
  });
  return refs;
}

function bodyLines(body: Body): Body[] {
  const { line_items: lines } = body;
  if (lines === undefined || lines === null) return [];
  return (Array.isArray(lines) ? lines : Object.values(lines as object)) as Body[];
}

function createV11Line(call: Call, row: DirectCostRow, line: Body, index: number): LineRow {
  const wbs = numberOf(line.wbs_code_id);
  if (wbs === null)
    throw onBase(422, [`Line item ${index + 1}: wbs code can't be blank`], { line_items: ['is invalid'] });
  return createLine(call, row, v11Line(line));
}

/** v1.1 lines know neither tax codes nor cost code and cost type. */
const v11Line = (line: Body): Body =>
  pick(line, [
    'manual_amount',
    'wbs_code_id',
    'description',
    'origin_data',
    'origin_id',
    'quantity',
    'unit_cost',
    'uom',
  ]);

function create(call: Call, body: Body): DirectCostRow {
  const project = call.project('direct_costs');
  requireFields(body, 'direct_cost_type');
  if (body.direct_cost_type === 'invoice') requireFields(body, 'invoice_number', 'vendor_id');
  const fields = attributes(call, project, body);
  requireFreeOriginId(call.sim, 'direct_costs', project.company_id, body.origin_id);
  if (call.sim.switches.duplicate_invoice_number === 'refuse' && isNumberTaken(call.sim, project.id, fields)) {
    throw onFields(422, { invoice_number: ['has already been taken'] });
  }
  return directCostTable(call.sim).insert(buildDirectCost({ ...fields, project_id: project.id }, call.sim));
}

const isNumberTaken = (sim: Simulator, projectId: number, fields: Partial<DirectCostRow>): boolean =>
  directCostTable(sim)
    .where('project_id', projectId)
    .some((row) => row.invoice_number === fields.invoice_number && row.vendor_id === fields.vendor_id);

function update(call: Call, row: DirectCostRow, body: Body): DirectCostRow {
  if (body.direct_cost_type !== undefined && body.direct_cost_type !== row.direct_cost_type) {
    throw onFields(422, { direct_cost_type: ['cannot be changed'] });
  }
  requireFreeOriginId(call.sim, 'direct_costs', row.company_id, body.origin_id, row.id);
  const project = { id: row.project_id, company_id: row.company_id };
  return directCostTable(call.sim).update(row.id, { ...attributes(call, project, body), updated_at: now() });
}

function attributes(call: Call, project: { id: number; company_id: number }, body: Body): Partial<DirectCostRow> {
  if (body.direct_cost_type !== undefined && !TYPES.includes(String(body.direct_cost_type))) {
    throw onFields(400, { direct_cost_type: ['is not included in the list'] });
  }
  if (body.status !== undefined && !STATUSES.includes(String(body.status))) {
    throw onFields(400, { status: ['is not included in the list'] });
  }
  for (const field of ['direct_cost_date', 'received_date', 'payment_date']) {
    if (body[field] && !/^\d{4}-\d\d-\d\d$/.test(String(body[field])))
      throw onFields(400, { [field]: ['is not a valid date'] });
  }
  return {
    ...pick(body, WRITABLE),
    ...(body.vendor_id === undefined ? {} : { vendor_id: usableVendor(call, project, body.vendor_id) }),
    ...(body.employee_id === undefined ? {} : { employee_id: numberOf(body.employee_id) }),
  };
}

/** Whether a vendor must stand in the project's directory first is a switch. */
export function usableVendor(call: Call, project: { id: number; company_id: number }, value: unknown): number | null {
  const id = numberOf(value);
  if (id === null) return null;
  const vendor = vendorTable(call.sim).get(id);
  if (vendor?.company_id !== project.company_id) throw onFields(422, { vendor: ['does not exist'] });
  if (!vendor.is_active) throw onFields(422, { vendor: ['is inactive'] });
  const isMember = vendor.project_ids.includes(project.id);
  if (!isMember && call.sim.switches.vendor_needs_directory === 'yes') {
    throw onFields(422, { vendor: ['is not in the project directory'] });
  }
  return id;
}

/** Files of a multipart request. Whether an update keeps the earlier ones is a switch. */
function attach(call: Call, row: DirectCostRow): DirectCostRow {
  const files = call.files.filter((file) => file.field === 'attachments');
  if (files.length === 0) return directCostTable(call.sim).get(row.id)!;
  const keeps = call.sim.switches.multipart_patch_attachments === 'keeps';
  const kept = keeps ? row.attachments : [];
  const first = row.id * 100 + row.attachments.length;
  const added = files.map(({ filename, size, sha256 }, index) => ({ id: first + index, filename, size, sha256 }));
  return directCostTable(call.sim).update(row.id, { attachments: [...kept, ...added], updated_at: now() });
}

function sync(call: Call) {
  const project = call.project('direct_costs');
  const own = () => directCostTable(call.sim).where('project_id', project.id);
  return syncAction(call, {
    find: (id) => own().find((row) => row.id === id),
    findByOriginId: (originId) => own().find((row) => row.origin_id === originId),
    create: (body) => create(call, body),
    update: (row, body) => update(call, writable(call, row), body),
    present: (row) => presentHeader(call, row),
  });
}

function shared(call: Call, row: DirectCostRow) {
  const employee = call.sim.store.table<UserRow>('company_users').get(row.employee_id ?? 0);
  const total = linesOf(call.sim, row.id).reduce((sum, line) => sum.plus(line.amount), new Decimal(0));
  return {
    id: row.id,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    deleted_at: null,
    description: row.description,
    direct_cost_type: row.direct_cost_type,
    direct_cost_date: row.direct_cost_date,
    employee: employee === undefined ? null : { id: employee.id, name: `${employee.first_name} ${employee.last_name}` },
    grand_total: money(total),
    invoice_number: row.invoice_number,
    origin_id: row.origin_id,
    origin_data: call.sim.originData(row),
    payment_date: row.payment_date,
    received_date: row.received_date,
    status: row.status,
    terms: row.terms,
    vendor_id: row.vendor_id,
    vendor_name: vendorOf(call, row)?.name ?? null,
    currency_configuration: null,
  };
}

const vendorOf = (call: Call, row: DirectCostRow) => vendorTable(call.sim).get(row.vendor_id ?? 0);

function presentListed(call: Call, row: DirectCostRow) {
  const fields = shared(call, row);
  return { ...fields, amount: fields.grand_total, vendor: fields.vendor_name };
}

function presentHeader(call: Call, row: DirectCostRow) {
  return {
    ...shared(call, row),
    attachments: row.attachments.map(({ id, filename }) => ({
      id,
      filename,
      url: `${call.origin}/storage/${id}/${filename}`,
    })),
    attachments_count: row.attachments.length,
    line_items_count: linesOf(call.sim, row.id).length,
    vendor: named(vendorOf(call, row)),
  };
}

function present(call: Call, row: DirectCostRow, echoed?: Map<number, string>) {
  const company = named(call.sim.store.table<Row & { name: string }>('companies').get(row.company_id));
  return {
    ...presentHeader(call, row),
    company,
    project: named(call.sim.store.table<Row & { name: string }>('projects').get(row.project_id)),
    line_items: linesOf(call.sim, row.id).map((line) => ({
      ...lineFields(call, line),
      company,
      cost_code: lineCostCode(call, line),
      origin_data: call.sim.originData(line),
      ...(echoed?.has(line.id) ? { ref: echoed.get(line.id) } : {}),
    })),
  };
}
