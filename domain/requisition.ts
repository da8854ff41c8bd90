import {
  type ClaimAgreed,
  type ClaimLook,
  type ClaimWrite,
  type DesiredClaim,
  noClaimAgreed,
  type RemoteClaim,
} from './claim.ts';
import { Decimal, sum } from './decimal.ts';
import { filesOf, nextFiles } from './direct-cost-files.ts';
import type { ErrorCode, Facts } from './errors.ts';
import { DETAIL_ITEM, onDetails } from './requisition-details.ts';
import { figuresOf, grossOf, mergeHeader, mergeItems, rebaseClaim, sameTotals } from './requisition-merge.ts';
import { isOpenClaim, whyClaimLocked, whyClaimStays } from './requisition-removal.ts';

export type ClaimRefusal = { [C in ErrorCode]: { kind: 'refuse'; code: C; facts: Facts<C> } }[ErrorCode];

export type ClaimVerdict =
  | { kind: 'done' }
  | { kind: 'write'; write: ClaimWrite }
  | { kind: 'link' | 'adopt'; claim: RemoteClaim }
  /** what is gone is forgotten, to be made again: some items, by their lines, or the claim */
  | { kind: 'forget'; lines: string[] | null }
  /** a person decided about edits there: the journal goes on from this */
  | { kind: 'rebase'; agreed: ClaimAgreed; note: string }
  /** the files cannot go; the claim does without them */
  | { kind: 'without-files'; said: string }
  | ClaimRefusal;

const refuse = <C extends ErrorCode>(code: C, facts: Facts<C>): ClaimRefusal =>
  ({ kind: 'refuse', code, facts }) as ClaimRefusal;
const write = (one: ClaimWrite): ClaimVerdict => ({ kind: 'write', write: one });

/**
 * Compares the claim we want with what was agreed and what Procore has now, and names the one next write, or why there
 * can be none: header and items as a draft, change orders, corrections, the status last.
 *
 * @param desired null when the edited invoice no longer claims on this commitment
 */
export function nextClaimWrite(
  desired: DesiredClaim | null,
  agreed: ClaimAgreed | null,
  look: ClaimLook,
): ClaimVerdict {
  if (agreed?.isLinkOnly) return { kind: 'done' };
  if (desired === null) return removal(agreed, look);
  if (desired.scope === 'files') return filesOnly(desired, agreed, look);
  if (look.isGone && agreed?.mayRecreate) return { kind: 'forget', lines: null };
  if (look.isGone)
    return refuse('DELETED_REMOTELY', { number: desired.header.invoiceNumber, project: desired.projectText });
  if (look.own === null) return begin(desired, agreed, look);
  return converge(desired, agreed ?? noClaimAgreed, look.own, look.twins);
}

/** A claim that is not there yet: what stands in its way, or its creation. */
function begin(desired: DesiredClaim, agreed: ClaimAgreed | null, look: ClaimLook): ClaimVerdict {
  const { commitment, header, projectText, vendorName } = desired;
  const sameNumber = look.others.filter((other) => other.header.invoiceNumber.trim() === header.invoiceNumber.trim());
  const foreign = look.others.filter((other) => isOpenClaim(other) && !isOurs(desired, look, other));
  const [only, second] = [...new Set([...sameNumber.filter((other) => !isOurs(desired, look, other)), ...foreign])];
  if (only !== undefined && second === undefined && desired.choice !== null)
    return { kind: desired.choice === 'link_only' ? 'link' : 'adopt', claim: only };
  if (sameNumber.length > 0)
    return refuse('DUPLICATE', { number: header.invoiceNumber, vendor: vendorName, project: projectText });
  const blocking = whyNotInvoiced(desired, look);
  if (blocking !== null) return blocking;
  if (foreign[0] !== undefined)
    return refuse('CLAIM_OPEN_ELSEWHERE', {
      commitment: commitment.text,
      claim: foreign[0].number,
      status: foreign[0].status,
    });
  const previous = look.others.find(isOpenClaim);
  if (previous !== undefined && desired.waitsForPrevious)
    return refuse('CLAIM_IN_PROGRESS', { commitment: commitment.text, claim: previous.number });
  const over = overAllocated(desired, latestItems(look.others));
  if (over !== null) return over;
  if (look.openPeriodId === null) {
    if (desired.mayOpenPeriod && look.freeMonth !== null) return write({ kind: 'open-period', ...look.freeMonth });
    return refuse('NO_OPEN_PERIOD', { project: projectText });
  }
  const { openPeriodId: periodId } = look;
  const items = takesItems(agreed, look) ? desired.items.filter((item) => item.packageId === null) : [];
  const sending = nextFiles({ files: desired.files, keepsFiles: null }, agreed, { attachments: [] });
  const files = sending.kind === 'send' ? sending.files : [];
  return write({ kind: 'create-header', stamp: desired.stamp, header, periodId, items, files });
}

