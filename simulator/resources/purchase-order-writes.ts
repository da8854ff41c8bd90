import { type Api, type Body, type Call, created, empty, ok, type Result } from '../engine/api.ts';
import { notFound, onBase, onFields } from '../engine/errors.ts';
import { now, numberOf, pick } from '../engine/fields.ts';
import { requireFreeOriginId, requireUnlocked } from '../engine/origin.ts';
import { removeRemembered } from '../engine/removed.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';
import { packagesOf, removePackage } from './change-order-packages.ts';
import {
  buildCommitment,
  type CommitmentKind,
  type CommitmentRow,
  commitmentTable,
  findCommitment,
  presentShown,
} from './commitment-contracts.ts';
import {
  buildContractLine,
  type ContractLineRow,
  contractLinesOf,
  contractLineTable,
  presentContractLine,
} from './commitment-lines.ts';
import { usableVendor } from './direct-costs.ts';
import { writtenCode, writtenMoney, writtenTax, writtenWords } from './line-fields.ts';
import { takeUploads } from './uploads.ts';

const STATUSES = ['Draft', 'Processing', 'Submitted', 'Partially Received', 'Received', 'Approved', 'Closed'];
/** In the other statuses the schedule of values, the vendor and the order itself stay as they are. */
const OPEN = ['Draft', 'Processing', 'Submitted'];
const WRITABLE = [
  'number',
  'title',
  'description',
  'status',
  'executed',
  'private',
  'accounting_method',
  'retainage_percent',
  'contract_date',
  'delivery_date',
  'origin_id',
  'origin_code',
  'origin_data',
] as const;

/** The writes of purchase orders (contract section 10.2): the order, and its lines by one sync. */
export function addPurchaseOrderWrites(api: Api, kind: CommitmentKind): void {
  const base = `/rest/v1.0/${kind.table}`;
  api.post(base, (call) => created(presentShown(call, kind, create(call, kind))));
  api.patch(`${base}/:id`, (call) => {
    const row = writable(call, kind, call.params.id);
    return ok(presentShown(call, kind, update(call, kind, row, call.wrapped('purchase_order_contract'))));
  });
  api.delete(`${base}/:id`, (call) => remove(call, kind));
  const lines = `${base}/:contract_id/line_items`;
  api.patch(`${lines}/sync`, (call) => syncLines(call, kind));
  api.delete(`${lines}/:id`, (call) => {
    const parent = open(call, writable(call, kind, call.params.contract_id));
    const line = contractLinesOf(call.sim, kind.holder, parent.id).find(({ id }) => id === Number(call.params.id));
    if (line === undefined) throw notFound();
    requireUnlocked(call.sim, line);
    contractLineTable(call.sim, kind.holder).remove(line.id);
    touch(call, kind, parent);
    return empty(200);
  });
}

function writable(call: Call, kind: CommitmentKind, id: unknown): CommitmentRow {
  const row = findCommitment(call, kind, id);
  call.lock(`${kind.table}/${row.id}`);
  requireUnlocked(call.sim, row);
  return row;
}

/** Whether the API refuses to change the lines of an approved order depends on the company: a switch decides. */
function open(call: Call, row: CommitmentRow): CommitmentRow {
  if (OPEN.includes(row.status) || call.sim.switches.approved_orders === 'open') return row;
  throw onBase(400, ['The schedule of values cannot be changed because the purchase order is approved']);
}

function create(call: Call, kind: CommitmentKind): CommitmentRow {
  const project = call.project('commitments');
  const body = call.wrapped('purchase_order_contract');
  requireFreeOriginId(call.sim, kind.table, project.company_id, body.origin_id);
  const fields = attributes(call, kind, project, body, null);
  const attachments = withUploads(call, body, []);
  return commitmentTable(call.sim, kind).insert(
    buildCommitment({ ...fields, ...attachments, project_id: project.id }, call.sim),
  );
}

