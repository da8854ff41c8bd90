import { sql } from 'drizzle-orm';
import type { Lane, RateBudget, RateHeaders } from '../../procore/ports.ts';
import { rateWindow } from '../schema/connections.ts';
import type { Db } from '../types.ts';

/** The part of a window kept back from a lane at its start; it shrinks in a straight line to nothing at its end. */
const RESERVES: Record<Lane, number> = { person: 0, webhook: 0.1, push: 0.2, backfill: 0.4 };

/** Seconds. Procore's are an hour and ten seconds (contract section 1.8); a test's are shorter. */
export interface WindowLengths {
  hour: number;
  spike: number;
}

/** A window as one `take` saw it. */
interface Seen {
  kind: 'hour' | 'spike';
  allowed: number;
  used: number;
  hasRoom: boolean;
  secondsLeft: number;
}

/**
 * The call allowance, counted in one row a window and shared by every worker. A window Procore has not told of yet
 * lets everything pass; its answers then say how much of it is used, and our own count goes on from there.
 */
export function createRateBudget(db: Db, lengths: WindowLengths = { hour: 3600, spike: 10 }): RateBudget {
  /** How many of this process wait for a lane's window already, so that each next one is due later. */
  const waiting = new Map<string, { until: number; count: number }>();

  return {
    async take(connectionId, lane) {
      const windows = await takeOne(db, connectionId, RESERVES[lane], lengths);
      const full = windows.filter((window) => !window.hasRoom);
      if (full.length === 0) return { kind: 'go' };
      const waits = full.map((window) => {
        const ordinal = nextOrdinal(waiting, `${connectionId} ${lane} ${window.kind}`, window.secondsLeft);
        return dueInSeconds(window, RESERVES[lane], lengths[window.kind], ordinal + Math.random());
      });
      return { kind: 'wait', ms: Math.ceil(Math.max(...waits) * 1000) };
    },
    learn: (connectionId, headers, wasRefused) => learn(db, connectionId, headers, wasRefused, lengths),
  };
}

/**
 * When the caller that stands at `position` of its lane is due: as the shrinking reserve lets calls go in this window,
 * or spread over the coming ones when this one has too few left.
 */
export function dueInSeconds(
  window: Pick<Seen, 'allowed' | 'used' | 'secondsLeft'>,
  reserve: number,
  length: number,
  position: number,
): number {
  const left = window.allowed - window.used - 1 - position;
  if (left >= 0 && reserve > 0) {
    const share = Math.min(1, left / (reserve * window.allowed));
    return Math.max(0.05, window.secondsLeft - share * length);
  }
  const behind = Math.min(position, -left);
  const perWindow = Math.max(1, window.allowed * (1 - reserve));
  return window.secondsLeft + (Math.max(0, behind) / perWindow) * length;
}

function nextOrdinal(waiting: Map<string, { until: number; count: number }>, key: string, secondsLeft: number): number {
  const now = Date.now();
  const queue = waiting.get(key);
  if (queue !== undefined && queue.until > now) return queue.count++;
  waiting.set(key, { until: now + secondsLeft * 1000, count: 1 });
  return 0;
}

/** One statement: locks the connection's windows, starts those that are over anew, and counts one call in all of them if each has room. */
async function takeOne(db: Db, connectionId: string, reserve: number, lengths: WindowLengths): Promise<Seen[]> {
  const rows = await db.execute<{
    kind: 'hour' | 'spike';
    allowed: number;
    used: number;
    has_room: boolean;
    seconds_left: number;
  }>(sql`
    with locked as (
      select id, kind, allowed, used, resets_at from ${rateWindow}
      where connection_id = ${connectionId} order by kind for update
    ), current as (
      select id, kind, allowed,
        case when resets_at > clock_timestamp() then used else 0 end as used,
        case when resets_at > clock_timestamp() then resets_at
          else clock_timestamp() + make_interval(secs => ${lengthOf(lengths)}) end as resets_at
      from locked
    ), seen as (
      select *, greatest(0, extract(epoch from resets_at - clock_timestamp()))::float8 as seconds_left from current
    ), verdict as (
      select *, used + 1 <= greatest(1, allowed - ${reserve}::float8 * allowed * least(1, seconds_left / ${lengthOf(lengths)})) as has_room
      from seen
    ), counted as (
      update ${rateWindow} set used = verdict.used + 1, resets_at = verdict.resets_at
      from verdict
      where ${rateWindow}.id = verdict.id and (select bool_and(has_room) from verdict)
    )
    select kind, allowed, used, has_room, seconds_left from verdict`);
  return rows.map((row) => ({
    kind: row.kind,
    allowed: row.allowed,
    used: row.used,
    hasRoom: row.has_room,
    secondsLeft: row.seconds_left,
  }));
}

/**
 * Notes what an answer says. The headers describe whichever window is closer to its limit without naming it:
 * a reset far away, or the hour's known limit, is the hour. Answers may arrive late and out of order,
 * so within one window the higher count stands.
 */
async function learn(
  db: Db,
  connectionId: string,
  headers: RateHeaders,
  wasRefused: boolean,
  lengths: WindowLengths,
): Promise<void> {
  const used = wasRefused ? headers.limit : Math.max(0, headers.limit - headers.remaining);
  await db.execute(sql`
    with told as (
      select case
        when to_timestamp(${headers.reset}) > now() + make_interval(secs => ${lengths.spike + 2}) then 'hour'
        when exists (select 1 from ${rateWindow} where connection_id = ${connectionId} and kind = 'hour' and allowed = ${headers.limit})
          and not exists (select 1 from ${rateWindow} where connection_id = ${connectionId} and kind = 'spike' and allowed = ${headers.limit}) then 'hour'
        else 'spike' end as kind
    )
    insert into ${rateWindow} as known (connection_id, kind, allowed, used, resets_at)
    select ${connectionId}::uuid, kind, ${headers.limit}::int, ${used}::int, to_timestamp(${headers.reset}) from told
    where to_timestamp(${headers.reset}) > now()
    on conflict (connection_id, kind) do update set
      allowed = excluded.allowed,
      used = case when excluded.resets_at > known.resets_at + interval '2 seconds' then excluded.used
        else greatest(known.used, excluded.used) end,
      resets_at = excluded.resets_at`);
}

/** The length of the row's own kind of window. */
const lengthOf = (lengths: WindowLengths) =>
  sql`(case kind when 'hour' then ${lengths.hour}::float8 else ${lengths.spike}::float8 end)`;
