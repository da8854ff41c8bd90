import { Decimal } from 'decimal.js';
import { type Call, ok, page, type TableDefinition } from '../engine/api.ts';
import { notFound } from '../engine/errors.ts';
import { money, named, now, seconds } from '../engine/fields.ts';
import { among, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { costCodeTable, refOf } from './cost-codes.ts';
import { presentLineItemType, typeTable } from './line-item-types.ts';
import { taxCodeTable } from './tax-codes.ts';
import { wbsRef, wbsTable } from './wbs-codes.ts';

/** A line of a contract or of a potential change order. */
export interface ContractLineRow extends Row {
  company_id: number;
  project_id: number;
  /** the contract or potential change order it stands on */
  holder_id: number;
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

/** What a kind of line stands on. */
export interface LineHolder {
  lines: string;
  holders: string;
  /** as `holder.holder_type` says */
  type: string;
  /** webhook names of the line and of what it stands on */
  resource: string;
  parentResource: string;
}

interface HolderRow extends Row {
  company_id: number;
  project_id: number;
}

export const contractLineTable = (sim: Simulator, holder: LineHolder) => sim.store.table<ContractLineRow>(holder.lines);

export const contractLinesOf = (sim: Simulator, holder: LineHolder, holderId: number): ContractLineRow[] =>
  contractLineTable(sim, holder).where('holder_id', holderId);

export const totalOf = (lines: readonly ContractLineRow[]): Decimal =>
  lines.reduce((sum, line) => sum.plus(line.amount), new Decimal(0));

/** The table of a kind of line, with its webhooks. */
export const contractLineDefinition = (holder: LineHolder, firstId: number): TableDefinition<ContractLineRow> => ({
  name: holder.lines,
  firstId,
  ledger: true,
  build: (fields, sim) => buildContractLine(holder, fields, sim),
  event: (row) => ({
    resource: holder.resource,
    companyId: row.company_id,
    projectId: row.project_id,
    related: [{ id: row.holder_id, name: holder.parentResource }],
  }),
});

export function buildContractLine(
  holder: LineHolder,
  fields: Partial<ContractLineRow>,
  sim: Simulator,
): Omit<ContractLineRow, 'id'> {
  const parent = sim.store.table<HolderRow>(holder.holders).get(fields.holder_id ?? 0);
  const at = now();
  const isPriced = fields.quantity != null && fields.unit_cost != null;
  const product = isPriced
    ? new Decimal(fields.quantity!).mul(fields.unit_cost!).toDecimalPlaces(2, Decimal.ROUND_HALF_UP)
    : null;
  return {
    company_id: parent?.company_id ?? 0,
    project_id: parent?.project_id ?? 0,
    holder_id: 0,
    position: contractLinesOf(sim, holder, fields.holder_id ?? 0).length + 1,
    description: null,
    wbs_code_id: null,
    extended_type: isPriced && fields.amount === undefined ? 'calculated' : 'manual',
    amount: product?.toFixed() ?? '0',
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

/** GET .../line_items of a holder, and one of them. */
export function listContractLines(call: Call, holder: LineHolder, holderId: number) {
  const { sim, query } = call;
  const wbs = (line: ContractLineRow) => wbsTable(sim).get(line.wbs_code_id ?? 0);
  let rows = among(contractLinesOf(sim, holder, holderId), query.filter('id'), (line) => line.id);
  rows = among(rows, query.filter('cost_code_id'), (line) => wbs(line)?.cost_code_id);
  rows = among(rows, query.filter('line_item_type_id'), (line) => wbs(line)?.line_item_type_id);
  const inclusive = sim.switches.updated_at_inclusive === 'yes';
  rows = within(rows, query.range('updated_at'), (line) => line.updated_at, inclusive);
  rows = within(rows, query.range('created_at'), (line) => line.created_at);
  return page(call, rows, (line) => presentListedLine(call, holder, line), { table: holder.lines });
}

export function showContractLine(call: Call, holder: LineHolder, holderId: number) {
  const line = contractLineTable(call.sim, holder).get(Number(call.params.id));
  if (line === undefined || line.holder_id !== holderId) throw notFound();
  return ok(presentListedLine(call, holder, line));
}

/** A line inside its holder: numbers as text, with its description. */
export function presentContractLine(call: Call, holder: LineHolder, line: ContractLineRow) {
  const { sim } = call;
  const wbs = wbsTable(sim).get(line.wbs_code_id ?? 0);
  const type = typeTable(sim).get(wbs?.line_item_type_id ?? 0);
  return {
    id: line.id,
    amount: money(line.amount),
    company: named(sim.store.table<Row & { name: string }>('companies').get(line.company_id)),
    wbs_code: wbsRef(sim, wbs),
    cost_code: lineCode(sim, line),
    created_at: seconds(line.created_at),
    description: line.description,
    extended_type: line.extended_type,
    holder: { id: line.holder_id, holder_type: holder.type },
    line_item_type: type === undefined ? null : presentLineItemType(sim, type),
    origin_data: sim.originData(line),
    origin_id: line.origin_id,
    position: line.position,
    project: named(sim.store.table<Row & { name: string }>('projects').get(line.project_id)),
    quantity: line.quantity,
    tax_code_id: line.tax_code_id,
    total_amount: withTax(sim, line).toFixed(2),
    extended_amount: money(line.amount),
    unit_cost: line.unit_cost,
    uom: line.uom,
    updated_at: seconds(line.updated_at),
    change_event_line_item: null,
    currency_configuration: null,
  };
}

/** The list of a contract's lines has numbers as numbers and no description; that of a potential change order has both. */
function presentListedLine(call: Call, holder: LineHolder, line: ContractLineRow) {
  const whole = presentContractLine(call, holder, line);
  if (holder.type === 'PotentialChangeOrder') return whole;
  const { description: _, ...listed } = whole;
  const number = (value: string | null) => (value === null ? null : Number(value));
  return {
    ...listed,
    quantity: number(listed.quantity),
    unit_cost: number(listed.unit_cost),
    total_amount: number(listed.total_amount),
    extended_amount: number(listed.extended_amount),
  };
}

function lineCode(sim: Simulator, line: ContractLineRow) {
  const wbs = wbsTable(sim).get(line.wbs_code_id ?? 0);
  const code = costCodeTable(sim).get(wbs?.cost_code_id ?? 0);
  if (code === undefined) return null;
  const { biller_origin_id: _, ...ref } = refOf(sim, code);
  return { ...ref, standard_cost_code_list_id: null };
}

function withTax(sim: Simulator, line: ContractLineRow): Decimal {
  const rate = taxCodeTable(sim).get(line.tax_code_id ?? 0)?.rate1 ?? 0;
  return new Decimal(line.amount).mul(new Decimal(rate).div(100).plus(1));
}
