import { Decimal } from 'decimal.js';
import { type Api, type Call, ok, page, type Resource } from '../engine/api.ts';
import { notFound } from '../engine/errors.ts';
import { money, named, now, nulls, seconds } from '../engine/fields.ts';
import { among, sorted, within } from '../engine/query.ts';
import { removedRows } from '../engine/removed.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { packagesOf, packageTotal, presentPackageOfContract, removePackage } from './change-order-packages.ts';
import {
  type ContractLineRow,
  contractLineDefinition,
  contractLinesOf,
  contractLineTable,
  type LineHolder,
  listContractLines,
  presentContractLine,
  showContractLine,
  totalOf,
} from './commitment-lines.ts';
import { vendorTable } from './vendors.ts';

export interface CommitmentRow extends Row {
  company_id: number;
  project_id: number;
  vendor_id: number | null;
  number: string | null;
  title: string | null;
  description: string | null;
  status: string;
  executed: boolean;
  private: boolean;
  accounting_method: 'amount' | 'unit';
  retainage_percent: string | null;
  /** whether subcontractor invoices may be made against it */
  requisitions_are_enabled: boolean;
  /** the subcontractor's own schedule of values: without one, invoices have the lines of the contract */
  ssov: 'none' | 'draft' | 'under_review' | 'revise_and_submit' | 'approved';
  /** details the subcontractor made of each line */
  ssov_parts: number;
  contract_date: string | null;
  /** purchase orders only */
  delivery_date: string | null;
  /** what requisitions have billed so far */
  total_requisitions_amount: string;
  /** purchase orders only; left out: none */
  attachments?: { id: number; filename: string }[];
  origin_id: string | null;
  origin_code: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
}

/** What tells purchase orders and subcontracts apart. */
export interface CommitmentKind {
  table: string;
  firstId: number;
  firstLineId: number;
  resource: string;
  holder: LineHolder;
  /** documented fields of this kind that the simulator has no data for */
  blanks: { listed: string; shown: string };
  /** lists inside a shown contract that the contract documents as lists of lists */
  shownLists: Record<string, unknown>;
  /** the routes that write it; left out: read-only */
  addWrites?: (api: Api, kind: CommitmentKind) => void;
}

export const commitmentTable = (sim: Simulator, kind: Pick<CommitmentKind, 'table'>) =>
  sim.store.table<CommitmentRow>(kind.table);

export function buildCommitment(fields: Partial<CommitmentRow>, sim: Simulator): Omit<CommitmentRow, 'id'> {
  const project = sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0);
  const at = now();
  return {
    company_id: project?.company_id ?? 0,
    project_id: 0,
    vendor_id: null,
    number: null,
    title: null,
    description: null,
    status: 'Draft',
    executed: false,
    private: false,
    accounting_method: 'amount',
    retainage_percent: null,
    requisitions_are_enabled: true,
    ssov: 'none',
    ssov_parts: 1,
    contract_date: null,
    delivery_date: null,
    total_requisitions_amount: '0',
    attachments: [],
    origin_id: null,
    origin_code: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

/** One kind of commitment: lists, single contracts, their lines. Only purchase orders are written. */
export const commitmentResource = (kind: CommitmentKind): Resource => ({
  tables: [
    {
      name: kind.table,
      firstId: kind.firstId,
      ledger: true,
      build: buildCommitment,
      event: (row: CommitmentRow) => ({
        resource: kind.resource,
        companyId: row.company_id,
        projectId: row.project_id,
      }),
      takesAlong: (row: CommitmentRow, sim) => {
        for (const one of packagesOf(sim, row.id)) removePackage(sim, one);
        for (const line of contractLinesOf(sim, kind.holder, row.id))
          contractLineTable(sim, kind.holder).remove(line.id);
      },
    },
    contractLineDefinition(kind.holder, kind.firstLineId),
  ],
  routes(api) {
    const base = `/rest/v1.0/${kind.table}`;
    api.get(base, (call) => list(call, kind));
    api.get(`${base}/:id`, (call) => ok(presentShown(call, kind, findCommitment(call, kind, call.params.id))));
    kind.addWrites?.(api, kind);
    const lines = `${base}/:contract_id/line_items`;
    api.get(lines, (call) =>
      listContractLines(call, kind.holder, findCommitment(call, kind, call.params.contract_id).id),
    );
    api.get(`${lines}/:id`, (call) =>
      showContractLine(call, kind.holder, findCommitment(call, kind, call.params.contract_id).id),
    );
  },
});

function list(call: Call, kind: CommitmentKind) {
  const { query, sim } = call;
  const project = call.project('commitments');
  const deleted = query.text('filters[include_deleted]');
  const gone = deleted === undefined ? [] : removedRows<CommitmentRow>(sim, kind.table);
  const live = deleted === 'only' ? [] : commitmentTable(sim, kind).where('project_id', project.id);
  let rows: (CommitmentRow & { deleted_at?: string })[] = [
    ...live,
    ...gone.filter((row) => row.project_id === project.id),
  ].filter((row) => isShown(sim, row));
  rows = among(rows, query.filter('id'), (row) => row.id);
  rows = among(rows, query.filter('status'), (row) => row.status);
  rows = among(rows, query.filter('origin_id'), (row) => row.origin_id);
  const inclusive = sim.switches.updated_at_inclusive === 'yes';
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at, inclusive);
  rows = within(rows, query.range('created_at'), (row) => row.created_at);
  return page(call, sorted(rows, undefined), (row) => presentListed(call, kind, row), { table: kind.table });
}

