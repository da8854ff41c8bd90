import { Decimal } from 'decimal.js';
import { type Body, type Call, created, empty, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { money, named, now, numberOf, seconds } from '../engine/fields.ts';
import { requireFreeOriginId, requireUnlocked } from '../engine/origin.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';
import { costCodeTable, refOf } from './cost-codes.ts';
import { type DirectCostRow, directCostTable, touchDirectCost } from './direct-cost-rows.ts';
import { writtenCode, writtenMoney, writtenTax, writtenWords } from './line-fields.ts';
import { presentLineItemType, typeTable } from './line-item-types.ts';
import { taxCodeTable } from './tax-codes.ts';
import { wbsRef, wbsTable } from './wbs-codes.ts';

export interface LineRow extends Row {
  company_id: number;
  project_id: number;
  direct_cost_id: number;
  position: number;
  description: string | null;
  wbs_code_id: number | null;
  extended_type: 'manual' | 'calculated';
  amount: string;
  quantity: string | null;
  unit_cost: string | null;
  uom: string | null;
  tax_code_id: number | null;
  origin_id: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
}

export const lineTable = (sim: Simulator) => sim.store.table<LineRow>('direct_cost_line_items');

export const linesOf = (sim: Simulator, directCostId: number): LineRow[] =>
  lineTable(sim).where('direct_cost_id', directCostId);

export const linesOfProject = (sim: Simulator, projectId: number): LineRow[] =>
  lineTable(sim).where('project_id', projectId);

function buildLine(fields: Partial<LineRow>, sim: Simulator): Omit<LineRow, 'id'> {
  const parent = directCostTable(sim).get(fields.direct_cost_id ?? 0);
  const at = now();
  return {
    company_id: parent?.company_id ?? 0,
    project_id: parent?.project_id ?? 0,
    direct_cost_id: 0,
    position: linesOf(sim, fields.direct_cost_id ?? 0).length + 1,
    description: null,
    wbs_code_id: null,
    extended_type: 'manual',
    amount: '0',
    quantity: null,
    unit_cost: null,
    uom: null,
    tax_code_id: null,
    origin_id: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

/** Lines of direct costs, v1.0: the only place that takes a tax code. */
export const directCostLines: Resource = {
  tables: [
    {
      name: 'direct_cost_line_items',
      firstId: 7_640_000_001,
      ledger: true,
      build: buildLine,
      event: (row: LineRow, sim) => {
        const parent = directCostTable(sim).get(row.direct_cost_id);
        const related = parent === undefined ? [] : [{ id: parent.id, name: 'Direct Costs' }];
        return { resource: 'Direct Cost Line Items', companyId: row.company_id, projectId: row.project_id, related };
      },
    },
  ],
  routes(api) {
    const whole = '/rest/v1.0/projects/:project_id/direct_costs/line_items';
    api.get(whole, (call) => {
      const lines = linesOfProject(call.sim, call.project('direct_costs').id);
      const rows = among(filterLines(call, lines), call.query.filter('direct_cost_id'), (line) => line.direct_cost_id);
      return page(call, rows, (line) => presentCompact(call, line), { table: 'direct_cost_line_items' });
    });
    api.patch(`${whole}/sync`, sync);
    const nested = '/rest/v1.0/projects/:project_id/direct_costs/:direct_cost_id/line_items';
    api.get(nested, (call) => {
      const rows = filterLines(call, linesOf(call.sim, findParent(call, call.params.direct_cost_id).id));
      return page(call, rows, (line) => presentLine(call, line), { table: 'direct_cost_line_items' });
    });
    api.post(nested, (call) => {
      const parent = writableParent(call, call.params.direct_cost_id);
      return created(presentLine(call, createLine(call, parent, call.wrapped('line_item'))));
    });
    api.get(`${nested}/:id`, (call) => ok(presentLine(call, findLine(call))));
    api.patch(`${nested}/:id`, (call) => {
      const parent = writableParent(call, call.params.direct_cost_id);
      return ok(presentLine(call, updateLine(call, parent, findLine(call), call.wrapped('line_item'))));
    });
    api.delete(`${nested}/:id`, (call) => {
      const parent = writableParent(call, call.params.direct_cost_id);
      lineTable(call.sim).remove(findLine(call).id);
      touchFromLine(call, parent);
      return empty(200);
    });
  },
};

function findParent(call: Call, id: unknown): DirectCostRow {
  const parent = directCostTable(call.sim).get(Number(id));
  if (parent === undefined || parent.project_id !== call.project('direct_costs').id) throw notFound();
  return parent;
}

function writableParent(call: Call, id: unknown): DirectCostRow {
  const parent = findParent(call, id);
  call.lock(`direct_costs/${parent.id}`);
  requireUnlocked(call.sim, parent);
  return parent;
}

function findLine(call: Call): LineRow {
  const line = lineTable(call.sim).get(Number(call.params.id));
  if (line === undefined || line.direct_cost_id !== findParent(call, call.params.direct_cost_id).id) throw notFound();
  return line;
}

function filterLines(call: Call, all: LineRow[]): LineRow[] {
  const { query, sim } = call;
  const wbs = (line: LineRow) => wbsTable(sim).get(line.wbs_code_id ?? 0);
  let rows = among(all, query.filter('id'), (line) => line.id);
  rows = among(rows, query.filter('cost_code_id'), (line) => wbs(line)?.cost_code_id);
  rows = among(rows, query.filter('line_item_type_id'), (line) => wbs(line)?.line_item_type_id);
  rows = within(
    rows,
    query.range('updated_at'),
    (line) => line.updated_at,
    sim.switches.updated_at_inclusive === 'yes',
  );
  rows = within(rows, query.range('created_at'), (line) => line.created_at);
  return sorted(rows, undefined);
}

export function createLine(call: Call, parent: DirectCostRow, body: Body): LineRow {
  requireFreeOriginId(call.sim, 'direct_cost_line_items', parent.company_id, body.origin_id);
  const fields = attributes(call, parent, body, null);
  if (fields.wbs_code_id === undefined) throw onFields(400, { wbs_code_id: ["can't be blank"] });
  const line = lineTable(call.sim).insert(buildLine({ ...fields, direct_cost_id: parent.id }, call.sim));
  touchFromLine(call, parent);
  return line;
}

export function updateLine(call: Call, parent: DirectCostRow, line: LineRow, body: Body): LineRow {
  requireUnlocked(call.sim, line);
  requireFreeOriginId(call.sim, 'direct_cost_line_items', parent.company_id, body.origin_id, line.id);
  const updated = lineTable(call.sim).update(line.id, { ...attributes(call, parent, body, line), updated_at: now() });
  touchFromLine(call, parent);
  return updated;
}

function touchFromLine(call: Call, parent: DirectCostRow): void {
  if (call.sim.switches.line_touches_parent === 'yes') touchDirectCost(call.sim, parent.id);
}

const attributes = (call: Call, parent: DirectCostRow, body: Body, old: LineRow | null): Partial<LineRow> => ({
  ...writtenWords(call, parent, body),
  ...writtenCode(call, parent, body),
  ...writtenTax(call, parent, body),
  ...writtenMoney(body, old),
});

function sync(call: Call) {
  const project = call.project('direct_costs');
  const parentOf = (body: Body, line?: LineRow) => writableParent(call, line?.direct_cost_id ?? body.direct_cost_id);
  const own = () => linesOfProject(call.sim, project.id);
  return syncAction(call, {
    find: (id) => own().find((line) => line.id === id),
    findByOriginId: (originId) => own().find((line) => line.origin_id === originId),
    create: (body) => {
      const exists = directCostTable(call.sim).get(numberOf(body.direct_cost_id) ?? 0)?.project_id === project.id;
      if (!exists) throw onFields(422, { direct_cost_id: ['could not be found'] });
      return createLine(call, parentOf(body), body);
    },
    update: (line, body) => updateLine(call, parentOf(body, line), line, body),
    present: (line) => presentLine(call, line),
  });
}

/** Fields that a line has wherever it is shown. */
export function lineFields(call: Call, line: LineRow) {
  const { sim } = call;
  const wbs = wbsTable(sim).get(line.wbs_code_id ?? 0);
  const type = typeTable(sim).get(wbs?.line_item_type_id ?? 0);
  const rate = taxCodeTable(sim).get(line.tax_code_id ?? 0)?.rate1 ?? 0;
  return {
    id: line.id,
    amount: money(line.amount),
    extended_amount: money(line.amount),
    total_amount: money(new Decimal(line.amount).mul(new Decimal(rate).div(100).plus(1))),
    created_at: seconds(line.created_at),
    updated_at: seconds(line.updated_at),
    description: line.description,
    extended_type: line.extended_type,
    line_item_type: type === undefined ? null : presentLineItemType(sim, type),
    origin_id: line.origin_id,
    position: line.position,
    quantity: line.quantity,
    unit_cost: line.unit_cost,
    uom: line.uom,
    tax_code_id: line.tax_code_id,
    wbs_code: wbsRef(sim, wbs),
    currency_configuration: null,
  };
}

/** The cost code of a line, in full. */
export function lineCostCode(call: Call, line: LineRow) {
  const wbs = wbsTable(call.sim).get(line.wbs_code_id ?? 0);
  const code = costCodeTable(call.sim).get(wbs?.cost_code_id ?? 0);
  if (code === undefined) return null;
  const { biller_origin_id: _, ...ref } = refOf(call.sim, code);
  return { ...ref, standard_cost_code_list_id: null };
}

const projectOf = (call: Call, line: LineRow) =>
  named(call.sim.store.table<Row & { name: string }>('projects').get(line.project_id));

const holder = (line: LineRow) => ({ id: line.direct_cost_id, holder_type: 'DirectCostItem' });

const presentLine = (call: Call, line: LineRow) => ({
  ...lineFields(call, line),
  company: named(call.sim.store.table<Row & { name: string }>('companies').get(line.company_id)),
  cost_code: lineCostCode(call, line),
  holder: holder(line),
  origin_data: call.sim.originData(line),
  project: projectOf(call, line),
  change_event_line_item: null,
});

function presentCompact(call: Call, line: LineRow) {
  const code = lineCostCode(call, line);
  return {
    ...lineFields(call, line),
    cost_code:
      code === null ? null : { id: code.id, full_code: code.full_code, name: code.name, origin_id: code.origin_id },
    holder: holder(line),
    project: projectOf(call, line),
  };
}
