import { Decimal, toCents } from './decimal.ts';
import { normaliseName } from './matching.ts';

export const COMMITMENT_KINDS = ['purchase_order', 'sub_contract'] as const;
export type CommitmentKind = (typeof COMMITMENT_KINDS)[number];

/** Who is the master of purchase orders: nobody (none are exchanged), Procore, or Lentune. */
export const PURCHASE_ORDER_MASTERS = ['none', 'procore', 'lentune'] as const;
export type PurchaseOrderMaster = (typeof PURCHASE_ORDER_MASTERS)[number];

/** What people call each kind. */
export const COMMITMENT_WORDS: Record<CommitmentKind, string> = {
  purchase_order: 'purchase order',
  sub_contract: 'subcontract',
};

/** Statuses in which invoices and claims may be booked against a commitment (domain.md 3.4). Each kind has its own words. */
const ACCEPTED: Record<CommitmentKind, readonly string[]> = {
  purchase_order: ['Approved', 'Partially Received', 'Received'],
  sub_contract: ['Approved', 'Complete'],
};

/** Whether the status of a commitment lets money be booked against it. One we do not know does not. */
export const isAccepted = (kind: CommitmentKind, status: string | null): boolean =>
  ACCEPTED[kind].some((accepted) => normaliseName(accepted) === normaliseName(status ?? ''));

/** Why a commitment is shown greyed, as a sentence; null when it is not. */
export function whyGreyed(
  kind: CommitmentKind,
  { status, isActive }: { status: string | null; isActive: boolean },
): string | null {
  if (!isActive) return 'It was deleted in Procore.';
  if (isAccepted(kind, status)) return null;
  const wanted = ACCEPTED[kind].join(', ').replace(/, ([^,]+)$/, ' or $1');
  return `Its status in Procore is ${status?.trim() || 'not given'}; only ${wanted} may be invoiced.`;
}

/** Whether a commitment of a kind comes in by a company's switches (setup guide: Procore Webhook synch settings). */
export const isSynced = (
  kind: CommitmentKind,
  company: { syncSubContracts: boolean; purchaseOrderMaster: PurchaseOrderMaster },
): boolean => (kind === 'sub_contract' ? company.syncSubContracts : company.purchaseOrderMaster === 'procore');

/** A line as Procore shows it; which of the amounts is given depends on where it is shown. Decimal strings. */
export interface PricedLine {
  amount?: string | null;
  extendedAmount: string | null;
  quantity: string | null;
  unitPrice: string | null;
  /** what a change order adds on top of the line */
  markups?: readonly (string | null)[];
}

/** Dollars of a line, excluding tax. */
export function lineAmount({ amount, extendedAmount, quantity, unitPrice, markups = [] }: PricedLine): string {
  const given = amount ?? extendedAmount;
  const isPriced = quantity !== null && unitPrice !== null;
  const own = new Decimal(given ?? (isPriced ? new Decimal(quantity).mul(unitPrice) : 0));
  return toCents(markups.reduce<Decimal>((total, markup) => total.plus(markup ?? 0), own));
}

/** A percentage as Procore writes it, with or without a sign; null when it is no number. */
export function percentOf(text: string | null): string | null {
  const plain = text?.trim().replace(/\s*%$/, '') ?? '';
  return /^\d{1,3}(\.\d+)?$/.test(plain) ? new Decimal(plain).toDecimalPlaces(4).toFixed() : null;
}

/** A line Lentune holds. */
export interface HeldLine {
  id: string;
  procoreId: string | null;
  /** decimal string; what was booked on it */
  claimed: string;
}

/**
 * What becomes of the lines Procore no longer has: those nothing was claimed on go; the others are kept, marked
 * "removed in Procore" (domain.md 2.3). Lines that never were in Procore stay.
 */
export function linesLeft(
  held: readonly HeldLine[],
  incomingIds: ReadonlySet<string>,
): { dropped: string[]; marked: string[] } {
  const missing = held.filter(({ procoreId }) => procoreId !== null && !incomingIds.has(procoreId));
  const ids = (lines: readonly HeldLine[]) => lines.map(({ id }) => id);
  return {
    dropped: ids(missing.filter(({ claimed }) => new Decimal(claimed).isZero())),
    marked: ids(missing.filter(({ claimed }) => !new Decimal(claimed).isZero())),
  };
}

/** Sums of a commitment, decimal strings excluding tax. */
export interface CommitmentSums {
  /** of its own lines */
  original: string;
  /** what its variations are worth: approved ones their amount, all others nothing */
  approvedChanges: string;
  invoiced: string;
}

/** What a commitment has become with its variations, and what is left of it; negative once more was invoiced. */
export function remainingOf({ original, approvedChanges, invoiced }: CommitmentSums): {
  revised: string;
  remaining: string;
} {
  const revised = new Decimal(original).plus(approvedChanges);
  return { revised: toCents(revised), remaining: toCents(revised.minus(invoiced)) };
}

/** A commitment of a project that no Procore record is linked to, such as one from before a change of the connection. */
export interface UnlinkedCommitment {
  id: string;
  number: string;
  payableAccountId: string | null;
}

/**
 * Which unlinked commitment a Procore one is: the only one of its number, and for a purchase order of its supplier too.
 *
 * @returns null: none, or more than one could be meant, so it is new
 */
export function chooseCommitment(
  kind: CommitmentKind,
  incoming: { number: string; payableAccountId: string | null },
  unlinked: readonly UnlinkedCommitment[],
): string | null {
  const sameNumber = unlinked.filter(({ number }) => normaliseName(number) === normaliseName(incoming.number));
  const same = sameNumber.filter(
    ({ payableAccountId }) => kind === 'sub_contract' || payableAccountId === incoming.payableAccountId,
  );
  return same.length === 1 ? (same[0]?.id ?? null) : null;
}

/** What a run reads of a project's commitments from Procore. */
export interface CommitmentsWanted {
  /** kinds read whole, with all change orders of the project */
  whole: CommitmentKind[];
  ids: Record<CommitmentKind, string[]>;
  /** every change order package of the project */
  allPackages: boolean;
  packageIds: string[];
  /** potential change orders that changed; the packages of their contracts are read */
  potentialIds: string[];
}

/**
 * Reads no more than what changed: everything of what synchronises when the project is new or asked for by hand.
 *
 * @param records by inbox kind; a null id means the whole kind
 * @param synced kinds that come in
 * @returns null: nothing
 */
export function commitmentsWanted(
  records: readonly { kind: string; id: string | null }[],
  isWhole: boolean,
  synced: readonly CommitmentKind[],
): CommitmentsWanted | null {
  const named = (kind: string) => records.filter((record) => record.kind === kind);
  const ids = (kind: string) => named(kind).flatMap(({ id }) => id ?? []);
  const isAll = (kind: string) => named(kind).some(({ id }) => id === null);
  const wanted: CommitmentsWanted = {
    whole: synced.filter((kind) => isWhole || isAll(kind)),
    ids: {
      purchase_order: synced.includes('purchase_order') ? ids('purchase_order') : [],
      sub_contract: synced.includes('sub_contract') ? ids('sub_contract') : [],
    },
    allPackages: isWhole || isAll('change_order') || isAll('potential_change_order'),
    packageIds: ids('change_order'),
    potentialIds: ids('potential_change_order'),
  };
  const isNothing =
    synced.length === 0 ||
    (wanted.whole.length === 0 &&
      !wanted.allPackages &&
      [...Object.values(wanted.ids), wanted.packageIds, wanted.potentialIds].every((list) => list.length === 0));
  return isNothing ? null : wanted;
}
