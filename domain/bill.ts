import { Decimal, sameNumber, sum } from './decimal.ts';
import type { ErrorCode, Facts } from './errors.ts';
import type { DocumentFile } from './invoice.ts';

/** A line of a bill. Dollars; a line without account and amount is text. */
export interface BillLine {
  description: string;
  amount: string;
  glCode: string | null;
  taxType: string | null;
  tax: string;
}

/** The fields of a bill or credit note that we own. */
export interface Bill {
  number: string;
  contactId: string;
  date: string;
  /** null on credit notes */
  dueDate: string | null;
  lines: BillLine[];
}

export type BillKind = 'bill' | 'credit_note';

/** The record the overhead lines of an invoice shall be. Our reference stands in a text line of it. */
export interface DesiredBill {
  kind: BillKind;
  system: string;
  vendorName: string;
  bill: Bill;
  total: string;
  tax: string;
  status: 'draft' | 'submitted' | 'authorised';
  /** what a person chose about a record of that number that is not ours */
  choice: 'link_only' | 'take_over' | null;
  /** where people open the invoice here */
  url: string;
  files: DocumentFile[];
}

export type BillStatus = 'draft' | 'submitted' | 'authorised' | 'paid' | 'voided' | 'deleted';

/** A bill or credit note as the accounting system shows it. */
export interface RemoteBill {
  id: string;
  kind: BillKind;
  bill: Bill;
  status: BillStatus;
  /** something was paid, or a credit allocated */
  isPaid: boolean;
  hasFiles: boolean;
}

/** What we last sent, and what came of it; each field of a bill is compared as a whole. */
export interface AgreedBill {
  sent: Bill;
  got: Bill;
  kind: BillKind;
  /** names of our files that arrived */
  files: string[];
  /** when a creating write was last repeated: its first edition may yet turn up */
  repeatedAt: string | null;
  /** the run that just created it: nobody can have changed it since */
  freshIn: string | null;
  /** a person linked somebody else's record: it is never written */
  isLinkOnly: boolean;
}

export type BillWrite =
  | { kind: 'create'; of: BillKind; bill: Bill }
  | { kind: 'update'; set: Partial<Bill> }
  | { kind: 'attach'; file: DocumentFile }
  | { kind: 'set-status'; status: BillStatus }
  /** an empty wish, or a second edition of ours */
  | { kind: 'remove'; id: string; of: BillKind; status: 'deleted' | 'voided'; why: 'unwanted' | 'twin' };

export type BillLook =
  | { kind: 'none' }
  | { kind: 'foreign'; id: string }
  /** `twins` carry our reference too, but the journal does not name them */
  | { kind: 'ours'; record: RemoteBill; twins: RemoteBill[] }
  | { kind: 'gone' };

export type BillRefusal = { [C in ErrorCode]: { kind: 'refuse'; code: C; facts: Facts<C> } }[ErrorCode];

export type BillVerdict =
  | { kind: 'done' }
  | { kind: 'write'; write: BillWrite }
  | { kind: 'link'; id: string }
  | BillRefusal;

const RANK: Record<BillStatus, number> = { draft: 0, submitted: 1, authorised: 2, paid: 3, voided: 4, deleted: 4 };
const isOver = ({ status }: RemoteBill): boolean => status === 'voided' || status === 'deleted';

/**
 * The one next write that brings a bill closer to what the invoice says, or why there is none (design: outbound).
 * Made as a draft and raised last, so that what did not settle never stands in the books.
 *
 * @param desired null: the invoice has no overhead lines any more
 */
export function nextBillWrite(desired: DesiredBill | null, agreed: AgreedBill | null, look: BillLook): BillVerdict {
  if (desired === null || (agreed !== null && agreed.kind !== desired.kind)) return removal(agreed, look);
  const { system } = desired;
  const { number } = desired.bill;
  if (agreed?.isLinkOnly) return { kind: 'done' };
  switch (look.kind) {
    case 'none':
      return agreed === null
        ? { kind: 'write', write: { kind: 'create', of: desired.kind, bill: desired.bill } }
        : { kind: 'refuse', code: 'BILL_GONE', facts: { number, system } };
    case 'gone':
      return { kind: 'refuse', code: 'BILL_GONE', facts: { number, system } };
    case 'foreign':
      return desired.choice === 'link_only'
        ? { kind: 'link', id: look.id }
        : { kind: 'refuse', code: 'BILL_DUPLICATE', facts: { number, vendor: desired.vendorName, system } };
    case 'ours':
      return nextOfOurs(desired, agreed ?? recogniseBill(desired, look.record), look.record, look.twins);
  }
}

/** A record with our reference that the journal does not know yet is ours as if its creation had just been answered. */
export const recogniseBill = (desired: DesiredBill, record: RemoteBill): AgreedBill => ({
  sent: desired.bill,
  got: record.bill,
  kind: record.kind,
  files: [],
  repeatedAt: null,
  freshIn: null,
  isLinkOnly: false,
});

