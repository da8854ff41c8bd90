import { and, eq, inArray } from 'drizzle-orm';
import { inboxEvent, procoreLink, project, projectStage } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { insertEvents, storeEvents } from './inbox.ts';
import { projectRow } from './projects-by-hand.ts';

/**
 * Stages were ticked or unticked: the projects Lentune has in them are read at once, and ConnectCompany, which every saved
 * change of a company rings, lists the company's projects for those it does not have yet.
 *
 * @param stageIds our ids of the stages that changed
 */
export async function applyStageChange(
  tx: Tx,
  account: string,
  companyId: string,
  stageIds: readonly string[],
): Promise<void> {
  if (stageIds.length === 0) return;
  const stages = await tx
    .select({ name: projectStage.name, procoreId: projectStage.procoreId })
    .from(projectStage)
    .where(and(eq(projectStage.account, account), inArray(projectStage.id, [...stageIds])));
  const names = new Set(stages.map(({ name }) => name));
  const linked = await linkedProjects(tx, account, companyId);
  const affected = linked.filter(({ stageName }) => stageName !== null && names.has(stageName));
  await insertEvents(
    tx,
    affected.map(({ procoreId }) => projectRow(account, companyId, procoreId)),
  );
  const key = { flow: 'connect', scope: companyId } as const;
  await storeEvents(
    tx,
    stages.map(({ procoreId: recordId }) => ({
      account,
      companyId,
      source: 'refresh' as const,
      ...key,
      recordKind: 'stage',
      recordId,
    })),
  );
}

/** Procore ids of the stages that changed since ConnectCompany last listed the projects. */
export async function changedStages(db: Queryable, companyId: string): Promise<Set<string>> {
  const rows = await db
    .selectDistinct({ procoreId: inboxEvent.recordId })
    .from(inboxEvent)
    .where(
      and(
        eq(inboxEvent.flow, 'connect'),
        eq(inboxEvent.scope, companyId),
        eq(inboxEvent.recordKind, 'stage'),
        eq(inboxEvent.state, 'pending'),
      ),
    );
  return new Set(rows.flatMap(({ procoreId }) => procoreId ?? []));
}

/** Which codes come in was changed: every project that is kept current is read again. */
export async function applyCodeChange(tx: Tx, account: string): Promise<void> {
  const linked = await linkedProjects(tx, account);
  await insertEvents(
    tx,
    linked.flatMap(({ companyId, procoreId, isMonitored }) =>
      isMonitored ? [projectRow(account, companyId, procoreId)] : [],
    ),
  );
}

/** A project that is linked, as a preview and a change of settings see it. */
export interface LinkedProject {
  id: string;
  companyId: string;
  procoreId: string;
  code: string;
  description: string;
  stageName: string | null;
  isMonitored: boolean;
}

/** The linked projects of an account, or of one of its companies. */
export async function linkedProjects(db: Queryable, account: string, companyId?: string): Promise<LinkedProject[]> {
  const rows = await db
    .select({
      id: project.id,
      companyId: procoreLink.companyId,
      procoreId: procoreLink.procoreId,
      code: project.code,
      description: project.description,
      stageName: project.stageName,
      isMonitored: project.isMonitored,
    })
    .from(procoreLink)
    .innerJoin(project, eq(project.id, procoreLink.localId))
    .where(
      and(
        eq(procoreLink.account, account),
        companyId === undefined ? undefined : eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'project'),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .orderBy(project.code);
  return rows.flatMap(({ procoreId, ...row }) => (procoreId === null ? [] : [{ ...row, procoreId }]));
}
