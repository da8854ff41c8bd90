import { Decimal, sameNumber } from './decimal.ts';
import type { ErrorCode, Facts } from './errors.ts';

/** The fields of a time card entry that we own. Hours are totals; moments count where the project goes from start to stop. */
export interface TimecardFields {
  hours: string;
  timeIn: string | null;
  timeOut: string | null;
  lunchMinutes: string | null;
  costCodeId: string;
  lineItemTypeId: string;
  subJobId: string | null;
  timeTypeId: string | null;
  description: string | null;
}

/** The Procore time card entry one piece of work shall be. */
export interface DesiredTimecard {
  projectText: string;
  mode: 'hours' | 'start-stop';
  status: 'pending' | 'approved';
  fields: TimecardFields;
  /** what a person chose about hours that were there already */
  choice: 'link' | 'add' | 'skip' | null;
}

/** The journal: what we last sent, and what Procore made of it. */
export interface AgreedTimecard {
  sent: TimecardFields;
  got: TimecardFields;
  status: string | null;
  /** when a creating write was last repeated: its first edition may yet turn up */
  repeatedAt: string | null;
  /** somebody else's entry that a person linked: it is never written */
  isLinkOnly: boolean;
}

/** A time card entry as Procore shows it now, with what an overtime rule split off from it added to its hours. */
export interface RemoteTimecard {
  id: string;
  projectId: string;
  /** YYYY-MM-DD; people move entries to other days */
  date: string;
  status: string;
  originData: string | null;
  isSplit: boolean;
  fields: TimecardFields;
}

export type TimecardWrite =
  | { kind: 'create' }
  | { kind: 'update'; id: string; set: Partial<TimecardFields>; status: string | null }
  | { kind: 'delete'; id: string; why: 'removed' | 'twin' };

export type TimecardRefusal = { [C in ErrorCode]: { kind: 'refuse'; code: C; facts: Facts<C> } }[ErrorCode];

export type TimecardVerdict =
  | { kind: 'done' }
  /** a person chose that nothing is sent */
  | { kind: 'skip' }
  | { kind: 'link'; id: string }
  | { kind: 'write'; write: TimecardWrite }
  | TimecardRefusal;

/** One part of a person's day, and what tells its record from others. */
export interface TimecardPart {
  date: string;
  projectId: string;
  stamp: string;
  /** stands at the end of the description where Procore does not give stamps back */
  reference: string;
  /** null: the time sheet no longer has it */
  desired: DesiredTimecard | null;
  agreed: AgreedTimecard | null;
  procoreId: string | null;
}

/** Everything Procore has of the person on that day. */
export interface TimecardDay {
  rows: readonly RemoteTimecard[];
  /** ids our journal names, of whichever time sheet */
  ownIds: ReadonlySet<string>;
  /** what every stamp of this account begins with */
  stampPrefix: string;
}

const refuse = <C extends ErrorCode>(code: C, facts: Facts<C>): TimecardRefusal =>
  ({ kind: 'refuse', code, facts }) as TimecardRefusal;
const write = (one: TimecardWrite): TimecardVerdict => ({ kind: 'write', write: one });

/**
 * The one next write for one part of a person's day, or why there can be none. An entry and what Procore split off from
 * it count as one; approved time is read only; an approval is never lowered (domain.md 4).
 */
export function nextTimecardWrite(part: TimecardPart, day: TimecardDay): TimecardVerdict {
  if (part.agreed?.isLinkOnly) return { kind: 'done' };
  const [own, twin] = ownRows(part, day);
  if (twin !== undefined)
    return twin.status === 'pending'
      ? write({ kind: 'delete', id: twin.id, why: 'twin' })
      : refuse('DOUBLE_POSTED', {
          number: `Time of ${part.date}`,
          project: part.desired?.projectText ?? 'the project',
        });
  if (part.desired === null) return removal(part, own);
  if (own === undefined) return missing(part, part.desired, day);
  return converge(part, part.desired, own);
}

/** The journaled record first; another with the same stamp is one too many. */
export function ownRows(part: TimecardPart, { rows }: TimecardDay): RemoteTimecard[] {
  const isOwn = (row: RemoteTimecard) =>
    row.id === part.procoreId ||
    (row.projectId === part.projectId &&
      (row.originData === part.stamp ||
        (row.originData === null && (row.fields.description ?? '').endsWith(part.reference))));
  return rows.filter(isOwn).sort((a, b) => Number(b.id === part.procoreId) - Number(a.id === part.procoreId));
}