/** A private commitment is shown only to those it is shared with. */
const isShown = (sim: Simulator, row: CommitmentRow) => !row.private || !sim.settings.privateCommitmentsHidden;

export function findCommitment(call: Call, kind: CommitmentKind, id: unknown): CommitmentRow {
  const row = commitmentTable(call.sim, kind).get(Number(id));
  if (row === undefined || row.project_id !== call.project('commitments').id || !isShown(call.sim, row))
    throw notFound();
  return row;
}

const MONEY_OF: Record<string, string> = { approved: 'approved', draft: 'draft' };
const WITHOUT_MONEY = ['no_charge', 'rejected', 'void'];

/** What the packages of a contract add up to, by what their status makes of them. */
function changesOf(sim: Simulator, contractId: number) {
  const sums = { approved: new Decimal(0), pending: new Decimal(0), draft: new Decimal(0) };
  for (const one of packagesOf(sim, contractId)) {
    if (WITHOUT_MONEY.includes(one.status)) continue;
    const place = (MONEY_OF[one.status] ?? 'pending') as keyof typeof sums;
    sums[place] = sums[place].plus(packageTotal(sim, one));
  }
  return sums;
}

function shared(call: Call, kind: CommitmentKind, row: CommitmentRow & { deleted_at?: string }) {
  const { sim } = call;
  const original = totalOf(contractLinesOf(sim, kind.holder, row.id));
  const { approved, pending, draft } = changesOf(sim, row.id);
  const revised = original.plus(approved);
  return {
    id: row.id,
    accounting_method: row.accounting_method,
    approved_change_orders: money(approved),
    contract_date: row.contract_date,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    deleted_at: row.deleted_at === undefined ? null : seconds(row.deleted_at),
    description: row.description,
    draft_change_orders_amount: money(draft),
    executed: row.executed,
    grand_total: money(original),
    number: row.number,
    origin_code: row.origin_code,
    origin_data: sim.originData(row),
    origin_id: row.origin_id,
    pending_change_orders: money(pending),
    pending_revised_contract: money(revised.plus(pending)),
    percentage_paid: '0.0',
    private: row.private,
    project: named(sim.store.table<Row & { name: string }>('projects').get(row.project_id)),
    remaining_balance_outstanding: money(revised.minus(row.total_requisitions_amount)),
    requisitions_are_enabled: row.requisitions_are_enabled,
    revised_contract: money(revised),
    show_line_items_to_non_admins: true,
    status: row.status,
    title: row.title,
    total_draw_requests_amount: money(row.total_requisitions_amount),
    total_payments: '0.0',
    total_requisitions_amount: money(row.total_requisitions_amount),
    currency_configuration: null,
  };
}

function presentListed(call: Call, kind: CommitmentKind, row: CommitmentRow) {
  const vendor = vendorTable(call.sim).get(row.vendor_id ?? 0);
  return {
    ...shared(call, kind, row),
    ...nulls(kind.blanks.listed),
    ...(kind.table === 'purchase_order_contracts'
      ? {
          delivery_date: row.delivery_date,
          billing_schedule_of_values_status: row.ssov === 'none' ? null : row.ssov,
        }
      : {}),
    retainage_percent: row.retainage_percent,
    vendor: vendor === undefined ? null : { id: vendor.id, company: vendor.name },
  };
}

/** The contract names one file or none where there may be several: a switch decides. */
function presentFiles({ sim, origin }: Call, { attachments = [] }: CommitmentRow) {
  const files = attachments.map((file) => ({ ...file, url: `${origin}/storage/${file.id}/${file.filename}` }));
  return sim.switches.order_attachments === 'a list' ? files : (files.at(-1) ?? null);
}

export function presentShown(call: Call, kind: CommitmentKind, row: CommitmentRow) {
  const vendor = vendorTable(call.sim).get(row.vendor_id ?? 0);
  return {
    ...shared(call, kind, row),
    ...nulls(kind.blanks.shown),
    ...kind.shownLists,
    created_by_id: null,
    vendor:
      vendor === undefined
        ? null
        : {
            id: vendor.id,
            company: vendor.name,
            origin_id: vendor.origin_id,
            origin_data: call.sim.originData(vendor),
          },
    ...(kind.table === 'work_order_contracts'
      ? { retainage_percent: row.retainage_percent }
      : { delivery_date: row.delivery_date, attachments: presentFiles(call, row) }),
    change_order_packages: packagesOf(call.sim, row.id).map((one) =>
      presentPackageOfContract(call, one, kind.table === 'purchase_order_contracts'),
    ),
    invoice_contacts: [],
    payments_issued: [],
    line_items: contractLinesOf(call.sim, kind.holder, row.id).map((line: ContractLineRow) =>
      presentContractLine(call, kind.holder, line),
    ),
  };
}
