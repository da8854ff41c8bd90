import {
  type Agreed,
  type DesiredDirectCost,
  type DesiredLine,
  type HeaderFields,
  isDraft,
  type LineFields,
  type Look,
  nothingAgreed,
  type Refusal,
  type RemoteDirectCost,
  type RemoteLine,
  type Said,
  type Write,
} from './direct-cost.ts';
import { FIELD_WORDS, pickLine, same } from './direct-cost-fields.ts';
import { afterFiles, filesOf, givenUp, holds, triedAgain } from './direct-cost-files.ts';
import { nameOf, shown } from './direct-cost-merge.ts';

/** A write on its way, noted before the call and cleared by its answer or by a certain refusal. */
export interface Sending<H = HeaderFields> {
  write: Write<H>;
  /** when it was sent, ISO */
  at: string;
  runId: string;
  /** looks that found nothing of it, at least the settle delay apart */
  emptyLooks: number;
  lastLookAt: string | null;
}

export type Settlement<H = HeaderFields> =
  /** it happened, or a read tells all there is to know: the journal goes on from `agreed` */
  | { kind: 'settled'; agreed: Agreed<H>; procoreId: string | null }
  /** look again after `ms`; an empty look that counts is noted */
  | { kind: 'wait'; ms: number; isCounted: boolean }
  /** a creating write nobody has seen after two looks, or a delete whose record still stands */
  | { kind: 'repeat' }
  /** our draft is deleted and made again, so that a late batch of lines lands on nothing */
  | { kind: 'fence' };

const EMPTY_LOOKS = 2;

/**
 * What became of a write that got no certain answer, from a look at Procore (design: ambiguous outcomes).
 * Only creating writes need patience, since only they can double.
 *
 * @param now milliseconds
 */
export function settle<H extends object = HeaderFields>(
  sending: Sending<H>,
  agreed: Agreed<H>,
  procoreId: string | null,
  look: Look<H>,
  now: number,
  settleDelayMs: number,
): Settlement<H> {
  const { write } = sending;
  if (write.kind === 'delete-record' && look.kind === 'ours') return { kind: 'repeat' };
  if (write.kind === 'delete-record') return { kind: 'settled', agreed: afterDelete(write, now), procoreId: null };
  if (write.kind === 'create-header' || write.kind === 'create-whole') {
    if (look.kind === 'ours')
      return { kind: 'settled', agreed: acknowledge(write, look.record, agreed, 'look'), procoreId: look.record.id };
    return patience(sending, now, settleDelayMs, 'repeat');
  }
  if (look.kind !== 'ours') return { kind: 'settled', agreed, procoreId };
  const { record } = look;
  if (write.kind === 'attach-files') return settleFiles(sending, write, agreed, procoreId, record, now, settleDelayMs);
  if (write.kind !== 'add-lines')
    return { kind: 'settled', agreed: acknowledge(write, record, agreed, 'look'), procoreId };
  const after = acknowledge(write, record, agreed, 'look');
  const hasLanded = write.lines.some((line) => after.lines[line.stamp] !== undefined);
  if (hasLanded) return { kind: 'settled', agreed: after, procoreId };
  const isFirstBatch = Object.keys(agreed.lines).length === 0 && record.lines.length === 0 && isDraft(record);
  return patience(sending, now, settleDelayMs, isFirstBatch ? 'fence' : 'repeat');
}

/** Files that never arrive are given up after some tries: they must not hold the record up (domain.md 3.9). */
function settleFiles<H extends object>(
  sending: Sending<H>,
  write: Write<H> & { kind: 'attach-files' },
  agreed: Agreed<H>,
  procoreId: string | null,
  record: RemoteDirectCost<H>,
  now: number,
  settleDelayMs: number,
): Settlement<H> {
  const names = record.attachments.map(({ filename }) => filename);
  if (write.files.some(({ name }) => holds(names, name)))
    return { kind: 'settled', agreed: acknowledge(write, record, agreed, 'look'), procoreId };
  const verdict = patience(sending, now, settleDelayMs, 'repeat');
  // Decided anew instead of repeated: the tries are counted there.
  return verdict.kind === 'repeat' ? { kind: 'settled', agreed: { ...agreed, freshIn: null }, procoreId } : verdict;
}

/** A creating write nobody has seen: two looks, the settle delay apart, before it is repeated. */
export function patience<T extends 'repeat' | 'fence'>(
  sending: Omit<Sending, 'write'>,
  now: number,
  settleDelayMs: number,
  then: T,
): { kind: 'wait'; ms: number; isCounted: boolean } | { kind: T } {
  const due = Date.parse(sending.lastLookAt ?? sending.at) + settleDelayMs;
  if (now < due) return { kind: 'wait', ms: due - now, isCounted: false };
  if (sending.emptyLooks + 1 < EMPTY_LOOKS) return { kind: 'wait', ms: settleDelayMs, isCounted: true };
  return { kind: then };
}

