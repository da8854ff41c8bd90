import { type Call, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { money, now, nulls, seconds } from '../engine/fields.ts';
import { among, sorted, within } from '../engine/query.ts';
import { removedRows, removeRemembered } from '../engine/removed.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { type PackageRow, type RequestRow, tiersOf } from './change-order-rows.ts';
import {
  contractLineDefinition,
  contractLinesOf,
  contractLineTable,
  type LineHolder,
  listContractLines,
  presentContractLine,
  totalOf,
} from './commitment-lines.ts';

/** Holds the lines of a change order; hidden from people where change orders have one tier. */
export interface PotentialRow extends Row {
  company_id: number;
  project_id: number;
  contract_id: number;
  change_order_request_id: number | null;
  number: string | null;
  title: string | null;
  status: string;
  origin_id: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
}

export const POTENTIAL_CHANGE_ORDER: LineHolder = {
  lines: 'potential_change_order_line_items',
  holders: 'potential_change_orders',
  type: 'PotentialChangeOrder',
  resource: 'Potential Change Order Line Items',
  parentResource: 'Potential Change Orders',
};

export const potentialTable = (sim: Simulator) => sim.store.table<PotentialRow>('potential_change_orders');

export const potentialsOf = (sim: Simulator, requestId: number): PotentialRow[] =>
  potentialTable(sim).where('change_order_request_id', requestId);

export function removePotential(sim: Simulator, row: PotentialRow): void {
  removeLines(sim, row);
  removeRemembered(sim, 'potential_change_orders', row);
}

function removeLines(sim: Simulator, row: PotentialRow): void {
  const lines = contractLineTable(sim, POTENTIAL_CHANGE_ORDER);
  for (const line of contractLinesOf(sim, POTENTIAL_CHANGE_ORDER, row.id)) lines.remove(line.id);
}

const requestOf = (sim: Simulator, id: number | null) =>
  sim.store.table<RequestRow>('change_order_requests').get(id ?? 0);

export function buildPotential(fields: Partial<PotentialRow>, sim: Simulator): Omit<PotentialRow, 'id'> {
  const request = requestOf(sim, fields.change_order_request_id ?? null);
  const project = sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0);
  const at = now();
  return {
    company_id: request?.company_id ?? project?.company_id ?? 0,
    project_id: request?.project_id ?? 0,
    contract_id: request?.contract_id ?? 0,
    change_order_request_id: null,
    number: null,
    title: null,
    status: 'draft',
    origin_id: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

export const potentialChangeOrders: Resource = {
  tables: [
    {
      name: 'potential_change_orders',
      firstId: 598_134_422_100_001,
      ledger: true,
      build: buildPotential,
      event: (row: PotentialRow) => ({
        resource: 'Potential Change Orders',
        companyId: row.company_id,
        projectId: row.project_id,
      }),
      takesAlong: (row: PotentialRow, sim) => removeLines(sim, row),
    },
    contractLineDefinition(POTENTIAL_CHANGE_ORDER, 598_134_423_100_001),
  ],
  routes(api) {
    const base = '/rest/v1.0/potential_change_orders';
    api.get(base, list);
    api.get(`${base}/:id`, (call) => {
      const contractId = call.query.number('contract_id');
      if (contractId === undefined) throw onFields(400, { contract_id: ["can't be blank"] });
      const row = find(call, call.params.id);
      if (row.contract_id !== contractId) throw notFound();
      return ok(presentShown(call, row));
    });
    api.get(`${base}/:potential_change_order_id/line_items`, (call) =>
      listContractLines(call, POTENTIAL_CHANGE_ORDER, find(call, call.params.potential_change_order_id).id),
    );
  },
};

function list(call: Call) {
  const { query, sim } = call;
  const project = call.project('commitments');
  const deleted = query.text('filters[include_deleted]');
  const gone = deleted === undefined ? [] : removedRows<PotentialRow>(sim, 'potential_change_orders');
  const live = deleted === 'only' ? [] : potentialTable(sim).where('project_id', project.id);
  let rows: (PotentialRow & { deleted_at?: string })[] = [
    ...live,
    ...gone.filter((row) => row.project_id === project.id),
  ];
  rows = among(rows, query.filter('id'), (row) => row.id);
  rows = among(rows, query.filter('contract_id'), (row) => row.contract_id);
  rows = among(rows, query.filter('origin_id'), (row) => row.origin_id);
  const inclusive = sim.switches.updated_at_inclusive === 'yes';
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at, inclusive);
  return page(call, sorted(rows, undefined), (row) => presentListed(call, row), { table: 'potential_change_orders' });
}

function find(call: Call, id: unknown): PotentialRow {
  const row = potentialTable(call.sim).get(Number(id));
  if (row === undefined || row.project_id !== call.project('commitments').id) throw notFound();
  return row;
}

function shared(call: Call, row: PotentialRow & { deleted_at?: string }) {
  return {
    id: row.id,
    contract_id: row.contract_id,
    created_at: seconds(row.created_at),
    deleted_at: row.deleted_at === undefined ? null : seconds(row.deleted_at),
    due_date: null,
    invoiced_date: null,
    number: row.number,
    paid_date: null,
    reviewed_at: null,
    status: row.status,
    title: row.title,
    updated_at: seconds(row.updated_at),
    revision: 0,
    schedule_impact_amount: null,
    change_order_request_id: row.change_order_request_id,
    grand_total: totalOf(contractLinesOf(call.sim, POTENTIAL_CHANGE_ORDER, row.id)).toFixed(2),
    currency_configuration: null,
    custom_fields: {},
  };
}

function presentListed(call: Call, row: PotentialRow) {
  const { sim } = call;
  const request = requestOf(sim, row.change_order_request_id);
  const whole = sim.store.table<PackageRow>('change_order_packages').get(request?.change_order_package_id ?? 0);
  return {
    ...shared(call, row),
    ...nulls(`created_by_id change_reason potential_change_order_acronym_number change_order_request_acronym_number
      change_order_package_acronym_number`),
    executed: false,
    grand_total: money(shared(call, row).grand_total),
    change_order_request_title: request?.title ?? null,
    change_order_package_title: whole?.title ?? null,
    change_order_tiers: tiersOf(sim, row.project_id),
  };
}

function presentShown(call: Call, row: PotentialRow) {
  const lines = contractLinesOf(call.sim, POTENTIAL_CHANGE_ORDER, row.id);
  const fields = shared(call, row);
  return {
    ...fields,
    ...nulls(`accounting_method change_order_change_reason_id commitment_change_event_id creator description
      designated_reviewer field_change location_id paid position prime_change_event_id private reason received_from
      reference request_for_quote_id reviewer vendor void`),
    origin_id: row.origin_id,
    origin_data: call.sim.originData(row),
    attachments: [],
    line_items_total: fields.grand_total,
    line_items_extended_total: fields.grand_total,
    line_items: lines.map((line) => {
      const whole = presentContractLine(call, POTENTIAL_CHANGE_ORDER, line);
      const { id, position, description, uom, total_amount, cost_code, line_item_type, tax_code_id } = whole;
      return {
        ...{ id, position, description, uom, total_amount, cost_code, line_item_type, tax_code_id },
        quantity: line.quantity === null ? null : Number(line.quantity),
        unit_cost: line.unit_cost === null ? null : Number(line.unit_cost),
        extended_amount: whole.extended_amount,
        cost_code_id: cost_code?.id ?? null,
        markup_line_items: [],
        currency_configuration: null,
      };
    }),
  };
}
