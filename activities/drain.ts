import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ZodError } from 'zod';
import { hookImported } from '../db/queries/companies.ts';
import { lockFetches, reportToFetches } from '../db/queries/fetches.ts';
import {
  beginPage,
  type Flow,
  findMark,
  finishRows,
  freeScope,
  hasMore,
  holdScope,
  lockScope,
  type Mark,
  type Pick,
  pickRecords,
  type RowOutcome,
  type ScopeKey,
} from '../db/queries/inbox.ts';
import { reportMissed } from '../db/queries/reconcile.ts';
import { integrationLog } from '../db/schema/index.ts';
import type { Db, Tx } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import { refusalOf, toFailure, waitsByItself } from '../platform/errors.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { FlowPage, FlowReader, FlowResult, RecordOutcome } from './flow.ts';

export type DrainFlow = Exclude<Flow, 'fetch' | 'connect' | 'reconcile' | 'tax-test'>;

export interface DrainInput {
  account: string;
  companyId: string;
  flow: DrainFlow;
  scope: string;
  /** what the page before returned; null begins a round */
  progress: DrainProgress | null;
}

/** How far a round is. */
export interface DrainProgress {
  mark: Mark;
  /** set while the same records need more activities: the last of them, and what their reader said to go on with */
  again: { through: string; cursor: string } | null;
  /** Procore calls of the round so far */
  calls: number;
}

export interface DrainDeps {
  db: Db;
  readers: Record<DrainFlow, FlowReader>;
}

export const createDrainActivities = ({ db, readers }: DrainDeps) => ({
  /**
   * One page of a round: picks the oldest records, reads them from Procore, writes them and their outcomes in one
   * transaction behind the scope's fence.
   *
   * @returns how to go on; null ends the round
   */
  async drain(input: DrainInput): Promise<DrainProgress | null> {
    const page = await openPage(db, input);
    try {
      return await drainPage(db, readers[input.flow], page);
    } catch (error) {
      return await giveWay(page, error);
    } finally {
      page.close();
    }
  },
});

export type DrainActivities = ReturnType<typeof createDrainActivities>;

/** A page that holds its scope. */
interface Page extends DrainInput {
  key: ScopeKey;
  signal: AbortSignal;
  /** Runs the writes of the page; throws SUPERSEDED, with nothing written, when another page took the scope over. */
  fenced<T>(write: (tx: Tx) => Promise<T>): Promise<T>;
  /** Keeps the scope from being rung for a while; nothing happens when another page took it over. */
  hold(ms: number): Promise<void>;
  close(): void;
}

/** Half of the time the lease and the heartbeat allow, less a beat. */
const BEAT_MS = 4_000;
const LEASE_MS = 20_000;

async function openPage(db: Db, input: DrainInput): Promise<Page> {
  const key = { flow: input.flow, scope: input.scope };
  const epoch = await beginPage(db, key);
  const lost = new AbortController();
  const keepLease = async () => {
    if (!(await holdScope(db, key, epoch, LEASE_MS))) lost.abort(superseded());
  };
  // A beat that fails says nothing: the fence decides, and the next beat comes.
  const beat = setInterval(() => void keepLease().catch(() => undefined), BEAT_MS);
  const close = () => clearInterval(beat);
  const { cancellationSignal } = Context.current();
  // Nobody waits for a cancelled page: its run is gone, and the next one needs the scope.
  cancellationSignal.addEventListener('abort', close);
  return {
    ...input,
    key,
    signal: AbortSignal.any([lost.signal, cancellationSignal]),
    fenced: (write) =>
      db.transaction(async (tx) => {
        if (!(await lockScope(tx, key, epoch))) throw superseded();
        return write(tx);
      }),
    hold: async (ms) => void (await holdScope(db, key, epoch, ms)),
    close,
  };
}

/** Retryable: should the scope be ours after all, the next attempt takes it over again. */
const superseded = () =>
  ApplicationFailure.create({
    type: 'SUPERSEDED',
    message: 'Another worker drains this scope now; nothing was written.',
  });

async function drainPage(db: Db, reader: FlowReader, page: Page): Promise<DrainProgress | null> {
  const mark = page.progress?.mark ?? (await findMark(db, page.key));
  const again = page.progress?.again ?? null;
  const picks = mark === null ? [] : await pickRecords(db, page.key, mark, again?.through ?? null);
  const calls = page.progress?.calls ?? 0;
  const last = picks.at(-1);
  if (mark === null || last === undefined) {
    await page.fenced((tx) => freeScope(tx, page.key, calls));
    return null;
  }
  const round: Round = { page, reader, mark, calls };
  const cursor = again?.cursor ?? null;
  try {
    const { next, isOver } = await readAndWrite(round, picks, cursor, 'last');
    if (next !== null) return { mark, again: { through: last.first, cursor: next }, calls: round.calls };
    return isOver ? null : { mark, again: null, calls: round.calls };
  } catch (error) {
    if (!isPoison(error)) throw error;
    await isolate(round, picks, cursor, error);
  }
  const isOver = await page.fenced((tx) => endRound(tx, round));
  return isOver ? null : { mark, again: null, calls: round.calls };
}

