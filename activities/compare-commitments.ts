import type { CompanyRow } from '../db/queries/companies.ts';
import type { NewInboxEvent } from '../db/queries/inbox.ts';
import { noteLooked, projectsToLookAt, type ReconcileRunRow, sweptCompanies } from '../db/queries/reconcile.ts';
import { COMMITMENT_KINDS, isSynced } from '../domain/commitments.ts';
import { planSweeps } from '../domain/sweep-plan.ts';
import type { Page } from '../procore/call.ts';
import type { CompanyApi } from '../procore/client.ts';
import type { ComparedPage, Comparison } from './comparison.ts';
import { isHidden } from './project-reading.ts';

/** Projects one activity asks. */
const AT_ONCE = 10;

/** Whether purchase orders or subcontracts come in. */
export const hasCommitments = (company: CompanyRow): boolean =>
  COMMITMENT_KINDS.some((kind) => isSynced(kind, company));

/**
 * Asks some projects what changed of their commitments. Procore lists those by project alone, so a look asks as many
 * projects as its share of the allowance takes, those longest unasked first.
 *
 * @param cursor how many projects this look may still ask; null at its beginning
 */
export async function compareCommitments(
  { db, api, run, company }: Comparison,
  cursor: string | null,
): Promise<ComparedPage> {
  const left = cursor === null ? await projectsOfALook(db, run) : Number(cursor);
  const projects = await projectsToLookAt(db, run, Math.min(left, AT_ONCE));
  const rows: NewInboxEvent[] = [];
  for (const { procoreId, since } of projects)
    for (const [recordKind, page] of listsOf(api, company, procoreId, since)) {
      const scope = `${run.companyId}/${procoreId}`;
      const place = { account: run.account, companyId: run.companyId, flow: 'project', scope } as const;
      for (const recordId of await changedIds(page)) rows.push({ ...place, source: 'reconcile', recordKind, recordId });
    }
  const rest = left - projects.length;
  return {
    next: projects.length < AT_ONCE || rest <= 0 ? null : String(rest),
    async settle(tx) {
      await noteLooked(
        tx,
        run,
        projects.map(({ procoreId }) => procoreId),
      );
      return { rows };
    },
  };
}

async function projectsOfALook(db: Comparison['db'], { companyId }: ReconcileRunRow): Promise<number> {
  const [swept] = await sweptCompanies(db, companyId);
  return swept === undefined ? 0 : planSweeps(swept.facts).projectsPerLook;
}

type List = (cursor: string | null) => Promise<Page<{ id: string }>>;

/** The lists of a project that tell changes by date, as the company's switches ask for them. */
function listsOf(api: CompanyApi, company: CompanyRow, projectId: string, updatedFrom: string): [string, List][] {
  const lists: [string, List][] = [];
  if (isSynced('purchase_order', company))
    lists.push(['purchase_order', (cursor) => api.purchaseOrders.page({ projectId, updatedFrom, cursor })]);
  if (isSynced('sub_contract', company))
    lists.push(['sub_contract', (cursor) => api.workOrders.page({ projectId, updatedFrom, cursor })]);
  lists.push(['change_order', (cursor) => api.changeOrders.packagesPage({ projectId, updatedFrom, cursor })]);
  return lists;
}

/** What a project keeps from us holds up no other; its full comparison says so. */
async function changedIds(list: List): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  try {
    do {
      const page: Page<{ id: string }> = await list(cursor);
      ids.push(...page.rows.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);
  } catch (error) {
    if (!isHidden(error)) throw error;
  }
  return ids;
}
