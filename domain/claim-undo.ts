import type { ClaimAgreed, DesiredClaim, DesiredClaimItem, RemoteClaim } from './claim.ts';
import { Decimal, sum } from './decimal.ts';
import { whyClaimStays } from './requisition-removal.ts';
import { reversalNumber, type UndoJudgement } from './undo.ts';

/** Works out what taking a claim back comes to, from a look at it and at the later ones (design: compensation and undo). */
export function judgeClaimUndo(
  agreed: ClaimAgreed | null,
  { own, isLatest }: { own: RemoteClaim | null; isLatest: boolean },
): UndoJudgement {
  if (agreed?.isLinkOnly) return { action: 'release', why: 'it was only linked, never written' };
  if (own === null || agreed === null) return { action: 'release', why: 'it is not there any more' };
  if (agreed.isAdopted) return { action: 'release', why: 'somebody else put it there, so it stays as it is' };
  const why = whyClaimStays(agreed, own) ?? (isLatest ? null : 'a later claim builds on it');
  return why === null ? { action: 'delete', why: '' } : { action: 'reverse', why };
}

/** What a correcting claim would take back of a claim: our items as they stand there now, excluding tax. */
export const undoneTotal = (agreed: ClaimAgreed | null, own: RemoteClaim | null): string =>
  sum(ours(agreed, own).map(({ work }) => work)).toFixed(2);

const ours = (agreed: ClaimAgreed | null, own: RemoteClaim | null) =>
  (own?.items ?? []).filter(({ lineId }) => agreed?.items[lineId] !== undefined);

/**
 * The claim in the open period that takes another one back to the cent: our items as they stand there now, with the sign
 * turned. What was kept back of them is given back; what was released is kept back again. Work of other people stays.
 *
 * @param today business day it is dated
 */
export function correctionOf(
  desired: DesiredClaim,
  agreed: ClaimAgreed,
  own: RemoteClaim,
  today: string,
): DesiredClaim {
  const items = [...new Set(ours(agreed, own).map(({ ofLine }) => ofLine))].map((line): DesiredClaimItem => {
    const parts = ours(agreed, own).filter(({ ofLine }) => ofLine === line);
    const planned = desired.items.find(({ lineId }) => lineId === line);
    const total = (field: 'work' | 'retained' | 'released' | 'scheduled') => sum(parts.map((part) => part[field]));
    const quantity = parts[0]?.quantity ?? null;
    return {
      lineId: line,
      packageId: planned?.packageId ?? null,
      text: planned?.text ?? 'a line',
      scheduled: total('scheduled').toFixed(2),
      work: total('work').neg().toFixed(2),
      quantity: quantity === null ? null : new Decimal(quantity).neg().toFixed(),
      retained: total('released').minus(total('retained')).toFixed(2),
      released: '0.00',
    };
  });
  const isSomething = (item: DesiredClaimItem) => !isZero(item.work) || !isZero(item.retained);
  return {
    ...desired,
    stamp: `${desired.stamp}-rev`,
    header: { invoiceNumber: reversalNumber(own.header.invoiceNumber), billingDate: today },
    items: items.filter(isSomething),
    files: [],
    scope: 'all',
    total: sum(items.map(({ work }) => work)).toFixed(2),
    tax: null,
    choice: null,
    // It corrects what stands there, so it does not stand behind it.
    waitsForPrevious: false,
  };
}

const isZero = (amount: string): boolean => new Decimal(amount).isZero();
