import {
  type Agreed,
  type Candidate,
  type DesiredDirectCost,
  type Look,
  nothingAgreed,
  type Refusal,
  type RemoteDirectCost,
  type Write,
} from './direct-cost.ts';
import { rebase } from './direct-cost-edits.ts';
import { filesOf, nextFiles } from './direct-cost-files.ts';
import { compare, type Gap, totalOf } from './direct-cost-merge.ts';
import { judgeRemoval, type Removal } from './direct-cost-removal.ts';
import type { ErrorCode, Facts } from './errors.ts';

export type Verdict =
  | { kind: 'done' }
  | { kind: 'write'; write: Write }
  /** a person chose to link this record without ever writing it, or to go on with it as ours */
  | { kind: 'link' | 'adopt'; id: string }
  /** what is gone is forgotten, to be made again: some lines, or the record */
  | { kind: 'forget'; lines: string[] | null }
  /** a person decided about edits there: the journal goes on from this */
  | { kind: 'rebase'; agreed: Agreed; note: string }
  /** the files cannot go; the record does without them */
  | { kind: 'without-files'; said: string }
  | Refusal;

const refuse = <C extends ErrorCode>(code: C, facts: Facts<C>): Refusal => ({ kind: 'refuse', code, facts }) as Refusal;
const write = (one: Write): Verdict => ({ kind: 'write', write: one });

/**
 * Compares what we want with what was agreed and what Procore has now, and names the one next write, or why there can be
 * none. The order of a push falls out of it: header as draft, lines, corrections, the status last (design: outbound).
 *
 * @param desired null when the edited document no longer has this part, or a person takes it back
 * @param how how far that person went
 */
export function nextWrite(
  desired: DesiredDirectCost | null,
  agreed: Agreed | null,
  look: Look,
  how: Removal | null = null,
): Verdict {
  if (agreed?.isLinkOnly) return { kind: 'done' };
  if (desired === null) return removal(agreed, look, how);
  if (desired.scope === 'files') return filesOnly(desired, agreed, look);
  switch (look.kind) {
    case 'none':
      return write(creation(desired, agreed));
    case 'foreign':
      return duplicate(desired, look.candidates);
    case 'gone':
      if (agreed?.mayRecreate) return { kind: 'forget', lines: null };
      return refuse('DELETED_REMOTELY', { number: desired.header.invoiceNumber, project: desired.projectText });
    case 'ours':
      return converge(desired, agreed ?? nothingAgreed, look);
  }
}

const MOST_AT_ONCE = 100;

/** One call where no line carries tax and Procore's id of every code is known; that call takes neither tax nor code and type. */
function creation({ stamp, header, lines }: DesiredDirectCost, agreed: Agreed | null): Write {
  const isPlain = lines.every(({ taxCodeId, wbsCodeId }) => taxCodeId === null && wbsCodeId != null);
  const isSmall = lines.length > 0 && lines.length <= MOST_AT_ONCE;
  return isPlain && isSmall && agreed?.isStepwise !== true
    ? { kind: 'create-whole', stamp, header, lines }
    : { kind: 'create-header', stamp, header };
}

function filesOnly(desired: DesiredDirectCost, agreed: Agreed | null, look: Look): Verdict {
  if (filesOf(agreed).problem !== null) return { kind: 'done' };
  if (look.kind !== 'ours') return { kind: 'without-files', said: 'the record is not there any more' };
  return fileStep(desired, agreed, look.record) ?? { kind: 'done' };
}

/** Files go even to an approved record: they change nothing of what was approved. */
function fileStep(desired: DesiredDirectCost, agreed: Agreed | null, record: RemoteDirectCost): Verdict | null {
  const verdict = nextFiles(desired, agreed, record);
  if (verdict.kind === 'nothing') return null;
  if (verdict.kind === 'give-up') return { kind: 'without-files', said: verdict.said };
  if (record.originId !== null) return { kind: 'without-files', said: 'the record belongs to another system there' };
  return write({ kind: 'attach-files', files: verdict.files, beside: verdict.beside });
}

function duplicate(desired: DesiredDirectCost, candidates: readonly Candidate[]): Verdict {
  const [only, second] = candidates;
  if (desired.choice === null || only === undefined || second !== undefined)
    return refuse('DUPLICATE', {
      number: desired.header.invoiceNumber,
      vendor: desired.vendorName,
      project: desired.projectText,
    });
  return { kind: desired.choice === 'link_only' ? 'link' : 'adopt', id: only.id };
}

