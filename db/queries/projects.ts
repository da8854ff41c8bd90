import { and, asc, eq, notInArray, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { LocalProject } from '../../domain/projects.ts';
import { procoreCompany, procoreConnection, procoreLink, project, projectStage } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { companyApiUrl } from './connections.ts';
import { behind, holding, type ListInput, toPage } from './keyset.ts';

export type ProjectRow = typeof project.$inferSelect;

/** Spelled out: drizzle leaves the table's name away where a query has only one, and `id` alone would be the link's. */
const isLinked = sql<boolean>`exists (select from procore_link l where l.kind = 'project' and l.state = 'linked'
  and l.local_id = project.id)`;

/** Projects by code, searched by code and description. */
export async function listProjects(
  db: Queryable,
  account: string,
  input: ListInput & { companyId?: string | undefined },
) {
  const matching = and(
    eq(project.account, account),
    input.companyId === undefined ? undefined : eq(project.companyId, input.companyId),
    holding(input.search, project.code, project.description),
  );
  const rows = await db
    .select({
      id: project.id,
      code: project.code,
      description: project.description,
      companyName: procoreCompany.name,
      stageName: project.stageName,
      isLinked,
      isMonitored: project.isMonitored,
      notMonitoredReason: project.notMonitoredReason,
      byHandReason: sql<string | null>`(select h.reason from project_by_hand h
        join procore_link l on l.company_id = h.company_id and l.kind = 'project' and l.procore_id = h.procore_id
        where l.local_id = project.id)`,
      isErpConnected: project.isErpConnected,
      warning: project.warning,
      costCodeCount: sql<number>`(select count(*)::int from project_cost_code c where c.project_id = project.id and c.is_active)`,
      fetchedAt: project.fetchedAt,
    })
    .from(project)
    .leftJoin(procoreCompany, eq(procoreCompany.id, project.companyId))
    .where(and(matching, behind(input.cursor, project.code, project.id)))
    .orderBy(asc(project.code), asc(project.id))
    .limit(input.limit + 1);
  return toPage(rows, await db.$count(project, matching), input.limit);
}

/** Whether a record stands in a project of the company; undefined where no company is asked for. */
export const ofCompany = (projectId: AnyPgColumn, companyId: string | undefined): SQL | undefined =>
  companyId === undefined
    ? undefined
    : sql`${projectId} in (select p.id from project p where p.company_id = ${companyId})`;

/** The company an inbound flow works for, and the host it stands on. */
export async function findCompany(db: Queryable, account: string, companyId: string) {
  const [row] = await db
    .select({
      id: procoreCompany.id,
      name: procoreCompany.name,
      procoreId: procoreCompany.procoreId,
      syncProjects: procoreCompany.syncProjects,
      syncVendors: procoreCompany.syncVendors,
      syncStandardCostCodes: procoreCompany.syncStandardCostCodes,
      syncProjectCostCodes: procoreCompany.syncProjectCostCodes,
      syncSubContracts: procoreCompany.syncSubContracts,
      purchaseOrderMaster: procoreCompany.purchaseOrderMaster,
      customSegments: procoreCompany.customSegments,
      connectionId: procoreConnection.id,
      apiUrl: companyApiUrl,
    })
    .from(procoreCompany)
    .innerJoin(procoreConnection, eq(procoreConnection.id, procoreCompany.connectionId))
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId)));
  return row;
}

/** Procore ids of the stages ticked under Project webhook monitoring stages. */
export async function monitoredStageIds(db: Queryable, account: string, companyId: string): Promise<Set<string>> {
  const rows = await db
    .select({ procoreId: projectStage.procoreId })
    .from(projectStage)
    .where(
      and(eq(projectStage.account, account), eq(projectStage.companyId, companyId), eq(projectStage.isMonitored, true)),
    );
  return new Set(rows.map((row) => row.procoreId));
}

/** The Lentune project a Procore project is linked to. */
export async function findLinkedProject(
  db: Queryable,
  account: string,
  companyId: string,
  procoreId: string,
): Promise<{ project: ProjectRow; contentHash: string | null } | undefined> {
  const [row] = await db
    .select({ project, contentHash: procoreLink.contentHash })
    .from(procoreLink)
    .innerJoin(project, eq(project.id, procoreLink.localId))
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'project'),
        eq(procoreLink.procoreId, procoreId),
      ),
    );
  return row;
}

/** Every project of the account as the choosing of a code needs it. */
export async function listLocalProjects(db: Queryable, account: string): Promise<LocalProject[]> {
  return db.select({ id: project.id, code: project.code, isLinked }).from(project).where(eq(project.account, account));
}

/** What a project takes over from Procore. Its code is not among it: that is fixed once created. */
export type ProjectContent = Pick<
  ProjectRow,
  'description' | 'stageName' | 'timeZone' | 'isErpConnected' | 'customSegments'
>;

export async function createProject(
  tx: Tx,
  account: string,
  companyId: string,
  code: string,
  content: ProjectContent,
): Promise<string> {
  const [row] = await tx
    .insert(project)
    .values({ account, companyId, code, ...content })
    .returning({ id: project.id });
  if (!row) throw new Error('The project just inserted is gone');
  return row.id;
}

export async function changeProject(
  tx: Tx,
  account: string,
  projectId: string,
  change: Partial<Omit<ProjectRow, 'id' | 'account' | 'code' | 'createdAt' | 'updatedAt' | 'fetchedAt'>> & {
    isFetched?: boolean;
  },
): Promise<void> {
  const { isFetched, ...fields } = change;
  await tx
    .update(project)
    .set({ ...fields, ...(isFetched ? { fetchedAt: sql`now()` } : {}), updatedAt: sql`now()` })
    .where(and(eq(project.account, account), eq(project.id, projectId)));
}

/** A stage as Procore lists it. */
export interface StageContent {
  procoreId: string;
  name: string;
  category: string | null;
  isBidding: boolean;
}

/**
 * Takes over the company's stage list. A new stage arrives unticked (domain.md Q6); one no longer listed cannot be ticked.
 *
 * @returns whether anything changed
 */
export async function saveStages(
  tx: Tx,
  account: string,
  companyId: string,
  stages: readonly StageContent[],
): Promise<boolean> {
  const listed = stages.map((stage) => stage.procoreId);
  const gone = await tx
    .update(projectStage)
    .set({ isActive: false })
    .where(
      and(
        eq(projectStage.account, account),
        eq(projectStage.companyId, companyId),
        eq(projectStage.isActive, true),
        listed.length > 0 ? notInArray(projectStage.procoreId, listed) : undefined,
      ),
    )
    .returning({ id: projectStage.id });
  if (stages.length === 0) return gone.length > 0;
  const { name, category, isBidding, isActive } = projectStage;
  const written = await tx
    .insert(projectStage)
    .values(stages.map((stage) => ({ account, companyId, ...stage })))
    .onConflictDoUpdate({
      target: [projectStage.companyId, projectStage.procoreId],
      set: {
        name: sql`excluded.name`,
        category: sql`excluded.category`,
        isBidding: sql`excluded.is_bidding`,
        isActive: true,
      },
      setWhere: sql`(${name}, ${category}, ${isBidding}, ${isActive})
        is distinct from (excluded.name, excluded.category, excluded.is_bidding, true)`,
    })
    .returning({ id: projectStage.id });
  return gone.length + written.length > 0;
}
