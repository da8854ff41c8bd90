import { eq, inArray, sql } from 'drizzle-orm';
import { callTurn, type WaitingCall } from '../../domain/call-turns.ts';
import type { RateBudget, RateHeaders } from '../../procore/ports.ts';
import { rateWait, rateWindow } from '../schema/connections.ts';
import type { Db, Tx } from '../types.ts';

/** Seconds. Procore's are an hour and ten seconds (contract section 1.8); a test's are shorter. */
export interface WindowLengths {
  hour: number;
  spike: number;
}

/** Until Procore has told of a window, one call goes in this many seconds; its answer tells. */
const UNTOLD_SECONDS = 1;

/** A window as one `take` found it. */
type Window = {
  id: string;
  allowed: number;
  used: number;
  length: number;
  left: number;
  isOver: boolean;
};

/**
 * The call allowance, counted in one row a window, and the calls that wait for it, one row each; shared by every worker.
 * Procore's answers say how much of a window is used, and our own count goes on from there.
 */
export function createRateBudget(db: Db, lengths: WindowLengths = { hour: 3600, spike: 10 }): RateBudget {
  return {
    take: (connectionId, lane) =>
      db.transaction(async (tx) => {
        const windows = await lockWindows(tx, connectionId, lengths);
        const waits = await listWaits(tx, connectionId, lengths.spike);
        const told = windows.filter((window) => window.allowed > 0);
        const isUntold = told.length === 0;
        const turn = callTurn(isUntold ? windows.map(asOneCall) : told, waits, lane, Math.random());
        const returned = turn.isReturn ? waits.find((wait) => wait.lane === lane) : undefined;
        if (returned !== undefined) await tx.delete(rateWait).where(eq(rateWait.id, returned.id));
        if (turn.kind === 'go') {
          for (const window of isUntold ? windows : told) await countCall(tx, window);
          return { kind: 'go' };
        }
        const seconds = isUntold ? UNTOLD_SECONDS * (1 + Math.random()) : turn.seconds;
        const dueAt = sql`clock_timestamp() + make_interval(secs => ${seconds})`;
        await tx.insert(rateWait).values({ connectionId, lane, dueAt });
        return { kind: 'wait', ms: Math.ceil(seconds * 1000) };
      }),
    learn: (connectionId, headers, wasRefused) => learn(db, connectionId, headers, wasRefused, lengths),
  };
}

const asOneCall = (window: Window) => ({ ...window, allowed: 1, isGuess: true });

/** The connection's windows, kept from every other worker until this one has decided; those that are over start anew. */
async function lockWindows(tx: Tx, connectionId: string, lengths: WindowLengths): Promise<Window[]> {
  const lock = () =>
    tx.execute<Window>(sql`
      with locked as (
        select id, kind, allowed, used, resets_at from ${rateWindow}
        where connection_id = ${connectionId} order by kind for update
      ), seen as (
        select *, case when allowed = 0 then ${UNTOLD_SECONDS}::float8 when kind = 'hour' then ${lengths.hour}::float8
          else ${lengths.spike}::float8 end as length, extract(epoch from resets_at - clock_timestamp())::float8 as ahead from locked
      )
      select id, allowed, case when ahead > 0 then used else 0 end as used, length,
        case when ahead > 0 then ahead else length end as "left", ahead <= 0 as "isOver" from seen`);
  const found = await lock();
  if (found.length > 0) return found;
  await tx
    .insert(rateWindow)
    .values({ connectionId, kind: 'spike', allowed: 0, resetsAt: sql`clock_timestamp()` })
    .onConflictDoNothing();
  return lock();
}

async function countCall(tx: Tx, { id, used, length, isOver }: Window): Promise<void> {
  const resetsAt = sql`clock_timestamp() + make_interval(secs => ${length})`;
  await tx
    .update(rateWindow)
    .set({ used: used + 1, ...(isOver ? { resetsAt } : {}) })
    .where(eq(rateWindow.id, id));
}

/** Who waits, by due time. One who did not come back for a whole spike window is waited for no longer. */
async function listWaits(tx: Tx, connectionId: string, patience: number): Promise<(WaitingCall & { id: string })[]> {
  const waits = await tx
    .select({
      id: rateWait.id,
      lane: rateWait.lane,
      due: sql<number>`extract(epoch from ${rateWait.dueAt} - clock_timestamp())::float8`,
    })
    .from(rateWait)
    .where(eq(rateWait.connectionId, connectionId))
    .orderBy(rateWait.dueAt);
  const gone = waits.filter(({ due }) => due < -patience).map(({ id }) => id);
  if (gone.length > 0) await tx.delete(rateWait).where(inArray(rateWait.id, gone));
  return waits.slice(gone.length);
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
