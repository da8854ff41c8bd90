import { ApplicationFailureCategory, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttributeName } from '../domain/search-attributes.ts';

/** The catalogue code a step failed with; nothing for a cancellation or a bug. */
export function codeOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.nonRetryable ? (cause.type ?? undefined) : undefined;
}

/** The sentence a step failed with. */
export function messageOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause?.message ?? String(error);
}

/** Says in one upsert how the run ended, so that runs are found by it. */
export function tag(outcome: 'sent' | 'skipped' | 'undone' | 'failed' | 'partial', code?: string): void {
  upsertSearchAttributes([
    { key: keyword('Outcome'), value: outcome },
    { key: keyword('FailureReason'), value: code ?? null },
  ]);
}

const keyword = (name: SearchAttributeName) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** Ends a run Failed although every step went through: what was refused stands beside each entry of the document. */
export const refused = (code: string): ApplicationFailure =>
  benign(code, 'Entries were refused; the reasons stand beside them.');

/** Ends a run Failed with a code of the catalogue: a matter for a person, not for an alert. */
export const failed = (error: unknown): ApplicationFailure => benign(codeOf(error) ?? 'UNKNOWN', messageOf(error));

function benign(type: string, message: string): ApplicationFailure {
  const category = ApplicationFailureCategory.BENIGN;
  const failure = ApplicationFailure.create({ type, message, nonRetryable: true, category });
  // The place in the code tells nobody anything; without it the Web UI shows the sentence alone.
  failure.stack = '';
  return failure;
}
