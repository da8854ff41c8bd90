import type { DesiredClaim, DesiredClaimItem, RemoteClaim, RemoteClaimItem } from './claim.ts';
import { Decimal, sum } from './decimal.ts';

/** An item of a subcontractor's own schedule of values, of which one line of ours may have several. */
export const DETAIL_ITEM = 'contract_detail_item';

/**
 * The claim as the items of a subcontractor's schedule of values take it. Lentune books on lines of the subcontract; their
 * details are filled in the order they stand, each up to what is left of it.
 */
export function onDetails(desired: DesiredClaim, own: RemoteClaim): DesiredClaim {
  return { ...desired, items: desired.items.flatMap((item) => detailsOf(item, own)) };
}

function detailsOf(item: DesiredClaimItem, own: RemoteClaim): DesiredClaimItem[] {
  const details = own.items.filter(({ itemType, ofLine }) => itemType === DETAIL_ITEM && ofLine === item.lineId);
  if (details.length === 0) return [item];
  const work = fill(item.work, details, ({ scheduled, previous }, isCredit) =>
    isCredit ? new Decimal(previous) : new Decimal(scheduled).minus(previous),
  );
  const released = fill(item.released, details, ({ heldBefore }) => new Decimal(heldBefore));
  const retained = inProportion(item.retained, work);
  return details
    .map((detail, at) => ({
      ...item,
      lineId: detail.lineId,
      scheduled: detail.scheduled,
      // Quantities are of the line; its details count dollars.
      quantity: detail.quantity === null ? null : item.quantity,
      work: work[at]!,
      retained: retained[at]!,
      released: released[at]!,
    }))
    .filter((one) => [one.work, one.retained, one.released].some((amount) => !new Decimal(amount).isZero()));
}

/** Fills one detail after the other; what does not fit anywhere stands on the last, where the limit of the line is checked. */
function fill(
  amount: string,
  details: readonly RemoteClaimItem[],
  roomOf: (detail: RemoteClaimItem, isCredit: boolean) => Decimal,
): string[] {
  const isCredit = new Decimal(amount).isNegative();
  let left = new Decimal(amount).abs();
  return details.map((detail, at) => {
    const room = Decimal.max(roomOf(detail, isCredit), 0);
    const taken = at === details.length - 1 ? left : Decimal.min(left, room);
    left = left.minus(taken);
    return (isCredit ? taken.neg() : taken).toFixed(2);
  });
}

/** Retention follows the work, to the cent; without work all of it stands on the first. */
function inProportion(amount: string, works: readonly string[]): string[] {
  const whole = sum(works);
  if (whole.isZero()) return works.map((_, at) => (at === 0 ? new Decimal(amount).toFixed(2) : '0.00'));
  let said = new Decimal(0);
  let done = new Decimal(0);
  return works.map((work) => {
    done = done.plus(work);
    const until = new Decimal(amount).mul(done).div(whole).toDecimalPlaces(2);
    const own = until.minus(said);
    said = until;
    return own.toFixed(2);
  });
}
