import { companyAddress, getCompany } from '../db/queries/companies.ts';
import {
  addCallsUsed,
  addCompanyKinds,
  addFound,
  endFetch,
  type FetchRunRow,
  type FoundProject,
  getFetchRun,
  isFinal,
  isSettled,
  lockFetch,
  setFetchState,
} from '../db/queries/fetches.ts';
import { beginPage, holdScope, settleScopeRows } from '../db/queries/inbox.ts';
import { monitoredStageIds } from '../db/queries/projects.ts';
import { byHandProjects, monitoredAmong } from '../db/queries/projects-by-hand.ts';
import type { Db, Tx } from '../db/types.ts';
import { rangeOfDays } from '../domain/dates.ts';
import { DomainError } from '../domain/errors.ts';
import { refusalOf, waitsByItself } from '../platform/errors.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import { gateOfRow, nameOfRow } from '../procore/project-row.ts';
import type { Project, ProjectRow } from '../procore/projects.ts';

export interface FetchRun {
  account: string;
  fetchRunId: string;
}

/** `paused`: a person holds it; `company`: waiting for the company's own lists; `list`: projects are to be listed; `projects`: waiting for them. */
export type FetchPhase = 'paused' | 'company' | 'list' | 'projects' | 'ended';

export interface FetchProjectsDeps {
  db: Db;
  procore: Procore;
}

/** While it waits the run is not rung, except by whoever finishes what it waits for. */
const WAITING_MS = 15 * 60_000;
const LISTING_MS = 90_000;
/** A company whose sign-in died is left alone this long; reconnecting ends it at once. */
const DEAD_GRANT_MS = 10 * 60_000;

export const createFetchProjectsActivities = ({ db, procore }: FetchProjectsDeps) => ({
  /** Sees how far the fetch is, begins it, and ends it when everything is in. */
  async lookAtFetch({ account, fetchRunId }: FetchRun): Promise<{ phase: FetchPhase }> {
    const phase = await db.transaction((tx) => look(tx, account, fetchRunId));
    return { phase };
  },

  /** Lists one page of projects and puts those that come in into the inbox. */
  async listProjects({
    account,
    fetchRunId,
    cursor,
  }: FetchRun & { cursor: string | null }): Promise<{ kind: 'listed'; next: string | null } | { kind: 'waits' }> {
    const run = await getFetchRun(db, account, fetchRunId);
    if (run?.state !== 'listing') return { kind: 'listed', next: null };
    if (run.pausedAt !== null) return { kind: 'waits' };
    try {
      const { found, next } = await findProjects(db, procore, run, cursor);
      const isKept = await db.transaction((tx) => keep(tx, run, found, next));
      return isKept ? { kind: 'listed', next } : { kind: 'waits' };
    } catch (error) {
      const refusal = error instanceof ProcoreError ? refusalOf(error) : error;
      if (!(refusal instanceof DomainError)) throw error;
      if (refusal.code === 'AUTH_EXPIRED') {
        await db.transaction((tx) => rest(tx, run.id, DEAD_GRANT_MS));
        return { kind: 'waits' };
      }
      if (waitsByItself(refusal.code)) throw error;
      const problem = await problemOf(db, run, error, refusal);
      await db.transaction(async (tx) => {
        const locked = await lockFetch(tx, account, fetchRunId);
        if (locked && !isFinal(locked)) await endFetch(tx, locked, { state: 'failed', problem });
      });
      return { kind: 'listed', next: null };
    }
  },
});

export type FetchProjectsActivities = ReturnType<typeof createFetchProjectsActivities>;

async function look(tx: Tx, account: string, id: string): Promise<FetchPhase> {
  const run = await lockFetch(tx, account, id);
  if (!run || isFinal(run)) {
    await settleScopeRows(tx, { flow: 'fetch', scope: id }, 'The fetch has ended.');
    return 'ended';
  }
  if (run.pausedAt !== null) {
    await rest(tx, id, WAITING_MS);
    await settleScopeRows(tx, { flow: 'fetch', scope: id }, 'The fetch is paused.');
    return 'paused';
  }
  if (run.state === 'queued') {
    await setFetchState(tx, id, 'listing');
    await addCompanyKinds(tx, run);
    await rest(tx, id, WAITING_MS);
    return 'company';
  }
  const isIn = await isSettled(tx, id);
  if (run.state === 'listing') {
    await rest(tx, id, isIn ? LISTING_MS : WAITING_MS);
    return isIn ? 'list' : 'company';
  }
  await rest(tx, id, WAITING_MS);
  await settleScopeRows(tx, { flow: 'fetch', scope: id }, 'The fetch looked how far it is.');
  if (!isIn) return 'projects';
  await endFetch(tx, run, { state: 'done', problem: null });
  return 'ended';
}

