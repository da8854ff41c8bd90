import type { Decimal } from 'decimal.js';
import { type Call, ok, page, type Resource } from '../engine/api.ts';
import { notFound } from '../engine/errors.ts';
import { money, now, nulls, seconds } from '../engine/fields.ts';
import { among, sorted, within } from '../engine/query.ts';
import { removedRows, removeRemembered } from '../engine/removed.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { type PackageRow, packageTable, requestsOf, requestTable, type TierRow, tiersOf } from './change-order-rows.ts';
import { contractLinesOf, presentContractLine, totalOf } from './commitment-lines.ts';
import { POTENTIAL_CHANGE_ORDER, potentialsOf, removePotential } from './potential-change-orders.ts';

export const packagesOf = (sim: Simulator, contractId: number): PackageRow[] =>
  packageTable(sim).where('contract_id', contractId);

const potentialsOfPackage = (sim: Simulator, one: PackageRow) =>
  requestsOf(sim, one.id).flatMap((request) => potentialsOf(sim, request.id));

export const linesOfPackage = (sim: Simulator, one: PackageRow) =>
  potentialsOfPackage(sim, one).flatMap((potential) => contractLinesOf(sim, POTENTIAL_CHANGE_ORDER, potential.id));

export const packageTotal = (sim: Simulator, one: PackageRow): Decimal => totalOf(linesOfPackage(sim, one));

export function removePackage(sim: Simulator, one: PackageRow): void {
  removePartsOf(sim, one);
  removeRemembered(sim, 'change_order_packages', one);
}

function removePartsOf(sim: Simulator, one: PackageRow): void {
  for (const request of requestsOf(sim, one.id)) {
    for (const potential of potentialsOf(sim, request.id)) removePotential(sim, potential);
    requestTable(sim).remove(request.id);
  }
}

export function buildPackage(fields: Partial<PackageRow>, sim: Simulator): Omit<PackageRow, 'id'> {
  const project = sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0);
  const at = now();
  return {
    company_id: project?.company_id ?? 0,
    project_id: 0,
    contract_id: 0,
    type: 'CommitmentContractChangeOrder',
    number: null,
    title: null,
    description: null,
    status: 'draft',
    executed: false,
    private: false,
    revision: 0,
    schedule_impact_amount: null,
    origin_id: null,
    origin_code: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

/** Change order packages of commitments and prime contracts alike (contract section 11). */
export const changeOrderPackages: Resource = {
  tables: [
    {
      name: 'change_order_packages',
      firstId: 598_134_420_100_001,
      ledger: true,
      build: buildPackage,
      event: (row: PackageRow) => ({
        resource: 'Change Order Packages',
        companyId: row.company_id,
        projectId: row.project_id,
      }),
      takesAlong: (row: PackageRow, sim) => removePartsOf(sim, row),
    },
    {
      name: 'change_order_settings',
      firstId: 1,
      build: (fields: Partial<TierRow>, sim): Omit<TierRow, 'id'> => ({
        company_id:
          sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0)?.company_id ?? 0,
        project_id: 0,
        tiers: 1,
        ...fields,
      }),
    },
  ],
  routes(api) {
    const base = '/rest/v1.0/change_order_packages';
    api.get(base, list);
    api.get(`${base}/:id`, (call) => ok(presentShown(call, find(call))));
  },
};

function list(call: Call) {
  const { query, sim } = call;
  const project = call.project('commitments');
  const deleted = query.text('filters[include_deleted]');
  const gone = deleted === undefined ? [] : removedRows<PackageRow>(sim, 'change_order_packages');
  const live = deleted === 'only' ? [] : packageTable(sim).where('project_id', project.id);
  let rows: (PackageRow & { deleted_at?: string })[] = [
    ...live,
    ...gone.filter((row) => row.project_id === project.id),
  ];
  rows = among(rows, query.list('contract_id'), (row) => row.contract_id);
  rows = among(rows, query.filter('id'), (row) => row.id);
  const inclusive = sim.switches.updated_at_inclusive === 'yes';
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at, inclusive);
  rows = within(rows, query.range('created_at'), (row) => row.created_at);
  return page(call, sorted(rows, undefined), (row) => presentListed(call, row), { table: 'change_order_packages' });
}

function find(call: Call): PackageRow {
  const row = packageTable(call.sim).get(Number(call.params.id));
  const contractId = call.query.number('contract_id');
  if (row === undefined || row.project_id !== call.project('commitments').id) throw notFound();
  if (contractId !== undefined && row.contract_id !== contractId) throw notFound();
  return row;
}

function shared(call: Call, row: PackageRow & { deleted_at?: string }) {
  return {
    id: row.id,
    contract_id: row.contract_id,
    created_at: seconds(row.created_at),
    deleted_at: row.deleted_at === undefined ? null : seconds(row.deleted_at),
    due_date: null,
    executed: row.executed,
    invoiced_date: null,
    number: row.number,
    origin_code: row.origin_code,
    origin_data: call.sim.originData(row),
    origin_id: row.origin_id,
    paid_date: null,
    reviewed_at: null,
    signed_change_order_received_date: null,
    status: row.status,
    title: row.title,
    updated_at: seconds(row.updated_at),
    revision: row.revision,
    grand_total: money(packageTotal(call.sim, row)),
    designated_reviewer: null,
    currency_configuration: null,
    custom_fields: {},
  };
}

const presentListed = (call: Call, row: PackageRow) => ({ ...shared(call, row), created_by_id: null });

/** With one tier the lines stand on the hidden potential change order, and the package shows none. */
function presentShown(call: Call, row: PackageRow) {
  const { sim } = call;
  const isOneTier = tiersOf(sim, row.project_id) === 1;
  const shownLines = isOneTier && sim.switches.one_tier_package_lines === 'left out' ? [] : linesOfPackage(sim, row);
  return {
    ...shared(call, row),
    ...nulls('creator reviewer review_notes revised_substantial_completion_date'),
    description: row.description,
    position: null,
    private: row.private,
    schedule_impact_amount: row.schedule_impact_amount,
    type: row.type,
    attachments: [],
    line_items: shownLines.map((line) => {
      const whole = presentContractLine(call, POTENTIAL_CHANGE_ORDER, line);
      const { id, position, description, quantity, uom, total_amount, extended_amount, unit_cost } = whole;
      const { cost_code, wbs_code, holder, line_item_type } = whole;
      return {
        id,
        position,
        description,
        quantity,
        uom,
        total_amount,
        extended_amount,
        unit_cost,
        cost_code,
        wbs_code,
        holder,
        line_item_type,
        markup_line_items: [],
        currency_configuration: null,
      };
    }),
  };
}

/** A package as its contract shows it, briefly. */
export function presentPackageOfContract(call: Call, row: PackageRow, isPurchaseOrder: boolean) {
  const { id, contract_id, created_at, deleted_at, due_date, invoiced_date, number, origin_code } = shared(call, row);
  const { origin_data, origin_id, paid_date, reviewed_at, status, title, updated_at } = shared(call, row);
  return {
    ...{ id, contract_id, created_at, deleted_at, due_date, invoiced_date, number, origin_data, origin_id, paid_date },
    ...{ reviewed_at, status, title, updated_at, currency_configuration: null },
    ...(isPurchaseOrder ? { origin_code, signed_change_order_received_date: null } : {}),
  };
}