function removal(part: TimecardPart, own: RemoteTimecard | undefined): TimecardVerdict {
  if (own === undefined) return { kind: 'done' };
  const { agreed, date } = part;
  const why =
    own.status !== 'pending'
      ? `it is ${own.status} there`
      : agreed !== null && hasChangedThere(part, agreed, own)
        ? 'it was changed there'
        : null;
  if (why !== null) return refuse('TIME_LOCKED', { date, why });
  return write({ kind: 'delete', id: own.id, why: 'removed' });
}

function missing(part: TimecardPart, desired: DesiredTimecard, day: TimecardDay): TimecardVerdict {
  if (desired.choice === 'skip') return { kind: 'skip' };
  if (part.procoreId !== null)
    return desired.choice === 'add'
      ? write({ kind: 'create' })
      : refuse('DELETED_REMOTELY', { number: `Time of ${part.date}`, project: desired.projectText });
  const foreign = foreignRows(part, day);
  if (foreign.length === 0 || desired.choice === 'add') return write({ kind: 'create' });
  if (desired.choice === 'link') {
    const equal = foreign.filter((row) => changes(desired.mode, desired.fields, row.fields, row.isSplit).length === 0);
    const [only, second] = equal.length > 0 ? equal : foreign;
    if (only !== undefined && (second === undefined || equal.length > 0)) return { kind: 'link', id: only.id };
  }
  return refuse('TIME_ALREADY_IN_PROCORE', { date: part.date, project: desired.projectText });
}

/** Hours of the same person, day and project that are not ours. */
const foreignRows = (part: TimecardPart, day: TimecardDay): RemoteTimecard[] =>
  day.rows.filter(
    (row) =>
      row.projectId === part.projectId &&
      !day.ownIds.has(row.id) &&
      !(row.originData?.startsWith(day.stampPrefix) ?? false),
  );

function converge(part: TimecardPart, desired: DesiredTimecard, own: RemoteTimecard): TimecardVerdict {
  const { fields } = desired;
  const said = part.agreed ?? { sent: own.fields, got: own.fields };
  const theirs = new Set(changes(desired.mode, said.got, own.fields, own.isSplit));
  const ours = changes(desired.mode, fields, said.sent, false).filter(
    (field) => !isSameField(field, fields, own.fields),
  );
  const wanted = ours.filter((field) =>
    own.isSplit && TIMES.includes(field)
      ? !isSameField('hours', fields, own.fields)
      : comparable(desired.mode, own.isSplit).includes(field),
  );
  const isTheirs = (field: Field) => theirs.has(field) || (own.isSplit && TIMES.includes(field) && theirs.has('hours'));
  if (wanted.some(isTheirs)) return refuse('TIME_LOCKED', { date: part.date, why: 'it was changed there' });
  if (wanted.length > 0 && own.status !== 'pending')
    return refuse('TIME_LOCKED', { date: part.date, why: `it is ${own.status} there` });
  const isForward = rankOf(desired.status) > rankOf(own.status);
  if (wanted.length === 0 && !isForward) return { kind: 'done' };
  // Every write names a date, so one would move it back.
  if (own.date !== part.date)
    return refuse('TIME_LOCKED', { date: part.date, why: 'it was moved to another day there' });
  const set = Object.fromEntries(wanted.map((field) => [field, fields[field]])) as Partial<TimecardFields>;
  return write({ kind: 'update', id: own.id, set, status: isForward ? desired.status : null });
}

const RANK: Readonly<Record<string, number>> = { pending: 0, reviewed: 1, approved: 2, completed: 3 };
/** An approval we do not know is above all: it is never lowered. */
const rankOf = (status: string): number => RANK[status] ?? 4;

type Field = keyof TimecardFields;

const TIMES: readonly Field[] = ['timeIn', 'timeOut', 'lunchMinutes'];

/** A split's time type and hours are Procore's own: only the sum counts then. */
function comparable(mode: 'hours' | 'start-stop', isSplit: boolean): Field[] {
  const place: Field[] = ['costCodeId', 'lineItemTypeId', 'subJobId', 'description'];
  const type: Field[] = isSplit ? [] : ['timeTypeId'];
  const time: Field[] = mode === 'hours' || isSplit ? ['hours'] : [...TIMES];
  return [...place, ...type, ...time];
}

