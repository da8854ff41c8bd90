import type { ClaimHeader, ClaimLook, DesiredClaim, RemoteClaim } from '../domain/claim.ts';
import { isAccepted } from '../domain/commitments.ts';
import { DETAIL_ITEM } from '../domain/requisition-details.ts';
import type { BillingPeriod } from './billing-periods.ts';
import type { CompanyApi } from './client.ts';
import { ProcoreError } from './errors.ts';
import type { Requisition, RequisitionItem } from './requisitions.ts';

/** Where one claim is looked for. */
export interface ClaimPlace {
  projectId: string;
  /** null when the invoice no longer claims on it: then only its own record is looked at */
  commitment: DesiredClaim['commitment'] | null;
  /** null until the journal knows it */
  requisitionId: string | null;
  stamp: string | null;
  /** the header on its way, where Procore does not give stamps back: then only exactly these fields tell */
  unanswered: ClaimHeader | null;
  /** whose month a new billing period would be */
  billingDate: string | null;
  /** claims that other invoices are known to have made */
  knownIds: readonly string[];
  /** look for second editions too */
  withTwins: boolean;
}

/**
 * Looks at the claim of a part: by id, else among all claims of its commitment, together with all that may stand in the
 * way of a new one.
 */
export async function lookAtClaim(api: CompanyApi, place: ClaimPlace): Promise<ClaimLook> {
  const { requisitionId, commitment } = place;
  if (requisitionId !== null) return lookAgain(api, place, requisitionId);
  if (commitment === null) return { ...NOTHING_SEEN };
  const { projectId } = place;
  const claims = await claimsOf(api, projectId, commitment.procoreId);
  const ours = claims.filter((claim) => isOwn(claim, place)).sort(fullestFirst);
  const [own, ...twins] = ours;
  if (own !== undefined) return { ...NOTHING_SEEN, own, twins };
  const now = await commitmentNow(api, projectId, commitment);
  const periods = await api.billingPeriods.all(projectId);
  return {
    ...NOTHING_SEEN,
    others: claims,
    knownIds: place.knownIds,
    commitment: now,
    openPeriodId: periods.find(({ status }) => status === 'open')?.id ?? null,
    freeMonth: freeMonth(place.billingDate, periods),
  };
}

const NOTHING_SEEN: ClaimLook = Object.freeze({
  own: null,
  isGone: false,
  twins: [],
  others: [],
  knownIds: [],
  commitment: null,
  openPeriodId: null,
  freeMonth: null,
});

async function lookAgain(api: CompanyApi, place: ClaimPlace, requisitionId: string): Promise<ClaimLook> {
  const { projectId, commitment, stamp } = place;
  const own = await showOrNone(api, projectId, requisitionId);
  if (own !== null && !place.withTwins) return { ...NOTHING_SEEN, own };
  // Hidden and gone look alike; only when the list of its commitment answers is the claim gone.
  const claims = commitment === null ? [] : await claimsOf(api, projectId, commitment.procoreId);
  const twins = claims.filter((claim) => claim.id !== requisitionId && stamp !== null && claim.originData === stamp);
  return { ...NOTHING_SEEN, own, isGone: own === null, twins: own === null ? [] : twins };
}

/** One claim whole; null when it is not there. */
async function showOrNone(api: CompanyApi, projectId: string, requisitionId: string): Promise<RemoteClaim | null> {
  try {
    return asClaim(await api.requisitions.show({ projectId, requisitionId }));
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return null;
    throw error;
  }
}

const claimsOf = async (api: CompanyApi, projectId: string, commitmentId: string): Promise<RemoteClaim[]> =>
  (await api.requisitions.ofCommitment({ projectId, commitmentId })).map(asClaim);

function isOwn(claim: RemoteClaim, { stamp, unanswered, knownIds }: ClaimPlace): boolean {
  if (claim.originData !== null) return claim.originData === stamp;
  if (knownIds.includes(claim.id)) return false;
  return (
    unanswered !== null &&
    claim.status === 'draft' &&
    claim.header.invoiceNumber === unanswered.invoiceNumber &&
    claim.header.billingDate === unanswered.billingDate
  );
}