/** Items of a subcontractor's own schedule of values are known only once the claim is there. */
const takesItems = (agreed: ClaimAgreed | null, { others }: ClaimLook): boolean =>
  agreed?.isStepwise !== true && !others.some(({ items }) => items.some(({ itemType }) => itemType === DETAIL_ITEM));

function filesOnly(desired: DesiredClaim, agreed: ClaimAgreed | null, { own }: ClaimLook): ClaimVerdict {
  if (filesOf(agreed).problem !== null) return { kind: 'done' };
  if (own === null) return { kind: 'without-files', said: 'the claim is not there any more' };
  return fileStep(desired, agreed, own) ?? { kind: 'done' };
}

/** Files go even to an approved claim: they change nothing of what was approved. */
function fileStep({ files }: DesiredClaim, agreed: ClaimAgreed | null, own: RemoteClaim): ClaimVerdict | null {
  const verdict = nextFiles({ files, keepsFiles: agreed?.keepsFiles ?? null }, agreed, own);
  if (verdict.kind === 'nothing') return null;
  if (verdict.kind === 'give-up') return { kind: 'without-files', said: verdict.said };
  if (own.originId !== null) return { kind: 'without-files', said: 'the claim belongs to another system there' };
  return write({ kind: 'attach-files', files: verdict.files, beside: verdict.beside });
}

const isOurs = (desired: DesiredClaim, { knownIds }: ClaimLook, claim: RemoteClaim): boolean =>
  knownIds.includes(claim.id) || claim.originData?.startsWith(desired.stampPrefix) === true;

function whyNotInvoiced({ commitment, vendorId, vendorName }: DesiredClaim, look: ClaimLook): ClaimRefusal | null {
  const { text } = commitment;
  const now = look.commitment;
  if (now === null) return refuse('PO_NOT_FOUND', { number: commitment.number });
  if (!now.isAccepted) return refuse('COMMITMENT_NOT_APPROVED', { commitment: text, status: now.status });
  if (!now.isInvoicingOn) return refuse('INVOICING_OFF', { commitment: text, said: '' });
  if (now.vendorId !== null && now.vendorId !== vendorId)
    return refuse('VENDOR_CONTRACT_MISMATCH', { commitment: text, vendor: vendorName });
  return null;
}

/** Where each line stands after all claims there are. */
function latestItems(claims: readonly RemoteClaim[]): Map<string, { scheduled: string; billed: string; held: string }> {
  const standing = new Map<string, { scheduled: string; billed: string; held: string }>();
  for (const claim of [...claims].sort((a, b) => a.number - b.number))
    for (const line of new Set(claim.items.map(({ ofLine }) => ofLine))) {
      const details = claim.items.filter(({ ofLine }) => ofLine === line);
      standing.set(line, {
        scheduled: sum(details.map(({ scheduled }) => scheduled)).toFixed(),
        billed: sum(details.flatMap(({ previous, work }) => [previous, work])).toFixed(),
        held: sum(details.flatMap(({ heldBefore, retained }) => [heldBefore, retained]))
          .minus(sum(details.map(({ released }) => released)))
          .toFixed(),
      });
    }
  return standing;
}

/** More than is left of a line, a credit of more than was billed, or a release of more than is held. */
function overAllocated(
  desired: DesiredClaim,
  standing: ReadonlyMap<string, { scheduled: string; billed: string; held: string }>,
): ClaimRefusal | null {
  for (const item of desired.items) {
    const now = standing.get(item.lineId) ?? { scheduled: item.scheduled, billed: '0', held: '0' };
    const remaining = new Decimal(now.scheduled).minus(now.billed);
    const facts = (left: Decimal, asked: string) => ({
      line: item.text,
      commitment: desired.commitment.text,
      remaining: left.toFixed(2),
      allocated: asked,
    });
    const work = new Decimal(item.work);
    const isOver = work.gt(0) && work.gt(remaining) && !desired.mayOverbill;
    if (isOver) return refuse('OVER_ALLOCATED', facts(remaining, item.work));
    if (work.lt(0) && work.neg().gt(now.billed))
      return refuse('OVER_ALLOCATED', facts(new Decimal(now.billed), item.work));
    if (new Decimal(item.released).gt(now.held))
      return refuse('OVER_ALLOCATED', facts(new Decimal(now.held), item.released));
  }
  return null;
}

