import type { DesiredLine, LineFields } from '../domain/direct-cost.ts';
import { matchNumber } from '../domain/invoice.ts';
import type { AccountingMethod } from '../domain/purchase-order.ts';
import {
  type DesiredOrder,
  isUnusedOrder,
  type OrderHeader,
  type OrderLook,
  type OrderTouch,
  type OrderWrite,
  type RemoteOrder,
} from '../domain/purchase-order-record.ts';
import type { CompanyApi } from '../procore/client.ts';
import type { CommitmentRow } from '../procore/commitments.ts';
import { asLine } from '../procore/direct-cost-look.ts';
import { goneIsGood, ProcoreError } from '../procore/errors.ts';
import type { OrderSyncLine, PurchaseOrder, PurchaseOrderFields } from '../procore/purchase-orders.ts';

/** Where one order is looked for. */
export interface OrderPlace {
  projectId: string;
  /** null until the journal knows it */
  orderId: string | null;
  desired: Pick<DesiredOrder, 'stamp' | 'header'>;
  /** only orders changed since then are listed, ISO; null: all, which alone tells whether the number is free */
  since: string | null;
  /** the header on its way, where Procore does not give stamps back: then only exactly this tells */
  unanswered: OrderHeader | null;
  /** look for second editions too */
  withTwins: boolean;
}

/** Looks for the record of an order: by id, else by our stamp in the project's list (design: finding is not owning). */
export async function lookAtOrder(api: CompanyApi, place: OrderPlace): Promise<OrderLook> {
  const { projectId, orderId, desired } = place;
  if (orderId !== null) return lookAgain(api, place, orderId);
  const rows = await live(api, projectId, place.since);
  const ours = await showAll(
    api,
    projectId,
    rows.filter((row) => isOurs(row, place)),
  );
  const [record, ...twins] = ours.sort(fullestFirst);
  if (record !== undefined) return { kind: 'ours', record, twins: twins.map(asTwin) };
  return rows.some((row) => isNamed(row, desired.header.number)) ? { kind: 'taken' } : { kind: 'none' };
}

/** Whether an order that is not ours has a number; Procore has no search by number, so the project's list is read. */
export async function isNumberTaken(api: CompanyApi, projectId: string, stamp: string, number: string) {
  const rows = await live(api, projectId, null);
  return rows.some((row) => row.origin_data !== stamp && isNamed(row, number));
}

async function lookAgain(api: CompanyApi, place: OrderPlace, orderId: string): Promise<OrderLook> {
  const { projectId, desired } = place;
  const record = await showOrNone(api, projectId, orderId);
  if (record !== null && !place.withTwins) return { kind: 'ours', record, twins: [] };
  // Hidden and gone look alike; only when the project's list answers is the order gone.
  const rows = await live(api, projectId, null);
  if (record === null) return { kind: 'gone' };
  const others = rows.filter((row) => row.id !== orderId && row.origin_data === desired.stamp);
  return { kind: 'ours', record, twins: (await showAll(api, projectId, others)).map(asTwin) };
}

const live = async (api: CompanyApi, projectId: string, since: string | null): Promise<CommitmentRow[]> =>
  (await api.purchaseOrders.all({ projectId, ...(since === null ? {} : { since }) })).filter(
    (row) => row.deleted_at === null,
  );

/** As people read numbers: case and spaces do not tell two orders apart, leading zeros and dashes do (domain.md 3.7). */
const isNamed = (row: CommitmentRow, number: string): boolean => matchNumber(row.number ?? '') === matchNumber(number);

function isOurs(row: CommitmentRow, { desired, unanswered }: OrderPlace): boolean {
  if (row.origin_data !== null) return row.origin_data === desired.stamp;
  return (
    unanswered !== null &&
    row.status === 'Draft' &&
    row.vendor?.id === unanswered.vendorId &&
    row.number === unanswered.number &&
    row.description === unanswered.description
  );
}

async function showAll(api: CompanyApi, projectId: string, rows: readonly CommitmentRow[]): Promise<RemoteOrder[]> {
  const records: RemoteOrder[] = [];
  for (const { id } of rows) {
    const record = await showOrNone(api, projectId, id);
    if (record !== null) records.push(record);
  }
  return records;
}

/** A list may still name what was just deleted. An order that was raised may have claims, which its own sums do not all show. */
async function showOrNone(api: CompanyApi, projectId: string, orderId: string): Promise<RemoteOrder | null> {
  try {
    const record = asOrder(await api.purchaseOrders.whole({ projectId, orderId }));
    if (record.status === 'Draft' || record.touches.includes('a claim')) return record;
    const claims = await api.requisitions.ofCommitment({ projectId, commitmentId: orderId });
    return claims.length === 0 ? record : { ...record, touches: ['a claim', ...record.touches] };
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return null;
    throw error;
  }
}

const asTwin = (record: RemoteOrder) => ({ id: record.id, isUnused: isUnusedOrder(record) });
const fullestFirst = (a: RemoteOrder, b: RemoteOrder) =>
  b.lines.length - a.lines.length || a.id.length - b.id.length || a.id.localeCompare(b.id);

const isSum = (amount: string | null): boolean => amount !== null && Number(amount) !== 0;

