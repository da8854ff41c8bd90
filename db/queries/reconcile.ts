import { and, count, desc, eq, sql } from 'drizzle-orm';
import type { SweepFacts } from '../../domain/sweep-plan.ts';
import {
  inboxEvent,
  procoreCompany,
  procoreConnection,
  rateWindow,
  reconcileRun,
  syncCursor,
} from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { insertEvents, type NewInboxEvent, ringAtOnce, storeEvents } from './inbox.ts';
import type { LinkKind } from './links.ts';
import { OVERLAP_MINUTES } from './sync-cursors.ts';

export type ReconcileRunRow = typeof reconcileRun.$inferSelect;
export type ReconcileMode = ReconcileRunRow['mode'];

/** Minutes without a sign of life after which a run counts as abandoned; a full one waits between its projects. */
const ABANDONED_AFTER: Record<ReconcileMode, number> = { delta: 20, full: 180 };

/** Has a company compared now: one row in the inbox, which rings Reconcile. */
export async function requestReconcile(tx: Tx, account: string, companyId: string, mode: ReconcileMode): Promise<void> {
  const key = { flow: 'reconcile', scope: `${companyId}/${mode}` } as const;
  await storeEvents(tx, [{ account, companyId, source: 'refresh', ...key, recordKind: 'company', recordId: null }]);
  await ringAtOnce(tx, key);
}

/** Begins a run; null while another of the same company and mode goes on. */
export async function beginRun(
  tx: Tx,
  account: string,
  companyId: string,
  mode: ReconcileMode,
): Promise<ReconcileRunRow | null> {
  await tx
    .select({ id: procoreCompany.id })
    .from(procoreCompany)
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId)))
    .for('no key update');
  await tx
    .update(reconcileRun)
    .set({ state: 'failed', problem: 'It was abandoned.', finishedAt: sql`now()` })
    .where(
      and(
        sameKind(companyId, mode),
        eq(reconcileRun.state, 'running'),
        sql`alive_at < now() - make_interval(mins => ${ABANDONED_AFTER[mode]})`,
      ),
    );
  const running = await tx.$count(reconcileRun, and(sameKind(companyId, mode), eq(reconcileRun.state, 'running')));
  if (running > 0) return null;
  const [run] = await tx.insert(reconcileRun).values({ account, companyId, mode }).returning();
  return run ?? null;
}

const sameKind = (companyId: string, mode: ReconcileMode) =>
  and(eq(reconcileRun.companyId, companyId), eq(reconcileRun.mode, mode));

export async function findRun(db: Queryable, account: string, id: string): Promise<ReconcileRunRow | undefined> {
  const [run] = await db
    .select()
    .from(reconcileRun)
    .where(and(eq(reconcileRun.account, account), eq(reconcileRun.id, id)));
  return run;
}

/** What one activity of a run did. */
export interface RunStep {
  calls: number;
  rows: readonly NewInboxEvent[];
  /** projects asked for whole */
  projects?: number;
  problem?: string | null;
}

/** Puts what a step found into the inbox and notes it with the run, which lives on by it. */
export async function noteStep(tx: Tx, run: ReconcileRunRow, { calls, rows, projects, problem }: RunStep) {
  const found: Record<string, number> = {};
  for (const { recordKind } of rows) found[recordKind ?? ''] = (found[recordKind ?? ''] ?? 0) + 1;
  await insertEvents(
    tx,
    rows.map((row) => ({ ...row, reconcileRunId: run.id })),
  );
  await tx
    .update(reconcileRun)
    .set({
      found: summed(reconcileRun.found, found),
      calls: sql`${reconcileRun.calls} + ${calls}`,
      projects: sql`${reconcileRun.projects} + ${projects ?? 0}`,
      aliveAt: sql`now()`,
      ...(problem ? { problem: sql`concat_ws(' ', ${reconcileRun.problem}, ${problem}::text)` } : {}),
    })
    .where(eq(reconcileRun.id, run.id));
}

