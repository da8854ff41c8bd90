import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CallWindow, callTurn, type Lane, type WaitingCall } from '../../domain/call-turns.ts';

const LANES: Lane[] = ['person', 'webhook', 'push', 'backfill'];
const spike = (used: number, left = 10): CallWindow => ({ allowed: 25, used, left, length: 10 });
const waits = (lane: Lane, ...due: number[]): WaitingCall[] => due.map((seconds) => ({ lane, due: seconds }));

test('with room and nobody waiting a call goes', () => {
  expect(callTurn([spike(3)], [], 'backfill', 0)).toEqual({ kind: 'go', isReturn: false });
});

test('an invoice that waits goes before a backfill call, though there is room again', () => {
  expect(callTurn([spike(0)], waits('push', 0.4), 'backfill', 0)).toMatchObject({ kind: 'wait' });
  expect(callTurn([spike(0)], waits('backfill', 0.4), 'push', 0)).toMatchObject({ kind: 'go' });
});

test('a newcomer leaves room to those of its own lane who wait', () => {
  expect(callTurn([spike(11)], waits('backfill', 2, 3), 'backfill', 0)).toMatchObject({ kind: 'go' });
  expect(callTurn([spike(13)], waits('backfill', 2, 3), 'backfill', 0)).toMatchObject({ kind: 'wait' });
  expect(callTurn([spike(13)], waits('backfill', -0.1, 3), 'backfill', 0)).toEqual({ kind: 'go', isReturn: true });
});

test('the window that is fuller for longer says when', () => {
  const hour = { allowed: 200, used: 200, left: 60, length: 120 };
  expect(callTurn([spike(25, 4), hour], [], 'person', 0)).toMatchObject({ kind: 'wait', seconds: 60 });
});

const window = fc.record({
  allowed: fc.integer({ min: 1, max: 5000 }),
  used: fc.integer({ min: 0, max: 6000 }),
  left: fc.double({ min: 0, max: 3600, noNaN: true }),
  length: fc.constant(3600),
});
const waiting = fc.array(
  fc.record({ lane: fc.constantFrom(...LANES), due: fc.double({ min: -10, max: 4000, noNaN: true }) }),
  { maxLength: 20 },
);
const lane = fc.constantFrom(...LANES);

test('nobody goes while one of a lane before theirs waits, and nobody is sent away for no time', () => {
  fc.assert(
    fc.property(
      fc.array(window, { maxLength: 2 }),
      waiting,
      lane,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (...given) => {
        const [, calls, own] = given;
        const turn = callTurn(...given);
        const isOvertaking = calls.some((call) => LANES.indexOf(call.lane) < LANES.indexOf(own));
        return turn.kind === 'go' ? !isOvertaking : turn.seconds >= 0 && Number.isFinite(turn.seconds);
      },
    ),
  );
});

test('the more wait before a call, the later it is due', () => {
  fc.assert(
    fc.property(window, waiting, lane, (one, calls, own) => {
      const few = callTurn([one], calls, own, 0);
      const more = callTurn([one], [...calls, { lane: own, due: 4000 }], own, 0);
      if (few.kind === 'go' || more.kind === 'go') return true;
      return more.seconds >= few.seconds - 1e-9;
    }),
  );
});

test('a lane never goes where one that matters more would have to wait', () => {
  fc.assert(
    fc.property(window, lane, lane, (one, first, second) => {
      const [more, less] = [first, second].sort((a, b) => LANES.indexOf(a) - LANES.indexOf(b)) as [Lane, Lane];
      return callTurn([one], [], less, 0).kind === 'wait' || callTurn([one], [], more, 0).kind === 'go';
    }),
  );
});