/** Frees the scope when the round has no rows left. */
async function endRound(tx: Tx, { page, mark, calls }: Round): Promise<boolean> {
  if (await hasMore(tx, page.key, mark)) return false;
  await freeScope(tx, page.key, calls);
  return true;
}

interface Round {
  page: Page;
  reader: FlowReader;
  mark: Mark;
  /** grows with every read */
  calls: number;
}

/** @param place whether the round may end with these records */
async function readAndWrite(
  round: Round,
  picks: Pick[],
  cursor: string | null,
  place: 'last' | 'part',
): Promise<{ next: string | null; isOver: boolean }> {
  const result = await read(round, picks, cursor);
  round.calls += result.calls;
  const isOver = await round.page.fenced(async (tx) => {
    const outcomes = await result.apply(tx);
    await report(tx, round.page, picks, result, result.next === null ? complete(picks, outcomes) : outcomes);
    return place === 'last' && result.next === null && (await endRound(tx, round));
  });
  return { next: result.next, isOver };
}

/** A whole page that Procore refuses to show fails with the refusal; nothing else of the flow is held up by it. */
async function read({ page, reader }: Round, picks: Pick[], cursor: string | null): Promise<FlowResult> {
  const { account, companyId, scope, signal } = page;
  const records = picks.map(({ first: _, fetchRunIds: __, ...record }) => record);
  const input: FlowPage = { account, companyId, scope, records, cursor, signal };
  try {
    return await Promise.race([reader.read(input), aborted(signal)]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const refusal = error instanceof ProcoreError ? refusalOf(error) : error;
    if (!(refusal instanceof DomainError) || isPoison(error)) throw error;
    // A dead grant waits for a person, and the rows with it.
    if (refusal.code === 'AUTH_EXPIRED' || waitsByItself(refusal.code)) throw error;
    const outcomes = picks.map(
      ({ kind, id }): RecordOutcome => ({
        kind,
        id,
        state: 'failed',
        outcome: refusal.message,
        procoreRequestId: requestIdOf(error),
      }),
    );
    return { calls: 1, next: null, apply: async () => outcomes };
  }
}

/** Throws when the signal aborts, so that a page that is given up does not wait for an answer nobody needs. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** One record is at fault, not the way to it: a value the database refuses, an answer out of shape. */
const isPoison = (error: unknown): boolean =>
  error instanceof ZodError ||
  (error instanceof ProcoreError && error.kind === 'unreadable') ||
  /^2[23]/.test(sqlStateOf(error) ?? '');

function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)) return error.code;
  return sqlStateOf(error.cause);
}

/** Reads and writes by halves until the record at fault stands alone and fails alone. */
async function isolate(round: Round, picks: Pick[], cursor: string | null, error: unknown): Promise<void> {
  const [only] = picks;
  if (only !== undefined && picks.length === 1) return failAlone(round, only, error);
  const middle = Math.ceil(picks.length / 2);
  for (const half of [picks.slice(0, middle), picks.slice(middle)]) {
    try {
      let again = cursor;
      do again = (await readAndWrite(round, half, again, 'part')).next;
      while (again !== null);
    } catch (halfError) {
      if (!isPoison(halfError)) throw halfError;
      await isolate(round, half, cursor, halfError);
    }
  }
}

async function failAlone({ page }: Round, pick: Pick, error: unknown): Promise<void> {
  const outcome: RecordOutcome = {
    kind: pick.kind,
    id: pick.id,
    state: 'failed',
    outcome: describe(error),
    procoreRequestId: requestIdOf(error),
  };
  await page.fenced((tx) => report(tx, page, [pick], { calls: 0 }, [outcome]));
}

const requestIdOf = (error: unknown) => (error instanceof ProcoreError ? error.requestId : undefined);

/** Values stay out of it: a database error's own text may hold them. */
function describe(error: unknown): string {
  if (error instanceof ProcoreError) return `Procore's answer could not be understood: ${error.said}`;
  const state = sqlStateOf(error);
  return state === undefined
    ? 'Procore sent a value we do not understand.'
    : `The database refuses a value of this record (${state}).`;
}

/** Every record of a finished page gets an outcome, whatever its reader forgot. */
function complete(picks: Pick[], outcomes: RecordOutcome[]): RecordOutcome[] {
  const answered = new Set(outcomes.map(keyOf));
  const forgotten = picks.filter((pick) => !answered.has(keyOf(pick)));
  return [
    ...outcomes,
    ...forgotten.map(({ kind, id }) => ({ kind, id, state: 'failed' as const, outcome: 'It was not read.' })),
  ];
}

const keyOf = ({ kind, id }: { kind: string; id: string | null }) => `${kind} ${id ?? ''}`;