/** The journal after our record was deleted: a fence makes it again, and an early edition of it may yet turn up. */
export const afterDelete = ({ why }: { why: 'fence' | 'removed' }, now: number): Agreed<never> => ({
  ...nothingAgreed,
  repeatedAt: why === 'fence' ? new Date(now).toISOString() : null,
});

/** Where a record came from: the write's own answer, or a later look, which may be from before the write. */
type Source = 'answer' | 'look';

/** The journal once files are on their way: how often they were sent without an answer is counted before each time. */
export const beforeFiles = <H>(agreed: Agreed<H> | null): Agreed<H> => ({
  ...(agreed ?? nothingAgreed),
  files: triedAgain(filesOf(agreed)),
});

/** The journal of a record that goes on without its files, and why. */
export const withoutFiles = <H>(agreed: Agreed<H> | null, said: string): Agreed<H> => ({
  ...(agreed ?? nothingAgreed),
  files: givenUp(filesOf(agreed), said),
});

/** Takes into the journal what a record shows of a write: all of an answer, and as much as is there of a later look. */
export function acknowledge<H extends object = HeaderFields>(
  write: Write<H>,
  record: Pick<RemoteDirectCost<H>, 'header' | 'status' | 'lines' | 'attachments'>,
  agreed: Agreed<H>,
  source: Source,
): Agreed<H> {
  const next = { ...agreed, freshIn: null };
  switch (write.kind) {
    case 'create-header':
      return {
        ...next,
        header: { sent: write.header, got: record.header },
        lines: {},
        status: record.status,
        isDirty: true,
      };
    case 'create-whole':
      return {
        ...next,
        header: { sent: write.header, got: record.header },
        lines: newLines(write.lines, record.lines, nothingAgreed),
        status: record.status,
        isDirty: true,
      };
    case 'add-lines':
      return { ...next, isDirty: true, lines: { ...agreed.lines, ...newLines(write.lines, record.lines, agreed) } };
    case 'update-header': {
      const said = agreed.header ?? { sent: record.header, got: record.header };
      return { ...next, isDirty: true, header: takeFields(said, write.set, record.header, source) };
    }
    case 'update-lines': {
      const lines = { ...agreed.lines };
      for (const { id, stamp, set } of write.lines) {
        const line = record.lines.find((one) => one.id === id);
        if (line === undefined) continue;
        const got = pickLine(line);
        lines[stamp] = { id, ...takeFields(lines[stamp] ?? { sent: got, got }, set, got, source) };
      }
      return { ...next, isDirty: true, lines };
    }
    case 'delete-line': {
      if (write.stamp === null || record.lines.some((line) => line.id === write.id)) return next;
      const { [write.stamp]: _gone, ...lines } = agreed.lines;
      return { ...next, isDirty: true, lines };
    }
    case 'attach-files':
      return { ...next, files: afterFiles(filesOf(agreed), write, record.attachments, source === 'answer') };
    case 'set-status':
      return record.status === write.status ? { ...next, status: record.status, isDirty: false } : next;
    case 'delete-record':
    case 'delete-twin':
      return next;
  }
}

/**
 * The journal of a record that carries our stamp and is not in it yet, such as an early edition that turned up after its
 * successor was fenced off: it is ours as if its creation had just been answered.
 */
export const recognise = <H extends object = HeaderFields>(
  desired: { stamp: string; header: H },
  record: RemoteDirectCost<H>,
  agreed: Agreed<H> | null,
): Agreed<H> =>
  acknowledge<H>(
    { kind: 'create-header', stamp: desired.stamp, header: desired.header },
    record,
    agreed ?? nothingAgreed,
    'look',
  );

/** New lines are known by their stamp; where Procore keeps none, by equal content. Answers come in any order. */
function newLines(
  sent: readonly DesiredLine[],
  remote: readonly RemoteLine[],
  agreed: Pick<Agreed, 'lines'>,
): Agreed['lines'] {
  const known = new Set(Object.values(agreed.lines).map(({ id }) => id));
  const free = remote.filter((line) => !known.has(line.id));
  const found: Agreed['lines'] = {};
  for (const { stamp, wbsCodeId: _code, ...want } of sent) {
    const index = free.findIndex((line) => line.originData === stamp);
    const at = index >= 0 ? index : free.findIndex((line) => line.originData === null && looksLike(want, line));
    const [line] = at < 0 ? [] : free.splice(at, 1);
    if (line !== undefined) found[stamp] = { id: line.id, sent: want, got: pickLine(line) };
  }
  return found;
}