function nextOfOurs(
  desired: DesiredBill,
  agreed: AgreedBill,
  record: RemoteBill,
  twins: readonly RemoteBill[],
): BillVerdict {
  const { system, bill } = desired;
  const { number } = bill;
  if (isOver(record)) return { kind: 'refuse', code: 'BILL_GONE', facts: { number, system } };
  const [twin] = twins.filter((one) => !isOver(one));
  if (twin !== undefined)
    return twin.status === 'draft'
      ? { kind: 'write', write: remove(twin, 'deleted', 'twin') }
      : { kind: 'refuse', code: 'BILL_TWICE', facts: { number, system } };
  const { set, conflict } = merge(bill, agreed, record.bill);
  if (conflict !== null) {
    const facts = { number, field: WORDS[conflict], ...told(conflict, bill, record.bill), system };
    return { kind: 'refuse', code: 'BILL_EDITED', facts };
  }
  if (Object.keys(set).length > 0) {
    if (record.isPaid || record.status === 'paid')
      return { kind: 'refuse', code: 'BILL_LOCKED', facts: { number, why: 'something is paid on it', system } };
    return { kind: 'write', write: { kind: 'update', set } };
  }
  const off = totalsOff(desired, record.bill);
  if (off !== null) return { kind: 'refuse', code: 'BILL_EDITED', facts: { number, ...off, system } };
  const file = desired.files.find(({ filename }) => !agreed.files.includes(filename));
  if (file !== undefined) return { kind: 'write', write: { kind: 'attach', file } };
  return RANK[record.status] < RANK[desired.status]
    ? { kind: 'write', write: { kind: 'set-status', status: desired.status } }
    : { kind: 'done' };
}

/** Deletes only what is ours, unchanged and unpaid; what was never made needs nothing. */
function removal(agreed: AgreedBill | null, look: BillLook): BillVerdict {
  if (agreed === null || agreed.isLinkOnly || look.kind !== 'ours' || isOver(look.record)) return { kind: 'done' };
  const { record } = look;
  const facts = { number: record.bill.number, system: 'Accounting' };
  if (record.isPaid || record.status === 'paid')
    return { kind: 'refuse', code: 'BILL_LOCKED', facts: { ...facts, why: 'something is paid on it' } };
  const changed = FIELDS.find((field) => !same(field, record.bill, agreed.got));
  if (changed !== undefined)
    return {
      kind: 'refuse',
      code: 'BILL_EDITED',
      facts: { ...facts, field: WORDS[changed], ...told(changed, agreed.got, record.bill) },
    };
  const status = record.status === 'authorised' ? 'voided' : 'deleted';
  return { kind: 'write', write: remove(record, status, 'unwanted') };
}

const remove = (record: RemoteBill, status: 'deleted' | 'voided', why: 'unwanted' | 'twin'): BillWrite => ({
  kind: 'remove',
  id: record.id,
  of: record.kind,
  status,
  why,
});

const FIELDS = ['number', 'contactId', 'date', 'dueDate', 'lines'] as const;
type Field = (typeof FIELDS)[number];

const WORDS: Record<Field, string> = {
  number: 'the number',
  contactId: 'the supplier',
  date: 'the date',
  dueDate: 'the due date',
  lines: 'what its lines say',
};

/** Three-way merge of the fields we own: our wish, our last word, the answer to it, and what stands there now. */
function merge(want: Bill, agreed: AgreedBill, now: Bill): { set: Partial<Bill>; conflict: Field | null } {
  const set: Partial<Bill> = {};
  let conflict: Field | null = null;
  for (const field of FIELDS) {
    const weChanged = !same(field, want, agreed.sent);
    if (!weChanged || same(field, want, now)) continue; // their edit, or nothing, or both agree
    if (!same(field, now, agreed.got)) conflict ??= field;
    else Object.assign(set, { [field]: want[field] });
  }
  return { set, conflict };
}

/** An edit of theirs is theirs, but the bill must still come to what the invoice says. */
function totalsOff(desired: DesiredBill, now: Bill) {
  const total = totalOf(now);
  if (!sameNumber(total, desired.total)) return { field: 'the total', ours: desired.total, theirs: total };
  const tax = taxOf(now);
  return sameNumber(tax, desired.tax) ? null : { field: 'the GST', ours: desired.tax, theirs: tax };
}

export const totalOf = ({ lines }: Bill): string => sum(lines.map(({ amount }) => amount)).toFixed(2);
const taxOf = ({ lines }: Bill): string => sum(lines.map(({ tax }) => tax)).toFixed(2);

/** Fields in one form, so that scales and a blank do not count as differences. */
function plain(field: Field, bill: Bill): string {
  if (field !== 'lines') return bill[field] ?? '';
  return JSON.stringify(
    bill.lines.map(({ description, amount, glCode, taxType, tax }) => [
      description.trim(),
      new Decimal(amount).toFixed(2),
      glCode ?? '',
      taxType ?? '',
      new Decimal(tax).toFixed(2),
    ]),
  );
}

const same = (field: Field, a: Bill, b: Bill): boolean => plain(field, a) === plain(field, b);