function update(call: Call, kind: CommitmentKind, row: CommitmentRow, body: Body): CommitmentRow {
  requireFreeOriginId(call.sim, kind.table, row.company_id, body.origin_id, row.id);
  if (body.vendor_id !== undefined && numberOf(body.vendor_id) !== row.vendor_id) open(call, row);
  const hasLines = contractLinesOf(call.sim, kind.holder, row.id).length > 0;
  if (body.accounting_method !== undefined && body.accounting_method !== row.accounting_method && hasLines)
    throw onFields(422, { accounting_method: ['cannot be changed'] });
  const fields = attributes(call, kind, { id: row.project_id, company_id: row.company_id }, body, row);
  const attachments = withUploads(call, body, row.attachments ?? []);
  return commitmentTable(call.sim, kind).update(row.id, { ...fields, ...attachments, updated_at: now() });
}

/** Files by their uploads, beside those that are there or instead of them. */
function withUploads(
  call: Call,
  { upload_ids: ids }: Body,
  before: NonNullable<CommitmentRow['attachments']>,
): Pick<CommitmentRow, 'attachments'> {
  const files = takeUploads(call, ids);
  if (files.length === 0) return {};
  const kept = call.sim.switches.upload_ids_attachments === 'keeps' ? before : [];
  return { attachments: [...kept, ...files.map(({ id, filename }) => ({ id, filename }))] };
}

function attributes(
  call: Call,
  kind: CommitmentKind,
  project: { id: number; company_id: number },
  body: Body,
  row: CommitmentRow | null,
): Partial<CommitmentRow> {
  if (body.status !== undefined && !STATUSES.includes(String(body.status)))
    throw onFields(400, { status: ['is not included in the list'] });
  if (body.accounting_method !== undefined && !['amount', 'unit'].includes(String(body.accounting_method)))
    throw onFields(400, { accounting_method: ['is not included in the list'] });
  const isTaken = commitmentTable(call.sim, kind)
    .where('project_id', project.id)
    .some((other) => other.number === body.number && other.id !== row?.id);
  if (body.number !== undefined && isTaken && call.sim.switches.order_numbers === 'unique')
    throw onFields(400, { number: ['has already been taken'] });
  return {
    ...pick(body, WRITABLE),
    ...(body.vendor_id === undefined ? {} : { vendor_id: usableVendor(call, project, body.vendor_id) }),
  };
}

function remove(call: Call, kind: CommitmentKind): Result {
  const row = open(call, writable(call, kind, call.params.id));
  const isBilled = call.sim.store
    .table<Row & { commitment_id: number }>('requisitions')
    .where('commitment_id', row.id).length;
  if (isBilled > 0) throw onBase(400, ['A purchase order with invoices cannot be deleted']);
  for (const one of packagesOf(call.sim, row.id)) removePackage(call.sim, one);
  for (const line of contractLinesOf(call.sim, kind.holder, row.id))
    contractLineTable(call.sim, kind.holder).remove(line.id);
  removeRemembered(call.sim, kind.table, row);
  return empty(200);
}

function syncLines(call: Call, kind: CommitmentKind): Result {
  const { sim } = call;
  const parent = writable(call, kind, call.params.contract_id);
  const table = contractLineTable(sim, kind.holder);
  const own = () => contractLinesOf(sim, kind.holder, parent.id);
  const written = (body: Body, old: ContractLineRow | null) => {
    open(call, parent);
    requireFreeOriginId(sim, kind.holder.lines, parent.company_id, body.origin_id, old?.id);
    return {
      ...writtenWords(call, parent, body),
      ...writtenCode(call, parent, body),
      ...writtenTax(call, parent, body),
      ...writtenMoney(body, old),
    };
  };
  return syncAction(call, {
    find: (id) => own().find((line) => line.id === id),
    findByOriginId: (originId) => own().find((line) => line.origin_id === originId),
    create: (body) => {
      const fields = written(body, null);
      if (fields.wbs_code_id === undefined) throw onFields(400, { wbs_code_id: ["can't be blank"] });
      const line = table.insert(buildContractLine(kind.holder, { ...fields, holder_id: parent.id }, sim));
      touch(call, kind, parent);
      return line;
    },
    update: (line, body) => {
      requireUnlocked(sim, line);
      const changed = table.update(line.id, { ...written(body, line), updated_at: now() });
      touch(call, kind, parent);
      return changed;
    },
    present: (line) => presentContractLine(call, kind.holder, line),
  });
}

function touch({ sim }: { sim: Simulator }, kind: CommitmentKind, { id }: CommitmentRow): void {
  if (sim.switches.line_touches_parent === 'yes') commitmentTable(sim, kind).update(id, { updated_at: now() });
}