/** The fields in which two states differ. */
function changes(mode: 'hours' | 'start-stop', a: TimecardFields, b: TimecardFields, isSplit: boolean): Field[] {
  return comparable(mode, isSplit).filter((field) => !isSameField(field, a, b));
}

/** Whether people in Procore changed a record since we last heard of it; its approval apart. */
function hasChangedThere({ date, desired }: TimecardPart, agreed: AgreedTimecard, own: RemoteTimecard): boolean {
  const mode = desired?.mode ?? (agreed.sent.timeIn === null ? 'hours' : 'start-stop');
  return own.date !== date || changes(mode, agreed.got, own.fields, own.isSplit).length > 0;
}

/** How a record of ours has gone its own way in Procore. */
export const TIMECARD_DRIFTS = ['deleted', 'changed', 'approved'] as const;
export type TimecardDrift = (typeof TIMECARD_DRIFTS)[number];

/**
 * What people in Procore did to a record whose posting is over. It is told, never repaired.
 *
 * @param now the record; null when Procore has it no more
 */
export function timecardDrift(
  part: TimecardPart,
  agreed: AgreedTimecard,
  now: RemoteTimecard | null,
): TimecardDrift | null {
  if (now === null) return 'deleted';
  if (hasChangedThere(part, agreed, now)) return 'changed';
  const ours = rankOf(part.desired?.status ?? agreed.status ?? 'pending');
  return !agreed.isLinkOnly && ours === 0 && rankOf(now.status) > 0 ? 'approved' : null;
}

function isSameField(field: Field, a: TimecardFields, b: TimecardFields): boolean {
  const [left, right] = [a[field], b[field]];
  if (field === 'hours') return sameNumber(String(left), String(right));
  if (field === 'lunchMinutes') return new Decimal(left ?? 0).equals(right ?? 0);
  if (field === 'description') return withoutReference(left) === withoutReference(right);
  if (field === 'timeIn' || field === 'timeOut') return momentOf(left) === momentOf(right);
  return (left ?? null) === (right ?? null);
}

const momentOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));

const withoutReference = (description: string | null): string =>
  (description ?? '').replace(/\s*\[LT-[0-9a-f]+\]$/, '').trim();

/** What an answer says about codes and hours, which must come back as they were sent. */
export function judgeTimecard(desired: DesiredTimecard, got: RemoteTimecard): TimecardRefusal | null {
  const words = { costCodeId: 'the cost code', lineItemTypeId: 'the cost type', hours: 'the hours' } as const;
  for (const field of ['costCodeId', 'lineItemTypeId', 'hours'] as const) {
    if (field === 'hours' && desired.mode === 'start-stop') continue;
    if (isSameField(field, desired.fields, got.fields)) continue;
    return refuse('NOT_SETTLED', { field: words[field], sent: 'what was sent', got: 'something else' });
  }
  return null;
}

/** A write on its way. */
export interface TimecardSending {
  write: TimecardWrite;
  /** what a create or an update wants, so that a look can tell whether it happened */
  fields: TimecardFields | null;
  at: string;
  emptyLooks: number;
  lastLookAt: string | null;
}

export type TimecardSettlement =
  | { kind: 'settled' }
  | { kind: 'wait'; ms: number; isCounted: boolean }
  | { kind: 'repeat' };

const EMPTY_LOOKS = 2;

/** What became of a write without a certain answer. Only a create can double, so only it needs two empty looks. */
export function settleTimecard(
  sending: TimecardSending,
  isThere: boolean,
  now: number,
  settleDelayMs: number,
): TimecardSettlement {
  if (sending.write.kind === 'delete') return isThere ? { kind: 'repeat' } : { kind: 'settled' };
  if (sending.write.kind === 'update' || isThere) return { kind: 'settled' };
  const due = Date.parse(sending.lastLookAt ?? sending.at) + settleDelayMs;
  if (now < due) return { kind: 'wait', ms: due - now, isCounted: false };
  if (sending.emptyLooks + 1 < EMPTY_LOOKS) return { kind: 'wait', ms: settleDelayMs, isCounted: true };
  return { kind: 'repeat' };
}
