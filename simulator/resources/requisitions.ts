import { Decimal } from 'decimal.js';
import { type Body, type Call, created, empty, ok, page, type Resource } from '../engine/api.ts';
import { inWords, notFound, onBase, onFields } from '../engine/errors.ts';
import { money, now, nulls, numberOf, pick, requireFields, seconds, textOf } from '../engine/fields.ts';
import { requireFreeOriginId, requireUnlocked } from '../engine/origin.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import { openPeriodOf, type PeriodRow, periodTable } from './billing-periods.ts';
import { packageTable } from './change-order-rows.ts';
import type { CommitmentRow } from './commitment-contracts.ts';
import {
  addPackageItems,
  figuresOf,
  generateItems,
  type ItemRow,
  itemsOf,
  itemTable,
  presentItem,
  presentListedItem,
  saysRetainage,
  writeItem,
} from './requisition-items.ts';
import { type RequisitionRow, requisitionsOf, requisitionTable } from './requisition-rows.ts';
import { takeUploads } from './uploads.ts';
import { vendorTable } from './vendors.ts';

const STATUSES = [
  'draft',
  'under_review',
  'revise_and_resubmit',
  'approved',
  'approved_as_noted',
  'pending_owner_approval',
];
/** what people without administration of commitments may set, and may still change */
const STANDARD_STATUSES = ['draft', 'under_review'];
const STANDARD_CHANGEABLE = ['draft', 'revise_and_resubmit'];
const APPROVED = ['approved', 'approved_as_noted'];
const BILLABLE = ['Approved', 'Partially Received', 'Received', 'Complete'];
const WRITABLE = [
  'requisition_start',
  'requisition_end',
  'billing_date',
  'final',
  'invoice_number',
  'payment_date',
  'origin_data',
  'origin_id',
  'status',
  'submitted_at',
] as const;

