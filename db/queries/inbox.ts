import { and, eq, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { type FLOWS, inboxEvent, inboxScope } from '../schema/index.ts';
import type { Db, Queryable, Tx } from '../types.ts';

export type Flow = (typeof FLOWS)[number];

/** A change to store. Rows that nothing will drain carry their final state and say why. */
export interface NewInboxEvent {
  account: string;
  companyId: string | null;
  source: 'webhook' | 'reconcile' | 'fetch' | 'refresh';
  flow: Flow | null;
  scope: string | null;
  recordKind: string | null;
  recordId: string | null;
  eventType?: string | null;
  deliveryKey?: string | null;
  payload?: string | null;
  fetchRunId?: string | null;
  fetchItemId?: string | null;
  reconcileRunId?: string | null;
  /** pending when left out */
  state?: 'pending' | 'ignored' | 'failed';
  outcome?: string | null;
}

/** The columns of a stored event, by the names of `NewInboxEvent`. */
const INCOMING = sql.raw(`account text, "companyId" uuid, source text, flow text, scope text, "recordKind" text,
  "recordId" text, "eventType" text, "deliveryKey" text, payload text, "fetchRunId" uuid, "fetchItemId" uuid,
  "reconcileRunId" uuid, state text, outcome text`);

/** The parts of the one statement that stores rows. `rows` is JSON: a value or a placeholder. */
const storing = (rows: SQL | Placeholder) => ({
  incoming: sql`
    select *, row_number() over (partition by coalesce("deliveryKey", 'row ' || ord) order by ord) as copy
    from (
      select r.*, row_number() over () as ord from json_to_recordset(${rows}::text::json) as r(${INCOMING})
    ) numbered`,
  fresh: sql`
    insert into inbox_event (account, company_id, source, flow, scope, record_kind, record_id, event_type,
      delivery_key, payload, fetch_run_id, fetch_item_id, reconcile_run_id, state, outcome, finished_at)
    select account, "companyId", source, flow, scope, "recordKind", "recordId", "eventType", "deliveryKey", payload,
      "fetchRunId", "fetchItemId", "reconcileRunId", coalesce(state, 'pending'), outcome,
      case when coalesce(state, 'pending') <> 'pending' then now() end
    from incoming where copy = 1 order by ord
    on conflict (delivery_key) where not is_duplicate do nothing
    returning delivery_key`,
  scopes: sql`
    insert into inbox_scope (flow, scope, account, company_id)
    select distinct on (flow, scope) flow, scope, account, "companyId"
    from incoming where coalesce(state, 'pending') = 'pending' and flow is not null
    order by flow, scope
    on conflict do nothing`,
  again: sql`
    insert into inbox_event (account, company_id, source, flow, scope, record_kind, record_id, event_type,
      delivery_key, is_duplicate, payload, state, outcome, finished_at)
    select account, "companyId", source, flow, scope, "recordKind", "recordId", "eventType", "deliveryKey", true, payload,
      'ignored', 'Procore delivered this event before.', now()
    from incoming
    where "deliveryKey" is not null and (copy > 1 or "deliveryKey" not in (select delivery_key from fresh where delivery_key is not null))
    order by ord`,
});

/**
 * Stores rows and makes sure their scopes exist, in one statement.
 * A delivery seen before is stored too, flagged and already ignored.
 */
export async function storeEvents(db: Queryable, rows: readonly NewInboxEvent[]): Promise<void> {
  if (rows.length === 0) return;
  const { incoming, fresh, scopes, again } = storing(sql`${JSON.stringify(rows)}`);
  await db.execute(sql`with incoming as (${incoming}), fresh as (${fresh}), scopes as (${scopes}) ${again}`);
}

/** The same for the receiver, which stores all the time: prepared, so that nothing is built or planned per call. */
export function prepareStore(db: Db): (rows: readonly NewInboxEvent[]) => Promise<void> {
  const parts = storing(sql.placeholder('rows'));
  const named = (name: keyof typeof parts) => db.$with(name, {}).as(parts[name]);
  const statement = db
    .with(named('incoming'), named('fresh'), named('scopes'), named('again'))
    .select({ done: sql<number>`1` })
    .from(sql`(values (1)) as stored`)
    .prepare('store_events');
  return async (rows) => void (await statement.execute({ rows: JSON.stringify(rows) }));
}

/** Stores rows of our own making and tells every dispatcher. */
export async function insertEvents(db: Queryable, rows: readonly NewInboxEvent[]): Promise<void> {
  if (rows.length === 0) return;
  await storeEvents(db, rows);
  await notifyInbox(db);
}

/** Wakes the dispatchers when this transaction commits. */
export async function notifyInbox(db: Queryable): Promise<void> {
  await db.execute(sql`select pg_notify('inbox', '')`);
}

export interface ClaimedScope {
  flow: Flow;
  scope: string;
  account: string;
  companyId: string | null;
  companyProcoreId: string | null;
  companyName: string;
  /** only rows of a fetch or a comparison wait, so its reads go behind everyone else's */
  bulk: boolean;
}

/** How many scopes of one company fetches and comparisons keep busy at once. */
const BULK_SCOPES_PER_COMPANY = 8;

/**
 * Claims every scope that may be rung and has a due row. A claimed scope is quiet for its lease, which doubles with each
 * ring nobody answered. Claims of several processes take turns, so that none rings twice and the cap of a fetch holds.
 */
export async function claimScopes(db: Db): Promise<ClaimedScope[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('inbox claim'))`);
    const rows = await tx.execute<{
      flow: Flow;
      scope: string;
      account: string;
      company_id: string | null;
      procore_id: string | null;
      name: string | null;
      bulk: boolean;
    }>(sql`
      with candidate as (
        select s.flow, s.scope, s.company_id, s.flow not in ('fetch', 'reconcile') and not exists (
          select from inbox_event e
          where e.flow = s.flow and e.scope = s.scope and e.state = 'pending' and e.next_attempt_at <= now()
            and e.source not in ('fetch', 'reconcile')
        ) as bulk
        from inbox_scope s
        where s.quiet_until <= now() and exists (
          select from inbox_event e
          where e.flow = s.flow and e.scope = s.scope and e.state = 'pending' and e.next_attempt_at <= now()
        )
        for update of s skip locked
      ), ranked as (
        select *, row_number() over (partition by company_id, bulk order by scope) as place,
          (select count(*) from inbox_scope b where b.company_id = c.company_id and b.bulk and b.quiet_until > now()) as busy
        from candidate c
      )
      update inbox_scope s
      set quiet_until = now() + least(20 * 2 ^ least(s.unanswered, 5), 600) * interval '1 second',
        unanswered = s.unanswered + 1, bulk = r.bulk
      from ranked r left join procore_company p on p.id = r.company_id
      where s.flow = r.flow and s.scope = r.scope
        and (not r.bulk or r.place + r.busy <= ${BULK_SCOPES_PER_COMPANY})
      returning s.flow, s.scope, s.account, s.company_id, s.bulk, p.procore_id, p.name`);
    return rows.map(({ company_id, procore_id, name, ...row }) => ({
      ...row,
      companyId: company_id,
      companyProcoreId: procore_id,
      companyName: name ?? 'a company no longer connected',
    }));
  });
}

/** Milliseconds until the next quiet scope with a due row may be rung, when that is under a second away. */
export async function soonestRing(db: Db): Promise<number | null> {
  const [row] = await db.execute<{ ms: number | null }>(sql`
    select (extract(epoch from min(quiet_until) - now()) * 1000)::float8 as ms
    from inbox_scope s
    where quiet_until > now() and quiet_until < now() + interval '1 second' and exists (
      select from inbox_event e
      where e.flow = s.flow and e.scope = s.scope and e.state = 'pending' and e.next_attempt_at <= now()
    )`);
  return row?.ms ?? null;
}

/** Rings that did not reach Temporal: try again in two seconds. */
export async function ringsFailed(db: Db, scopes: readonly ScopeKey[]): Promise<void> {
  await db.execute(sql`
    update inbox_scope s
    set quiet_until = now() + interval '2 seconds', unanswered = greatest(s.unanswered - 1, 0), bulk = false
    from json_to_recordset(${JSON.stringify(scopes)}::text::json) as f(flow text, scope text)
    where s.flow = f.flow and s.scope = f.scope`);
}

export interface ScopeKey {
  flow: Flow;
  scope: string;
}

const isScope = ({ flow, scope }: ScopeKey) => and(eq(inboxScope.flow, flow), eq(inboxScope.scope, scope));

/** Begins a page: whoever held an older epoch can no longer write. */
export async function beginPage(db: Queryable, key: ScopeKey): Promise<number> {
  const [row] = await db
    .update(inboxScope)
    .set({ epoch: sql`epoch + 1`, unanswered: 0, quietUntil: sql`now() + interval '20 seconds'` })
    .where(isScope(key))
    .returning({ epoch: inboxScope.epoch });
  if (!row) throw new Error(`The inbox knows no scope ${key.flow} ${key.scope}`);
  return row.epoch;
}

/** Keeps the scope quiet for this page; false when another page took over. */
export async function holdScope(db: Queryable, key: ScopeKey, epoch: number, forMs: number): Promise<boolean> {
  const held = await db
    .update(inboxScope)
    .set({ quietUntil: sql`now() + ${forMs}::float8 * interval '1 millisecond'` })
    .where(and(isScope(key), eq(inboxScope.epoch, epoch)))
    .returning({ epoch: inboxScope.epoch });
  return held.length === 1;
}

/** Locks the scope for the writes of a page; false when another page took over, and then nothing may be written. */
export async function lockScope(tx: Tx, key: ScopeKey, epoch: number): Promise<boolean> {
  const [row] = await tx.select({ epoch: inboxScope.epoch }).from(inboxScope).where(isScope(key)).for('update');
  return row?.epoch === epoch;
}

/** How long one Procore call of an inbound flow is paid for; ten may run ahead. */
const SECONDS_PER_CALL = 2;
const SECONDS_AHEAD = 20;

/** Ends a round: the scope may be rung again once its calls are paid for, ten calls ahead. */
export async function freeScope(tx: Tx, key: ScopeKey, calls: number): Promise<void> {
  const paid = sql`greatest(paid_until, now()) + ${calls * SECONDS_PER_CALL}::int * interval '1 second'`;
  await tx
    .update(inboxScope)
    .set({ paidUntil: paid, quietUntil: sql`${paid} - ${SECONDS_AHEAD}::int * interval '1 second'`, bulk: false })
    .where(isScope(key));
  await notifyInbox(tx);
}

/** Where a round ends: rows that came later, or were not due when it began, belong to the next. */
export interface Mark {
  rowId: string;
  dueAt: string;
}

/** The end of a round that begins now; null when nothing is due. */
export async function findMark(db: Queryable, { flow, scope }: ScopeKey): Promise<Mark | null> {
  const [row] = await db.execute<{ row_id: string | null; due_at: string }>(sql`
    select max(id)::text as row_id, now()::text as due_at from inbox_event
    where flow = ${flow} and scope = ${scope} and state = 'pending' and next_attempt_at <= now()`);
  return row?.row_id ? { rowId: row.row_id, dueAt: row.due_at } : null;
}

export interface Pick {
  kind: string;
  id: string | null;
  source: NewInboxEvent['source'];
  eventTypes: string[];
  fetchItemIds: string[];
  fetchRunIds: string[];
  reconcileRunIds: string[];
  /** nothing but comparisons with Procore asked for it: no webhook told, and nobody waits */
  isOnlyCompared: boolean;
  rowIds: string[];
  /** lowest row id */
  first: string;
}

/**
 * The next records of a round: up to 100, from its 5,000 oldest rows, oldest first.
 *
 * @param through the last record of the page before, when the same records are wanted again
 */
export async function pickRecords(
  db: Queryable,
  { flow, scope }: ScopeKey,
  mark: Mark,
  through: string | null,
): Promise<Pick[]> {
  const rows = await db.execute<{
    kind: string;
    id: string | null;
    sources: NewInboxEvent['source'][];
    event_types: (string | null)[];
    fetch_item_ids: (string | null)[];
    fetch_run_ids: (string | null)[];
    reconcile_run_ids: (string | null)[];
    row_ids: string[];
    first: string;
  }>(sql`
    with oldest as (
      select id, coalesce(record_kind, '') as kind, record_id, source, event_type, fetch_item_id, fetch_run_id, reconcile_run_id
      from inbox_event
      where flow = ${flow} and scope = ${scope} and state = 'pending'
        and next_attempt_at <= ${mark.dueAt}::timestamptz and id <= ${mark.rowId}::bigint
      order by id limit 5000
    )
    select kind, record_id as id, json_agg(distinct source) as sources, json_agg(distinct event_type) as event_types,
      json_agg(distinct fetch_item_id) as fetch_item_ids, json_agg(distinct fetch_run_id) as fetch_run_ids,
      json_agg(distinct reconcile_run_id) as reconcile_run_ids,
      json_agg(id::text order by oldest.id) as row_ids, min(oldest.id)::text as first
    from oldest group by kind, record_id
    having ${through}::bigint is null or min(oldest.id) <= ${through}::bigint
    order by min(oldest.id) limit 100`);
  return rows.map((row) => ({
    kind: row.kind,
    id: row.id,
    source: URGENCY.find((source) => row.sources.includes(source)) ?? 'webhook',
    eventTypes: present(row.event_types),
    fetchItemIds: present(row.fetch_item_ids),
    fetchRunIds: present(row.fetch_run_ids),
    reconcileRunIds: present(row.reconcile_run_ids),
    isOnlyCompared: row.sources.every((source) => source === 'reconcile'),
    rowIds: row.row_ids,
    first: row.first,
  }));
}

const URGENCY = ['refresh', 'webhook', 'reconcile', 'fetch'] as const;
const present = (values: (string | null)[]) => values.filter((value) => value !== null);

/** Whether the round has rows left. */
export async function hasMore(db: Queryable, { flow, scope }: ScopeKey, mark: Mark): Promise<boolean> {
  const [row] = await db.execute<{ more: boolean }>(sql`
    select exists (
      select from inbox_event where flow = ${flow} and scope = ${scope} and state = 'pending'
        and next_attempt_at <= ${mark.dueAt}::timestamptz and id <= ${mark.rowId}::bigint
    ) as more`);
  return row?.more ?? false;
}

/** The last word on some rows. */
export interface RowOutcome {
  rowIds: string[];
  state: 'applied' | 'unchanged' | 'ignored' | 'failed';
  outcome: string;
}

/** A failing row is tried again after 1, 4, 16 and 60 minutes, then left for a person. */
const ROW_ATTEMPTS = 5;

/** Writes outcomes to exactly these rows; failing ones stay pending until their attempts are used up. */
export async function finishRows(tx: Tx, outcomes: readonly RowOutcome[]): Promise<void> {
  const rows = outcomes.flatMap(({ rowIds, state, outcome }) => rowIds.map((id) => ({ id, state, outcome })));
  if (rows.length === 0) return;
  await tx.execute(sql`
    update inbox_event e
    set attempts = e.attempts + (o.state = 'failed')::int,
      state = case when o.state = 'failed' and e.attempts + 1 < ${ROW_ATTEMPTS}::int then 'pending' else o.state end,
      next_attempt_at = case when o.state = 'failed' and e.next_attempt_at <> 'infinity'
        then now() + least(4 ^ e.attempts, 60) * interval '1 minute' else e.next_attempt_at end,
      outcome = o.outcome,
      finished_at = case when o.state = 'failed' and e.attempts + 1 < ${ROW_ATTEMPTS}::int then null else now() end
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as o(id bigint, state text, outcome text)
    where e.id = o.id and e.state = 'pending'`);
}

/** Rows waiting in a scope may be rung at once, whatever the scope's lease: used by the one writer a fetch waits for. */
export async function ringAtOnce(tx: Tx, { flow, scope }: ScopeKey): Promise<void> {
  await tx.update(inboxScope).set({ quietUntil: sql`'-infinity'`, unanswered: 0 }).where(isScope({ flow, scope }));
  await notifyInbox(tx);
}

/** Pending rows of a flow that are due now; what a fetch run finds when it looks. */
export async function settleScopeRows(tx: Tx, { flow, scope }: ScopeKey, outcome: string): Promise<void> {
  await tx
    .update(inboxEvent)
    .set({ state: 'applied', outcome, finishedAt: sql`now()` })
    .where(and(eq(inboxEvent.flow, flow), eq(inboxEvent.scope, scope), eq(inboxEvent.state, 'pending')));
}