const fullestFirst = (a: RemoteClaim, b: RemoteClaim) => workedOn(b) - workedOn(a) || a.number - b.number;
const workedOn = (claim: RemoteClaim): number => claim.items.filter((item) => Number(item.work) !== 0).length;

/** The commitment by Procore's own list, so that what was changed there a moment ago counts. */
async function commitmentNow(
  api: CompanyApi,
  projectId: string,
  { kind, procoreId }: DesiredClaim['commitment'],
): Promise<ClaimLook['commitment']> {
  const resource = kind === 'purchase_order' ? api.purchaseOrders : api.workOrders;
  const { rows } = await resource.page({ projectId, ids: [procoreId], cursor: null });
  const row = rows.find(({ id }) => id === procoreId);
  if (row === undefined || row.deleted_at !== null) return null;
  return {
    status: row.status ?? '',
    isAccepted: isAccepted(kind, row.status),
    isInvoicingOn: row.requisitions_are_enabled !== false,
    vendorId: row.vendor?.id ?? null,
  };
}

/** The month of a day, where no period overlaps it. */
function freeMonth(day: string | null, periods: readonly BillingPeriod[]): ClaimLook['freeMonth'] {
  if (day === null) return null;
  const start = `${day.slice(0, 7)}-01`;
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))];
  const end = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  const isTaken = periods.some(
    (period) => (period.start_date ?? '') <= end && (period.end_date ?? '9999-12-31') >= start,
  );
  return isTaken ? null : { start, end };
}

/** A claim as its answer shows it. */
export const asClaim = (row: Requisition): RemoteClaim => ({
  id: row.id,
  number: row.number ?? 0,
  header: { invoiceNumber: row.invoice_number ?? '', billingDate: row.billing_date },
  status: row.status ?? '',
  originId: row.origin_id,
  originData: row.origin_data,
  isDeletable: row.deletable === true,
  isPaid: row.payment_date !== null,
  attachments: row.attachments.map(({ id, filename }) => ({ id, filename: filename ?? '' })),
  packageIds: row.item_packages.flatMap((one) => one.change_order_id ?? one.id ?? []),
  tax: row.summary?.tax_applicable_to_this_payment ?? null,
  items: row.items.map(asItem),
});

const asItem = (item: RequisitionItem): RemoteClaim['items'][number] => ({
  id: item.id,
  itemType: item.item_type ?? 'contract_item',
  lineId: item.item_type === DETAIL_ITEM ? `${item.line_item_id}/${item.id}` : (item.line_item_id ?? ''),
  ofLine: item.line_item_id ?? '',
  scheduled: item.scheduled_value ?? '0',
  previous: item.work_completed_from_previous_application ?? '0',
  heldBefore: item.work_completed_retainage_from_previous_application ?? '0',
  materials: item.materials_presently_stored ?? '0',
  work: item.work_completed_this_period ?? '0',
  // Where amounts are counted there is no quantity to keep.
  quantity: item.scheduled_quantity === null ? null : (item.work_completed_this_period_quantity ?? '0'),
  retained: item.work_completed_retainage_retained_this_period ?? '0',
  released: item.work_completed_retainage_released_this_period ?? '0',
});

/** The claim of a part that a person wants to take back, and whether no later one of its commitment builds on it. */
export async function lookForUndo(
  api: CompanyApi,
  part: { projectProcoreId: string; procoreId: string | null; desired: DesiredClaim | null },
): Promise<{ own: RemoteClaim | null; isLatest: boolean }> {
  const { projectProcoreId: projectId, procoreId, desired } = part;
  if (desired === null) {
    const own = procoreId === null ? null : await showOrNone(api, projectId, procoreId);
    return { own, isLatest: own?.isDeletable ?? false };
  }
  const claims = await claimsOf(api, projectId, desired.commitment.procoreId);
  const isOwnClaim = ({ id, originData }: RemoteClaim) =>
    procoreId === null ? originData === desired.stamp : id === procoreId;
  const own = claims.find(isOwnClaim) ?? null;
  return { own, isLatest: own !== null && claims.every(({ number }) => number <= own.number) };
}
