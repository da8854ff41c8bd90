import {
  type ClaimAgreed,
  type ClaimItemFields,
  type ClaimLook,
  type ClaimWrite,
  type DesiredClaim,
  noClaimAgreed,
  type RemoteClaim,
} from './claim.ts';
import { Decimal } from './decimal.ts';
import type { Said } from './direct-cost.ts';
import { afterFiles, type FileToSend, filesOf, givenUp, holds, keptFiles, triedAgain } from './direct-cost-files.ts';
import type { ClaimRefusal } from './requisition.ts';
import { onDetails } from './requisition-details.ts';
import { pickClaimItem, sameValue } from './requisition-merge.ts';
import { patience, type Sending } from './settling.ts';

/** A write of a claim on its way. */
export type ClaimSending = Omit<Sending, 'write'> & { write: ClaimWrite };

export type ClaimSettlement =
  /** it happened, or a read tells all there is to know: the journal goes on from `agreed` */
  | { kind: 'settled'; agreed: ClaimAgreed; procoreId: string | null }
  /** look again after `ms`; an empty look that counts is noted */
  | { kind: 'wait'; ms: number; isCounted: boolean }
  | { kind: 'repeat' };

/**
 * What became of a write of a claim that got no certain answer (design: ambiguous outcomes). Items belong to the claim
 * they were made with and are named by id, so only a new claim, and the items of a change order, can double.
 *
 * @param now milliseconds
 */
export function settleClaim(
  sending: ClaimSending,
  agreed: ClaimAgreed,
  procoreId: string | null,
  look: ClaimLook,
  now: number,
  settleDelayMs: number,
): ClaimSettlement {
  const { write } = sending;
  const { own } = look;
  switch (write.kind) {
    case 'open-period':
      if (look.openPeriodId !== null) return { kind: 'settled', agreed, procoreId };
      return patience(sending, now, settleDelayMs, 'repeat');
    case 'create-header':
      if (own === null) return patience(sending, now, settleDelayMs, 'repeat');
      return { kind: 'settled', agreed: takeClaim(write, own, agreed, 'look'), procoreId: own.id };
    case 'add-package':
      if (own === null) return { kind: 'settled', agreed, procoreId };
      if (own.packageIds.includes(write.packageId))
        return { kind: 'settled', agreed: takeClaim(write, own, agreed, 'look'), procoreId };
      return patience(sending, now, settleDelayMs, 'repeat');
    case 'attach-files':
      return settleFiles(sending, write, agreed, procoreId, own, now, settleDelayMs);
    case 'delete-record':
      return own === null ? { kind: 'settled', agreed: noClaimAgreed, procoreId: null } : { kind: 'repeat' };
    default:
      if (own === null) return { kind: 'settled', agreed, procoreId };
      return { kind: 'settled', agreed: takeClaim(write, own, agreed, 'look'), procoreId };
  }
}

/** Files that never arrive are given up after some tries, which are counted where it is decided anew. */
function settleFiles(
  sending: ClaimSending,
  write: ClaimWrite & { kind: 'attach-files' },
  agreed: ClaimAgreed,
  procoreId: string | null,
  own: RemoteClaim | null,
  now: number,
  settleDelayMs: number,
): ClaimSettlement {
  if (own === null) return { kind: 'settled', agreed, procoreId };
  const names = own.attachments.map(({ filename }) => filename);
  if (write.files.some(({ name }) => holds(names, name)))
    return { kind: 'settled', agreed: takeClaim(write, own, agreed, 'look'), procoreId };
  const verdict = patience(sending, now, settleDelayMs, 'repeat');
  return verdict.kind === 'repeat' ? { kind: 'settled', agreed, procoreId } : verdict;
}

/** The journal once files are on their way. */
export const beforeClaimFiles = (agreed: ClaimAgreed | null): ClaimAgreed => ({
  ...(agreed ?? noClaimAgreed),
  files: triedAgain(filesOf(agreed)),
});

/** The journal of a claim that goes on without its files, and why. */
export const withoutClaimFiles = (agreed: ClaimAgreed | null, said: string): ClaimAgreed => ({
  ...(agreed ?? noClaimAgreed),
  files: givenUp(filesOf(agreed), said),
});

/** Where a claim came from: the write's own answer, or a later look, which may be from before the write. */
type Source = 'answer' | 'look';

