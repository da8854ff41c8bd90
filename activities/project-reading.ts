import type { LinkedCode } from '../db/queries/code-sync.ts';
import { findLinks } from '../db/queries/links.ts';
import type { Queryable } from '../db/types.ts';
import type { ProcoreCode, SubJob } from '../domain/codes.ts';
import { isMassVanish } from '../domain/diff.ts';
import type { CodesWanted } from '../domain/projects.ts';
import type { CompanyApi } from '../procore/client.ts';
import type { CostCode } from '../procore/cost-codes.ts';
import type { CostType } from '../procore/cost-types.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { WbsCode } from '../procore/wbs.ts';

/** Lists are kept per biller: the project itself, or a sub job by its id. */
export const PROJECT_LEVEL = '';
/** Sub jobs one activity reads the codes of. */
const SUB_JOBS_PER_READING = 25;
/** Calls on their way at the same time. */
const AT_ONCE = 4;

export type BudgetReading =
  /** codes the budget has a row for, and the type each row pairs its code with */
  | { kind: 'rows'; rows: CodeWithType[] }
  /** `pairs`: what the project's budget codes pair, which may be there without a budget */
  | { kind: 'none'; pairs: CodeWithType[] }
  | { kind: 'unreadable'; said: string };

/** Procore ids of a cost code and of the type it is paired with. */
export interface CodeWithType {
  codeId: string;
  typeId: string | null;
}

/** What one activity read of a project's cost codes. */
export interface CodesReading {
  /** complete lists, by biller; deleted codes included where Procore still shows them */
  billers: Map<string, ProcoreCode[]>;
  subJobs: SubJob[];
  budget: BudgetReading;
  /** the company's types, read only when the budget names one we do not know */
  costTypes: CostType[] | null;
  /** Procore ids of linked codes that are certainly gone */
  gone: Set<string>;
  /** so many codes vanished at once that nothing may be applied */
  massVanish: { known: number; vanished: number } | null;
  /** where the next activity goes on: the number of sub jobs done; null when all is read */
  next: number | null;
}

export interface ReadingInput {
  db: Queryable;
  api: CompanyApi;
  account: string;
  companyId: string;
  /** Procore's id of the project */
  projectId: string;
  held: readonly LinkedCode[];
  wanted: Exclude<CodesWanted, { kind: 'none' }>;
  /** sub jobs already read by the activities before */
  from: number;
  signal: AbortSignal;
}

/** Reads cost codes with their sub jobs and the budget: everything the rules need to decide, before any of it is written. */
export async function readCodes(input: ReadingInput): Promise<CodesReading> {
  const { api, projectId, wanted, from } = input;
  const [budgetRows, atProject, subJobs] = await Promise.all([
    readBudget(api, projectId),
    from === 0 ? readBiller(api, projectId, PROJECT_LEVEL) : null,
    wanted.kind === 'all' || wanted.subJobIds.length > 0 ? api.subJobs.all(projectId) : null,
  ]);
  const billers = new Map<string, ProcoreCode[]>();
  if (atProject) billers.set(PROJECT_LEVEL, atProject);
  const known = subJobs ?? (needsSubJobs(input, billers) ? await api.subJobs.all(projectId) : []);
  const inQuestion = subJobsInQuestion(input, known, billers);
  const slice = inQuestion.slice(from, from + SUB_JOBS_PER_READING);
  for (let at = 0; at < slice.length; at += AT_ONCE) {
    input.signal.throwIfAborted();
    const part = slice.slice(at, at + AT_ONCE);
    const lists = await Promise.all(part.map((subJobId) => readBiller(api, projectId, subJobId)));
    for (const [index, subJobId] of part.entries()) billers.set(subJobId, lists[index] ?? []);
  }
  const isSubJobListComplete = subJobs !== null || known.length > 0;
  const { gone, massVanish } = await findGone(input, billers, isSubJobListComplete ? known : null);
  const next = from + slice.length;
  const budget = budgetRows.kind === 'none' ? await readBudgetCodes(api, projectId, billers, known) : budgetRows;
  return {
    billers,
    subJobs: known.map(({ id, code, name }) => ({ procoreId: id, code, name: name ?? '' })),
    budget,
    costTypes: await readUnknownTypes(input, budget),
    gone,
    massVanish,
    next: massVanish === null && next < inQuestion.length ? next : null,
  };
}

