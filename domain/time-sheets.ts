import { Temporal } from 'temporal-polyfill';
import { Decimal } from './decimal.ts';

export const TIME_SHEET_STATUSES = ['draft', 'submitted', 'first_approved', 'approved', 'processed'] as const;
export type TimeSheetStatus = (typeof TIME_SHEET_STATUSES)[number];

export type TimeSheetStep = 'submit' | 'approve' | 'reject' | 'process' | 'reverse';

/**
 * The status a step leads to; null when the step is not open. `reverse` takes a payroll batch back, nothing else.
 *
 * @param approvals how many the person's user group asks for
 */
export function statusAfter(status: TimeSheetStatus, step: TimeSheetStep, approvals: number): TimeSheetStatus | null {
  switch (step) {
    case 'submit':
      return status === 'draft' ? 'submitted' : null;
    case 'approve':
      if (status === 'submitted') return approvals > 1 ? 'first_approved' : 'approved';
      return status === 'first_approved' ? 'approved' : null;
    case 'reject':
      return status === 'draft' || status === 'processed' ? null : 'draft';
    case 'process':
      return status === 'approved' ? 'processed' : null;
    case 'reverse':
      return status === 'processed' ? 'approved' : null;
  }
}

/** Which settings decide when time leaves (setup guide: "Send time sheet on submission", "Send time sheet after approval"). */
export interface SendSettings {
  sendTimeSheetOnSubmission: boolean;
  sendTimeSheetAfterApproval: boolean;
  /** domain.md Q8 */
  timeSheetApproval: 'final' | 'first';
}

/**
 * What Procore shall hold of a time sheet: entries with that approval, no entries of ours, or whatever is there already.
 * Both settings together create pending entries and approve them later (domain.md 4, Q7).
 */
export function wishOf(status: TimeSheetStatus, settings: SendSettings): 'pending' | 'approved' | 'none' | 'as-is' {
  if (status === 'draft') return 'none';
  const isApproved =
    status === 'approved' ||
    status === 'processed' ||
    (status === 'first_approved' && settings.timeSheetApproval === 'first');
  if (isApproved && settings.sendTimeSheetAfterApproval) return 'approved';
  return settings.sendTimeSheetOnSubmission ? 'pending' : 'as-is';
}

/** What decides whether time may leave Lentune. */
export interface LeavingTime {
  projectId: string | null;
  hours: string;
  kind: 'normal' | 'overtime' | 'leave' | 'allowance';
  isConfidential: boolean;
}

/** Leave, allowances, the confidential, zero hours and time without a project stay in Lentune (domain.md 4, rule 4). */
export const leavesLentune = ({ projectId, hours, kind, isConfidential }: LeavingTime): boolean =>
  projectId !== null &&
  !isConfidential &&
  (kind === 'normal' || kind === 'overtime') &&
  new Decimal(hours).greaterThan(0);

/** Time as it was entered. Start and end are local, `22:00`; an end at or before the start is on the next day. */
export interface WorkedTime {
  date: string;
  startTime: string | null;
  endTime: string | null;
  breakMinutes: number;
  /** net; counts where start and end are not given */
  hours: string;
}

/** A piece of work on one calendar day. */
export interface TimePiece {
  date: string;
  /** net of breaks, two decimals */
  hours: string;
  /** moments of start and stop, UTC; null when only hours were entered */
  timeIn: string | null;
  timeOut: string | null;
  breakMinutes: number;
}

/** Hours with two decimals, half away from zero. */
const roundHours = (hours: Decimal | string): string => new Decimal(hours).toDecimalPlaces(2).toFixed(2);

/** Net hours as the clock of the zone counts them: a night in which clocks change is an hour longer or shorter. */
export function netHours(time: WorkedTime, zone: string): string {
  const span = spanOf(time, zone);
  return span === null ? roundHours(time.hours) : hoursOf(minutesBetween(span.start, span.end) - time.breakMinutes);
}

