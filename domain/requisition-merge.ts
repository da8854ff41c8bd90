import type { ClaimAgreed, ClaimHeader, ClaimItemFields, DesiredClaim, RemoteClaim } from './claim.ts';
import { Decimal, formatMoney, sameNumber, sum } from './decimal.ts';
import type { EditChoice, Said } from './direct-cost.ts';

/**
 * Carries out in the journal what a person decided about edits made in Procore: where theirs are kept, our wish for those
 * fields counts as answered by them; where ours are taken, what stands there counts as agreed and our wish is news.
 */
export function rebaseClaim(
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
export const figuresOf = (items: readonly (ClaimItemFields & { materials?: string })[]): string =>
  [items.map(grossOf), items.map(({ retained }) => retained), items.map(({ released }) => released)]
    .map((column) => sum(column).toFixed(2))
    .join(' / ');

export const grossOf = (item: { work: string; materials?: string }): string =>
  sum([item.work, item.materials ?? '0']).toFixed();

/** Items, retainage and net must be those of the invoice. */
export function sameTotals(
  after: readonly (ClaimItemFields & { materials: string })[],
  desired: DesiredClaim,
): boolean {
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

export function mergeHeader(desired: DesiredClaim, agreed: ClaimAgreed, own: RemoteClaim) {
  const said = agreed.header ?? { sent: own.header, got: own.header };
  return merge(desired.header, said, own.header, HEADER_WORDS);
}

export function mergeItems(desired: DesiredClaim, agreed: ClaimAgreed, own: RemoteClaim) {
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
export const nothingOf = (now: ClaimItemFields): ClaimItemFields => ({
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
