/** Who goes first when the call allowance is short, in this order. */
const LANES = ['person', 'webhook', 'push', 'backfill'] as const;
export type Lane = (typeof LANES)[number];

/** The part of a window kept back from a lane at its start; it shrinks in a straight line to nothing at its end. */
const RESERVES: Record<Lane, number> = { person: 0, webhook: 0.1, push: 0.2, backfill: 0.4 };

/** Seconds between two looks while those who go first are late for their turn. */
const LOOK_AGAIN = 0.25;

/** An allowance of calls, as it stands at this moment. */
export interface CallWindow {
  allowed: number;
  used: number;
  /** seconds until it starts anew */
  left: number;
  /** seconds it lasts */
  length: number;
  /** a guess that lets one call go to find out: no room is kept in it */
  isGuess?: boolean;
}

/** Somebody who was told to come back. */
export interface WaitingCall {
  lane: Lane;
  /** seconds until the time they were given; negative once it is over */
  due: number;
}

export type CallTurn =
  /** `isReturn`: the earliest waiting call of this lane has had its turn */
  { kind: 'go'; isReturn: boolean } | { kind: 'wait'; seconds: number; isReturn: boolean };

/**
 * Whether a call may go now, or how long it waits. Nobody goes while somebody of a lane before theirs waits, so a call
 * never overtakes one that matters more and asked earlier; within a lane those who wait keep their room.
 * Who waits is anonymous: a caller whose lane has a turn due is taken for the one who was told to return.
 *
 * @param jitter from 0 to 1, so that those who are sent away together do not come back together
 */
export function callTurn(
  windows: readonly CallWindow[],
  waiting: readonly WaitingCall[],
  lane: Lane,
  jitter: number,
): CallTurn {
  const ahead = waiting.filter((call) => LANES.indexOf(call.lane) < LANES.indexOf(lane));
  const own = waiting.filter((call) => call.lane === lane);
  const returning = own.filter((call) => call.due <= 0).length;
  const isReturn = returning > 0;
  const before = isReturn ? returning - 1 : own.length;
  const full = windows.filter((window) => {
    const kept = isReturn || window.isGuess === true ? 0 : before;
    return window.used + 1 + kept > limitOf(window, lane);
  });
  if (full.length === 0 && ahead.length === 0) return { kind: 'go', isReturn };
  const place = ahead.length + before + jitter;
  const afterThem = ahead.map((call) => Math.max(call.due, 0) + LOOK_AGAIN * (1 + jitter));
  const seconds = Math.max(...full.map((window) => dueIn(window, lane, place)), ...afterThem);
  return { kind: 'wait', seconds, isReturn };
}

/** The calls a lane may have used of a window by now. */
function limitOf({ allowed, left, length }: CallWindow, lane: Lane): number {
  return Math.max(1, allowed * (1 - RESERVES[lane] * Math.min(1, left / length)));
}

/**
 * Seconds until the caller at `place` is due: as the shrinking reserve lets calls go in this window,
 * or spread over the coming ones when this one has too few left.
 */
function dueIn({ allowed, used, left, length }: CallWindow, lane: Lane, place: number): number {
  const reserve = RESERVES[lane];
  const remaining = allowed - used - 1 - place;
  if (remaining >= 0 && reserve > 0) {
    const share = Math.min(1, remaining / (reserve * allowed));
    return Math.max(0.05, left - share * length);
  }
  const behind = Math.min(place, -remaining);
  const perWindow = Math.max(1, allowed * (1 - reserve));
  return left + (Math.max(0, behind) / perWindow) * length;
}