function converge(
  wanted: DesiredClaim,
  agreed: ClaimAgreed,
  own: RemoteClaim,
  twins: readonly RemoteClaim[],
): ClaimVerdict {
  const desired = onDetails(wanted, own);
  const { invoiceNumber: number } = desired.header;
  const [twin] = twins;
  if (twin !== undefined)
    return twin.status === 'draft' && twin.isDeletable
      ? write({ kind: 'delete-twin', id: twin.id })
      : refuse('DOUBLE_POSTED', { number, project: desired.projectText });

  const gone = desired.items
    .map(({ lineId }) => lineId)
    .filter((lineId) => agreed.items[lineId] !== undefined && !hasItem(own, lineId));
  if (gone.length > 0 && agreed.mayRecreate) return { kind: 'forget', lines: gone };
  if (gone.length > 0)
    return refuse('DELETED_REMOTELY', { number: `A line of ${number}`, project: desired.projectText });
  if (agreed.edits !== undefined) return { kind: 'rebase', ...rebaseClaim(desired, agreed, own, agreed.edits) };
  const header = mergeHeader(desired, agreed, own);
  const items = mergeItems(desired, agreed, own);
  const conflict = header.conflict ?? items.conflict;
  if (conflict !== null) return refuse('CONFLICT', conflict);
  const packageId = missingPackage(desired, own);
  const hasGap = Object.keys(header.set).length > 0 || items.update.length > 0 || packageId != null;
  if (packageId == null) {
    const lost = desired.items.find((item) => !hasItem(own, item.lineId));
    if (lost !== undefined)
      return refuse('NOT_SETTLED', { field: `Line ${lost.text}`, sent: lost.work, got: 'nothing' });
    const figures = { ours: figuresOf(desired.items), theirs: figuresOf(items.after) };
    const isKept = agreed.kept?.ours === figures.ours && agreed.kept.theirs === figures.theirs;
    if (!isKept && !sameTotals(items.after, desired))
      return refuse('REMOTE_EDITED', { number, ours: desired.total, theirs: sum(items.after.map(grossOf)).toFixed(2) });
  }
  const status = nextStatus(desired, agreed, own, hasGap);
  if (status === 'sent-back') return refuse('SENT_BACK', { number });
  const files = fileStep(desired, agreed, own);
  if (!hasGap && status === null) return files ?? { kind: 'done' };
  const lock = whyClaimLocked(own);
  if (lock !== null) return refuse('LOCKED', { number, why: lock });
  if (Object.keys(header.set).length > 0) return write({ kind: 'update-header', set: header.set });
  if (packageId != null && agreed.packages?.includes(packageId))
    return refuse('NOT_SETTLED', { field: 'The items of a change order', sent: 'added', got: 'nothing' });
  if (packageId != null) return write({ kind: 'add-package', packageId });
  if (items.update.length > 0) return write({ kind: 'update-items', items: items.update });
  if (files !== null) return files;
  return finish(desired, agreed, own, status);
}

const hasItem = (own: RemoteClaim, line: string): boolean => own.items.some(({ lineId }) => lineId === line);

/** A change order of ours of which the claim shows neither the package nor the item. */
const missingPackage = (desired: DesiredClaim, own: RemoteClaim): string | null =>
  desired.items.find(
    ({ packageId, lineId }) => packageId !== null && !own.packageIds.includes(packageId) && !hasItem(own, lineId),
  )?.packageId ?? null;

/** The last checks before people see the claim: nothing over, and the tax of the invoice. */
function finish(desired: DesiredClaim, agreed: ClaimAgreed, own: RemoteClaim, status: string | null): ClaimVerdict {
  if (status === null) return { kind: 'done' };
  const standing = new Map(
    own.items.map((item) => [item.lineId, { scheduled: item.scheduled, billed: item.previous, held: item.heldBefore }]),
  );
  const over = overAllocated(desired, standing);
  if (over !== null) return over;
  if (desired.tax !== null && own.tax !== null && agreed.kept === undefined) {
    const off = new Decimal(own.tax).toDecimalPlaces(2).minus(desired.tax).abs();
    if (off.gt(desired.taxTolerance))
      return refuse('TAX_TOTAL_DIFF', {
        invoice: desired.header.invoiceNumber,
        ours: desired.tax,
        theirs: new Decimal(own.tax).toFixed(2),
      });
  }
  return write({ kind: 'set-status', status });
}

const RANK: Readonly<Record<string, number>> = {
  draft: 0,
  revise_and_resubmit: 0,
  under_review: 1,
  pending_owner_approval: 2,
  approved_as_noted: 3,
  approved: 3,
};

/** The status still to be set. It only moves forward, and a claim that people moved since stays where they put it. */
function nextStatus(
  desired: DesiredClaim,
  agreed: ClaimAgreed,
  own: RemoteClaim,
  hasGap: boolean,
): string | 'sent-back' | null {
  if (own.status === desired.status) return null;
  const hasNews = hasGap || agreed.isDirty;
  if (own.status === 'revise_and_resubmit') return hasNews ? desired.status : 'sent-back';
  if (!hasNews && agreed.status === desired.status) return null;
  const rank = RANK[own.status];
  return rank !== undefined && rank < RANK[desired.status]! ? desired.status : null;
}

/** A claim the invoice no longer makes, or that a person takes back. */
function removal(agreed: ClaimAgreed | null, { own }: ClaimLook): ClaimVerdict {
  if (own === null) return { kind: 'done' };
  const why = whyClaimStays(agreed, own);
  if (why !== null) return refuse('LOCKED', { number: own.header.invoiceNumber, why });
  return write({ kind: 'delete-record', id: own.id });
}
