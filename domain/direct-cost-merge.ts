import { Decimal, formatMoney, sum, toCents } from './decimal.ts';
import type {
  Agreed,
  DesiredDirectCost,
  DesiredLine,
  HeaderFields,
  LineFields,
  RemoteDirectCost,
  RemoteLine,
  Said,
} from './direct-cost.ts';
import { FIELD_WORDS, isSame, NUMBERS, pickLine, same, text, unblankable } from './direct-cost-fields.ts';
import { sameButReference } from './stamp.ts';

/** What stands between the record and what we want. */
export interface Gap<H = HeaderFields> {
  header: Partial<H>;
  add: DesiredLine[];
  update: { id: string; stamp: string; set: Partial<LineFields> }[];
  remove: { id: string; stamp: string | null }[];
}

type Conflict = { field: string; ours: string; theirs: string };

/** How the record compares with what we want, field by field. */
export interface Comparison<H = HeaderFields> {
  /** stamps of lines of ours that are not there any more */
  lost: string[];
  /** the first field that was changed on both sides */
  conflict: Conflict | undefined;
  gap: Gap<H>;
  /** what the record comes to once the gap is closed, excluding tax */
  total: Decimal;
}

/** What comparing asks of a wish. */
export type Wish<H = HeaderFields> = Pick<DesiredDirectCost, 'stamp' | 'lines' | 'names'> & { header: H };

/** Compares a record of ours with our wish by what was last agreed on (design: people edit too). */
export function compare<H extends { description: string | null } = HeaderFields>(
  desired: Wish<H>,
  agreed: Agreed<H>,
  record: RemoteDirectCost<H>,
): Comparison<H> {
  const { own, doubled, foreign } = sortLines(desired.stamp, agreed, record.lines);
  const said = saidOfHeader(agreed, record);
  const isReworded = !sameButReference(desired.header.description, said.sent.description);
  const wish = isReworded ? desired.header : { ...desired.header, description: said.sent.description };
  const header = merge(desired, wish, said, record.header);
  const merged = mergeLines(desired, agreed, own);
  const add = desired.lines.filter((line) => !own.has(line.stamp));
  return {
    lost: desired.lines
      .map(({ stamp }) => stamp)
      .filter((stamp) => agreed.lines[stamp] !== undefined && !own.has(stamp)),
    conflict: header.conflict ?? merged.conflict ?? conflictOfRemoval(desired, agreed, own),
    gap: {
      header: header.set,
      add,
      update: merged.update,
      remove: [...doubled, ...merged.replace, ...unwanted(desired, own)],
    },
    total: sum([...merged.amounts, ...add.map((line) => line.amount), ...foreign.map((line) => line.amount)]),
  };
}

/** Which remote lines are ours: by the id in the journal, else by our stamp. A second line of one stamp is one too many. */
export function sortLines(stamp: string, agreed: Pick<Agreed, 'lines' | 'kept'>, lines: readonly RemoteLine[]) {
  const kept = agreed.kept?.lines ?? [];
  const byId = new Map(Object.entries(agreed.lines).map(([own, { id }]) => [id, own]));
  const own = new Map<string, RemoteLine>();
  const doubled: { id: string; stamp: string | null }[] = [];
  const foreign: RemoteLine[] = [];
  const journaledFirst = [...lines].sort((a, b) => Number(byId.has(b.id)) - Number(byId.has(a.id)));
  for (const line of journaledFirst) {
    const name = byId.get(line.id) ?? (line.originData?.startsWith(`${stamp}/`) ? line.originData : undefined);
    if (name === undefined || kept.includes(line.id)) foreign.push(line);
    else if (own.has(name)) doubled.push({ id: line.id, stamp: null });
    else own.set(name, line);
  }
  return { own, doubled, foreign };
}

export const unwanted = (desired: Pick<DesiredDirectCost, 'lines'>, own: ReadonlyMap<string, RemoteLine>) =>
  [...own]
    .filter(([stamp]) => !desired.lines.some((line) => line.stamp === stamp))
    .map(([stamp, line]) => ({ id: line.id, stamp }));

