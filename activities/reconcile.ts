import { companyAddress, getCompany } from '../db/queries/companies.ts';
import { requeueClaims } from '../db/queries/document-waits.ts';
import { beginPage, freeScope, settleScopeRows } from '../db/queries/inbox.ts';
import {
  beginRun,
  endRun,
  findRun,
  noteStep,
  projectsLeft,
  type ReconcileMode,
  type ReconcileRunRow,
  sweptCompanies,
  takeProjects,
} from '../db/queries/reconcile.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import { planSweeps } from '../domain/sweep-plan.ts';
import { refusalOf, waitsByItself } from '../platform/errors.ts';
import type { Procore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import { type CompareKind, comparedKinds, comparePage, wholeProjectRows } from './compare-lists.ts';

export interface CompanyToReconcile {
  account: string;
  companyId: string;
  mode: ReconcileMode;
}

export interface ReconcileStep {
  account: string;
  runId: string;
}

export interface ReconcileDeps {
  db: Db;
  procore: Procore;
}

export const createReconcileActivities = ({ db, procore }: ReconcileDeps) => ({
  /** Begins a comparison and says what is compared, in order; null while another one goes on. */
  async beginReconcile(input: CompanyToReconcile): Promise<{ runId: string; kinds: CompareKind[] } | null> {
    const { account, companyId, mode } = input;
    const key = { flow: 'reconcile', scope: `${companyId}/${mode}` } as const;
    return db.transaction(async (tx) => {
      const run = await beginRun(tx, account, companyId, mode);
      await settleScopeRows(tx, key, run ? 'The comparison began.' : 'A comparison goes on already.');
      await beginPage(tx, key).catch(() => undefined);
      await freeScope(tx, key, 0);
      await requeueClaims(tx, account, companyId);
      return run && { runId: run.id, kinds: comparedKinds(await getCompany(tx, account, companyId), mode) };
    });
  },

  /**
   * Compares one page of one kind. What a person must fix is noted with the run, which goes on with the next kind.
   *
   * @returns where the kind goes on; null when it is done
   */
  async compareList(input: ReconcileStep & { kind: CompareKind; cursor: string | null }): Promise<string | null> {
    const run = await requireRun(db, input);
    let calls = 0;
    const api = procore.company({
      ...(await companyAddress(db, run.account, run.companyId)),
      lane: 'backfill',
      onCall: () => {
        calls += 1;
      },
    });
    const company = await getCompany(db, run.account, run.companyId);
    const step = await inWords(input.kind, () => comparePage({ db, api, run, company }, input.kind, input.cursor));
    if ('problem' in step) {
      await db.transaction((tx) => noteStep(tx, run, { calls, rows: [], problem: step.problem }));
      return null;
    }
    await db.transaction(async (tx) => noteStep(tx, run, { calls, ...(await step.settle(tx)) }));
    return step.next;
  },

  /** Asks for the next projects whole, as many as the allowance takes, and says how long to wait before the rest. */
  async compareProjects(input: ReconcileStep): Promise<{ left: number; waitMs: number }> {
    const run = await requireRun(db, input);
    const [swept] = await sweptCompanies(db, run.companyId);
    if (swept === undefined) return { left: 0, waitMs: 0 };
    const plan = planSweeps(swept.facts);
    const company = await getCompany(db, run.account, run.companyId);
    // The lists were read within the same hour as the first projects.
    const spent = run.projects === 0 ? Math.ceil(run.calls / plan.callsPerProject) : 0;
    const limit = Math.max(1, plan.projectsPerBatch - spent);
    const left = await db.transaction(async (tx) => {
      const ids = await takeProjects(tx, run, limit);
      await noteStep(tx, run, { calls: 0, rows: wholeProjectRows(company, ids), projects: ids.length });
      return projectsLeft(tx, run);
    });
    return { left, waitMs: Math.ceil(plan.batchEveryMinutes * 60_000) };
  },

  async endReconcile(input: ReconcileStep): Promise<void> {
    const run = await requireRun(db, input);
    await db.transaction((tx) => endRun(tx, run));
  },
});

export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;

async function requireRun(db: Db, { account, runId }: ReconcileStep): Promise<ReconcileRunRow> {
  const run = await findRun(db, account, runId);
  if (!run) throw new Error(`There is no comparison ${runId}`);
  return run;
}

type Compared = Awaited<ReturnType<typeof comparePage>>;

/** What passes by itself is thrown and tried again; what does not comes back as a sentence. */
async function inWords(kind: CompareKind, read: () => Promise<Compared>): Promise<Compared | { problem: string }> {
  try {
    return await read();
  } catch (error) {
    const refusal = error instanceof ProcoreError ? refusalOf(error) : error;
    if (!(refusal instanceof DomainError) || waitsByItself(refusal.code)) throw error;
    const said = error instanceof ProcoreError ? error.said : refusal.message;
    return { problem: `${NOUNS[kind]} could not be compared: ${said}${/[.!?]$/.test(said) ? '' : '.'}` };
  }
}

const NOUNS: Record<CompareKind, string> = {
  vendors: 'Vendors',
  codes: 'The lists of codes',
  users: 'Users',
  projects: 'Projects',
  commitments: 'Commitments',
};
