import { rebase } from './direct-cost-edits.ts';
import { type AgreedFiles, type DesiredFile, type FileToSend, filesOf, nextFiles } from './direct-cost-files.ts';
import { compare, type Gap, totalOf } from './direct-cost-merge.ts';
import { judgeRemoval, type Removal } from './direct-cost-removal.ts';
import type { ErrorCode, Facts } from './errors.ts';

/** The fields of a direct cost that we own (domain.md 2.3). */
export interface HeaderFields {
  invoiceNumber: string;
  vendorId: string;
  date: string | null;
  description: string | null;
}

/** The fields of a line that we own. Amounts exclude tax; quantity, price and unit are information only. */
export interface LineFields {
  amount: string;
  quantity: string | null;
  unitCost: string | null;
  uom: string | null;
  costCodeId: string | null;
  lineItemTypeId: string | null;
  taxCodeId: string | null;
  description: string | null;
}

export interface DesiredLine extends LineFields {
  stamp: string;
  /** Procore's one id of code and type, where it is known and the record may be made in one call */
  wbsCodeId?: string | null;
}

/** The Procore record one part of an invoice shall be. */
export interface DesiredDirectCost {
  stamp: string;
  projectText: string;
  vendorName: string;
  header: HeaderFields;
  status: 'draft' | 'pending' | 'approved';
  total: string;
  lines: DesiredLine[];
  files: DesiredFile[];
  /** whether Procore keeps earlier files when one is added; null until known */
  keepsFiles: boolean | null;
  /** `files`: only what is missing of the files is sent, and nothing else looked at */
  scope: 'all' | 'files';
  /** what a person chose about a record of that number that is not ours */
  choice: 'link_only' | 'take_over' | null;
  postWithoutTax: boolean;
  /** what people call the codes, types, tax codes and the vendor, by Procore's ids */
  names: Readonly<Record<string, string>>;
}

/** What we last sent, and what Procore made of it. */
export interface Said<T> {
  sent: T;
  got: T;
}

/** The journal of a part: what both sides last agreed on. `H` are the header fields of its kind of record. */
export interface Agreed<H = HeaderFields> {
  /** null: the record is not made yet, or was deleted by us to make it again */
  header: Said<H> | null;
  /** our lines by stamp */
  lines: Record<string, Said<LineFields> & { id: string }>;
  /** the status we last set */
  status: string | null;
  /** content was written since the status was last set */
  isDirty: boolean;
  /** when a creating write was last repeated: its first edition may yet turn up */
  repeatedAt: string | null;
  /** the run that just created the header: nobody can have changed it since */
  freshIn: string | null;
  /** a person linked a record of somebody else: it is never written */
  isLinkOnly: boolean;
  files?: AgreedFiles;
  /** Procore did not take the record in one call, so it is made step by step */
  isStepwise?: boolean;
  /** a person had us go on with a record somebody else made */
  isAdopted?: boolean;
  /** a person said that what is gone there shall be made again */
  mayRecreate?: boolean;
  /** what a person decided about edits made there, not yet carried out */
  edits?: EditChoice;
  /** a person kept what stands there: its total, for what the invoice said then, and lines the invoice no longer has */
  kept?: { ours: string; theirs: string; lines: string[] };
}

/** What becomes of edits people made to what is ours: they stay, or our wish is written over them. */
export type EditChoice = 'keep_theirs' | 'take_ours';

export const nothingAgreed: Agreed<never> = Object.freeze({
  header: null,
  lines: {},
  status: null,
  isDirty: false,
  repeatedAt: null,
  freshIn: null,
  isLinkOnly: false,
});

export interface RemoteLine extends LineFields {
  id: string;
  originData: string | null;
  /** Procore's one id of code and type */
  wbsCodeId?: string | null;
}

export interface RemoteFile {
  id: string;
  filename: string;
}

/** A direct cost, or another record of header and lines, as Procore shows it now. */
export interface RemoteDirectCost<H = HeaderFields> {
  id: string;
  header: H;
  status: string;
  originId: string | null;
  originData: string | null;
  attachments: RemoteFile[];
  /** Procore notes a payment on it */
  isPaid?: boolean;
  lines: RemoteLine[];
}

/** A record of the same number and vendor. */
export interface Candidate {
  id: string;
  status: string;
  originId: string | null;
}

/** Another record with our stamp. */
export interface Twin {
  id: string;
  /** a draft that holds nothing but lines of ours: it counts nowhere, and nobody has touched it */
  isUnused: boolean;
}

/** Whether a record with our stamp is an edition nobody uses. */
export const isUnusedEdition = (record: RemoteDirectCost<unknown>): boolean =>
  isDraft(record) &&
  record.attachments.length === 0 &&
  record.lines.every(({ originData }) => record.originData !== null && originData?.startsWith(`${record.originData}/`));

/** Procore's words for statuses differ in case between kinds of records. */
export const isDraft = ({ status }: { status: string }): boolean => status.toLowerCase() === 'draft';

/** What a look at Procore saw. */
export type Look<H = HeaderFields> =
  | { kind: 'none' }
  /** records of our natural key that are not ours */
  | { kind: 'foreign'; candidates: Candidate[] }
  /** `twins` carry our stamp too, but the journal does not name them; `rivals` already have the number ours shall get */
  | { kind: 'ours'; record: RemoteDirectCost<H>; twins: Twin[]; rivals?: Candidate[] }
  /** the record we know answers 404 while its project's list answers */
  | { kind: 'gone' };

/** One write to Procore. Only creating ones can double; the others name their record and may be repeated after a read. */
export type Write<H = HeaderFields> =
  | { kind: 'create-header'; stamp: string; header: H }
  /** header and lines at once, as a draft */
  | { kind: 'create-whole'; stamp: string; header: H; lines: DesiredLine[] }
  | { kind: 'add-lines'; lines: DesiredLine[] }
  | { kind: 'update-header'; set: Partial<H> }
  | { kind: 'update-lines'; lines: { id: string; stamp: string; set: Partial<LineFields> }[] }
  | { kind: 'delete-line'; id: string; stamp: string | null }
  | { kind: 'delete-record'; id: string; why: 'fence' | 'removed' }
  | { kind: 'delete-twin'; id: string }
  | { kind: 'attach-files'; files: FileToSend[]; beside: string[] }
  | { kind: 'set-status'; status: string };

export type Refusal = { [C in ErrorCode]: { kind: 'refuse'; code: C; facts: Facts<C> } }[ErrorCode];

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
