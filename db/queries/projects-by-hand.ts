import { and, eq, inArray, sql } from 'drizzle-orm';
import { fetchItem, fetchRun, procoreLink, project, projectByHand } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { insertEvents } from './inbox.ts';

/** Which of some Procore projects an administrator wants whatever their stage. */
export async function byHandProjects(
  db: Queryable,
  account: string,
  companyId: string,
  procoreIds: readonly string[],
): Promise<Set<string>> {
  if (procoreIds.length === 0) return new Set();
  const rows = await db
    .select({ procoreId: projectByHand.procoreId })
    .from(projectByHand)
    .where(
      and(
        eq(projectByHand.account, account),
        eq(projectByHand.companyId, companyId),
        inArray(projectByHand.procoreId, [...procoreIds]),
      ),
    );
  return new Set(rows.map((row) => row.procoreId));
}

/** Which of some Procore projects are linked and kept current here. */
export async function monitoredAmong(
  db: Queryable,
  account: string,
  companyId: string,
  procoreIds: readonly string[],
): Promise<Set<string>> {
  if (procoreIds.length === 0) return new Set();
  const rows = await db
    .select({ procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .innerJoin(project, eq(project.id, procoreLink.localId))
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'project'),
        eq(procoreLink.state, 'linked'),
        eq(project.isMonitored, true),
        inArray(procoreLink.procoreId, [...procoreIds]),
      ),
    );
  return new Set(rows.flatMap((row) => row.procoreId ?? []));
}

/** A project a fetch left out, as importing it anyway needs it. */
export async function findFetchItem(db: Queryable, account: string, fetchRunId: string, itemId: string) {
  const [row] = await db
    .select({ item: fetchItem, companyId: fetchRun.companyId })
    .from(fetchItem)
    .innerJoin(fetchRun, eq(fetchRun.id, fetchItem.fetchRunId))
    .where(and(eq(fetchItem.account, account), eq(fetchItem.fetchRunId, fetchRunId), eq(fetchItem.id, itemId)));
  return row === undefined ? null : { ...row.item, companyId: row.companyId };
}

/** Has a project brought in and kept current whatever its stage; its item of the fetch waits for it. */
export async function importByHand(
  tx: Tx,
  { account, actor }: { account: string; actor: string },
  item: NonNullable<Awaited<ReturnType<typeof findFetchItem>>>,
  reason: string,
): Promise<void> {
  const { companyId, projectProcoreId: procoreId } = item;
  await tx
    .insert(projectByHand)
    .values({ account, companyId, procoreId, reason, actor })
    .onConflictDoUpdate({ target: [projectByHand.companyId, projectByHand.procoreId], set: { reason, actor } });
  await tx.update(fetchItem).set({ state: 'pending', reason: null, finishedAt: null }).where(eq(fetchItem.id, item.id));
  await insertEvents(tx, [
    { ...projectRow(account, companyId, procoreId), fetchRunId: item.fetchRunId, fetchItemId: item.id },
  ]);
}

/** Ends it: the project follows its stage again, which is read at once. Null when it was not monitored by hand. */
export async function endByHand(tx: Tx, account: string, projectId: string): Promise<{ reason: string } | null> {
  const rows = await tx.execute<{ company_id: string; procore_id: string; reason: string }>(sql`
    delete from project_by_hand h using procore_link l
    where h.account = ${account} and l.company_id = h.company_id and l.kind = 'project'
      and l.procore_id = h.procore_id and l.local_id = ${projectId}
    returning h.company_id, h.procore_id, h.reason`);
  const [row] = rows;
  if (row === undefined) return null;
  await insertEvents(tx, [projectRow(account, row.company_id, row.procore_id)]);
  return { reason: row.reason };
}

/** The row of the inbox that has one project read at once. */
export const projectRow = (account: string, companyId: string, procoreId: string) => ({
  account,
  companyId,
  source: 'refresh' as const,
  flow: 'project' as const,
  scope: `${companyId}/${procoreId}`,
  recordKind: 'project',
  recordId: procoreId,
});
