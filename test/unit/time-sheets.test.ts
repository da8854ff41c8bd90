import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, sum } from '../../domain/decimal.ts';
import {
  daysOfWeek,
  leavesLentune,
  netHours,
  overlapping,
  piecesByDay,
  type SendSettings,
  statusAfter,
  TIME_SHEET_STATUSES,
  type WorkedTime,
  weekStartOf,
  wishOf,
} from '../../domain/time-sheets.ts';

const AUCKLAND = 'Pacific/Auckland';
const SYDNEY = 'Australia/Sydney';
const night = (date: string, startTime: string, endTime: string, breakMinutes = 0): WorkedTime => ({
  date,
  startTime,
  endTime,
  breakMinutes,
  hours: '0',
});

describe('time over midnight', () => {
  test('a night shift is cut at the midnight of the project, the break taken once from the longer piece', () => {
    expect(piecesByDay(night('2026-11-24', '21:00', '06:00', 30), AUCKLAND)).toEqual([
      {
        date: '2026-11-24',
        hours: '3.00',
        timeIn: '2026-11-24T08:00:00Z',
        timeOut: '2026-11-24T11:00:00Z',
        breakMinutes: 0,
      },
      {
        date: '2026-11-25',
        hours: '5.50',
        timeIn: '2026-11-24T11:00:00Z',
        timeOut: '2026-11-24T17:00:00Z',
        breakMinutes: 30,
      },
    ]);
  });

  test('work that ends at midnight stays one piece, and hours alone are never cut', () => {
    expect(piecesByDay(night('2026-11-24', '16:00', '00:00'), AUCKLAND)).toHaveLength(1);
    const plain = { date: '2026-11-24', startTime: null, endTime: null, breakMinutes: 0, hours: '7.5' };
    expect(piecesByDay(plain, AUCKLAND)).toEqual([
      { date: '2026-11-24', hours: '7.50', timeIn: null, timeOut: null, breakMinutes: 0 },
    ]);
  });

  test.each([
    ['New Zealand, clocks go back', AUCKLAND, '2026-04-04', '9.00'],
    ['New Zealand, clocks go forward', AUCKLAND, '2026-09-26', '7.00'],
    ['Australia, clocks go back', SYDNEY, '2026-04-04', '9.00'],
    ['Australia, clocks go forward', SYDNEY, '2026-10-03', '7.00'],
    ['a part of Australia without daylight saving', 'Australia/Brisbane', '2026-10-03', '8.00'],
  ])('%s: a night from 22:00 to 06:00', (_, zone, date, hours) => {
    expect(netHours(night(date, '22:00', '06:00'), zone)).toBe(hours);
    expect(sum(piecesByDay(night(date, '22:00', '06:00'), zone).map((piece) => piece.hours)).toFixed(2)).toBe(hours);
  });

  const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const clock = (n: number) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`;
  const day = fc
    .integer({ min: 0, max: 729 })
    .map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));

  test('pieces add up to the whole, each on one day and above zero, in every zone', () => {
    const zone = fc.constantFrom(AUCKLAND, SYDNEY, 'Australia/Adelaide', 'Pacific/Chatham');
    fc.assert(
      fc.property(day, minute, minute, fc.integer({ min: 0, max: 60 }), zone, (date, from, to, breakMinutes, at) => {
        const time = night(date, clock(from), clock(to), breakMinutes);
        const net = netHours(time, at);
        fc.pre(new Decimal(net).greaterThan(0));
        const pieces = piecesByDay(time, at);
        expect(sum(pieces.map(({ hours }) => hours)).toFixed(2)).toBe(net);
        expect(pieces.every(({ hours }) => new Decimal(hours).greaterThan(0))).toBe(true);
        expect(pieces.map((piece) => piece.date)).toEqual(
          [date, new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)].filter((one) =>
            pieces.some((piece) => piece.date === one),
          ),
        );
        for (const { timeIn, timeOut, hours, breakMinutes: taken } of pieces) {
          const worked = (Date.parse(timeOut!) - Date.parse(timeIn!)) / 3_600_000 - taken / 60;
          expect(Math.abs(worked - Number(hours))).toBeLessThan(0.0101);
        }
      }),
    );
  });
});

test('hours keep two decimals: 7 h 20 min less 5 min is 7.25, 20 minutes are 0.33', () => {
  expect(netHours(night('2026-11-24', '08:00', '15:20', 5), AUCKLAND)).toBe('7.25');
  expect(netHours(night('2026-11-24', '08:00', '08:20'), AUCKLAND)).toBe('0.33');
  expect(netHours({ ...night('2026-11-24', '', ''), startTime: null, endTime: null, hours: '7.125' }, AUCKLAND)).toBe(
    '7.13',
  );
});

test('a week begins on the day its group says', () => {
  expect(weekStartOf('2026-11-24', 1)).toBe('2026-11-23');
  expect(weekStartOf('2026-11-24', 7)).toBe('2026-11-22');
  expect(weekStartOf('2026-11-22', 1)).toBe('2026-11-16');
  expect(weekStartOf('2026-11-21', 6)).toBe('2026-11-21');
  expect(daysOfWeek('2026-11-30')).toEqual([
    '2026-11-30',
    '2026-12-01',
    '2026-12-02',
    '2026-12-03',
    '2026-12-04',
    '2026-12-05',
    '2026-12-06',
  ]);
});

test('times that overlap are found, also over midnight; touching ones are none', () => {
  const at = (date: string, startTime: string, endTime: string) => ({
    ...night(date, startTime, endTime),
    zone: AUCKLAND,
  });
  expect([
    ...overlapping([
      at('2026-11-24', '22:00', '06:00'),
      at('2026-11-25', '05:00', '09:00'),
      at('2026-11-25', '09:00', '12:00'),
    ]),
  ]).toEqual([0, 1]);
});

describe('the life of a time sheet', () => {
  test('one approval, or two, as the group asks; a batch that is taken back changes nothing else', () => {
    expect(statusAfter('submitted', 'approve', 1)).toBe('approved');
    expect(statusAfter('submitted', 'approve', 2)).toBe('first_approved');
    expect(statusAfter('first_approved', 'approve', 2)).toBe('approved');
    expect(statusAfter('draft', 'approve', 1)).toBeNull();
    expect(statusAfter('processed', 'reverse', 1)).toBe('approved');
    expect(statusAfter('processed', 'reject', 1)).toBeNull();
    expect(statusAfter('approved', 'reject', 1)).toBe('draft');
  });

  const settings = (on: boolean, after: boolean, timeSheetApproval: 'final' | 'first' = 'final'): SendSettings => ({
    sendTimeSheetOnSubmission: on,
    sendTimeSheetAfterApproval: after,
    timeSheetApproval,
  });

  test.each([
    ['neither', settings(false, false), ['none', 'as-is', 'as-is', 'as-is', 'as-is']],
    ['on submission', settings(true, false), ['none', 'pending', 'pending', 'pending', 'pending']],
    ['after approval', settings(false, true), ['none', 'as-is', 'as-is', 'approved', 'approved']],
    ['both', settings(true, true), ['none', 'pending', 'pending', 'approved', 'approved']],
    ['after the first approval', settings(false, true, 'first'), ['none', 'as-is', 'approved', 'approved', 'approved']],
  ])('what Procore shall hold: %s', (_, chosen, wishes) => {
    expect(TIME_SHEET_STATUSES.map((status) => wishOf(status, chosen))).toEqual(wishes);
  });

  test('leave, allowances, the confidential, zero hours and time without a project never leave', () => {
    const work = { projectId: 'p', hours: '8', kind: 'normal', isConfidential: false } as const;
    expect(leavesLentune(work)).toBe(true);
    expect(leavesLentune({ ...work, kind: 'overtime' })).toBe(true);
    for (const other of [
      { projectId: null },
      { hours: '0.00' },
      { kind: 'leave' as const },
      { kind: 'allowance' as const },
      { isConfidential: true },
    ])
      expect(leavesLentune({ ...work, ...other })).toBe(false);
  });
});