/** What was last said of the header; of one we never wrote, what stands there. */
export const saidOfHeader = <H>(agreed: Agreed<H>, record: RemoteDirectCost<H>): Said<H> =>
  agreed.header ?? { sent: record.header, got: record.header };

/** A line the invoice no longer has goes, unless people have worked on it since. */
function conflictOfRemoval(
  desired: Pick<DesiredDirectCost, 'lines'>,
  agreed: Pick<Agreed, 'lines'>,
  own: ReadonlyMap<string, RemoteLine>,
): Conflict | undefined {
  for (const { stamp } of unwanted(desired, own)) {
    const [said, now] = [agreed.lines[stamp], own.get(stamp)];
    if (said === undefined || now === undefined || isSame(said.got, pickLine(now))) continue;
    return { field: 'A line', ours: 'taken off', theirs: `$${formatMoney(now.amount)}` };
  }
  return undefined;
}

function mergeLines(
  desired: Pick<DesiredDirectCost, 'lines' | 'names'>,
  agreed: Pick<Agreed, 'lines'>,
  own: ReadonlyMap<string, RemoteLine>,
) {
  const update: Gap['update'] = [];
  const replace: Gap['remove'] = [];
  const amounts: string[] = [];
  let conflict: Conflict | undefined;
  for (const { stamp, wbsCodeId: _code, ...want } of desired.lines) {
    const now = own.get(stamp);
    if (now === undefined) continue;
    const said = agreed.lines[stamp] ?? { sent: pickLine(now), got: pickLine(now) };
    const merged = merge<LineFields>(desired, want, said, now);
    conflict ??= merged.conflict;
    const blank = unblankable(merged.set, now);
    if (blank !== undefined && !isSame(said.got, pickLine(now)))
      conflict ??= { field: FIELD_WORDS[blank] ?? blank, ours: 'nothing', theirs: shown(desired, blank, now[blank]) };
    // A field is only blanked by making the line again.
    if (blank !== undefined) replace.push({ id: now.id, stamp });
    else if (Object.keys(merged.set).length > 0) update.push({ id: now.id, stamp, set: merged.set });
    amounts.push(merged.set.amount ?? now.amount);
  }
  return { update, replace, amounts, conflict };
}

/** Three-way merge of the fields we own: our wish, our last word, Procore's answer to it, Procore now. */
function merge<T extends object>(
  desired: Pick<DesiredDirectCost, 'names'>,
  want: T,
  said: Said<T>,
  now: T,
): { set: Partial<T>; conflict?: Conflict } {
  const set: Partial<T> = {};
  let conflict: Conflict | undefined;
  for (const field of Object.keys(want) as (keyof T & string)[]) {
    const weChanged = !same(field, want[field], said.sent[field]);
    const theyChanged = !same(field, now[field], said.got[field]);
    if (!weChanged || same(field, want[field], now[field])) continue; // their edit, or nothing, or both agree
    if (theyChanged)
      conflict ??= {
        field: FIELD_WORDS[field] ?? field,
        ours: shown(desired, field, want[field]),
        theirs: shown(desired, field, now[field]),
      };
    else set[field] = want[field];
  }
  return conflict === undefined ? { set } : { set, conflict };
}

/** A value as people call it. */
export const nameOf = (desired: Pick<DesiredDirectCost, 'names'>, value: unknown): string =>
  desired.names[text(value)] ?? text(value);

/** A value of a field as people read it: money in cents, other numbers without idle zeros. */
export function shown(desired: Pick<DesiredDirectCost, 'names'>, field: string, value: unknown): string {
  const said = text(value);
  if (!NUMBERS.includes(field) || said === '') return nameOf(desired, value);
  return field === 'amount' ? toCents(new Decimal(said)) : new Decimal(said).toFixed();
}

/** What a record totals, excluding tax. */
export const totalOf = (record: RemoteDirectCost): Decimal => sum(record.lines.map((line) => line.amount));
