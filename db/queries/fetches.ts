import { and, count, desc, eq, inArray, sql } from 'drizzle-orm';
import { fetchItem, fetchRun, inboxEvent, procoreCompany } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { insertEvents, type NewInboxEvent, ringAtOnce, storeEvents } from './inbox.ts';

export type FetchRunRow = typeof fetchRun.$inferSelect;
export type FetchItemRow = typeof fetchItem.$inferSelect;
type ItemState = FetchItemRow['state'];

export interface NewFetch {
  companyId: string;
  startDate: string | null;
  endDate: string | null;
  /** fetch exactly this Procore project */
  projectProcoreId: string | null;
  /** Procore ids of the stages to bring; null brings every ticked one */
  stageProcoreIds: string[] | null;
  startedBy: string;
}

/** Queues a fetch. Its row in the inbox rings the run; while Temporal is down it waits there. */
export async function startFetch(tx: Tx, account: string, fetch: NewFetch): Promise<{ id: string }> {
  const [run] = await tx
    .insert(fetchRun)
    .values({ account, ...fetch })
    .returning({ id: fetchRun.id });
  if (!run) throw new Error('The fetch was not stored');
  await ringFetch(tx, { account, companyId: fetch.companyId, id: run.id });
  return run;
}

/** Puts one row into the inbox that rings the run of a fetch. */
export async function ringFetch(tx: Tx, run: { account: string; companyId: string; id: string }): Promise<void> {
  const key = { flow: 'fetch', scope: run.id } as const;
  const { account, companyId } = run;
  await storeEvents(tx, [{ account, companyId, source: 'fetch', ...key, recordKind: 'fetch', recordId: run.id }]);
  await ringAtOnce(tx, key);
}

const FINAL = ['done', 'cancelled', 'failed'] as const;

/** Whether a fetch has come to its end. */
export const isFinal = ({ state }: Pick<FetchRunRow, 'state'>): boolean => FINAL.some((final) => final === state);

/** Takes back what a fetch has not done yet. False when it had ended already, null when there is no such fetch. */
export async function cancelFetch(tx: Tx, account: string, id: string): Promise<boolean | null> {
  const run = await lockFetch(tx, account, id);
  if (!run) return null;
  if (isFinal(run)) return false;
  await endFetch(tx, run, { state: 'cancelled', problem: null });
  await ringFetch(tx, run);
  return true;
}

/** Ends a fetch: projects and rows that still wait are given up with it. */
export async function endFetch(
  tx: Tx,
  run: FetchRunRow,
  end: { state: (typeof FINAL)[number]; problem: string | null },
): Promise<void> {
  await tx
    .update(fetchRun)
    .set({ ...end, finishedAt: sql`now()` })
    .where(eq(fetchRun.id, run.id));
  await tx
    .update(fetchItem)
    .set({ state: 'cancelled', finishedAt: sql`now()` })
    .where(and(eq(fetchItem.fetchRunId, run.id), eq(fetchItem.state, 'pending')));
  if (end.state === 'done') return;
  await tx
    .update(inboxEvent)
    .set({
      state: 'ignored',
      outcome: end.state === 'cancelled' ? 'The fetch was cancelled.' : 'The fetch failed.',
      finishedAt: sql`now()`,
    })
    .where(and(eq(inboxEvent.fetchRunId, run.id), eq(inboxEvent.state, 'pending')));
}

/** The fetch, locked until the transaction ends, so that what finishes its last project knows that it is the last. */
export async function lockFetch(tx: Tx, account: string, id: string): Promise<FetchRunRow | undefined> {
  const [run] = await tx
    .select()
    .from(fetchRun)
    .where(and(eq(fetchRun.account, account), eq(fetchRun.id, id)))
    .for('update');
  return run;
}

/** Locks fetches before any of their rows, as cancelling does, so that neither waits for the other. */
export async function lockFetches(tx: Tx, account: string, ids: readonly string[]): Promise<void> {
  for (const id of ids.toSorted()) await lockFetch(tx, account, id);
}

export async function getFetchRun(db: Queryable, account: string, id: string): Promise<FetchRunRow | undefined> {
  const [run] = await db
    .select()
    .from(fetchRun)
    .where(and(eq(fetchRun.account, account), eq(fetchRun.id, id)));
  return run;
}

export async function addCallsUsed(tx: Tx, id: string, calls: number): Promise<void> {
  await tx
    .update(fetchRun)
    .set({ callsUsed: sql`${fetchRun.callsUsed} + ${calls}` })
    .where(eq(fetchRun.id, id));
}

export async function setFetchState(tx: Tx, id: string, state: FetchRunRow['state']): Promise<void> {
  await tx.update(fetchRun).set({ state }).where(eq(fetchRun.id, id));
}

/** A project a listing found; with a reason it is skipped, else its row goes into the inbox. */
export interface FoundProject {
  procoreId: string;
  name: string;
  number: string | null;
  skipReason: string | null;
}

/** Notes the projects of one page. A page listed twice adds nothing. */
export async function addFound(tx: Tx, run: FetchRunRow, found: readonly FoundProject[]): Promise<void> {
  if (found.length === 0) return;
  const items = await tx
    .insert(fetchItem)
    .values(
      found.map(({ procoreId, name, number, skipReason }) => ({
        account: run.account,
        fetchRunId: run.id,
        projectProcoreId: procoreId,
        projectName: name,
        projectNumber: number,
        state: skipReason === null ? ('pending' as const) : ('skipped' as const),
        reason: skipReason,
        ...(skipReason === null ? {} : { finishedAt: sql`now()` }),
      })),
    )
    .onConflictDoNothing()
    .returning();
  await insertEvents(
    tx,
    items
      .filter(({ state }) => state === 'pending')
      .map((item) => ({
        ...fetchRow(run),
        flow: 'project',
        scope: `${run.companyId}/${item.projectProcoreId}`,
        recordKind: 'project',
        recordId: item.projectProcoreId,
        fetchItemId: item.id,
      })),
  );
}