/** The sum, name by name, of counts in the database and some more. */
const summed = (counts: typeof reconcileRun.found | typeof reconcileRun.missed, more: Record<string, number>) => sql`
  (select coalesce(jsonb_object_agg(key, total), '{}') from (
    select key, sum(value::int)::int as total
    from (select * from jsonb_each_text(${counts}) union all select * from jsonb_each_text(${JSON.stringify(more)}::text::jsonb)) each
    group by key
  ) sums)`;

export async function endRun(tx: Tx, run: ReconcileRunRow): Promise<void> {
  await tx
    .update(reconcileRun)
    .set({
      state: sql`case when ${reconcileRun.problem} is null then 'done' else 'failed' end`,
      finishedAt: sql`now()`,
    })
    .where(and(eq(reconcileRun.id, run.id), eq(reconcileRun.state, 'running')));
}

/** What a page of a drain found to differ that only comparisons had asked for. */
export interface MissedReport {
  runId: string;
  missed: Record<string, number>;
  calls: number;
  projectCalls: number;
}

/** Notes what webhooks had missed, in the transaction that wrote the records. */
export async function reportMissed(tx: Tx, account: string, reports: readonly MissedReport[]): Promise<void> {
  for (const { runId, missed, calls, projectCalls } of reports.toSorted((a, b) => (a.runId < b.runId ? -1 : 1)))
    await tx
      .update(reconcileRun)
      .set({
        missed: summed(reconcileRun.missed, missed),
        calls: sql`${reconcileRun.calls} + ${calls}`,
        projectCalls: sql`${reconcileRun.projectCalls} + ${projectCalls}`,
      })
      .where(and(eq(reconcileRun.account, account), eq(reconcileRun.id, runId)));
}

/** A record of a page of a whole list. */
export interface ListedRecord {
  id: string;
  updatedAt: string | null;
}

/** A listed record that may differ from ours, and whether it is linked at all. */
export interface Suspect {
  id: string;
  isLinked: boolean;
}

/**
 * Notes that a whole list showed these records, and answers those that may differ from what was last read. Procore tells
 * times in whole seconds, so a record read within the overlap of its change may have changed again in the same second.
 */
export async function noteListed(
  tx: Tx,
  account: string,
  companyId: string,
  kind: LinkKind,
  records: readonly ListedRecord[],
): Promise<Suspect[]> {
  if (records.length === 0) return [];
  return tx.execute<{ id: string; isLinked: boolean }>(sql`
    with page as (
      select * from json_to_recordset(${JSON.stringify(records)}::text::json) as p(id text, "updatedAt" text)
    ), listed as (
      update procore_link l set listed_at = now() from page p
      where l.account = ${account} and l.company_id = ${companyId} and l.kind = ${kind} and l.procore_id = p.id
    )
    select p.id, l.state is not distinct from 'linked' as "isLinked" from page p
    left join procore_link l on l.company_id = ${companyId} and l.kind = ${kind} and l.procore_id = p.id
    where l.state is distinct from 'linked' or p."updatedAt" is null
      or l.remote_updated_at::timestamptz is distinct from p."updatedAt"::timestamptz
      or l.updated_at < p."updatedAt"::timestamptz + make_interval(mins => ${OVERLAP_MINUTES})`);
}

/** Linked records that no page of a whole list has shown since the run began, and how many are linked at all. */
export async function unlisted(
  db: Queryable,
  run: ReconcileRunRow,
  kind: LinkKind,
): Promise<{ known: number; missing: string[] }> {
  const [row] = await db.execute<{ known: number; missing: string[] }>(sql`
    select count(*)::int as known,
      coalesce(json_agg(procore_id) filter (where listed_at is null or listed_at < ${run.createdAt}::timestamptz), '[]') as missing
    from procore_link
    where account = ${run.account} and company_id = ${run.companyId} and kind = ${kind} and state = 'linked'
      and procore_id is not null and created_at < ${run.createdAt}::timestamptz`);
  return row ?? { known: 0, missing: [] };
}

