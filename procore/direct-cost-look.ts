import { Decimal } from '../domain/decimal.ts';
import {
  type Candidate,
  type DesiredDirectCost,
  type HeaderFields,
  isUnusedEdition,
  type Look,
  type RemoteDirectCost,
  type RemoteLine,
  type Twin,
} from '../domain/direct-cost.ts';
import { matchNumber } from '../domain/invoice.ts';
import type { CompanyApi } from './client.ts';
import type { DirectCost, DirectCostHeader, DirectCostLine, DirectCostRow } from './direct-costs.ts';
import { ProcoreError } from './errors.ts';

type DirectCosts = CompanyApi['directCosts'];

/** Where one direct cost is looked for. */
export interface Place {
  projectId: string;
  /** null until the journal knows it */
  directCostId: string | null;
  desired: DesiredDirectCost | null;
  /** the header on its way, where Procore does not give stamps back: then only exactly this description tells */
  unanswered: HeaderFields | null;
  /** look for second editions too */
  withTwins: boolean;
}

/** What is known of a record of ours. */
interface KnownRecord {
  projectProcoreId: string;
  procoreId: string | null;
  desired: DesiredDirectCost | null;
}

/** Looks at the record of a part outside of a push. */
export const lookAtRecord = (api: DirectCosts, { projectProcoreId, procoreId, desired }: KnownRecord): Promise<Look> =>
  look(api, { projectId: projectProcoreId, directCostId: procoreId, desired, unanswered: null, withTwins: false });

/** The records of a part's number, vendor and sign that are not ours, whole. */
export async function candidatesOf(
  api: DirectCosts,
  projectId: string,
  desired: DesiredDirectCost,
): Promise<RemoteDirectCost[]> {
  const rows = await find(api, projectId, desired.header.invoiceNumber);
  const foreign = rows.filter((row) => !isOurs(row, desired, null) && isCandidate(row, desired));
  return showAll(api, projectId, foreign);
}

/** Looks for the record of a part: by id, else by our stamp among those of its number (design: finding is not owning). */
export async function look(api: DirectCosts, place: Place): Promise<Look> {
  const { directCostId, desired } = place;
  if (directCostId !== null) return lookAgain(api, place, directCostId);
  if (desired === null) return { kind: 'none' };
  const rows = await find(api, place.projectId, desired.header.invoiceNumber);
  const ours = await showAll(
    api,
    place.projectId,
    rows.filter((row) => isOurs(row, desired, place.unanswered)),
  );
  const [record, ...twins] = ours.sort(fullestFirst);
  if (record !== undefined) return { kind: 'ours', record, twins: twins.map(asTwin) };
  const candidates = rows.filter((row) => isCandidate(row, desired)).map(asCandidate);
  return candidates.length > 0 ? { kind: 'foreign', candidates } : { kind: 'none' };
}

async function lookAgain(api: DirectCosts, place: Place, directCostId: string): Promise<Look> {
  const { projectId, desired } = place;
  const record = await showOrNone(api, projectId, directCostId);
  if (record === null) {
    // Hidden and gone look alike; only when the project's list answers is the record gone.
    await find(api, projectId, desired?.header.invoiceNumber ?? '');
    return { kind: 'gone' };
  }
  if (desired === null) return { kind: 'ours', record, twins: [] };
  const isRenumbered = record.header.invoiceNumber !== desired.header.invoiceNumber;
  if (!place.withTwins && !isRenumbered) return { kind: 'ours', record, twins: [] };
  const rows = (await find(api, projectId, desired.header.invoiceNumber)).filter((row) => row.id !== directCostId);
  const rivals = isRenumbered ? rows.filter((row) => isCandidate(row, desired)).map(asCandidate) : [];
  if (!place.withTwins) return { kind: 'ours', record, twins: [], rivals };
  const others = rows.filter((row) => row.origin_data === desired.stamp);
  return { kind: 'ours', record, twins: (await showAll(api, projectId, others)).map(asTwin), rivals };
}

