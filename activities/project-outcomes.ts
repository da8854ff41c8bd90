import { type CommitmentsSaved, commitmentOutcome, countOfCommitments, isOfCommitments } from './commitment-flow.ts';
import type { PickedRecord, RecordOutcome } from './flow.ts';
import type { CodesWritten } from './project-codes.ts';

/** What became of the project itself. */
export interface Saved {
  id: string;
  code: string;
  change: 'new' | 'linked' | 'changed' | 'none';
}

/** What became of its cost codes. */
export interface CodesSaved extends CodesWritten {
  /** why none of the codes were applied, in words */
  refused: string | null;
}

export interface Outcome {
  state: RecordOutcome['state'];
  outcome: string;
  changes?: number;
}

/** Everything a run wrote of a project. */
export interface Results {
  saved: Saved;
  codes: CodesSaved | null;
  commitments: CommitmentsSaved | null;
  types: Outcome | null;
  isContinued: boolean;
}

/** What came of one record of a project, in a sentence. */
export function outcomeOf(record: PickedRecord, { saved, codes, commitments, types, isContinued }: Results): Outcome {
  if (isOfCommitments(record)) return commitmentOutcome(record, commitments, saved.code, isContinued);
  if (record.kind === 'cost_type' && types) return types;
  if (codes?.refused) return { state: 'failed', outcome: codes.refused };
  const count = (codes?.changed.size ?? 0) + (commitments?.changed.size ?? 0);
  const hasNews = saved.change !== 'none' || count > 0 || isContinued;
  if (record.kind === 'project') {
    if (!hasNews) return { state: 'unchanged', outcome: `Project ${saved.code} is as before.` };
    return {
      state: 'applied',
      outcome: `${CHANGES[saved.change](saved.code)} ${countOf(codes)} ${countOfCommitments(commitments)}`.trim(),
    };
  }
  if (record.kind === 'cost_code' && record.id !== null && !isContinued) {
    if (codes?.changed.has(record.id))
      return { state: 'applied', outcome: `The cost code in project ${saved.code} follows Procore.` };
    return codes?.known.has(record.id)
      ? { state: 'unchanged', outcome: `The cost code in project ${saved.code} is as before.` }
      : { state: 'ignored', outcome: `Project ${saved.code} has no such cost code, or it is not used in the budget.` };
  }
  return hasNews
    ? {
        state: 'applied',
        outcome: `Project ${saved.code}: ${countOf(codes) || 'updated.'}`,
        changes: codes?.changed.size ?? 0,
      }
    : { state: 'unchanged', outcome: `Project ${saved.code} is as before.` };
}

const CHANGES: Record<Saved['change'], (code: string) => string> = {
  new: (code) => `Project ${code} is new.`,
  linked: (code) => `Project ${code} is now linked to Procore.`,
  changed: (code) => `Project ${code} was updated.`,
  none: (code) => `Project ${code} is as before.`,
};

const countOf = (codes: CodesSaved | null): string =>
  codes && codes.changed.size > 0 ? `${codes.changed.size} cost codes new or changed.` : '';
