import { type Decimal, sum } from './decimal.ts';
import {
  type Agreed,
  type DesiredDirectCost,
  isUnusedEdition,
  type Look,
  nothingAgreed,
  type Refusal,
  type RemoteDirectCost,
  type Write,
} from './direct-cost.ts';
import { rebaseRecord } from './direct-cost-edits.ts';
import { filesOf } from './direct-cost-files.ts';
import { type Comparison, compare, type Gap, sortLines } from './direct-cost-merge.ts';
import type { ErrorCode, Facts } from './errors.ts';
import type { AccountingMethod } from './purchase-order.ts';
import { nextOrderFiles } from './purchase-order-files.ts';

/** The header fields of a purchase order that we own. Dates are `YYYY-MM-DD`. */
export interface OrderHeader {
  number: string;
  title: string | null;
  description: string | null;
  vendorId: string;
  contractDate: string | null;
  deliveryDate: string | null;
}

/** The Procore record an order of ours shall be. */
export interface DesiredOrder
  extends Pick<
    DesiredDirectCost,
    'stamp' | 'projectText' | 'vendorName' | 'total' | 'lines' | 'files' | 'scope' | 'postWithoutTax' | 'names'
  > {
  header: OrderHeader;
  accountingMethod: AccountingMethod;
  status: 'Approved';
}

/** The journal of an order. */
export interface OrderAgreed extends Agreed<OrderHeader> {
  /** when Procore said that the number is taken although no order showed it */
  takenAt?: string | null;
  /** whether earlier files stayed when one was added; left out until a second one told */
  keepsFiles?: boolean;
}

/** What keeps people's work on an order safe from our changes. */
export type OrderTouch = 'a claim' | 'a payment' | 'a change order';

/** An order as Procore shows it now. */
export interface RemoteOrder extends RemoteDirectCost<OrderHeader> {
  accountingMethod: AccountingMethod | null;
  touches: OrderTouch[];
  /** false where only one of its files can be seen */
  showsAllFiles: boolean;
}

export type OrderLook =
  | Exclude<Look<OrderHeader>, { kind: 'ours' | 'foreign' }>
  /** an order that is not ours has the number */
  | { kind: 'taken' }
  | { kind: 'ours'; record: RemoteOrder; twins: { id: string; isUnused: boolean }[] };

export type OrderWrite = Exclude<Write<OrderHeader>, { kind: 'create-whole' }>;

export type OrderVerdict =
  | { kind: 'done' }
  | { kind: 'write'; write: OrderWrite }
  /** what is gone is forgotten, to be made again: some lines, or the order */
  | { kind: 'forget'; lines: string[] | null }
  /** a person decided about edits there: the journal goes on from this */
  | { kind: 'rebase'; agreed: OrderAgreed; note: string }
  /** the files cannot go; the order does without them */
  | { kind: 'without-files'; said: string }
  | Refusal;

const refuse = <C extends ErrorCode>(code: C, facts: Facts<C>): Refusal => ({ kind: 'refuse', code, facts }) as Refusal;
const write = (one: OrderWrite): OrderVerdict => ({ kind: 'write', write: one });

/** Whether an order with our stamp is an edition nobody uses. */
export const isUnusedOrder = (record: RemoteOrder): boolean => record.touches.length === 0 && isUnusedEdition(record);

/**
 * Compares the order we want with what was agreed and what Procore has now, and names the one next write, or why there
 * can be none: header as a draft, lines, corrections, Approved last (design: outbound). Lines people added stay, and do
 * not count in what we compare.
 */
export function nextOrderWrite(desired: DesiredOrder, agreed: OrderAgreed | null, look: OrderLook): OrderVerdict {
  const { number } = desired.header;
  if (desired.scope === 'files') return filesOnly(desired, agreed, look);
  switch (look.kind) {
    case 'none':
      return write({ kind: 'create-header', stamp: desired.stamp, header: desired.header });
    case 'taken':
      return refuse('PO_NUMBER_TAKEN', { number, project: desired.projectText });
    case 'gone':
      if (agreed?.mayRecreate) return { kind: 'forget', lines: null };
      return refuse('DELETED_REMOTELY', { number, project: desired.projectText });
    case 'ours':
      return converge(desired, agreed ?? nothingAgreed, look.record, look.twins);
  }
}

function filesOnly(desired: DesiredOrder, agreed: OrderAgreed | null, look: OrderLook): OrderVerdict {
  if (filesOf(agreed).problem !== null) return { kind: 'done' };
  if (look.kind !== 'ours') return { kind: 'without-files', said: 'the order is not there any more' };
  return fileStep(desired, agreed, look.record) ?? { kind: 'done' };
}

/** Files go even to an approved order: they change nothing of what was approved. */
function fileStep({ files }: DesiredOrder, agreed: OrderAgreed | null, record: RemoteOrder): OrderVerdict | null {
  const verdict = nextOrderFiles(files, agreed, record);
  if (verdict.kind === 'nothing') return null;
  if (verdict.kind === 'give-up') return { kind: 'without-files', said: verdict.said };
  if (record.originId !== null) return { kind: 'without-files', said: 'the order belongs to another system there' };
  return write({ kind: 'attach-files', files: verdict.files, beside: verdict.beside });
}