/** Writes what came of the records: to their rows, to the fetches that asked, and to the log what failed. */
async function report(
  tx: Tx,
  page: Page,
  picks: Pick[],
  { calls, counts }: Omit<FlowResult, 'next' | 'apply'>,
  outcomes: RecordOutcome[],
): Promise<void> {
  const fetchRunIds = [...new Set(picks.flatMap((pick) => pick.fetchRunIds))];
  await lockFetches(tx, page.account, fetchRunIds);
  const byKey = new Map(picks.map((pick) => [keyOf(pick), pick]));
  const settled = outcomes.flatMap((outcome) => {
    const pick = byKey.get(keyOf(outcome));
    return pick === undefined ? [] : [{ pick, outcome }];
  });
  await finishRows(
    tx,
    settled.map(({ pick, outcome }): RowOutcome => ({ ...outcome, rowIds: pick.rowIds })),
  );
  const failed = settled.filter(({ outcome }) => outcome.state === 'failed');
  if (failed.length > 0)
    await tx.insert(integrationLog).values(
      failed.map(({ pick, outcome }) => ({
        account: page.account,
        documentKind: DOCUMENT_KINDS[page.flow],
        documentId: pick.id ?? page.scope,
        event: 'received',
        result: 'fail' as const,
        message: outcome.outcome,
        procoreRequestId: outcome.procoreRequestId,
        workflowId: Context.current().info.workflowExecution?.workflowId,
        runId: Context.current().info.workflowExecution?.runId,
      })),
    );
  await reportToFetches(tx, page.account, {
    fetchRunIds,
    items: settled.flatMap(({ pick, outcome }) => pick.fetchItemIds.map((id) => itemOutcome(id, outcome))),
    counts: counts ?? {},
    calls,
  });
  await reportMissed(tx, page.account, missedOf(page.flow, picks, settled, calls));
  for (const { pick, outcome } of settled)
    if (pick.kind === 'project' && pick.id !== null && outcome.state === 'applied')
      await hookImported(tx, page.account, page.companyId, pick.id);
}

interface Settled {
  pick: Pick;
  outcome: RecordOutcome;
}

/** What comparisons found that no webhook had told of. A whole list holds what webhooks named beside it, too; that is taken off. */
function missedOf(flow: DrainFlow, picks: Pick[], settled: Settled[], calls: number) {
  const told = settled.filter(({ pick, outcome }) => !pick.isOnlyCompared && outcome.state === 'applied');
  const isOnlyCompared = picks.every((pick) => pick.isOnlyCompared);
  const runIds = [...new Set(picks.flatMap((pick) => pick.reconcileRunIds))];
  return runIds.map((runId) => {
    const missed: Record<string, number> = {};
    for (const { pick, outcome } of settled) {
      const [firstRun] = pick.reconcileRunIds;
      if (!pick.isOnlyCompared || firstRun !== runId || outcome.state !== 'applied') continue;
      const named = pick.id === null ? told.filter((other) => other.pick.kind !== 'project').length : 0;
      const changes = Math.max(0, (outcome.changes ?? 1) - named);
      if (changes > 0) missed[pick.kind] = (missed[pick.kind] ?? 0) + changes;
    }
    const own = isOnlyCompared && runId === runIds[0] ? calls : 0;
    return { runId, missed, calls: own, projectCalls: flow === 'project' ? own : 0 };
  });
}

const DOCUMENT_KINDS = { project: 'project', vendors: 'vendor', 'cost-codes': 'cost_code', users: 'user' } as const;

const ITEM_STATES = { applied: 'done', unchanged: 'done', ignored: 'skipped', failed: 'failed' } as const;

function itemOutcome(id: string, { state, outcome, fetchItem }: RecordOutcome) {
  const itemState = fetchItem?.state ?? ITEM_STATES[state];
  return {
    id,
    state: itemState,
    reason: fetchItem?.reason ?? (itemState === 'done' ? null : outcome),
    projectName: fetchItem?.projectName ?? null,
    projectNumber: fetchItem?.projectNumber ?? null,
  };
}

/** How long a company whose sign-in died is left alone; reconnecting ends it at once. */
const DEAD_GRANT_MS = 10 * 60_000;

/** A page that cannot go on: its rows stay pending, and the scope is quiet past the next attempt, so that nobody rings meanwhile. */
async function giveWay(page: Page, error: unknown): Promise<null> {
  if (error instanceof CancelledFailure || (error instanceof ApplicationFailure && error.type === 'SUPERSEDED'))
    throw error;
  const failure = toFailure(error);
  if (failure instanceof ApplicationFailure && failure.type === 'AUTH_EXPIRED') {
    await page.hold(DEAD_GRANT_MS);
    return null;
  }
  const delay = failure instanceof ApplicationFailure ? durationMs(failure.nextRetryDelay) : undefined;
  await page.hold((delay ?? backoffMs(Context.current().info.attempt)) + LEASE_MS);
  throw failure;
}

const durationMs = (duration: unknown) => (typeof duration === 'number' ? duration : undefined);

/** The retry policy of workflows/drain.ts: 1 s, doubling, 5 min at most. */
const backoffMs = (attempt: number) => Math.min(1_000 * 2 ** (attempt - 1), 300_000);
