import { and, asc, eq, sql } from 'drizzle-orm';
import {
  costType,
  type DirectoryPerson,
  entryType,
  lentuneUser,
  procoreCompany,
  procoreDirectory,
  procoreLink,
  procoreTimeType,
  project,
  projectCostCode,
  projectCostCodeType,
  timeProject,
  timeSheet,
  timeSheetEntry,
  timeTypeMapping,
  userGroup,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { contentHash, saveLinks } from './links.ts';

/** A labour cost type a code may be booked with. */
export interface LabourType {
  costTypeId: string;
  procoreId: string | null;
  isDefault: boolean;
}

/** One entry with everything posting must know of it. */
export type PostedEntry = Awaited<ReturnType<typeof loadEntries>>[number];

/** A time sheet as a run posts it. */
export async function loadForPosting(db: Queryable, account: string, timeSheetId: string) {
  const [row] = await db
    .select({
      status: timeSheet.status,
      revision: timeSheet.revision,
      goLiveOverride: timeSheet.goLiveOverride,
      userId: lentuneUser.id,
      email: lentuneUser.email,
      employeeId: lentuneUser.employeeId,
      labourCostTypeId: userGroup.labourCostTypeId,
    })
    .from(timeSheet)
    .innerJoin(lentuneUser, eq(lentuneUser.id, timeSheet.userId))
    .innerJoin(userGroup, eq(userGroup.id, lentuneUser.userGroupId))
    .where(and(eq(timeSheet.account, account), eq(timeSheet.id, timeSheetId)));
  if (!row) return null;
  return { ...row, entries: await loadEntries(db, timeSheetId) };
}

async function loadEntries(db: Queryable, timeSheetId: string) {
  const rows = await db
    .select({
      entry: timeSheetEntry,
      kind: entryType.kind,
      isConfidential: entryType.isConfidential,
      projectCode: project.code,
      projectName: project.description,
      companyId: project.companyId,
      zone: sql<string>`coalesce(${project.timeZone}, ${procoreCompany.timeZone}, 'Pacific/Auckland')`,
      projectProcoreId: procoreLink.procoreId,
      mode: timeProject.mode,
      code: projectCostCode.code,
      codeSubJobId: projectCostCode.subJobId,
      codeIsPostable: projectCostCode.isPostable,
      codeIsActive: projectCostCode.isActive,
      codeProcoreId: sql<string | null>`(select l.procore_id from procore_link l where l.kind = 'project_cost_code'
        and l.local_id = ${projectCostCode.id} and l.company_id = ${project.companyId} and l.state = 'linked')`,
      timeTypeId: procoreTimeType.procoreId,
      hasTimeTypes: sql<boolean>`exists (select from procore_time_type t where t.company_id = ${project.companyId} and t.is_active)`,
    })
    .from(timeSheetEntry)
    .innerJoin(entryType, eq(entryType.id, timeSheetEntry.entryTypeId))
    .leftJoin(project, eq(project.id, timeSheetEntry.projectId))
    .leftJoin(procoreCompany, eq(procoreCompany.id, project.companyId))
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.companyId, project.companyId),
        eq(procoreLink.kind, 'project'),
        eq(procoreLink.localId, project.id),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .leftJoin(timeProject, eq(timeProject.projectId, project.id))
    .leftJoin(projectCostCode, eq(projectCostCode.id, timeSheetEntry.projectCostCodeId))
    .leftJoin(
      timeTypeMapping,
      and(eq(timeTypeMapping.companyId, project.companyId), eq(timeTypeMapping.entryTypeId, entryType.id)),
    )
    .leftJoin(
      procoreTimeType,
      and(eq(procoreTimeType.id, timeTypeMapping.procoreTimeTypeId), eq(procoreTimeType.isActive, true)),
    )
    .where(eq(timeSheetEntry.timeSheetId, timeSheetId))
    .orderBy(asc(timeSheetEntry.date), asc(timeSheetEntry.id));
  const labour = await labourTypes(db, timeSheetId);
  return rows.map(({ entry, ...place }) => ({
    ...entry,
    ...place,
    labour: labour.filter((type) => type.codeId === entry.projectCostCodeId),
  }));
}

/** The labour cost types of the codes a sheet names. */
async function labourTypes(db: Queryable, timeSheetId: string): Promise<(LabourType & { codeId: string })[]> {
  return db
    .selectDistinct({
      codeId: projectCostCodeType.projectCostCodeId,
      costTypeId: costType.id,
      procoreId: procoreLink.procoreId,
      isDefault: projectCostCodeType.isDefault,
    })
    .from(timeSheetEntry)
    .innerJoin(projectCostCodeType, eq(projectCostCodeType.projectCostCodeId, timeSheetEntry.projectCostCodeId))
    .innerJoin(costType, eq(costType.id, projectCostCodeType.costTypeId))
    .innerJoin(project, eq(project.id, timeSheetEntry.projectId))
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.companyId, project.companyId),
        eq(procoreLink.kind, 'cost_type'),
        eq(procoreLink.localId, costType.id),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .where(
      and(eq(timeSheetEntry.timeSheetId, timeSheetId), eq(costType.baseType, 'labor'), eq(costType.isActive, true)),
    );
}

/** Which Procore user and which party a person is known to be. */
export async function knownAs(db: Queryable, companyId: string, userId: string) {
  const rows = await db
    .select({ kind: procoreLink.kind, procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .where(
      and(
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.localId, userId),
        sql`${procoreLink.kind} in ('user', 'person')`,
        eq(procoreLink.state, 'linked'),
      ),
    );
  const of = (kind: string) => rows.find((row) => row.kind === kind)?.procoreId ?? null;
  return { procoreUserId: of('user'), partyId: of('person') };
}

/** Saves which party a person is, as a posting found it or somebody chose. */
export async function saveParty(
  db: Queryable,
  account: string,
  companyId: string,
  userId: string,
  partyId: string,
): Promise<void> {
  await db.transaction((tx) =>
    saveLinks(tx, account, companyId, 'person', [
      { localId: userId, procoreId: partyId, contentHash: contentHash(partyId) },
    ]),
  );
}

/** A directory as last read; null when it never was, or longer ago than asked for. Empty project: the company's own. */
export async function readDirectory(
  db: Queryable,
  companyId: string,
  projectProcoreId: string,
  maxAgeSeconds: number,
): Promise<DirectoryPerson[] | null> {
  const [row] = await db
    .select({ people: procoreDirectory.people })
    .from(procoreDirectory)
    .where(
      and(
        eq(procoreDirectory.companyId, companyId),
        eq(procoreDirectory.projectProcoreId, projectProcoreId),
        sql`${procoreDirectory.readAt} > now() - make_interval(secs => ${maxAgeSeconds})`,
      ),
    );
  return row?.people ?? null;
}

export async function keepDirectory(
  db: Queryable,
  account: string,
  companyId: string,
  projectProcoreId: string,
  people: DirectoryPerson[],
): Promise<void> {
  await db
    .insert(procoreDirectory)
    .values({ account, companyId, projectProcoreId, people })
    .onConflictDoUpdate({
      target: [procoreDirectory.companyId, procoreDirectory.projectProcoreId],
      set: { people, readAt: sql`now()` },
    });
}
