import { and, count, eq, inArray, sql } from 'drizzle-orm';
import { fetchItem, fetchRun, inboxEvent, projectStage } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { addFound, type FetchRunRow, type FetchView, isFinal, lockFetch, ringFetch } from './fetches.ts';
import { notifyInbox } from './inbox.ts';

/** What became of a wish about a fetch; null when there is none of that id. */
export type Controlled = 'done' | 'refused' | null;

/** Holds a fetch: its rows stay in the inbox and are not due before it goes on. What is being read now is finished. */
export async function pauseFetch(tx: Tx, account: string, id: string): Promise<Controlled> {
  const run = await lockFetch(tx, account, id);
  if (!run) return null;
  if (isFinal(run) || run.pausedAt !== null) return 'refused';
  await tx.update(fetchRun).set({ pausedAt: sql`now()` }).where(eq(fetchRun.id, id));
  await setDue(tx, id, sql`'infinity'`);
  return 'done';
}

/** Lets a held fetch go on where it stopped. */
export async function resumeFetch(tx: Tx, account: string, id: string): Promise<Controlled> {
  const run = await lockFetch(tx, account, id);
  if (!run) return null;
  if (isFinal(run) || run.pausedAt === null) return 'refused';
  await tx.update(fetchRun).set({ pausedAt: null }).where(eq(fetchRun.id, id));
  await setDue(tx, id, sql`now()`);
  await ringFetch(tx, run);
  await notifyInbox(tx);
  return 'done';
}

async function setDue(tx: Tx, fetchRunId: string, at: ReturnType<typeof sql>): Promise<void> {
  await tx
    .update(inboxEvent)
    .set({ nextAttemptAt: at as unknown as string })
    .where(and(eq(inboxEvent.fetchRunId, fetchRunId), eq(inboxEvent.state, 'pending')));
}

/** Fetches once more what failed in a fetch that has ended, and nothing else. */
export async function retryFailed(
  tx: Tx,
  account: string,
  id: string,
  startedBy: string,
): Promise<{ kind: 'started'; id: string } | { kind: 'refused' } | null> {
  const run = await lockFetch(tx, account, id);
  if (!run) return null;
  const failed = await tx
    .select()
    .from(fetchItem)
    .where(and(eq(fetchItem.fetchRunId, id), eq(fetchItem.state, 'failed')));
  if (!isFinal(run) || failed.length === 0) return { kind: 'refused' };
  const { companyId, startDate, endDate, projectProcoreId, stageProcoreIds } = run;
  const [again] = await tx
    .insert(fetchRun)
    .values({
      account,
      companyId,
      startDate,
      endDate,
      projectProcoreId,
      stageProcoreIds,
      retryOf: id,
      startedBy,
      state: 'running',
    })
    .returning();
  if (!again) throw new Error('The fetch was not stored');
  await addFound(
    tx,
    again,
    failed.map((item) => ({
      procoreId: item.projectProcoreId,
      name: item.projectName ?? `Project ${item.projectProcoreId}`,
      number: item.projectNumber,
      skipReason: null,
    })),
  );
  await ringFetch(tx, again);
  return { kind: 'started', id: again.id };
}

/** Procore ids of stages people chose, by our ids. */
export async function stageProcoreIds(
  db: Queryable,
  account: string,
  companyId: string,
  stageIds: readonly string[],
): Promise<string[]> {
  const rows = await db
    .select({ procoreId: projectStage.procoreId })
    .from(projectStage)
    .where(
      and(
        eq(projectStage.account, account),
        eq(projectStage.companyId, companyId),
        inArray(projectStage.id, [...stageIds]),
      ),
    );
  return rows.map(({ procoreId }) => procoreId);
}

/** How far a fetch is, measured. */
export interface FetchProgress {
  /** cost codes of the projects that are in, and vendors of the company, as they stand now */
  costCodes: number;
  vendors: number;
  /** projects a minute over the last two; null while none is in */
  projectsPerMinute: number | null;
  /** at that rate; null while nothing is known, or it waits */
  secondsLeft: number | null;
  /** calls of the hour's allowance used by everybody, and the allowance; null before Procore said */
  allowance: { used: number; limit: number } | null;
}

export async function measureFetch(db: Queryable, run: FetchRunRow): Promise<FetchProgress> {
  const [row] = await db.execute<{
    cost_codes: number;
    vendors: number;
    recent: number;
    seconds: number;
    pending: number;
    used: number | null;
    allowed: number | null;
  }>(sql`
    select
      (select count(*)::int from procore_link l where l.company_id = r.company_id and l.kind = 'project_cost_code'
        and l.state = 'linked' and l.project_procore_id in (
          select project_procore_id from fetch_item i where i.fetch_run_id = r.id and i.state = 'done')) as cost_codes,
      (select count(*)::int from procore_link l where l.company_id = r.company_id and l.kind = 'vendor'
        and l.state = 'linked') as vendors,
      (select count(*)::int from fetch_item i where i.fetch_run_id = r.id and i.state in ('done', 'failed')
        and i.finished_at > now() - interval '2 minutes') as recent,
      extract(epoch from least(interval '2 minutes', now() - (
        select min(i.finished_at) from fetch_item i where i.fetch_run_id = r.id)))::float8 as seconds,
      (select count(*)::int from fetch_item i where i.fetch_run_id = r.id and i.state = 'pending') as pending,
      case when w.resets_at > now() then w.used else 0 end as used, w.allowed
    from fetch_run r
    join procore_company c on c.id = r.company_id
    left join rate_window w on w.connection_id = c.connection_id and w.kind = 'hour' and w.allowed > 0
    where r.account = ${run.account} and r.id = ${run.id}`);
  if (!row) throw new Error(`There is no fetch ${run.id}`);
  const perSecond = row.recent > 0 ? row.recent / Math.max(1, row.seconds) : null;
  const isWaiting = isFinal(run) || run.pausedAt !== null;
  return {
    costCodes: row.cost_codes,
    vendors: row.vendors,
    projectsPerMinute: perSecond === null || isFinal(run) ? null : Math.round(perSecond * 600) / 10,
    secondsLeft: perSecond === null || isWaiting ? null : Math.ceil(row.pending / perSecond),
    allowance: row.allowed === null ? null : { used: row.used ?? 0, limit: row.allowed },
  };
}

/** Why projects of these fetches failed, most frequent first. */
export async function failuresOf(
  db: Queryable,
  runs: readonly FetchView[],
): Promise<Map<string, { reason: string; count: number }[]>> {
  if (runs.length === 0) return new Map();
  const rows = await db
    .select({ runId: fetchItem.fetchRunId, reason: fetchItem.reason, count: count() })
    .from(fetchItem)
    .where(
      and(
        eq(fetchItem.state, 'failed'),
        inArray(
          fetchItem.fetchRunId,
          runs.map((run) => run.id),
        ),
      ),
    )
    .groupBy(fetchItem.fetchRunId, fetchItem.reason)
    .orderBy(sql`count(*) desc`);
  const byRun = new Map<string, { reason: string; count: number }[]>();
  for (const { runId, reason, count: projects } of rows)
    byRun.set(runId, [...(byRun.get(runId) ?? []), { reason: reason ?? 'Without a reason.', count: projects }]);
  return byRun;
}