function converge(
  desired: DesiredOrder,
  agreed: OrderAgreed,
  record: RemoteOrder,
  [twin]: { id: string; isUnused: boolean }[],
): OrderVerdict {
  const { number } = desired.header;
  if (twin !== undefined)
    return twin.isUnused
      ? write({ kind: 'delete-twin', id: twin.id })
      : refuse('DOUBLE_POSTED', { number, project: desired.projectText });
  if (record.accountingMethod !== null && record.accountingMethod !== desired.accountingMethod)
    return refuse('NOT_SETTLED', {
      field: 'The accounting method',
      sent: desired.accountingMethod,
      got: record.accountingMethod,
    });
  const compared = compare(desired, agreed, record);
  const { lost, conflict, gap } = compared;
  if (lost.length > 0 && agreed.mayRecreate) return { kind: 'forget', lines: lost };
  if (lost.length > 0)
    return refuse('DELETED_REMOTELY', { number: `A line of ${number}`, project: desired.projectText });
  if (agreed.edits !== undefined)
    return {
      kind: 'rebase',
      ...rebaseRecord<OrderHeader>(desired, agreed, record, agreed.edits, {
        noun: 'purchase order',
        number,
        totalOf: (after) => ownTotal(desired, after, record, compare(desired, after, record)),
      }),
    };
  if (conflict !== undefined) return refuse('CONFLICT', conflict);
  const total = ownTotal(desired, agreed, record, compared);
  const isKept = agreed.kept?.ours === desired.total && total.equals(agreed.kept.theirs);
  if (!total.equals(desired.total) && !isKept)
    return refuse('REMOTE_EDITED', {
      number,
      ours: desired.total,
      theirs: sum(record.lines.map((line) => line.amount))
        .minus(sumOfTheirs(desired, agreed, record))
        .toFixed(2),
    });
  return step(desired, agreed, record, gap);
}

/** What our own lines come to once the gap is closed: lines people added do not count. */
const ownTotal = (
  desired: DesiredOrder,
  agreed: OrderAgreed,
  record: RemoteOrder,
  { total }: Comparison<OrderHeader>,
): Decimal => total.minus(sumOfTheirs(desired, agreed, record));

const sumOfTheirs = ({ stamp }: DesiredOrder, agreed: OrderAgreed, { lines }: RemoteOrder): Decimal =>
  sum(sortLines(stamp, agreed, lines).foreign.map((line) => line.amount));

function step(desired: DesiredOrder, agreed: OrderAgreed, record: RemoteOrder, gap: Gap<OrderHeader>): OrderVerdict {
  const { number } = desired.header;
  const header = withoutBlankDates(gap.header);
  const hasHeader = Object.keys(header).length > 0;
  const changesLines = gap.add.length + gap.update.length + gap.remove.length > 0;
  const hasGap = hasHeader || changesLines;
  const status = nextStatus(desired, agreed, record, hasGap);
  const files = fileStep(desired, agreed, record);
  if (!hasGap && status === null) return files ?? { kind: 'done' };
  const lock = whyLocked(record);
  if (lock !== null) return refuse('LOCKED', { number, why: lock });
  if ((changesLines || header.vendorId !== undefined) && record.touches.length > 0)
    return refuse('PO_NEEDS_VARIATION', { number, why: `${record.touches.join(' and ')} stands on it` });
  // What an approved order may refuse goes first, so that a refusal leaves nothing half changed.
  if (gap.update.length > 0) return write({ kind: 'update-lines', lines: gap.update });
  if (gap.add.length > 0) return write({ kind: 'add-lines', lines: gap.add });
  if (gap.remove[0] !== undefined) return write({ kind: 'delete-line', ...gap.remove[0] });
  if (hasHeader) return write({ kind: 'update-header', set: header });
  if (files !== null) return files;
  return status === null ? { kind: 'done' } : write({ kind: 'set-status', status });
}

/** Procore's call changes a date but takes none away, so one that was taken off here stays there. */
const withoutBlankDates = (header: Partial<OrderHeader>): Partial<OrderHeader> =>
  Object.fromEntries(
    Object.entries(header).filter(
      ([field, value]) => value !== null || !['contractDate', 'deliveryDate'].includes(field),
    ),
  );

const RANK: Readonly<Record<string, number>> = {
  Draft: 0,
  Processing: 1,
  Submitted: 2,
  Approved: 3,
  'Partially Received': 4,
  Received: 5,
  Closed: 6,
};

/** The status still to be set. It only moves forward, and an order that people moved since stays where they put it. */
function nextStatus(
  desired: DesiredOrder,
  agreed: OrderAgreed,
  record: RemoteOrder,
  hasGap: boolean,
): DesiredOrder['status'] | null {
  const isPut = agreed.status === desired.status && !hasGap && !agreed.isDirty;
  const rank = RANK[record.status];
  return !isPut && rank !== undefined && rank < RANK[desired.status]! ? desired.status : null;
}

function whyLocked(record: RemoteOrder): string | null {
  if (record.originId !== null) return 'its origin_id belongs to another system, such as the accounting system';
  return record.status === 'Closed' ? 'it is closed' : null;
}
