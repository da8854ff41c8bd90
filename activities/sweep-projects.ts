import { getCompany } from '../db/queries/companies.ts';
import { insertEvents } from '../db/queries/inbox.ts';
import { findLinks } from '../db/queries/links.ts';
import { monitoredStageIds } from '../db/queries/projects.ts';
import { byHandProjects, monitoredAmong, projectRow } from '../db/queries/projects-by-hand.ts';
import type { Db } from '../db/types.ts';
import type { CompanyApi } from '../procore/client.ts';
import { gateOfRow } from '../procore/project-row.ts';

/**
 * After stages were ticked or unticked: puts every project that stands in one of them into the inbox whose place in
 * Lentune differs from what its stage says now. New ones come as a fetch does, behind everybody else's changes.
 *
 * @param changed Procore ids of the stages
 */
export async function sweepProjects(
  db: Db,
  api: CompanyApi,
  { account, companyId }: { account: string; companyId: string },
  changed: ReadonlySet<string>,
): Promise<void> {
  const stages = await monitoredStageIds(db, account, companyId);
  const { syncProjects } = await getCompany(db, account, companyId);
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<CompanyApi['projects']['page']>> = await api.projects.page({
      byStatus: 'All',
      cursor,
    });
    const rows = page.rows.filter((row) => changed.has(row.project_stage?.id ?? ''));
    const ids = rows.map((row) => row.id);
    const [byHand, monitored, links] = await Promise.all([
      byHandProjects(db, account, companyId, ids),
      monitoredAmong(db, account, companyId, ids),
      findLinks(db, account, companyId, 'project', ids),
    ]);
    const differing = rows.filter((row) => {
      const isIn = gateOfRow(row, stages, byHand.has(row.id)).kind === 'open';
      return isIn ? syncProjects && !monitored.has(row.id) : monitored.has(row.id);
    });
    await insertEvents(
      db,
      differing.map(({ id }) => ({
        ...projectRow(account, companyId, id),
        source: links.has(id) ? ('refresh' as const) : ('fetch' as const),
      })),
    );
    cursor = page.next;
  } while (cursor !== null);
}
