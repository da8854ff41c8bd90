import { and, asc, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
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
      id: timeSheet.id,
      status: timeSheet.status,
      revision: timeSheet.revision,
      goLiveOverride: timeSheet.goLiveOverride,
      userId: lentuneUser.id,
      // What two people have is nobody's: neither is found by it.
      email: unlessShared(lentuneUser.email, sql`x.match_email = ${lentuneUser.matchEmail}`),
      employeeId: unlessShared(
        lentuneUser.employeeId,
        sql`lower(trim(x.employee_id)) = lower(trim(${lentuneUser.employeeId}))`,
      ),
      labourCostTypeId: userGroup.labourCostTypeId,
    })
    .from(timeSheet)
    .innerJoin(lentuneUser, eq(lentuneUser.id, timeSheet.userId))
    .innerJoin(userGroup, eq(userGroup.id, lentuneUser.userGroupId))
    .where(and(eq(timeSheet.account, account), eq(timeSheet.id, timeSheetId)));
  if (!row) return null;
  return { ...row, entries: await loadEntries(db, timeSheetId) };
}

/**
 * The time type of the company's default entry type (setup guide: "Procore default time sheet entry type"), for an entry
 * type of the same kind that is not mapped: overtime never becomes normal time by itself.
 */
const defaultTimeType = sql`(select t.procore_id from procore_company c
  join entry_type d on d.id = c.time_sheet_entry_type_id
  join time_type_mapping m on m.company_id = c.id and m.entry_type_id = d.id
  join procore_time_type t on t.id = m.procore_time_type_id and t.is_active
  where c.id = ${project.companyId} and d.kind = ${entryType.kind})`;

const unlessShared = (column: PgColumn, isShared: SQL) => sql<string | null>`case when not exists (
  select from lentune_user x where x.account = ${lentuneUser.account} and x.id <> ${lentuneUser.id} and x.is_active
    and ${isShared}) then ${column} end`;

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
      timeTypeId: sql<string | null>`coalesce(${procoreTimeType.procoreId}, ${defaultTimeType})`,
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

/**
 * Saves which party a person is, as a posting found it or somebody chose.
 *
 * @returns false, with nothing saved, when somebody else is that party already
 */
export async function saveParty(
  db: Queryable,
  account: string,
  companyId: string,
  userId: string,
  partyId: string,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${companyId}/${partyId}`}, 0))`);
    const [taken] = await tx
      .select({ localId: procoreLink.localId })
      .from(procoreLink)
      .where(
        and(
          eq(procoreLink.account, account),
          eq(procoreLink.companyId, companyId),
          eq(procoreLink.kind, 'person'),
          eq(procoreLink.procoreId, partyId),
          ne(procoreLink.localId, userId),
        ),
      );
    if (taken !== undefined) return false;
    await saveLinks(tx, account, companyId, 'person', [
      { localId: userId, procoreId: partyId, contentHash: contentHash(partyId) },
    ]);
    return true;
  });
}

/** Forgets which party a person is. */
export async function forgetParty(db: Queryable, account: string, companyId: string, userId: string): Promise<void> {
  await db
    .delete(procoreLink)
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'person'),
        eq(procoreLink.localId, userId),
      ),
    );
}

/** A directory as last read; null when it never was, or longer ago than asked for. Empty project: the company's own. */
export async function readDirectory(
  db: Queryable,
  companyId: string,
  projectProcoreId: string,
  maxAgeSeconds: number,
): Promise<DirectoryPerson[] | null> {
  const known = await lastDirectory(db, companyId, projectProcoreId);
  return known !== null && known.ageSeconds < maxAgeSeconds ? known.people : null;
}

/** A directory as last read, however long ago; null when it never was. */
export async function lastDirectory(db: Queryable, companyId: string, projectProcoreId: string) {
  const [row] = await db
    .select({
      people: procoreDirectory.people,
      readAt: procoreDirectory.readAt,
      ageSeconds: sql<number>`extract(epoch from now() - ${procoreDirectory.readAt})::float8`,
    })
    .from(procoreDirectory)
    .where(and(eq(procoreDirectory.companyId, companyId), eq(procoreDirectory.projectProcoreId, projectProcoreId)));
  return row ?? null;
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
