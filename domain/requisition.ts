import {
  type ClaimAgreed,
  type ClaimHeader,
  type ClaimItemFields,
  type ClaimLook,
  type ClaimWrite,
  type DesiredClaim,
  noClaimAgreed,
  type RemoteClaim,
} from './claim.ts';
import { Decimal, formatMoney, sameNumber, sum } from './decimal.ts';
import type { EditChoice, Said } from './direct-cost.ts';
import { filesOf, holds, nextFiles } from './direct-cost-files.ts';
import type { ErrorCode, Facts } from './errors.ts';

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

const APPROVED: readonly string[] = ['approved', 'approved_as_noted'];
/** A claim that is not approved yet holds up the next. */
const isOpen = (claim: RemoteClaim): boolean => !APPROVED.includes(claim.status);

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
  const foreign = look.others.filter((other) => isOpen(other) && !isOurs(desired, look, other));
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
  const previous = look.others.find(isOpen);
  if (previous !== undefined && desired.waitsForPrevious)
    return refuse('CLAIM_IN_PROGRESS', { commitment: commitment.text, claim: previous.number });
  const over = overAllocated(desired, latestItems(look.others));
  if (over !== null) return over;
  if (look.openPeriodId === null) {
    if (desired.mayOpenPeriod && look.freeMonth !== null) return write({ kind: 'open-period', ...look.freeMonth });
    return refuse('NO_OPEN_PERIOD', { project: projectText });
  }
  const { openPeriodId: periodId } = look;
  const items = desired.items.filter((item) => item.packageId === null);
  const sending = nextFiles({ files: desired.files, keepsFiles: null }, agreed, { attachments: [] });
  const files = sending.kind === 'send' ? sending.files : [];
  return write({ kind: 'create-header', stamp: desired.stamp, header, periodId, items, files });
}

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
    for (const item of claim.items)
      standing.set(item.lineId, {
        scheduled: item.scheduled,
        billed: sum([item.previous, item.work]).toFixed(),
        held: new Decimal(item.heldBefore).plus(item.retained).minus(item.released).toFixed(),
      });
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
  desired: DesiredClaim,
  agreed: ClaimAgreed,
  own: RemoteClaim,
  twins: readonly RemoteClaim[],
): ClaimVerdict {
  const { invoiceNumber: number } = desired.header;
  const [twin] = twins;
  if (twin !== undefined)
    return twin.status === 'draft' && twin.isDeletable
      ? write({ kind: 'delete-twin', id: twin.id })
      : refuse('DOUBLE_POSTED', { number, project: desired.projectText });

  const gone = desired.items
    .map(({ lineId }) => lineId)
    .filter((lineId) => agreed.items[lineId] !== undefined && !own.items.some((item) => item.lineId === lineId));
  if (gone.length > 0 && agreed.mayRecreate) return { kind: 'forget', lines: gone };
  if (gone.length > 0)
    return refuse('DELETED_REMOTELY', { number: `A line of ${number}`, project: desired.projectText });
  if (agreed.edits !== undefined) return { kind: 'rebase', ...rebaseClaim(desired, agreed, own, agreed.edits) };
  const header = mergeHeader(desired, agreed, own);
  const items = mergeItems(desired, agreed, own);
  const conflict = header.conflict ?? items.conflict;
  if (conflict !== null) return refuse('CONFLICT', conflict);
  const packageId = desired.items.find(
    (item) => item.packageId !== null && !own.packageIds.includes(item.packageId),
  )?.packageId;
  const hasGap = Object.keys(header.set).length > 0 || items.update.length > 0 || packageId != null;
  if (packageId == null) {
    const lost = desired.items.find((item) => !own.items.some(({ lineId }) => lineId === item.lineId));
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
  const lock = whyLocked(own);
  if (lock !== null) return refuse('LOCKED', { number, why: lock });
  if (Object.keys(header.set).length > 0) return write({ kind: 'update-header', set: header.set });
  if (packageId != null) return write({ kind: 'add-package', packageId });
  if (items.update.length > 0) return write({ kind: 'update-items', items: items.update });
  if (files !== null) return files;
  return finish(desired, agreed, own, status);
}

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

/**
 * Carries out in the journal what a person decided about edits made in Procore: where theirs are kept, our wish for those
 * fields counts as answered by them; where ours are taken, what stands there counts as agreed and our wish is news.
 */
function rebaseClaim(
  desired: DesiredClaim,
  { edits: _decided, kept: _before, ...agreed }: ClaimAgreed,
  own: RemoteClaim,
  choice: EditChoice,
): { agreed: ClaimAgreed; note: string } {
  const header = decide(desired.header, agreed.header ?? { sent: own.header, got: own.header }, own.header, choice);
  const items: ClaimAgreed['items'] = { ...agreed.items };
  for (const item of own.items) {
    const { id, lineId } = item;
    const wanted = desired.items.find((one) => one.lineId === lineId);
    const said = agreed.items[lineId];
    if (wanted === undefined && said === undefined) continue;
    const now = pickClaimItem(item);
    const want = wanted === undefined ? nothingOf(now) : pickClaimItem(wanted);
    items[lineId] = { id, ...decide(want, said ?? untouched(now), now, choice) };
  }
  const next: ClaimAgreed = { ...agreed, header, items };
  const { invoiceNumber: number } = desired.header;
  if (choice === 'take_ours')
    return { agreed: next, note: `What people changed on ${number} in Procore is set back to what the invoice says.` };
  const { after } = mergeItems(desired, next, own);
  const kept = { ours: figuresOf(desired.items), theirs: figuresOf(after) };
  const [ours, theirs] = [desired.items, after].map((all) => formatMoney(sum(all.map(grossOf)).toFixed(2)));
  return {
    agreed: { ...next, kept },
    note: `${number} is kept as people changed it in Procore: $${theirs} there, $${ours} here.`,
  };
}

/** Only fields they changed are decided about; the others stay as they were agreed. */
function decide<T extends object>(want: T, said: Said<T>, now: T, choice: EditChoice): Said<T> {
  const sent = { ...said.sent };
  for (const field of Object.keys(want) as (keyof T & string)[])
    if (!sameValue(now[field], said.got[field])) sent[field] = choice === 'keep_theirs' ? want[field] : now[field];
  return { sent, got: { ...now } };
}

/** What a claim comes to, so that it can be told whether it still is what a person kept. */
const figuresOf = (items: readonly (ClaimItemFields & { materials?: string })[]): string =>
  [items.map(grossOf), items.map(({ retained }) => retained), items.map(({ released }) => released)]
    .map((column) => sum(column).toFixed(2))
    .join(' / ');

const grossOf = (item: { work: string; materials?: string }): string =>
  sum([item.work, item.materials ?? '0']).toFixed();

/** Items, retainage and net must be those of the invoice. */
function sameTotals(after: readonly (ClaimItemFields & { materials: string })[], desired: DesiredClaim): boolean {
  const total = (field: 'retained' | 'released') =>
    sum(after.map((item) => item[field])).equals(sum(desired.items.map((item) => item[field])));
  return sum(after.map(grossOf)).equals(desired.total) && total('retained') && total('released');
}

type Conflict = { field: string; ours: string; theirs: string };

const HEADER_WORDS: Record<keyof ClaimHeader, string> = {
  invoiceNumber: 'The invoice number',
  billingDate: 'The billing date',
};
const ITEM_WORDS: Record<keyof ClaimItemFields, string> = {
  work: 'The work completed of a line',
  quantity: 'The quantity of a line',
  retained: 'The retainage kept back of a line',
  released: 'The retainage released of a line',
};

function mergeHeader(desired: DesiredClaim, agreed: ClaimAgreed, own: RemoteClaim) {
  const said = agreed.header ?? { sent: own.header, got: own.header };
  return merge(desired.header, said, own.header, HEADER_WORDS);
}

function mergeItems(desired: DesiredClaim, agreed: ClaimAgreed, own: RemoteClaim) {
  const update: { id: string; itemType: string; lineId: string; set: Partial<ClaimItemFields> }[] = [];
  let conflict: Conflict | null = null;
  const after = own.items.map((item) => {
    const { id, itemType, lineId } = item;
    const wanted = desired.items.find((one) => one.lineId === lineId);
    const said = agreed.items[lineId];
    // What somebody else put on an item we never wrote is theirs.
    if (wanted === undefined && said === undefined) return item;
    const now = pickClaimItem(item);
    const merged = merge(
      wanted === undefined ? nothingOf(now) : pickClaimItem(wanted),
      said ?? untouched(now),
      now,
      ITEM_WORDS,
    );
    conflict ??= merged.conflict;
    const { set } = merged;
    if (Object.keys(set).length > 0) update.push({ id, itemType, lineId, set });
    return { ...item, ...set };
  });
  return { update, after, conflict };
}

/** An item as it is born: nothing of it was said by anybody, and what Procore keeps back by itself counts as its own. */
const untouched = (now: ClaimItemFields): Said<ClaimItemFields> => {
  const born = { ...nothingOf(now), retained: isZero(now.work) ? '0' : now.retained };
  return { sent: { ...born, work: '0' }, got: { ...born, work: '0' } };
};
const nothingOf = (now: ClaimItemFields): ClaimItemFields => ({
  work: '0',
  quantity: now.quantity === null ? null : '0',
  retained: '0',
  released: '0',
});
const isZero = (text: string): boolean => new Decimal(text).isZero();

/** Three-way merge of the fields we own: our wish, our last word, Procore's answer to it, Procore now. */
function merge<T extends object>(
  want: T,
  said: Said<T>,
  now: T,
  words: Readonly<Record<keyof T & string, string>>,
): { set: Partial<T>; conflict: Conflict | null } {
  const set: Partial<T> = {};
  let conflict: Conflict | null = null;
  for (const field of Object.keys(want) as (keyof T & string)[]) {
    const weChanged = !sameValue(want[field], said.sent[field]);
    const theyChanged = !sameValue(now[field], said.got[field]);
    if (!weChanged || sameValue(want[field], now[field])) continue;
    if (theyChanged)
      conflict ??= { field: words[field], ours: shown(field, want[field]), theirs: shown(field, now[field]) };
    else set[field] = want[field];
  }
  return { set, conflict };
}

/** A value of a field as people read it: money in cents, a quantity without idle zeros. */
function shown(field: string, value: unknown): string {
  const said = String(value ?? '');
  if (!/^-?\d+(\.\d+)?$/.test(said) || field in HEADER_WORDS) return said;
  return field === 'quantity' ? new Decimal(said).toFixed() : new Decimal(said).toFixed(2);
}

/** Numbers in any scale are the same; a quantity Procore does not keep is nothing to compare. */
export function sameValue(a: unknown, b: unknown): boolean {
  const [left, right] = [String(a ?? ''), String(b ?? '')];
  if (left === right) return true;
  const isNumber = (text: string) => /^-?\d+(\.\d+)?$/.test(text);
  return isNumber(left) && isNumber(right) && sameNumber(left, right);
}

/** The fields we own of an item. */
export const pickClaimItem = ({ work, quantity, retained, released }: ClaimItemFields): ClaimItemFields => ({
  work,
  quantity,
  retained,
  released,
});

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

function whyLocked(own: RemoteClaim): string | null {
  if (own.originId !== null) return 'it belongs to another system there';
  if (own.isPaid) return 'it is paid';
  if (APPROVED.includes(own.status)) return 'it is approved; only Procore can take that back';
  return null;
}

/** Undo of a claim the invoice no longer makes: only one that is the latest, ours and untouched is deleted. */
function removal(agreed: ClaimAgreed | null, { own }: ClaimLook): ClaimVerdict {
  if (own === null) return { kind: 'done' };
  const { invoiceNumber: number } = own.header;
  const locked = whyLocked(own) ?? (own.isDeletable ? null : 'it is not the latest claim of its commitment');
  if (locked !== null) return refuse('LOCKED', { number, why: locked });
  const known = agreed ?? noClaimAgreed;
  const isUntouched =
    own.attachments.every(({ filename }) => holds(Object.keys(filesOf(known).sent), filename)) &&
    own.items.every((item) => {
      const said = known.items[item.lineId];
      const expected = said === undefined ? nothingOf(item) : said.got;
      return (
        isZero(item.materials) && sameValue(item.work, expected.work) && sameValue(item.retained, expected.retained)
      );
    });
  if (!isUntouched) return refuse('LOCKED', { number, why: 'people have worked on it there' });
  return write({ kind: 'delete-record', id: own.id });
}