/** Takes into the journal what a claim shows of a write. */
export function takeClaim(write: ClaimWrite, own: RemoteClaim, agreed: ClaimAgreed, source: Source): ClaimAgreed {
  const next = { ...agreed, number: own.number };
  const itemOf = (lineId: string) => own.items.find((item) => item.lineId === lineId);
  switch (write.kind) {
    case 'create-header': {
      const items: ClaimAgreed['items'] = {};
      for (const wanted of write.items) {
        const item = itemOf(wanted.lineId);
        if (item === undefined) continue;
        const got = pickClaimItem(item);
        // Retainage that was not said is Procore's own word; the next write says ours.
        const sent = { ...pickClaimItem(wanted), retained: got.retained, released: got.released };
        items[wanted.lineId] = { id: item.id, sent, got };
      }
      const made = { ...next, header: { sent: write.header, got: own.header }, items, status: own.status };
      return { ...made, isDirty: true, ...takenFiles({ files: write.files, beside: [] }, own, agreed, source) };
    }
    case 'update-header': {
      const said = agreed.header ?? { sent: own.header, got: own.header };
      return { ...next, isDirty: true, header: takeFields(said, write.set, own.header, source) };
    }
    case 'update-items': {
      const items = { ...agreed.items };
      for (const { id, lineId, set } of write.items) {
        const item = itemOf(lineId);
        if (item === undefined) continue;
        const got = pickClaimItem(item);
        items[lineId] = { id, ...takeFields(items[lineId] ?? { sent: got, got }, set, got, source) };
      }
      return { ...next, isDirty: true, items };
    }
    case 'set-status':
      return own.status === write.status ? { ...next, status: own.status, isDirty: false } : next;
    case 'add-package':
      return { ...next, isDirty: true, packages: [...new Set([...(agreed.packages ?? []), write.packageId])] };
    case 'attach-files':
      return { ...next, ...takenFiles(write, own, agreed, source) };
    case 'open-period':
    case 'delete-record':
    case 'delete-twin':
      return next;
  }
}

/** What a claim shows of files that were sent with a write, and whether earlier ones stayed. */
function takenFiles(
  write: { files: readonly FileToSend[]; beside: readonly string[] },
  own: RemoteClaim,
  agreed: ClaimAgreed,
  source: Source,
): Pick<ClaimAgreed, 'files' | 'keepsFiles'> {
  if (write.files.length === 0) return {};
  const keepsFiles = source === 'answer' ? keptFiles(write.beside, own.attachments) : null;
  return {
    files: afterFiles(filesOf(agreed), write, own.attachments, source === 'answer'),
    ...(keepsFiles === null ? {} : { keepsFiles }),
  };
}

function takeFields<T extends object>(said: Said<T>, set: Partial<T>, now: T, source: Source): Said<T> {
  const keys = (Object.keys(set) as (keyof T & string)[]).filter(
    (field) => source === 'answer' || sameValue(now[field], set[field]) || !sameValue(now[field], said.got[field]),
  );
  const pick = (from: Partial<T>) => Object.fromEntries(keys.map((field) => [field, from[field]])) as Partial<T>;
  return { sent: { ...said.sent, ...pick(set) }, got: { ...said.got, ...pick(now) } };
}

const WORDS: Readonly<Record<keyof ClaimItemFields, string>> = {
  work: 'The work completed',
  quantity: 'The quantity',
  retained: 'The retainage kept back',
  released: 'The retainage released',
};

/** Cents must come back as they were sent; a difference is forgotten as sent, so that a retry sends it again. */
export function judgeClaim(
  desired: DesiredClaim,
  agreed: ClaimAgreed,
): { agreed: ClaimAgreed; refusal: ClaimRefusal | null } {
  let refusal: ClaimRefusal | null = null;
  const items: ClaimAgreed['items'] = {};
  for (const [lineId, said] of Object.entries(agreed.items)) {
    const sent = { ...said.sent };
    for (const field of ['work', 'quantity', 'retained', 'released'] as const) {
      if (sent[field] === null || isSettled(field, sent, said.got)) continue;
      const text =
        desired.items.find((item) => lineId === item.lineId || lineId.startsWith(`${item.lineId}/`))?.text ?? '';
      refusal ??= {
        kind: 'refuse',
        code: 'NOT_SETTLED',
        facts: { field: `${WORDS[field]} of ${text}`, sent: String(sent[field]), got: said.got[field] ?? 'nothing' },
      };
      Object.assign(sent, { [field]: said.got[field] });
    }
    items[lineId] = { ...said, sent };
  }
  return { agreed: { ...agreed, items }, refusal };
}

const isSettled = (field: keyof ClaimItemFields, sent: ClaimItemFields, got: ClaimItemFields): boolean =>
  sameValue(sent[field], got[field]) ||
  // Where units are counted Procore multiplies: the amount is what comes of it, to the cent.
  (field === 'work' && sent.quantity !== null && new Decimal(sent.work).minus(got.work).abs().lt('0.01'));

/** The journal of a claim that carries our stamp and is not in it yet: ours as if its creation had just been answered. */
export const recogniseClaim = (desired: DesiredClaim, own: RemoteClaim, agreed: ClaimAgreed | null): ClaimAgreed =>
  takeClaim(
    {
      kind: 'create-header',
      stamp: desired.stamp,
      header: desired.header,
      periodId: '',
      items: desired.items.filter((item) => item.packageId === null),
      files: [],
    },
    own,
    agreed ?? noClaimAgreed,
    'look',
  );

/** The journal of a claim a person told us to take over: what stands there counts as agreed, so that our wishes are written. */
export function adoptClaim(desired: DesiredClaim, claim: RemoteClaim): ClaimAgreed {
  const items: ClaimAgreed['items'] = {};
  const wanted = onDetails(desired, claim).items;
  for (const item of claim.items.filter(({ lineId }) => wanted.some((one) => one.lineId === lineId))) {
    const got = pickClaimItem(item);
    items[item.lineId] = { id: item.id, sent: got, got };
  }
  return {
    ...noClaimAgreed,
    header: { sent: { ...claim.header, invoiceNumber: desired.header.invoiceNumber }, got: claim.header },
    items,
    number: claim.number,
    isDirty: true,
    isAdopted: true,
  };
}