function buildRequisition(fields: Partial<RequisitionRow>, sim: Simulator): Omit<RequisitionRow, 'id'> {
  const found = commitmentOf(sim, fields.commitment_id ?? 0);
  const numbers = requisitionsOf(sim, fields.commitment_id ?? 0).map(({ number }) => number);
  const at = now();
  return {
    company_id: found?.contract.company_id ?? 0,
    project_id: found?.contract.project_id ?? 0,
    commitment_id: 0,
    commitment_type: found?.type ?? 'PurchaseOrderContract',
    number: Math.max(0, ...numbers) + 1,
    period_id: null,
    requisition_start: null,
    requisition_end: null,
    billing_date: null,
    final: false,
    invoice_number: null,
    payment_date: null,
    status: 'draft',
    submitted_at: null,
    attachments: [],
    origin_id: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

function commitmentOf(sim: Simulator, id: number) {
  for (const type of ['PurchaseOrderContract', 'WorkOrderContract'] as const) {
    const table = type === 'PurchaseOrderContract' ? 'purchase_order_contracts' : 'work_order_contracts';
    const contract = sim.store.table<CommitmentRow>(table).get(id);
    if (contract !== undefined) return { contract, type };
  }
  return undefined;
}

/** Subcontractor invoices, which the API calls requisitions (contract section 12). */
export const requisitions: Resource = {
  tables: [
    {
      name: 'requisitions',
      firstId: 598_134_460_100_001,
      ledger: true,
      build: buildRequisition,
      takesAlong: (row: RequisitionRow, sim) => removeItems(sim, row),
    },
    { name: 'requisition_items', firstId: 598_134_470_100_001, ledger: true },
  ],
  routes(api) {
    const base = '/rest/v1.1/requisitions';
    const older = '/rest/v1.0/requisitions';
    api.get(base, list);
    api.post(base, (call) => created(shown(call, create(call))));
    api.get(`${base}/:id`, (call) => ok(shown(call, find(call, call.params.id))));
    api.patch(`${base}/:id`, (call) => ok(shown(call, update(call))));
    api.delete(`${base}/:id`, remove);
    api.post(older, (call) => created(shown(call, create(call))));
    api.get(`${older}/:requisition_id/contract_items`, (call) =>
      listItems(call, (item) => item.item_type !== 'change_order_item'),
    );
    api.get(`${older}/:requisition_id/change_order_items`, (call) => {
      const packages = call.query.filter('change_order_id');
      return listItems(
        call,
        (item) =>
          item.item_type === 'change_order_item' &&
          (packages === undefined || packages.includes(String(item.change_order_package_id))),
      );
    });
    api.patch(`${older}/:requisition_id/bulk_item_update`, bulkUpdate);
    api.post(`${older}/:requisition_id/add_change_order_package`, addPackage);
  },
};

function removeItems(sim: Simulator, row: RequisitionRow): void {
  for (const item of itemsOf(sim, row.id)) itemTable(sim).remove(item.id);
}

function list(call: Call) {
  const { query, sim } = call;
  let rows = requisitionTable(sim).where('project_id', call.project('commitments').id);
  for (const field of ['id', 'commitment_id', 'period_id', 'status', 'origin_id'] as const)
    rows = among(rows, query.filter(field), (row) => row[field]);
  if (query.text('filters[is_last]') === 'true') rows = rows.filter((row) => isLatest(sim, row));
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at, sim.switches.updated_at_inclusive === 'yes');
  rows = within(rows, query.range('created_at'), (row) => row.created_at);
  const withItems = ['items', 'extended'].includes(query.text('view') ?? '');
  return page(call, sorted(rows, undefined), (row) => present(call, row, withItems), {
    table: 'requisitions',
    size: 30,
  });
}

function find(call: Call, id: unknown): RequisitionRow {
  const row = requisitionTable(call.sim).get(Number(id));
  if (row === undefined || row.project_id !== call.project('commitments').id) throw notFound();
  return row;
}

const isLatest = (sim: Simulator, row: RequisitionRow): boolean =>
  requisitionsOf(sim, row.commitment_id).every((other) => other.number <= row.number);

const isAdmin = (call: Call): boolean => call.sim.settings.commitmentsPermission === 'admin';

const needsAdmin = (what: string) =>
  inWords(403, `You do not have permission to ${what}: this needs Admin on Commitments.`);

function create(call: Call): RequisitionRow {
  const { sim, body } = call;
  requireFields(body, 'commitment_id');
  const project = call.project('commitments');
  const found = commitmentOf(sim, Number(body.commitment_id));
  if (found === undefined || found.contract.project_id !== project.id) throw notFound();
  const { contract, type } = found;
  const fields = call.wrapped('requisition');
  requireBillable(contract);
  const period = periodFor(call, project.id, fields, contract);
  requireFreeOriginId(sim, 'requisitions', project.company_id, fields.origin_id);
  const earlier = requisitionsOf(sim, contract.id);
  if (sim.switches.second_open_requisition === 'refuse' && earlier.some(({ status }) => !APPROVED.includes(status)))
    throw onBase(422, ['The previous invoice of this commitment is not approved yet']);
  const row = requisitionTable(sim).insert(
    buildRequisition(
      {
        commitment_id: contract.id,
        commitment_type: type,
        period_id: period.id,
        requisition_start: period.start_date,
        requisition_end: period.end_date,
        ...attributes(call, fields),
      },
      sim,
    ),
  );
  generateItems(sim, row, contract);
  return afterWrite(call, row, contract, fields);
}

function requireBillable(contract: CommitmentRow): void {
  if (!contract.requisitions_are_enabled) throw onBase(422, ['Invoices are not enabled for this commitment']);
  if (contract.ssov !== 'none' && contract.ssov !== 'approved')
    throw onBase(422, ['The subcontractor schedule of values is not approved']);
  if (!BILLABLE.includes(contract.status)) throw onBase(422, ['The commitment is not approved']);
}

function periodFor(call: Call, projectId: number, fields: Body, contract: CommitmentRow): PeriodRow {
  const { sim } = call;
  const named = numberOf(fields.period_id);
  const period = named === null ? openPeriodOf(sim, projectId) : periodTable(sim).get(named);
  if (period === undefined || period.project_id !== projectId)
    throw onFields(422, { period_id: ['There is no open billing period'] });
  if (isAdmin(call)) return period;
  if (period.status !== 'open') throw needsAdmin('invoice in a closed billing period');
  if (period.due_date < now().slice(0, 10)) throw needsAdmin('invoice after the due date of the billing period');
  if (requisitionsOf(sim, contract.id).some((row) => row.period_id === period.id))
    throw needsAdmin('create a second invoice in a billing period');
  return period;
}

function attributes(call: Call, fields: Body): Partial<RequisitionRow> {
  const status = textOf(fields.status);
  if (status !== null && !STATUSES.includes(status)) throw onFields(400, { status: ['is not included in the list'] });
  if (status !== null && !STANDARD_STATUSES.includes(status) && !isAdmin(call))
    throw needsAdmin(`set the status ${status}`);
  const period = numberOf(fields.period_id);
  return { ...(pick(fields, WRITABLE) as Partial<RequisitionRow>), ...(period === null ? {} : { period_id: period }) };
}

/** Items and files of a body, after the header. */
function afterWrite(call: Call, row: RequisitionRow, contract: CommitmentRow, fields: Body): RequisitionRow {
  const items = (fields.items ?? []) as Body[];
  if (saysRetainage(items) && !isAdmin(call)) throw needsAdmin('change retainage');
  for (const item of items) writeItem(call, row, contract, item);
  const files = takeUploads(call, fields.upload_ids);
  if (files.length > 0) {
    const first = Math.max(row.id * 100, ...row.attachments.map(({ id }) => id + 1));
    const added = files.map(({ filename, content_type }, at) => ({ id: first + at, filename, content_type }));
    const kept = call.sim.switches.upload_ids_attachments === 'keeps' ? row.attachments : [];
    requisitionTable(call.sim).update(row.id, { attachments: [...kept, ...added] });
  }
  tally(call.sim, contract);
  return requisitionTable(call.sim).get(row.id)!;
}

/** Keeps what the commitment says it was billed. */
function tally(sim: Simulator, contract: CommitmentRow): void {
  const billed = requisitionsOf(sim, contract.id)
    .flatMap((row) => itemsOf(sim, row.id).map((item) => figuresOf(sim, row, item).gross))
    .reduce((sum, gross) => sum.plus(gross), new Decimal(0));
  const table =
    sim.store.table<CommitmentRow>('purchase_order_contracts').get(contract.id) === undefined
      ? 'work_order_contracts'
      : 'purchase_order_contracts';
  sim.store.table<CommitmentRow>(table).update(contract.id, { total_requisitions_amount: billed.toFixed() });
}

function update(call: Call): RequisitionRow {
  const { sim, body } = call;
  requireFields(body, 'commitment_id');
  const row = changeable(call, find(call, call.params.id));
  if (row.commitment_id !== Number(body.commitment_id)) throw notFound();
  const fields = call.wrapped('requisition');
  requireFreeOriginId(sim, 'requisitions', row.company_id, fields.origin_id, row.id);
  const changed = requisitionTable(sim).update(row.id, { ...attributes(call, fields), updated_at: now() });
  return afterWrite(call, changed, contractOf(sim, row), fields);
}

function changeable(call: Call, row: RequisitionRow): RequisitionRow {
  requireUnlocked(call.sim, row);
  if (isAdmin(call)) return row;
  if (!isLatest(call.sim, row)) throw needsAdmin('change an earlier invoice');
  if (!STANDARD_CHANGEABLE.includes(row.status)) throw needsAdmin(`change an invoice that is ${row.status}`);
  return row;
}

const contractOf = (sim: Simulator, row: RequisitionRow): CommitmentRow =>
  commitmentOf(sim, row.commitment_id)?.contract as CommitmentRow;

const isDeletable = (sim: Simulator, row: RequisitionRow): boolean =>
  isLatest(sim, row) && !APPROVED.includes(row.status) && row.origin_id === null;

function remove(call: Call) {
  const row = find(call, call.params.id);
  if (!isDeletable(call.sim, row)) throw onBase(422, ['This invoice cannot be deleted']);
  removeItems(call.sim, row);
  requisitionTable(call.sim).remove(row.id);
  tally(call.sim, contractOf(call.sim, row));
  return empty(200);
}

function listItems(call: Call, isWanted: (item: ItemRow) => boolean) {
  const { sim } = call;
  const row = find(call, call.params.requisition_id);
  const contract = contractOf(sim, row);
  const items = itemsOf(sim, row.id).filter(isWanted);
  return page(call, items, (item) => presentListedItem(sim, row, contract, item), { table: 'requisition_items' });
}

function bulkUpdate(call: Call) {
  const row = changeable(call, find(call, call.params.requisition_id));
  requireFields(call.body, 'requisition_items');
  afterWrite(call, row, contractOf(call.sim, row), { items: call.body.requisition_items });
  return empty(200);
}

function addPackage(call: Call) {
  const { sim, query } = call;
  const row = changeable(call, find(call, call.params.requisition_id));
  const one = packageTable(sim).get(query.number('change_order_package_id') ?? 0);
  if (one === undefined || one.contract_id !== row.commitment_id) throw notFound();
  if (one.status !== 'approved') throw onBase(422, ['The change order is not approved']);
  const contract = contractOf(sim, row);
  const items = addPackageItems(sim, row, one.id);
  return created(items.map((item) => presentListedItem(sim, row, contract, item)));
}

const shown = (call: Call, row: RequisitionRow) => present(call, row, true);

function present(call: Call, row: RequisitionRow, withItems: boolean) {
  const { sim } = call;
  const contract = contractOf(sim, row);
  const vendor = vendorTable(sim).get(contract.vendor_id ?? 0);
  const items = itemsOf(sim, row.id);
  return {
    ...nulls(`electronic_signature_id move_materials_to_previous_work_completed summary_text created_by erp_status
      custom_fields currency_configuration`),
    id: row.id,
    previous_requisition_id:
      requisitionsOf(sim, row.commitment_id)
        .filter((other) => other.number < row.number)
        .at(-1)?.id ?? null,
    project_id: row.project_id,
    billing_date: row.billing_date,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    commitment_id: row.commitment_id,
    commitment_type: row.commitment_type,
    contract_name: contract.title,
    deletable: isDeletable(sim, row),
    final: row.final,
    vendor_name: vendor?.name ?? null,
    vendor_id: vendor?.id ?? null,
    invoice_number: row.invoice_number,
    invoice_type: 'progress',
    origin_data: sim.originData(row),
    origin_id: row.origin_id,
    payment_date: row.payment_date,
    percent_complete: null,
    period_id: row.period_id,
    requisition_start: row.requisition_start,
    requisition_end: row.requisition_end,
    status: row.status,
    number: row.number,
    submitted_at: row.submitted_at,
    total_claimed_amount: money(sumOf(sim, row, items, 'gross')),
    summary: summaryOf(call, row, items),
    attachments: row.attachments.map((file) => ({
      ...file,
      url: `${call.origin}/storage/${file.id}/${file.filename}`,
    })),
    ...(withItems ? { items: items.map((item) => presentItem(sim, row, contract, item)) } : {}),
    item_packages: packagesShown(sim, items).map((id) => {
      const one = packageTable(sim).get(id)!;
      const { contract_id, number, title, status } = one;
      const blanks = nulls('position change_order_acronym_number change_order_request batch');
      return { ...blanks, id, contract_id, change_order_id: id, number, title, status };
    }),
  };
}

const packagesShown = (sim: Simulator, items: readonly ItemRow[]): number[] =>
  sim.switches.item_packages === 'left out'
    ? []
    : [...new Set(items.flatMap((item) => item.change_order_package_id ?? []))];

const sumOf = (
  sim: Simulator,
  row: RequisitionRow,
  items: readonly ItemRow[],
  field: 'gross' | 'net' | 'tax' | 'retained' | 'released' | 'previous' | 'scheduled' | 'heldBefore',
): Decimal => items.reduce((sum, item) => sum.plus(figuresOf(sim, row, item)[field]), new Decimal(0));

/** Taxes of the lines are added unrounded and rounded once. */
function summaryOf({ sim }: Call, row: RequisitionRow, items: readonly ItemRow[]) {
  const sum = (field: Parameters<typeof sumOf>[3]) => sumOf(sim, row, items, field);
  const done = sum('previous').plus(sum('gross'));
  const held = sum('heldBefore').plus(sum('retained')).minus(sum('released'));
  return {
    ...nulls(`completed_work_retainage_percent formatted_period less_previous_certificates_for_payment
      negative_change_order_item_total negative_new_change_order_item_total
      negative_previous_change_order_item_total net_change_by_change_orders positive_change_order_item_total
      positive_new_change_order_item_total positive_previous_change_order_item_total
      stored_materials_retainage_amount stored_materials_retainage_percent new_materials new_materials_quantity
      stored_materials stored_materials_quantity`),
    balance_to_finish_including_retainage: money(sum('scheduled').minus(done).plus(held)),
    completed_work_retainage_amount: money(held),
    contract_sum_to_date: money(sum('scheduled')),
    original_contract_sum: money(
      sumOf(
        sim,
        row,
        items.filter((item) => item.item_type !== 'change_order_item'),
        'scheduled',
      ),
    ),
    current_payment_due: money(sum('net').plus(sum('tax').toDecimalPlaces(2, Decimal.ROUND_HALF_UP))),
    tax_applicable_to_this_payment: money(sum('tax')),
    total_completed_and_stored_to_date: money(done),
    total_earned_less_retainage: money(done.minus(held)),
    total_retainage: money(held),
  };
}