/** What a fetch reads of the company before its projects; their codes and types refer to it. */
export async function addCompanyKinds(tx: Tx, run: FetchRunRow): Promise<void> {
  await insertEvents(
    tx,
    COMPANY_KINDS.map(([flow, recordKind]) => ({
      ...fetchRow(run),
      flow,
      scope: run.companyId,
      recordKind,
      recordId: null,
    })),
  );
}

const COMPANY_KINDS = [
  ['vendors', 'vendor'],
  ['cost-codes', 'standard_cost_code'],
  ['cost-codes', 'cost_type'],
  ['cost-codes', 'tax_code'],
] as const;

const fetchRow = (run: FetchRunRow): Pick<NewInboxEvent, 'account' | 'companyId' | 'source' | 'fetchRunId'> => ({
  account: run.account,
  companyId: run.companyId,
  source: 'fetch',
  fetchRunId: run.id,
});

/** Whether every row of a fetch was tried at least once; a failing one goes on by itself and holds nothing up. */
export async function isSettled(tx: Queryable, fetchRunId: string): Promise<boolean> {
  const [row] = await tx.execute<{ open: boolean }>(sql`
    select exists (
      select from inbox_event where fetch_run_id = ${fetchRunId} and state = 'pending' and attempts = 0
    ) as open`);
  return row?.open === false;
}

/** What came of one project of a fetch. */
export interface ItemOutcome {
  id: string;
  state: 'done' | 'skipped' | 'failed';
  reason: string | null;
  projectName: string | null;
  projectNumber: string | null;
}

/** What one page of a drain did for the fetches that asked for its rows. */
export interface FetchReport {
  fetchRunIds: string[];
  items: ItemOutcome[];
  counts: Record<string, number>;
  calls: number;
}

/** Tells fetches how far they are, in the transaction that wrote the records; the last of a run rings it. */
export async function reportToFetches(tx: Tx, account: string, report: FetchReport): Promise<void> {
  if (report.fetchRunIds.length === 0) return;
  if (report.items.length > 0)
    await tx.execute(sql`
      update fetch_item i
      set state = o.state, reason = o.reason, finished_at = now(),
        project_name = coalesce(o."projectName", i.project_name),
        project_number = coalesce(o."projectNumber", i.project_number)
      from json_to_recordset(${JSON.stringify(report.items)}::text::json)
        as o(id uuid, state text, reason text, "projectName" text, "projectNumber" text)
      where i.id = o.id and i.state in ('pending', 'failed')`);
  for (const id of report.fetchRunIds.toSorted()) {
    const run = await lockFetch(tx, account, id);
    if (!run) continue;
    await tx
      .update(fetchRun)
      .set({
        counts: sql`${fetchRun.counts} || ${JSON.stringify(report.counts)}::text::jsonb`,
        callsUsed: sql`${fetchRun.callsUsed} + ${report.calls}`,
      })
      .where(eq(fetchRun.id, id));
    if (!isFinal(run) && (await isSettled(tx, id))) await ringFetch(tx, run);
  }
}

export type FetchView = FetchRunRow & {
  companyName: string;
  projects: Record<'seen' | ItemState, number>;
};

/** The newest fetches of an account, with how far they are. */
export async function getFetches(db: Queryable, account: string, limit = 50): Promise<FetchView[]> {
  const runs = await db
    .select({ run: fetchRun, companyName: procoreCompany.name })
    .from(fetchRun)
    .innerJoin(procoreCompany, eq(procoreCompany.id, fetchRun.companyId))
    .where(eq(fetchRun.account, account))
    .orderBy(desc(fetchRun.id))
    .limit(limit);
  return withProgress(db, runs);
}

/** One fetch with its projects, by name. */
export async function getFetch(
  db: Queryable,
  account: string,
  id: string,
): Promise<(FetchView & { items: FetchItemRow[] }) | null> {
  const runs = await db
    .select({ run: fetchRun, companyName: procoreCompany.name })
    .from(fetchRun)
    .innerJoin(procoreCompany, eq(procoreCompany.id, fetchRun.companyId))
    .where(and(eq(fetchRun.account, account), eq(fetchRun.id, id)));
  const [view] = await withProgress(db, runs);
  if (!view) return null;
  const items = await db
    .select()
    .from(fetchItem)
    .where(and(eq(fetchItem.account, account), eq(fetchItem.fetchRunId, id)))
    .orderBy(fetchItem.projectName, fetchItem.id);
  return { ...view, items };
}

async function withProgress(db: Queryable, runs: { run: FetchRunRow; companyName: string }[]): Promise<FetchView[]> {
  if (runs.length === 0) return [];
  const counted = await db
    .select({ fetchRunId: fetchItem.fetchRunId, state: fetchItem.state, items: count() })
    .from(fetchItem)
    .where(
      inArray(
        fetchItem.fetchRunId,
        runs.map(({ run }) => run.id),
      ),
    )
    .groupBy(fetchItem.fetchRunId, fetchItem.state);
  return runs.map(({ run, companyName }) => {
    const projects = { seen: 0, pending: 0, done: 0, skipped: 0, failed: 0, cancelled: 0 };
    for (const { state, items } of counted.filter(({ fetchRunId }) => fetchRunId === run.id)) {
      projects[state] = items;
      projects.seen += items;
    }
    return { ...run, companyName, projects };
  });
}
