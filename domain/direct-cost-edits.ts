import { type Decimal, formatMoney } from './decimal.ts';
import type {
  Agreed,
  DesiredDirectCost,
  EditChoice,
  HeaderFields,
  LineFields,
  RemoteDirectCost,
  Said,
} from './direct-cost.ts';
import { isSame, pickLine, same } from './direct-cost-fields.ts';
import { compare, saidOfHeader, sortLines, unwanted, type Wish } from './direct-cost-merge.ts';

/** What a decision about edits needs of a kind of record. */
interface Kind<H> {
  /** what people call the document, and the number of this one */
  noun: 'invoice' | 'purchase order';
  number: string;
  /** what counts of the record once the journal is this, excluding tax */
  totalOf(agreed: Agreed<H>): Decimal;
}

/** Decides about the edits of a direct cost; see `rebaseRecord`. */
export const rebase = (
  desired: DesiredDirectCost,
  agreed: Agreed,
  record: RemoteDirectCost,
  choice: EditChoice,
): { agreed: Agreed; note: string } =>
  rebaseRecord<HeaderFields>(desired, agreed, record, choice, {
    noun: 'invoice',
    number: desired.header.invoiceNumber,
    totalOf: (after) => compare(desired, after, record).total,
  });

/**
 * Carries out in the journal what a person decided about edits made in Procore. Where theirs are kept, our wish for those
 * fields counts as answered by them; where ours are taken, what stands there counts as agreed and our wish is news. Lines
 * that are not ours stay either way, and so do those that were kept before.
 *
 * @returns the journal to go on from, and a sentence for the log
 */
export function rebaseRecord<H extends object>(
  desired: Wish<H> & { total: string },
  { edits: _decided, kept: before, ...agreed }: Agreed<H>,
  record: RemoteDirectCost<H>,
  choice: EditChoice,
  { noun, number, totalOf }: Kind<H>,
): { agreed: Agreed<H>; note: string } {
  const keptBefore = choice === 'keep_theirs' ? (before?.lines ?? []) : [];
  const known = { lines: agreed.lines, kept: { ours: '', theirs: '', lines: keptBefore } };
  const { own } = sortLines(desired.stamp, known, record.lines);
  const lines = { ...agreed.lines };
  for (const [stamp, line] of own) {
    const now = pickLine(line);
    const want = desired.lines.find((one) => one.stamp === stamp);
    const said = agreed.lines[stamp] ?? { sent: now, got: now };
    lines[stamp] = { id: line.id, ...decideLine(want === undefined ? now : pickLine(want), said, now, choice) };
  }
  const header = decide(desired.header, saidOfHeader(agreed, record), record.header, choice);
  const next: Agreed<H> = { ...agreed, header, lines };
  if (choice === 'take_ours')
    return { agreed: next, note: `What people changed on ${number} in Procore is set back to what the ${noun} says.` };
  const worked = unwanted(desired, own).filter(({ id, stamp }) => {
    const [said, now] = [agreed.lines[stamp], record.lines.find((line) => line.id === id)];
    return said !== undefined && now !== undefined && !isSame(said.got, pickLine(now));
  });
  const kept = { ours: desired.total, theirs: '0', lines: [...keptBefore, ...worked.map(({ id }) => id)] };
  const theirs = totalOf({ ...next, kept }).toFixed(2);
  return {
    agreed: { ...next, kept: { ...kept, theirs } },
    note: `${number} is kept as people changed it in Procore: $${formatMoney(theirs)} there, $${formatMoney(desired.total)} here.`,
  };
}

/** A line they worked on is not made again only to blank a field of it. */
function decideLine(want: LineFields, said: Said<LineFields>, now: LineFields, choice: EditChoice): Said<LineFields> {
  const decided = decide(want, said, now, choice);
  if (choice === 'take_ours' || isSame(said.got, now)) return decided;
  const blank = Object.fromEntries(Object.entries(want).filter(([, value]) => value === null));
  return { ...decided, sent: { ...decided.sent, ...blank } };
}

/** Only fields they changed are decided about; the others stay as they were agreed. */
function decide<T extends object>(want: T, said: Said<T>, now: T, choice: EditChoice): Said<T> {
  const sent = { ...said.sent };
  for (const field of Object.keys(want) as (keyof T & string)[])
    if (!same(field, now[field], said.got[field])) sent[field] = choice === 'keep_theirs' ? want[field] : now[field];
  return { sent, got: { ...now } };
}