function converge(
  desired: DesiredDirectCost,
  agreed: Agreed,
  { record, twins, rivals = [] }: Look & { kind: 'ours' },
): Verdict {
  const number = desired.header.invoiceNumber;
  const [twin] = twins;
  if (twin !== undefined)
    return twin.isUnused
      ? write({ kind: 'delete-twin', id: twin.id })
      : refuse('DOUBLE_POSTED', { number, project: desired.projectText });

  const { lost, conflict, gap, total } = compare(desired, agreed, record);
  if (lost.length > 0 && agreed.mayRecreate) return { kind: 'forget', lines: lost };
  if (lost.length > 0)
    return refuse('DELETED_REMOTELY', { number: `A line of ${number}`, project: desired.projectText });
  if (agreed.edits !== undefined) return { kind: 'rebase', ...rebase(desired, agreed, record, agreed.edits) };
  if (conflict !== undefined) return refuse('CONFLICT', conflict);
  const isKept = agreed.kept?.ours === desired.total && total.equals(agreed.kept.theirs);
  if (!total.equals(desired.total) && !isKept)
    return refuse('REMOTE_EDITED', { number, ours: desired.total, theirs: totalOf(record).toFixed(2) });
  if ('invoiceNumber' in gap.header && rivals.length > 0)
    return refuse('DUPLICATE', { number, vendor: desired.vendorName, project: desired.projectText });
  return step(desired, agreed, record, gap);
}

function step(desired: DesiredDirectCost, agreed: Agreed, record: RemoteDirectCost, gap: Gap): Verdict {
  const number = desired.header.invoiceNumber;
  const hasGap =
    Object.keys(gap.header).length > 0 || gap.add.length > 0 || gap.update.length > 0 || gap.remove.length > 0;
  const status = nextStatus(desired, agreed, record, hasGap);
  if (status === 'sent-back') return refuse('SENT_BACK', { number });
  const files = fileStep(desired, agreed, record);
  if (!hasGap && status === null) return files ?? { kind: 'done' };
  const lock = whyLocked(record);
  if (lock !== null) return refuse('LOCKED', { number, why: lock });
  if (Object.keys(gap.header).length > 0) return write({ kind: 'update-header', set: gap.header });
  if (gap.add.length > 0) return write({ kind: 'add-lines', lines: gap.add });
  if (gap.update.length > 0) return write({ kind: 'update-lines', lines: gap.update });
  if (gap.remove[0] !== undefined) return write({ kind: 'delete-line', ...gap.remove[0] });
  if (files !== null) return files;
  return status === null ? { kind: 'done' } : write({ kind: 'set-status', status });
}

const RANK: Readonly<Record<string, number>> = { draft: 0, revise_and_resubmit: 0, pending: 1, approved: 2 };

/** The status still to be set. It only moves forward, and a record that people moved since stays where they put it. */
function nextStatus(
  desired: DesiredDirectCost,
  agreed: Agreed,
  record: RemoteDirectCost,
  hasGap: boolean,
): string | 'sent-back' | null {
  if (record.status === desired.status) return null;
  const hasNews = hasGap || agreed.isDirty;
  if (record.status === 'revise_and_resubmit') return hasNews ? desired.status : 'sent-back';
  if (!hasNews && agreed.status === desired.status) return null;
  const rank = RANK[record.status];
  return rank !== undefined && rank < RANK[desired.status]! ? desired.status : null;
}

function whyLocked(record: RemoteDirectCost): string | null {
  if (record.originId !== null) return 'its origin_id belongs to another system, such as the accounting system';
  if (record.isPaid) return 'it is paid';
  if (record.status === 'approved') return 'it is approved; only Procore can take that back';
  return null;
}

/** Takes a part away that is no longer wanted: only what is ours and untouched is deleted (design: compensation). */
function removal(agreed: Agreed | null, look: Look, how: Removal | null): Verdict {
  if (look.kind !== 'ours') return { kind: 'done' };
  const { record } = look;
  const why = judgeRemoval(agreed ?? nothingAgreed, record, how);
  if (why !== null) return refuse('LOCKED', { number: record.header.invoiceNumber, why });
  return write({ kind: 'delete-record', id: record.id, why: 'removed' });
}