/** Codes asked for that are not at project level stand in a sub job. */
function missingAtProject({ wanted }: ReadingInput, billers: ReadonlyMap<string, ProcoreCode[]>): string[] {
  if (wanted.kind === 'all') return [];
  const listed = new Set(billers.get(PROJECT_LEVEL)?.map((code) => code.procoreId));
  return wanted.codeIds.filter((id) => !listed.has(id));
}

const needsSubJobs = (input: ReadingInput, billers: ReadonlyMap<string, ProcoreCode[]>): boolean =>
  missingAtProject(input, billers).length > 0;

/** The sub jobs whose codes are read: all, those that changed, those that held a missing code, or all for one never seen. */
function subJobsInQuestion(
  input: ReadingInput,
  subJobs: readonly { id: string }[],
  billers: ReadonlyMap<string, ProcoreCode[]>,
): string[] {
  const all = subJobs.map((subJob) => subJob.id);
  const { wanted } = input;
  if (wanted.kind === 'all') return all;
  const homes = new Map(input.held.map((code) => [code.link?.procoreId, code.scope]));
  const missing = missingAtProject(input, billers);
  if (missing.some((id) => !homes.has(id))) return all;
  const changed = new Set([...wanted.subJobIds, ...missing.map((id) => homes.get(id))]);
  return all.filter((id) => changed.has(id));
}

async function readBiller(api: CompanyApi, projectId: string, biller: string): Promise<ProcoreCode[]> {
  const codes = new Map<string, ProcoreCode>();
  let cursor: string | null = null;
  do {
    const { rows, next }: { rows: CostCode[]; next: string | null } = await api.costCodes.page({
      projectId,
      ...(biller === PROJECT_LEVEL ? {} : { subJobId: biller }),
      cursor,
    });
    for (const row of rows) codes.set(row.id, toCode(row, biller));
    cursor = next;
  } while (cursor !== null);
  return [...codes.values()];
}

const toCode = (row: CostCode, biller: string): ProcoreCode => ({
  procoreId: row.id,
  code: row.code ?? '',
  fullCode: row.full_code,
  name: row.name ?? '',
  parentId: row.parent?.id ?? null,
  subJobId: biller === PROJECT_LEVEL ? null : biller,
  isBudgeted: row.budgeted ?? false,
  isDeleted: row.deleted_at !== null,
});

/** Any view shows every budget line; one is enough. */
async function readBudget(api: CompanyApi, projectId: string): Promise<BudgetReading> {
  try {
    const [view] = await api.budget.views(projectId);
    if (view === undefined) return { kind: 'none', pairs: [] };
    const rows: CodeWithType[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<CompanyApi['budget']['detailRowsPage']>> = await api.budget.detailRowsPage({
        viewId: view.id,
        projectId,
        cursor,
      });
      for (const row of page.rows) {
        if (row.id !== null && row.cost_code_id !== null)
          rows.push({ codeId: row.cost_code_id, typeId: row.category_id });
      }
      cursor = page.next;
    } while (cursor !== null);
    return rows.length === 0 ? { kind: 'none', pairs: [] } : { kind: 'rows', rows };
  } catch (error) {
    if (isHidden(error)) return { kind: 'unreadable', said: error.said };
    throw error;
  }
}

/**
 * Types by code where there is no budget: from the active budget codes. Their items have ids of their own (contract
 * section 7), so code, type and sub job are known by what they are called; what is called so twice pairs nothing.
 */