/** Both sides of a difference as people read them; lines by the first that differs. */
function told(field: Field, ours: Bill, theirs: Bill): { ours: string; theirs: string } {
  if (field !== 'lines') return { ours: ours[field] ?? '', theirs: theirs[field] ?? '' };
  const at = Math.max(
    0,
    ours.lines.findIndex((line, index) => lineText(line) !== lineText(theirs.lines[index])),
  );
  return { ours: lineText(ours.lines[at]), theirs: lineText(theirs.lines[at]) };
}

const lineText = (line: BillLine | undefined): string =>
  line === undefined
    ? 'no line'
    : [line.description.trim(), line.glCode, line.taxType, line.amount].filter(Boolean).join(', ');

/** What an answer says about codes and cents, which must come back as they were sent. */
export function judgeBill(desired: DesiredBill, sent: Partial<Bill>, got: Bill): BillRefusal | null {
  const lines = sent.lines ?? [];
  for (const [index, line] of lines.entries()) {
    const back = got.lines[index];
    const facts = (field: string, wanted: string, came: string) => ({
      field: `${field} of line ${index + 1}`,
      sent: wanted,
      got: came,
      system: desired.system,
    });
    const refuse = (difference: Facts<'BILL_NOT_SETTLED'>): BillRefusal => ({
      kind: 'refuse',
      code: 'BILL_NOT_SETTLED',
      facts: difference,
    });
    if (back === undefined) return refuse(facts('the text', line.description, 'no line'));
    if (!sameNumber(line.amount, back.amount)) return refuse(facts('the amount', line.amount, back.amount));
    if (!sameNumber(line.tax, back.tax)) return refuse(facts('the GST', line.tax, back.tax));
    if (line.glCode !== null && line.glCode !== back.glCode)
      return refuse(facts('the account', line.glCode, back.glCode ?? ''));
    if (line.taxType !== null && line.taxType !== back.taxType)
      return refuse(facts('the tax rate', line.taxType, back.taxType ?? ''));
  }
  return null;
}

/** A write on its way. The key is the same however often this write is made, so that the system does it once. */
export interface BillSending {
  write: BillWrite;
  key: string;
  /** when it was sent, ISO */
  at: string;
  /** looks that found nothing of it, at least the settle delay apart */
  emptyLooks: number;
  lastLookAt: string | null;
}

export type BillSettlement =
  | { kind: 'settled'; agreed: AgreedBill | null; id: string | null }
  | { kind: 'wait'; ms: number; isCounted: boolean }
  /** a create nobody has seen after two looks, and that is still wanted, goes out again under the same key */
  | { kind: 'repeat' };

const EMPTY_LOOKS = 2;

/**
 * What became of a write without a certain answer, from a look (design: ambiguous outcomes). Only the create needs
 * patience; the others name their record.
 *
 * @param now milliseconds
 */
export function settleBill(
  desired: DesiredBill | null,
  { write, at, emptyLooks, lastLookAt }: BillSending,
  journal: { agreed: AgreedBill | null; id: string | null },
  look: BillLook,
  now: number,
  settleDelayMs: number,
): BillSettlement {
  if (write.kind !== 'create') {
    const record = look.kind === 'ours' ? look.record : null;
    const agreed = record === null ? journal.agreed : acknowledgeBill(write, record, journal.agreed, 'look');
    return { kind: 'settled', agreed, id: journal.id };
  }
  if (look.kind === 'ours')
    return { kind: 'settled', agreed: acknowledgeBill(write, look.record, null, 'answer'), id: look.record.id };
  const due = Date.parse(lastLookAt ?? at) + settleDelayMs;
  if (now < due) return { kind: 'wait', ms: due - now, isCounted: false };
  if (emptyLooks + 1 < EMPTY_LOOKS) return { kind: 'wait', ms: settleDelayMs, isCounted: true };
  return desired?.kind === write.of ? { kind: 'repeat' } : { kind: 'settled', agreed: null, id: null };
}

/**
 * Takes into the journal what a record shows of a write. A look may be from before the write: a field that still is what it
 * was has not been taken.
 */
export function acknowledgeBill(
  write: BillWrite,
  record: RemoteBill,
  agreed: AgreedBill | null,
  source: 'answer' | 'look',
): AgreedBill | null {
  if (write.kind === 'create')
    return {
      sent: write.bill,
      got: record.bill,
      kind: record.kind,
      files: [],
      repeatedAt: null,
      freshIn: null,
      isLinkOnly: false,
    };
  if (agreed === null) return null;
  const next = { ...agreed, freshIn: null };
  switch (write.kind) {
    case 'update': {
      const taken = (Object.keys(write.set) as Field[]).filter(
        (field) => source === 'answer' || !same(field, record.bill, agreed.got),
      );
      const pick = (from: Partial<Bill>) => Object.fromEntries(taken.map((field) => [field, from[field]]));
      return {
        ...next,
        sent: { ...agreed.sent, ...pick(write.set) },
        got: { ...agreed.got, ...pick(record.bill) },
      };
    }
    case 'attach':
      return source === 'answer' ? { ...next, files: [...new Set([...agreed.files, write.file.filename])] } : next;
    case 'set-status':
      return next;
    case 'remove':
      return write.why === 'unwanted' && isOver(record) ? null : next;
  }
}