const CONTENT = ['amount', 'costCodeId', 'lineItemTypeId', 'description'] as const;
const looksLike = (want: LineFields, line: RemoteLine): boolean =>
  CONTENT.every((field) => same(field, want[field], line[field]));

/** A look may be from before the write: a field that still is what it was has not been taken. */
function takeFields<T extends object>(said: Said<T>, set: Partial<T>, now: T, source: Source): Said<T> {
  const keys = (Object.keys(set) as (keyof T & string)[]).filter(
    (field) => source === 'answer' || same(field, now[field], set[field]) || !same(field, now[field], said.got[field]),
  );
  const pick = (from: Partial<T>) => Object.fromEntries(keys.map((field) => [field, from[field]])) as Partial<T>;
  return { sent: { ...said.sent, ...pick(set) }, got: { ...said.got, ...pick(now) } };
}

/** What an answer says about codes and cents, which must come back as they were sent. */
export interface AnswerVerdict<H = HeaderFields> {
  agreed: Agreed<H>;
  refusal: Refusal | null;
  /** whether the project keeps tax codes, as far as this answer tells */
  keepsTax: boolean | null;
}

const MUST_SETTLE = ['amount', 'costCodeId', 'lineItemTypeId', 'taxCodeId'] as const;
const HEADER_MUST_SETTLE = ['invoiceNumber', 'number', 'vendorId'] as const;

/** What judging an answer asks of a wish. */
type Judged = Pick<DesiredDirectCost, 'projectText' | 'postWithoutTax' | 'names'>;

/**
 * Compares what was sent with what came back. A difference is forgotten as sent, so that a retry after the fix sends it again.
 */
export function judgeAnswer<H extends object = HeaderFields>(desired: Judged, agreed: Agreed<H>): AnswerVerdict<H> {
  let refusal: Refusal | null = null;
  let keepsTax: boolean | null = null;
  const lines: Agreed['lines'] = {};
  for (const [stamp, said] of Object.entries(agreed.lines)) {
    const sent = { ...said.sent };
    for (const field of MUST_SETTLE) {
      if (field === 'taxCodeId' && sent.taxCodeId !== null)
        keepsTax = said.got.taxCodeId !== null && keepsTax !== false;
      if (same(field, sent[field], said.got[field])) continue;
      const isTaxDropped = field === 'taxCodeId' && said.got.taxCodeId === null;
      refusal ??= isTaxDropped
        ? desired.postWithoutTax
          ? null
          : {
              kind: 'refuse',
              code: 'TAX_OFF',
              facts: { project: desired.projectText, taxCode: nameOf(desired, sent.taxCodeId) },
            }
        : notSettled(desired, field, sent[field], said.got[field]);
      Object.assign(sent, { [field]: said.got[field] });
    }
    lines[stamp] = { ...said, sent };
  }
  const header = agreed.header === null ? null : { ...agreed.header, sent: { ...agreed.header.sent } };
  for (const field of header === null ? [] : HEADER_MUST_SETTLE) {
    const { sent, got } = header as Said<Partial<Record<(typeof HEADER_MUST_SETTLE)[number], string>>>;
    if (same(field, sent[field], got[field])) continue;
    refusal ??= notSettled(desired, field, sent[field] ?? null, got[field] ?? null);
    Object.assign(sent, { [field]: got[field] });
  }
  return { agreed: { ...agreed, header, lines }, refusal, keepsTax };
}

const notSettled = (desired: Judged, field: string, sent: string | null, got: string | null): Refusal => ({
  kind: 'refuse',
  code: 'NOT_SETTLED',
  facts: { field: FIELD_WORDS[field] ?? field, sent: shown(desired, field, sent), got: shown(desired, field, got) },
});

/**
 * The journal of a record that a person told us to take over: its fields count as agreed, so that only our wishes are
 * written; its lines become ours where they say what ours say. Others stay other people's.
 */
export function adopt(desired: DesiredDirectCost, record: RemoteDirectCost): Agreed {
  const taken = newLines(
    desired.lines,
    record.lines.map((line) => ({ ...line, originData: null })),
    nothingAgreed,
  );
  return {
    ...nothingAgreed,
    header: { sent: { ...record.header, invoiceNumber: desired.header.invoiceNumber }, got: record.header },
    lines: Object.fromEntries(Object.entries(taken).map(([stamp, { id, got }]) => [stamp, { id, sent: got, got }])),
    status: null,
    isDirty: true,
    isAdopted: true,
  };
}