/**
 * Cuts time at the midnights of the zone, since Procore counts it by calendar day. The pieces add up to the whole to the
 * hundredth; the break is taken off once, from the longest piece.
 *
 * @param zone IANA name of the project's zone
 */
export function piecesByDay(time: WorkedTime, zone: string): TimePiece[] {
  const span = spanOf(time, zone);
  if (span === null)
    return [{ date: time.date, hours: roundHours(time.hours), timeIn: null, timeOut: null, breakMinutes: 0 }];
  const { start, end } = span;
  const midnight = start.toPlainDate().add({ days: 1 }).toZonedDateTime(zone);
  const isOverMidnight = Temporal.ZonedDateTime.compare(end, midnight) > 0;
  const cuts = isOverMidnight ? [start, midnight, end] : [start, end];
  const spans = cuts.slice(1).map((stop, index) => ({ from: cuts[index]!, stop }));
  const breaks = spreadBreak(
    spans.map(({ from, stop }) => minutesBetween(from, stop)),
    time.breakMinutes,
  );
  let left = new Decimal(netHours(time, zone));
  return spans
    .map(({ from, stop }, index): TimePiece => {
      const own = hoursOf(minutesBetween(from, stop) - breaks[index]!);
      const hours = index === spans.length - 1 ? left.toFixed(2) : own;
      left = left.minus(hours);
      return {
        date: from.toPlainDate().toString(),
        hours,
        timeIn: instant(from),
        timeOut: instant(stop),
        breakMinutes: breaks[index]!,
      };
    })
    .filter((piece) => new Decimal(piece.hours).greaterThan(0));
}

function spanOf({ date, startTime, endTime }: WorkedTime, zone: string) {
  if (startTime === null || endTime === null) return null;
  const day = Temporal.PlainDate.from(date);
  const isNextDay = endTime <= startTime;
  const start = day.toZonedDateTime({ timeZone: zone, plainTime: startTime });
  const end = day.add({ days: isNextDay ? 1 : 0 }).toZonedDateTime({ timeZone: zone, plainTime: endTime });
  return { start, end };
}

const minutesBetween = (from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): number =>
  Math.round((to.epochMilliseconds - from.epochMilliseconds) / 60_000);

const hoursOf = (minutes: number): string => roundHours(new Decimal(minutes).div(60));

const instant = (moment: Temporal.ZonedDateTime): string => `${moment.toInstant().toString().slice(0, 19)}Z`;

/** The whole break from the longest piece, and what does not fit there from the other. */
function spreadBreak(minutes: readonly number[], breakMinutes: number): number[] {
  const order = minutes.map((_, index) => index).sort((a, b) => minutes[b]! - minutes[a]! || a - b);
  const taken = minutes.map(() => 0);
  let left = breakMinutes;
  for (const index of order) {
    taken[index] = Math.min(left, minutes[index]!);
    left -= taken[index]!;
  }
  return taken;
}

/** First day of the week a date falls in. `startsOn`: ISO weekday, 1 Monday to 7 Sunday. */
export function weekStartOf(date: string, startsOn: number): string {
  const day = Temporal.PlainDate.from(date);
  return day.subtract({ days: (day.dayOfWeek - startsOn + 7) % 7 }).toString();
}

/** The seven days of a week. */
export const daysOfWeek = (weekStart: string): string[] =>
  Array.from({ length: 7 }, (_, days) => Temporal.PlainDate.from(weekStart).add({ days }).toString());

/** Entries whose start and end overlap another's, by position; the zone decides where a day has 23 or 25 hours. */
export function overlapping(times: readonly (WorkedTime & { zone: string })[]): Set<number> {
  const spans = times.flatMap((time, index) => {
    const span = spanOf(time, time.zone);
    return span === null ? [] : [{ index, start: span.start.epochMilliseconds, end: span.end.epochMilliseconds }];
  });
  const found = new Set<number>();
  for (const a of spans)
    for (const b of spans) if (a.index !== b.index && a.start < b.end && b.start < a.end) found.add(a.index);
  return found;
}