async function find(api: DirectCosts, projectId: string, invoiceNumber: string): Promise<DirectCostRow[]> {
  const rows = await api.find({ projectId, invoiceNumber });
  return rows.filter((row) => row.deleted_at === null);
}

async function showAll(
  api: DirectCosts,
  projectId: string,
  rows: readonly DirectCostRow[],
): Promise<RemoteDirectCost[]> {
  const records: RemoteDirectCost[] = [];
  for (const row of rows) {
    const record = await showOrNone(api, projectId, row.id);
    if (record !== null) records.push(record);
  }
  return records;
}

/** A list may still name what was just deleted. */
async function showOrNone(api: DirectCosts, projectId: string, directCostId: string): Promise<RemoteDirectCost | null> {
  try {
    return asRecord(await api.show({ projectId, directCostId }));
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return null;
    throw error;
  }
}

function isOurs(row: DirectCostRow, desired: DesiredDirectCost, unanswered: HeaderFields | null): boolean {
  if (row.origin_data !== null) return row.origin_data === desired.stamp;
  return (
    unanswered !== null &&
    row.status === 'draft' &&
    row.vendor_id === unanswered.vendorId &&
    row.invoice_number === unanswered.invoiceNumber &&
    row.description === unanswered.description
  );
}

/** Same number, vendor and sign. A record without an amount yet may become either. */
function isCandidate(row: DirectCostRow, desired: DesiredDirectCost): boolean {
  const isNumber = matchNumber(row.invoice_number ?? '') === matchNumber(desired.header.invoiceNumber);
  if (!isNumber || row.vendor_id !== desired.header.vendorId) return false;
  const total = new Decimal(row.grand_total ?? 0);
  return total.isZero() || total.isNegative() === new Decimal(desired.total).isNegative();
}

const asCandidate = (row: DirectCostRow): Candidate => ({
  id: row.id,
  status: row.status ?? '',
  originId: row.origin_id,
});
const asTwin = (record: RemoteDirectCost): Twin => ({
  id: record.id,
  isUnused: isUnusedEdition(record),
});
const fullestFirst = (a: RemoteDirectCost, b: RemoteDirectCost) =>
  b.lines.length - a.lines.length || a.id.length - b.id.length || a.id.localeCompare(b.id);

/** Reads one record whole. */
export async function showRecord(
  api: DirectCosts,
  projectId: string,
  directCostId: string,
): Promise<RemoteDirectCost | null> {
  return showOrNone(api, projectId, directCostId);
}

/** A whole record as the rules read it. */
export const asRecord = (row: DirectCost): RemoteDirectCost => ({
  ...asHeader(row),
  isPaid: row.payment_date !== null,
  attachments: row.attachments.map(({ id, filename }) => ({ id, filename: filename ?? '' })),
  lines: row.line_items.map(asLine),
});

export const asHeader = (row: DirectCostHeader | DirectCost) => ({
  id: row.id,
  status: row.status ?? '',
  originId: row.origin_id,
  originData: row.origin_data,
  header: {
    invoiceNumber: row.invoice_number ?? '',
    vendorId: row.vendor_id ?? row.vendor?.id ?? '',
    date: row.direct_cost_date,
    description: row.description,
  },
});

/** What lines of direct costs and of purchase orders have in common. */
type ShownLine = Pick<
  DirectCostLine,
  'id' | 'origin_data' | 'amount' | 'quantity' | 'unit_cost' | 'uom' | 'tax_code_id' | 'description'
> &
  Record<'cost_code' | 'line_item_type' | 'wbs_code', { id: string | null } | null>;

export const asLine = (row: ShownLine): RemoteLine => ({
  id: row.id,
  originData: row.origin_data,
  amount: row.amount ?? '0',
  quantity: row.quantity,
  unitCost: row.unit_cost,
  uom: row.uom,
  costCodeId: row.cost_code?.id ?? null,
  lineItemTypeId: row.line_item_type?.id ?? null,
  taxCodeId: row.tax_code_id,
  wbsCodeId: row.wbs_code?.id ?? null,
  description: row.description,
});
