import { resolveCodes } from '../db/queries/commitment-sync.ts';
import { getSettings } from '../db/queries/settings.ts';
import type { Db, Tx } from '../db/types.ts';
import { TOGGLE_LABELS } from '../domain/commitment-checklist.ts';
import { COMMITMENT_KINDS, COMMITMENT_WORDS, commitmentsWanted, isSynced } from '../domain/commitments.ts';
import { DomainError } from '../domain/errors.ts';
import { type CommitmentsReading, readCommitments } from './commitment-reading.ts';
import type { FlowPage, PickedRecord, RecordOutcome } from './flow.ts';
import type { OpenCompany } from './open-company.ts';
import { applyCommitments, type CommitmentsWritten } from './project-commitments.ts';
import { isHidden } from './project-reading.ts';

type Company = OpenCompany['row'];

/** Records of the project flow that are commitments or their change orders. */
export const isOfCommitments = ({ kind }: Pick<PickedRecord, 'kind'>): boolean => kind in SWITCHES;

const SWITCHES = {
  purchase_order: ['purchase_order'],
  sub_contract: ['sub_contract'],
  change_order: COMMITMENT_KINDS,
  potential_change_order: COMMITMENT_KINDS,
} as const;

/** Whether a record comes in by the company's switches, and what the switch is called. */
export function commitmentSwitch(kind: string, company: Company): [isOn: boolean, label: string] {
  const kinds = SWITCHES[kind as keyof typeof SWITCHES] ?? [];
  return [kinds.some((one) => isSynced(one, company)), kinds.map((one) => TOGGLE_LABELS[one]).join('" and "')];
}

/** Where a round of several activities goes on: with sub jobs (`25`), or with commitments (`all:40`, `some:40`). */
export function placeOf(cursor: string | null): {
  codesFrom: number | null;
  commitmentsFrom: number;
  /** of the round: whether all commitments are read; null until that is known */
  isWhole: boolean | null;
} {
  const [word, at] = cursor?.split(':') ?? [];
  if (at === undefined) return { codesFrom: Number(word ?? 0), commitmentsFrom: 0, isWhole: null };
  return { codesFrom: null, commitmentsFrom: Number(at), isWhole: word === 'all' };
}

/** The commitments one activity read, or why it could not. */
export interface CommitmentsPart {
  isWhole: boolean;
  read: CommitmentsReading | { refused: string; next: null };
  onlyApproved: boolean;
}

export const nextPlace = ({ isWhole, read }: CommitmentsPart): string | null =>
  read.next === null ? null : `${isWhole ? 'all' : 'some'}:${read.next}`;

/**
 * Reads the commitments a round asks for. What Procore does not show us of them is said; it does not hold up the project.
 *
 * @returns null: none are asked for, or none come in
 */
export async function readCommitmentsPart(
  db: Db,
  company: OpenCompany,
  page: FlowPage,
  projectId: string,
  place: { isWhole: boolean; from: number },
): Promise<CommitmentsPart | null> {
  const { account, companyId, records, signal } = page;
  const synced = COMMITMENT_KINDS.filter((kind) => isSynced(kind, company.row));
  const wanted = commitmentsWanted(records, place.isWhole, synced);
  if (wanted === null) return null;
  const { onlyApprovedVariations: onlyApproved } = await getSettings(db, account);
  const { isWhole, from } = place;
  try {
    const { api } = company;
    const read = await readCommitments({ db, api, account, companyId, projectId, wanted, synced, from, signal });
    return { isWhole, read, onlyApproved };
  } catch (error) {
    if (!isHidden(error)) throw error;
    const facts = { tool: 'the commitments', place: `project ${projectId}`, said: error.said };
    return { isWhole, read: { refused: new DomainError('NO_ACCESS', facts).message, next: null }, onlyApproved };
  }
}

/** What came of the commitments. */
export interface CommitmentsSaved extends CommitmentsWritten {
  /** why none were applied, in words */
  refused: string | null;
}

/** @param part what was read of commitments; without any, those that are here still find the codes that just came in */
export async function saveCommitments(
  tx: Tx,
  target: { account: string; companyId: string; localId: string; procoreId: string },
  part: CommitmentsPart | null,
): Promise<CommitmentsSaved | null> {
  if (part === null) {
    await resolveCodes(tx, target.account, target.companyId, target.localId);
    return null;
  }
  const { read, onlyApproved } = part;
  if (!('refused' in read))
    return { ...(await applyCommitments(tx, { ...target, onlyApproved }, read)), refused: null };
  return { changed: new Set(), known: new Set(), leftOut: new Map(), warnings: [read.refused], refused: read.refused };
}

/** What came of one record. */
export function commitmentOutcome(
  { kind, id }: PickedRecord,
  saved: CommitmentsSaved | null,
  project: string,
  isContinued: boolean,
): Pick<RecordOutcome, 'state' | 'outcome' | 'changes'> {
  if (saved?.refused) return { state: 'failed', outcome: saved.refused };
  const words = WORDS[kind] ?? kind;
  if (saved === null) return { state: 'ignored', outcome: `No ${words} comes in for project ${project}.` };
  if (id === null || kind === 'potential_change_order' || isContinued)
    return saved.changed.size > 0 || isContinued
      ? {
          state: 'applied',
          outcome: `Project ${project}: ${countOfCommitments(saved) || 'commitments updated.'}`,
          // Counted once, whichever lists were asked for whole.
          ...(id === null && { changes: kind === 'change_order' ? saved.changed.size : 0 }),
        }
      : { state: 'unchanged', outcome: `The commitments of project ${project} are as before.` };
  if (saved.changed.has(id))
    return {
      state: 'applied',
      outcome: saved.leftOut.get(id) ?? `The ${words} in project ${project} follows Procore.`,
    };
  if (saved.known.has(id)) return { state: 'unchanged', outcome: `The ${words} in project ${project} is as before.` };
  return {
    state: 'ignored',
    outcome: saved.leftOut.get(id) ?? `No ${words} of this id comes in for project ${project}.`,
  };
}

const WORDS: Record<string, string> = {
  ...COMMITMENT_WORDS,
  change_order: 'change order',
  potential_change_order: 'potential change order',
};

export const countOfCommitments = (saved: CommitmentsSaved | null): string => {
  const count = saved?.changed.size ?? 0;
  if (count === 0) return '';
  return `${count} ${count === 1 ? 'commitment or variation' : 'commitments and variations'} new or changed.`;
};
