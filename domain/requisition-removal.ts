import { type ClaimAgreed, noClaimAgreed, type RemoteClaim } from './claim.ts';
import { Decimal } from './decimal.ts';
import { filesOf, holds } from './direct-cost-files.ts';
import { nothingOf, sameValue } from './requisition-merge.ts';

const APPROVED: readonly string[] = ['approved', 'approved_as_noted'];

/** A claim that is not approved yet holds up the next. */
export const isOpenClaim = (claim: RemoteClaim): boolean => !APPROVED.includes(claim.status);

/** Why a claim is read-only; null when it may be written. */
export function whyClaimLocked(own: RemoteClaim): string | null {
  if (own.originId !== null) return 'its origin_id belongs to another system there';
  if (own.isPaid) return 'it is paid';
  if (!isOpenClaim(own)) return 'it is approved; only Procore can take that back';
  return null;
}

/**
 * Why a claim may not be deleted; null when it may. Only the latest of its commitment goes, made by us and touched by
 * nobody since (design: compensation and undo).
 */
export function whyClaimStays(agreed: ClaimAgreed | null, own: RemoteClaim): string | null {
  const locked = whyClaimLocked(own);
  if (locked !== null) return locked;
  if (!own.isDeletable) return 'it is not the latest claim of its commitment';
  return isUntouched(agreed ?? noClaimAgreed, own) ? null : 'people have worked on it there';
}

const isUntouched = (known: ClaimAgreed, own: RemoteClaim): boolean =>
  own.attachments.every(({ filename }) => holds(Object.keys(filesOf(known).sent), filename)) &&
  own.items.every((item) => {
    const said = known.items[item.lineId];
    const expected = said === undefined ? nothingOf(item) : said.got;
    const isSame = (field: 'work' | 'retained' | 'released') => sameValue(item[field], expected[field]);
    return new Decimal(item.materials).isZero() && isSame('work') && isSame('retained') && isSame('released');
  });