async function readBudgetCodes(
  api: CompanyApi,
  projectId: string,
  billers: ReadonlyMap<string, ProcoreCode[]>,
  subJobs: readonly { id: string; code: string | null }[],
): Promise<BudgetReading> {
  const budgetCodes: WbsCode[] = [];
  try {
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<CompanyApi['wbs']['codesPage']>> = await api.wbs.codesPage({ projectId, cursor });
      budgetCodes.push(...page.rows.filter(({ status }) => status === 'active'));
      cursor = page.next;
    } while (cursor !== null);
  } catch (error) {
    if (isHidden(error)) return { kind: 'none', pairs: [] };
    throw error;
  }
  if (budgetCodes.length === 0) return { kind: 'none', pairs: [] };
  const types = await api.costTypes.all();
  const pairs = budgetCodes.flatMap(({ segment_items: items }): CodeWithType[] => {
    const called = (type: string) => items.find(({ segment }) => segment?.type === type);
    const subJob = called('sub_job');
    const biller = subJob === undefined ? PROJECT_LEVEL : only(subJobs, ({ code }) => code === subJob.code)?.id;
    const listed = biller === undefined ? [] : (billers.get(biller) ?? []);
    const code = only(listed, ({ fullCode, isDeleted }) => !isDeleted && fullCode === called('cost_code')?.path_code);
    const type = only(types, (one) => one.code === called('line_item_type')?.code);
    return code === undefined || type === undefined ? [] : [{ codeId: code.procoreId, typeId: type.id }];
  });
  return { kind: 'none', pairs };
}

function only<T>(rows: readonly T[], is: (row: T) => boolean): T | undefined {
  const found = rows.filter(is);
  return found.length === 1 ? found[0] : undefined;
}

/** Whether Procore keeps something from us; a 404 does not tell whether it is gone. */
export const isHidden = (error: unknown): error is ProcoreError =>
  error instanceof ProcoreError && ['forbidden', 'tool-off', 'not-found'].includes(error.kind);

/** What the budget, or without one the budget codes, pair. */
export const pairsOf = (budget: BudgetReading): CodeWithType[] => {
  if (budget.kind === 'rows') return budget.rows;
  return budget.kind === 'none' ? budget.pairs : [];
};

async function readUnknownTypes(input: ReadingInput, budget: BudgetReading): Promise<CostType[] | null> {
  const ids = [...new Set(pairsOf(budget).flatMap(({ typeId }) => typeId ?? []))];
  const known = await findLinks(input.db, input.account, input.companyId, 'cost_type', ids);
  return ids.every((id) => known.has(id)) ? null : input.api.costTypes.all();
}

/**
 * Which linked codes are gone. Missing from a complete list is a suspicion only: it takes a 404 on the code itself and an
 * answer for its project just after (design 5.7), or Procore saying that it was deleted.
 */
async function findGone(
  { api, projectId, held, from }: ReadingInput,
  billers: ReadonlyMap<string, ProcoreCode[]>,
  subJobs: readonly { id: string }[] | null,
): Promise<Pick<CodesReading, 'gone' | 'massVanish'>> {
  const listed = new Map([...billers.values()].flat().map((code) => [code.procoreId, code]));
  const linked = held.filter((code) => code.linkedTo !== null);
  const gone = new Set(
    linked.flatMap((code) => (listed.get(code.linkedTo ?? '')?.isDeleted ? [code.linkedTo ?? ''] : [])),
  );
  const liveSubJobs = subJobs && new Set(subJobs.map((subJob) => subJob.id));
  const isRead = (scope: string) =>
    billers.has(scope) || (from === 0 && scope !== PROJECT_LEVEL && liveSubJobs !== null && !liveSubJobs.has(scope));
  const missing = linked.filter((code) => isRead(code.scope) && !listed.has(code.linkedTo ?? ''));
  if (isMassVanish(linked.length, missing.length))
    return { gone: new Set(), massVanish: { known: linked.length, vanished: missing.length } };
  for (const code of missing) {
    if (await isDeleted(api, projectId, code)) gone.add(code.linkedTo ?? '');
  }
  if (missing.length > 0) await api.projects.show(projectId);
  return { gone, massVanish: null };
}

async function isDeleted(api: CompanyApi, projectId: string, code: LinkedCode): Promise<boolean> {
  try {
    const row = await api.costCodes.show({
      projectId,
      costCodeId: code.linkedTo ?? '',
      ...(code.scope === PROJECT_LEVEL ? {} : { subJobId: code.scope }),
    });
    return row.deleted_at !== null;
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return true;
    throw error;
  }
}
