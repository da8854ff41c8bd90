import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rangeOfDays } from '../../domain/dates.ts';

test('a day in Auckland begins the day before in UTC', () => {
  expect(rangeOfDays('2026-07-01', '2026-07-01', 'Pacific/Auckland').filter).toBe(
    '2026-06-30T12:00:00Z...2026-07-01T12:00:00Z',
  );
  expect(rangeOfDays('2026-01-15', '2026-01-16', 'Pacific/Auckland').filter).toBe(
    '2026-01-14T11:00:00Z...2026-01-16T11:00:00Z',
  );
});

test.each([
  ['Pacific/Auckland', '2026-04-05', '2026-04-04T11:00:00Z...2026-04-05T12:00:00Z', 25],
  ['Pacific/Auckland', '2026-09-27', '2026-09-26T12:00:00Z...2026-09-27T11:00:00Z', 23],
  ['Australia/Sydney', '2026-04-05', '2026-04-04T13:00:00Z...2026-04-05T14:00:00Z', 25],
  ['Australia/Sydney', '2026-10-04', '2026-10-03T14:00:00Z...2026-10-04T13:00:00Z', 23],
  ['Australia/Brisbane', '2026-10-04', '2026-10-03T14:00:00Z...2026-10-04T14:00:00Z', 24],
  ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00Z...2026-04-05T13:30:00Z', 24.5],
  ['Pacific/Chatham', '2026-04-05', '2026-04-04T10:15:00Z...2026-04-05T11:15:00Z', 25],
])('the day the clocks change in %s, %s, is as long as it is lived', (zone, day, filter, hours) => {
  const range = rangeOfDays(day, day, zone);
  expect(range.filter).toBe(filter);
  expect((Date.parse(range.until) - Date.parse(range.from)) / 3_600_000).toBe(hours);
});

test('where clocks go forward at midnight the day begins at one', () => {
  expect(rangeOfDays('2026-04-24', '2026-04-24', 'Africa/Cairo').from).toBe('2026-04-23T22:00:00Z');
});

test('ranges of following days meet without gap or overlap', () => {
  const zone = fc.constantFrom('Pacific/Auckland', 'Australia/Sydney', 'Australia/Perth', 'Australia/Lord_Howe', 'UTC');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4000 }), zone, (offset, timeZone) => {
      const day = (days: number) => new Date(Date.UTC(2020, 0, 1 + days)).toISOString().slice(0, 10);
      const first = rangeOfDays(day(offset), day(offset), timeZone);
      const second = rangeOfDays(day(offset + 1), day(offset + 1), timeZone);
      const both = rangeOfDays(day(offset), day(offset + 1), timeZone);
      return first.until === second.from && both.from === first.from && both.until === second.until;
    }),
  );
});
