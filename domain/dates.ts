import { Temporal } from 'temporal-polyfill';

/** Business days turned into the moments Procore filters by. */
export interface DayRange {
  /** first moment of the first day, UTC */
  from: string;
  /** first moment of the day after the last one, UTC: the range's end is not part of it */
  until: string;
  /** `from...until`, as Procore's date filters take it */
  filter: string;
}

/**
 * The moments from the start of one day to the end of another, both included, as they are lived in a zone.
 *
 * Whether Procore counts parts of a second is not published, so the filter ends at the next midnight rather than a second
 * before it: a record changed at exactly that midnight may come along, none is missed.
 *
 * @param timeZone IANA name, such as Pacific/Auckland
 * @see contract section 1.5: ranges have three dots and no open end
 */
export function rangeOfDays(startDate: string, endDate: string, timeZone: string): DayRange {
  const from = startOfDay(Temporal.PlainDate.from(startDate), timeZone);
  const until = startOfDay(Temporal.PlainDate.from(endDate).add({ days: 1 }), timeZone);
  return { from, until, filter: `${from}...${until}` };
}

/** Days do not all begin at 00:00: where clocks go forward at midnight, the first moment is 01:00. */
function startOfDay(day: Temporal.PlainDate, timeZone: string): string {
  return day.toZonedDateTime(timeZone).toInstant().toString();
}
