import { Decimal } from './decimal.ts';
import { normaliseName } from './matching.ts';

/** Where a variation stands in Lentune's words (domain.md section 5). */
export const VARIATION_STATES = [
  'approved',
  'approval_not_required',
  'draft',
  'awaiting_approval',
  'no_longer_required',
] as const;
export type VariationState = (typeof VARIATION_STATES)[number];

/** Procore's statuses of a change order (contract section 11) in Lentune's words. */
const STATE_OF: Readonly<Record<string, VariationState>> = {
  approved: 'approved',
  no_charge: 'approval_not_required',
  draft: 'draft',
  not_pricing: 'awaiting_approval',
  pricing: 'awaiting_approval',
  pending: 'awaiting_approval',
  pending_billable: 'awaiting_approval',
  revised: 'awaiting_approval',
  proceeding: 'awaiting_approval',
  not_proceeding: 'awaiting_approval',
  rejected: 'no_longer_required',
  void: 'no_longer_required',
};

/** What a company calls a status. */
export interface RenamedStatus {
  name: string | null;
  mappedTo: string | null;
}

export interface VariationStatus {
  /** Procore's own word where it is known, else what came */
  procoreStatus: string;
  /** as the company calls it */
  statusName: string;
  state: VariationState;
}

/**
 * Reads the status of a change order, whether it comes as Procore's word or as the company's own name for it.
 * One that nobody knows awaits approval: it is never money.
 */
export function readStatus(raw: string | null, renamed: readonly RenamedStatus[]): VariationStatus {
  const given = raw?.trim() ?? '';
  const known = isKnown(wordOf(given)) ? wordOf(given) : mappedFrom(given, renamed);
  if (known === null)
    return { procoreStatus: given || 'unknown', statusName: given || 'Unknown', state: 'awaiting_approval' };
  return {
    procoreStatus: known,
    statusName: isKnown(wordOf(given)) ? nameOf(known, renamed) : given,
    state: STATE_OF[known] ?? 'awaiting_approval',
  };
}

const wordOf = (text: string): string => normaliseName(text).replaceAll(' ', '_');
const isKnown = (word: string): boolean => Object.hasOwn(STATE_OF, word);

function mappedFrom(name: string, renamed: readonly RenamedStatus[]): string | null {
  const found = renamed.find((status) => status.name !== null && normaliseName(status.name) === normaliseName(name));
  const word = wordOf(found?.mappedTo ?? '');
  return isKnown(word) ? word : null;
}

/** The company's name, where it has exactly one for the status. */
function nameOf(word: string, renamed: readonly RenamedStatus[]): string {
  const names = renamed.flatMap(({ name, mappedTo }) =>
    name?.trim() && wordOf(mappedTo ?? '') === word ? [name] : [],
  );
  const [only] = names;
  if (only !== undefined && names.length === 1) return only.trim();
  const text = word.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a variation adds to its commitment: its amount while approved. No charge is worth nothing, whatever it says. */
export const worthOf = (state: VariationState, amount: string): string => (state === 'approved' ? amount : '0.00');

/** Whether "Only sync approved variation lines" lets a variation in. */
const isFinal = (state: VariationState): boolean => state === 'approved' || state === 'approval_not_required';

/** A variation as it comes from Procore, and what Lentune has of it. */
export interface VariationCase {
  state: VariationState;
  statusName: string;
  isDeleted: boolean;
  /** the setting "Only sync approved variation lines" */
  onlyApproved: boolean;
  /** null: Lentune does not have it; `claimed` is a decimal string, what was booked on its lines */
  held: { claimed: string } | null;
}

export type VariationFate =
  /** it stands here with its status; `problem` says why nothing more may be claimed although something was */
  | { kind: 'keep'; problem: string | null }
  /** it was here and goes: nothing was claimed on it */
  | { kind: 'remove' }
  | { kind: 'leave-out' };

/**
 * Whether a variation comes in, stays or goes. What was claimed on is never taken away: it stays, worth nothing, and
 * says so, until a person has put it right (domain.md section 5).
 */
export function fateOf({ state, statusName, isDeleted, onlyApproved, held }: VariationCase): VariationFate {
  const isClaimed = held !== null && !new Decimal(held.claimed).isZero();
  if (isClaimed) return { kind: 'keep', problem: problemOf(state, statusName, isDeleted) };
  const isWanted = !isDeleted && (isFinal(state) || !onlyApproved);
  if (isWanted) return { kind: 'keep', problem: null };
  return held === null ? { kind: 'leave-out' } : { kind: 'remove' };
}

function problemOf(state: VariationState, statusName: string, isDeleted: boolean): string | null {
  if (isDeleted) return 'It was claimed on, and is now deleted in Procore. Nothing more may be claimed on it.';
  if (state === 'approved') return null;
  return `It was claimed on while approved, and is now ${statusName} in Procore. Nothing more may be claimed on it.`;
}