/** Takes the next projects of a full comparison, those longest unseen first; nobody else takes them in this run. */
export async function takeProjects(tx: Tx, run: ReconcileRunRow, limit: number): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    with next as (
      select l.procore_id as id from procore_link l
      join project p on p.id = l.local_id and p.is_monitored
      left join sync_cursor k on k.company_id = l.company_id and k.kind = 'project/' || l.procore_id
      where l.account = ${run.account} and l.company_id = ${run.companyId} and l.kind = 'project' and l.state = 'linked'
        and l.procore_id is not null and (k.at is null or k.at < ${run.createdAt}::timestamptz)
      order by k.at nulls first, l.procore_id limit ${limit}
    )
    insert into sync_cursor (account, company_id, kind, at)
    select ${run.account}, ${run.companyId}, 'project/' || id, clock_timestamp() from next
    on conflict (company_id, kind) do update set at = excluded.at
    returning substr(kind, 9) as id`);
  return rows.map(({ id }) => id);
}

/** How many projects a full comparison has left. */
export async function projectsLeft(db: Queryable, run: ReconcileRunRow): Promise<number> {
  const [row] = await db.execute<{ left: number }>(sql`
    select count(*)::int as left from procore_link l
    join project p on p.id = l.local_id and p.is_monitored
    left join sync_cursor k on k.company_id = l.company_id and k.kind = 'project/' || l.procore_id
    where l.account = ${run.account} and l.company_id = ${run.companyId} and l.kind = 'project' and l.state = 'linked'
      and l.procore_id is not null and (k.at is null or k.at < ${run.createdAt}::timestamptz)`);
  return row?.left ?? 0;
}

/** Monitored projects whose commitments a look asks next, those longest unasked first, and from when on each asks for changes. */
export async function projectsToLookAt(
  db: Queryable,
  run: ReconcileRunRow,
  limit: number,
): Promise<{ procoreId: string; since: string }[]> {
  return db.execute<{ procoreId: string; since: string }>(sql`
    select l.procore_id as "procoreId",
      to_char((coalesce(k.at, c.created_at) - make_interval(mins => ${OVERLAP_MINUTES})) at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
    from procore_link l
    join procore_company c on c.id = l.company_id
    join project p on p.id = l.local_id and p.is_monitored
    left join sync_cursor k on k.company_id = l.company_id and k.kind = 'commitments/' || l.procore_id
    where l.account = ${run.account} and l.company_id = ${run.companyId} and l.kind = 'project' and l.state = 'linked'
      and l.procore_id is not null and (k.at is null or k.at < ${run.createdAt}::timestamptz)
    order by k.at nulls first, l.procore_id limit ${limit}`);
}

/** The commitments of these projects are asked for up to the beginning of the run. */
export async function noteLooked(tx: Tx, run: ReconcileRunRow, projectIds: readonly string[]): Promise<void> {
  if (projectIds.length === 0) return;
  await tx
    .insert(syncCursor)
    .values(
      projectIds.map((id) => ({
        account: run.account,
        companyId: run.companyId,
        kind: `commitments/${id}`,
        at: run.createdAt,
      })),
    )
    .onConflictDoUpdate({
      target: [syncCursor.companyId, syncCursor.kind],
      set: { at: sql`greatest(${syncCursor.at}, excluded.at)` },
    });
}

/** A company to be compared by schedule, and whether its sign-in works. */
export interface SweptCompany {
  account: string;
  companyId: string;
  companyName: string;
  procoreId: string;
  isConnected: boolean;
  facts: SweepFacts;
}

/** What each company's schedules are planned from. Without `companyId`: every company of every account. */
export async function sweptCompanies(db: Queryable, companyId?: string): Promise<SweptCompany[]> {
  const rows = await db.execute<Record<string, never>>(sql`
    select c.account, c.id, c.name, c.procore_id, n.state, w.allowed,
      c.changes_every_minutes, c.sweep_every_hours,
      (select count(*)::int from procore_company o where o.connection_id = c.connection_id and o.is_active) as companies,
      (select count(*)::int from ${sql.raw('procore_link')} l join project p on p.id = l.local_id and p.is_monitored
        where l.company_id = c.id and l.kind = 'project' and l.state = 'linked') as projects,
      (select (sum(r.project_calls) / nullif(sum(r.projects), 0))::float8 from
        (select * from reconcile_run r where r.company_id = c.id and r.mode = 'full' and r.state <> 'running' order by id desc limit 3) r) as per_project,
      (select (sum(r.calls - r.project_calls) / nullif(count(*), 0))::float8 from
        (select * from reconcile_run r where r.company_id = c.id and r.mode = 'full' and r.state <> 'running' order by id desc limit 3) r) as for_lists,
      (select avg(r.calls)::float8 from
        (select * from reconcile_run r where r.company_id = c.id and r.mode = 'delta' and r.state <> 'running' order by id desc limit 20) r) as per_look
    from ${procoreCompany} c
    join ${procoreConnection} n on n.id = c.connection_id
    left join ${rateWindow} w on w.connection_id = n.id and w.kind = 'hour' and w.allowed > 0
    where c.is_active and n.state <> 'disconnected' ${companyId === undefined ? sql`` : sql`and c.id = ${companyId}`}
    order by c.id`);
  return rows.map((row) => asSwept(row));
}

function asSwept(row: Record<string, unknown>): SweptCompany {
  const text = (name: string) => String(row[name]);
  const number = (name: string) => (row[name] === null ? null : Number(row[name]));
  return {
    account: text('account'),
    companyId: text('id'),
    companyName: text('name'),
    procoreId: text('procore_id'),
    isConnected: row.state === 'connected',
    facts: {
      hourlyLimit: number('allowed'),
      companies: Number(row.companies),
      projects: Number(row.projects),
      callsPerProject: number('per_project'),
      callsPerLook: number('per_look'),
      callsForLists: number('for_lists'),
      changesEveryMinutes: Number(row.changes_every_minutes),
      sweepEveryHours: Number(row.sweep_every_hours),
    },
  };
}

export type ReconcileRunView = ReconcileRunRow & { pending: number };

/** The newest comparisons of a company, with how many of their rows are not applied yet. */
export async function listRuns(
  db: Queryable,
  account: string,
  companyId: string,
  limit: number,
): Promise<ReconcileRunView[]> {
  const runs = await db
    .select()
    .from(reconcileRun)
    .where(and(eq(reconcileRun.account, account), eq(reconcileRun.companyId, companyId)))
    .orderBy(desc(reconcileRun.id))
    .limit(limit);
  const pending = await db
    .select({ runId: inboxEvent.reconcileRunId, rows: count() })
    .from(inboxEvent)
    .where(
      and(
        eq(inboxEvent.account, account),
        eq(inboxEvent.companyId, companyId),
        eq(inboxEvent.state, 'pending'),
        eq(inboxEvent.source, 'reconcile'),
      ),
    )
    .groupBy(inboxEvent.reconcileRunId);
  return runs.map((run) => ({ ...run, pending: pending.find(({ runId }) => runId === run.id)?.rows ?? 0 }));
}

/** For the overview: when companies were last compared, and what webhooks had missed in the last day. */
export async function comparisons(
  db: Queryable,
  account: string,
): Promise<{ lastAt: string | null; missedToday: number }> {
  const [row] = await db.execute<{ last_at: string | null; missed: number }>(sql`
    select max(r.finished_at)::text as last_at,
      coalesce(sum((select sum(value::int) from jsonb_each_text(r.missed)))
        filter (where r.created_at > now() - interval '1 day'), 0)::int as missed
    from reconcile_run r where r.account = ${account}`);
  return { lastAt: row?.last_at ?? null, missedToday: row?.missed ?? 0 };
}

/** Changes how often a company is compared. */
export async function changeIntervals(
  tx: Tx,
  account: string,
  companyId: string,
  change: { changesEveryMinutes?: number | undefined; sweepEveryHours?: number | undefined },
): Promise<void> {
  await tx
    .update(procoreCompany)
    .set({ ...change, updatedAt: sql`now()` })
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId)));
}

/** Accounts that ever connected a company. */
export async function accountsWithCompanies(db: Queryable): Promise<string[]> {
  const rows = await db.selectDistinct({ account: procoreCompany.account }).from(procoreCompany);
  return rows.map(({ account }) => account);
}