async function rest(tx: Tx, fetchRunId: string, ms: number): Promise<void> {
  const key = { flow: 'fetch', scope: fetchRunId } as const;
  await holdScope(tx, key, await beginPage(tx, key), ms);
}

async function findProjects(
  db: Db,
  procore: Procore,
  run: FetchRunRow,
  cursor: string | null,
): Promise<{ found: FoundProject[]; next: string | null }> {
  const api = procore.company({ ...(await companyAddress(db, run.account, run.companyId)), lane: 'backfill' });
  const stages = await monitoredStageIds(db, run.account, run.companyId);
  const { rows, next } = await readProjects(db, api, run, cursor);
  const ids = rows.map((row) => row.id);
  const byHand = await byHandProjects(db, run.account, run.companyId, ids);
  const monitored = await monitoredAmong(db, run.account, run.companyId, ids);
  const found = rows.map((row) => {
    const one = asFound(row, stages, byHand.has(row.id));
    if (isLeftOut(row, run)) return { ...one, skipReason: one.skipReason ?? `Its stage was left out of this fetch.` };
    // One that is monitored although it should not be any more is read, and then says so itself.
    return monitored.has(row.id) ? { ...one, skipReason: null } : one;
  });
  return { found, next };
}

/** Stages are chosen for fetches by dates; one project by its id is what a person wants. */
const isLeftOut = (row: ProjectRow | Project, { stageProcoreIds, projectProcoreId }: FetchRunRow): boolean =>
  stageProcoreIds !== null && projectProcoreId === null && !stageProcoreIds.includes(row.project_stage?.id ?? '');

async function readProjects(
  db: Db,
  { projects }: CompanyApi,
  run: FetchRunRow,
  cursor: string | null,
): Promise<{ rows: (ProjectRow | Project)[]; next: string | null }> {
  if (run.projectProcoreId !== null) return { rows: [await projects.show(run.projectProcoreId)], next: null };
  if (run.startDate === null || run.endDate === null) throw new Error(`Fetch ${run.id} has neither dates nor an id`);
  const { timeZone } = await getCompany(db, run.account, run.companyId);
  const { from, until } = rangeOfDays(run.startDate, run.endDate, timeZone);
  return projects.page({ byStatus: 'All', updatedFrom: from, updatedTo: until, cursor });
}

function asFound(row: ProjectRow | Project, monitoredStages: ReadonlySet<string>, isByHand: boolean): FoundProject {
  const gate = gateOfRow(row, monitoredStages, isByHand);
  return {
    procoreId: row.id,
    name: nameOfRow(row),
    number: row.project_number,
    skipReason: gate.kind === 'closed' ? gate.reason : null,
  };
}

/** Notes a page; false when the fetch was paused meanwhile, so that the page is listed again. */
async function keep(tx: Tx, read: FetchRunRow, found: FoundProject[], next: string | null): Promise<boolean> {
  const run = await lockFetch(tx, read.account, read.id);
  if (run?.state !== 'listing') return true;
  if (run.pausedAt !== null) return false;
  await addFound(tx, run, found);
  await addCallsUsed(tx, run.id, 1);
  if (next !== null) {
    await rest(tx, run.id, LISTING_MS);
    return true;
  }
  await setFetchState(tx, run.id, 'running');
  await settleScopeRows(tx, { flow: 'fetch', scope: run.id }, 'Every project was listed.');
  return true;
}

async function problemOf(db: Db, run: FetchRunRow, error: unknown, refusal: DomainError): Promise<string> {
  const isMissing = error instanceof ProcoreError && error.kind === 'not-found';
  if (!isMissing || run.projectProcoreId === null) return refusal.message;
  const { name } = await getCompany(db, run.account, run.companyId);
  return `There is no project ${run.projectProcoreId} in ${name}, or our sign-in to Procore may not see it.`;
}