function touchesOf(row: PurchaseOrder): OrderTouch[] {
  const hasChanges =
    row.change_order_packages.length > 0 ||
    [row.approved_change_orders, row.pending_change_orders, row.draft_change_orders_amount].some(isSum);
  return [
    ...(isSum(row.total_requisitions_amount) ? ['a claim' as const] : []),
    ...(isSum(row.total_payments) ? ['a payment' as const] : []),
    ...(hasChanges ? ['a change order' as const] : []),
  ];
}

/** A whole order as the rules read it. */
const asOrder = (row: PurchaseOrder): RemoteOrder => ({
  id: row.id,
  status: row.status ?? '',
  originId: row.origin_id,
  originData: row.origin_data,
  accountingMethod: row.accounting_method as AccountingMethod | null,
  attachments: row.attachments.files.map(({ id, filename }) => ({ id, filename: filename ?? '' })),
  showsAllFiles: row.attachments.isWhole,
  touches: touchesOf(row),
  header: {
    number: row.number ?? '',
    title: row.title,
    description: row.description,
    vendorId: row.vendor?.id ?? '',
    contractDate: row.contract_date,
    deliveryDate: row.delivery_date,
  },
  lines: row.line_items.map((line) => asLine({ ...line, amount: line.amount ?? line.extended_amount })),
});

/** What came back: the order as far as the answer shows it, and what was refused inside a success. */
export interface OrderAnswer {
  id: string;
  record: Pick<RemoteOrder, 'header' | 'status' | 'lines' | 'attachments' | 'originData'>;
  /** the order is whole, so nothing need be read to see whether all is done */
  whole: RemoteOrder | null;
  refused: string[];
}

/** Makes the one write. Creating ones carry the stamp; the others name their record. */
export async function applyOrder(
  { purchaseOrders: api }: CompanyApi,
  { projectId, orderId }: { projectId: string; orderId: string },
  { header, accountingMethod }: Pick<DesiredOrder, 'header' | 'accountingMethod'>,
  write: OrderWrite,
  uploadIds: readonly string[],
): Promise<OrderAnswer> {
  const at = { projectId, orderId };
  const shown = (row: PurchaseOrder): OrderAnswer => {
    const whole = asOrder(row);
    return { id: whole.id, record: whole, whole, refused: [] };
  };
  const nothing = (id: string): OrderAnswer => ({
    id,
    record: { header, status: '', lines: [], attachments: [], originData: null },
    whole: null,
    refused: [],
  });
  const sync = async (lines: OrderSyncLine[]): Promise<OrderAnswer> => {
    const { entities, errors } = await api.syncLines({ ...at, lines });
    const seen = nothing(orderId);
    return {
      ...seen,
      record: { ...seen.record, lines: entities.map(asLine) },
      refused: errors.map(({ said }) => said),
    };
  };
  switch (write.kind) {
    case 'create-header':
      return shown(
        await api.create({ projectId, ...sentHeader(write.header), accountingMethod, originData: write.stamp }),
      );
    case 'add-lines':
      return sync(write.lines.map((line) => newLine(line, accountingMethod)));
    case 'update-lines':
      return sync(write.lines.map(({ id, set }) => ({ id, ...sentLine(set, accountingMethod) })));
    case 'update-header':
      return shown(await api.update({ ...at, ...sentHeader(write.set) }));
    case 'attach-files':
      return shown(await api.update({ ...at, uploadIds }));
    case 'set-status':
      return shown(await api.update({ ...at, status: write.status }));
    case 'delete-line':
      await goneIsGood(api.deleteLine({ ...at, lineId: write.id }));
      return nothing(orderId);
    case 'delete-twin':
      await goneIsGood(api.delete({ projectId, orderId: write.id }));
      return nothing(orderId);
    case 'delete-record':
      await goneIsGood(api.delete({ projectId, orderId: write.id }));
      return nothing(write.id);
  }
}

/** A text is blanked by an empty one; nothing is said of dates that are blank. */
function sentHeader({ number, title, description, vendorId, contractDate, deliveryDate }: Partial<OrderHeader>) {
  const said: PurchaseOrderFields = {
    ...(number === undefined ? {} : { number }),
    ...(title === undefined ? {} : { title: title ?? '' }),
    ...(description === undefined ? {} : { description: description ?? '' }),
    ...(vendorId === undefined ? {} : { vendorId }),
    ...(contractDate == null ? {} : { contractDate }),
    ...(deliveryDate == null ? {} : { deliveryDate }),
  };
  return said;
}

const newLine = ({ stamp, ...line }: DesiredLine, method: AccountingMethod): OrderSyncLine => ({
  ...sentLine(line, method),
  extendedType: method === 'unit' ? 'calculated' : 'manual',
  originData: stamp,
});

/** By unit Procore multiplies, so the dollars are not said. Nothing is said about fields that are blank. */
function sentLine(line: Partial<LineFields>, method: AccountingMethod): OrderSyncLine {
  const said = {
    amount: method === 'unit' ? undefined : line.amount,
    quantity: line.quantity,
    unitCost: line.unitCost,
    uom: line.uom,
    description: line.description,
    costCodeId: line.costCodeId,
    lineItemTypeId: line.lineItemTypeId,
    taxCodeId: line.taxCodeId,
  };
  const given = Object.entries(said).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given) as OrderSyncLine;
}
