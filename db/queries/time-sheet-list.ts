import { and, asc, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { TimeSheetStatus } from '../../domain/time-sheets.ts';
import {
  entryType,
  lentuneUser,
  project,
  projectCostCode,
  timecardPart,
  timeSheet,
  timeSheetEntry,
  userGroup,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** Sheets newest week first, as far as the caller may see them. */
export async function listSheets(
  db: Queryable,
  account: string,
  {
    seen,
    confidentialOf,
    weekStart,
    status,
    userId,
    integration,
  }: {
    seen: SQL | undefined;
    /** whose confidential hours count for the caller: everybody's, or one person's */
    confidentialOf: 'all' | { userId: string | null };
    weekStart?: string | undefined;
    status?: TimeSheetStatus | undefined;
    userId?: string | undefined;
    integration?: 'failed' | undefined;
  },
) {
  const isTold = confidentialOf === 'all' ? sql`true` : sql`${timeSheet.userId} = ${confidentialOf.userId}`;
  return db
    .select({
      id: timeSheet.id,
      userId: timeSheet.userId,
      userName: lentuneUser.name,
      weekStart: timeSheet.weekStart,
      status: timeSheet.status,
      integration: timeSheet.integration,
      rejectedReason: timeSheet.rejectedReason,
      hasDrift: sql<boolean>`exists (select from timecard_part d where d.time_sheet_id = ${timeSheet.id} and d.drift is not null)`,
      hours: sql<string>`(select coalesce(sum(e.hours), 0)::numeric(8,2)::text from time_sheet_entry e
        join entry_type y on y.id = e.entry_type_id
        where e.time_sheet_id = ${timeSheet.id} and (not y.is_confidential or ${isTold}))`,
    })
    .from(timeSheet)
    .innerJoin(lentuneUser, eq(lentuneUser.id, timeSheet.userId))
    .where(
      and(
        eq(timeSheet.account, account),
        seen,
        weekStart === undefined ? undefined : eq(timeSheet.weekStart, weekStart),
        status === undefined ? undefined : eq(timeSheet.status, status),
        userId === undefined ? undefined : eq(timeSheet.userId, userId),
        integration === undefined ? undefined : inArray(timeSheet.integration, ['failed', 'partial', 'held']),
      ),
    )
    .orderBy(desc(timeSheet.weekStart), asc(lentuneUser.name))
    .limit(300);
}

/** One sheet as screens show it: entries with what came of each in Procore. */
export async function getSheet(db: Queryable, account: string, id: string) {
  const [sheet] = await db
    .select({ sheet: timeSheet, user: lentuneUser, group: userGroup })
    .from(timeSheet)
    .innerJoin(lentuneUser, eq(lentuneUser.id, timeSheet.userId))
    .innerJoin(userGroup, eq(userGroup.id, lentuneUser.userGroupId))
    .where(and(eq(timeSheet.account, account), eq(timeSheet.id, id)));
  if (!sheet) return null;
  const [entries, parts] = await Promise.all([
    db
      .select({
        entry: timeSheetEntry,
        entryTypeName: entryType.name,
        kind: entryType.kind,
        isConfidential: entryType.isConfidential,
        projectText: sql<string | null>`${project.code} || ' ' || ${project.description}`,
        codeText: sql<string | null>`${projectCostCode.code} || ' ' || ${projectCostCode.description}`,
      })
      .from(timeSheetEntry)
      .innerJoin(entryType, eq(entryType.id, timeSheetEntry.entryTypeId))
      .leftJoin(project, eq(project.id, timeSheetEntry.projectId))
      .leftJoin(projectCostCode, eq(projectCostCode.id, timeSheetEntry.projectCostCodeId))
      .where(eq(timeSheetEntry.timeSheetId, id))
      .orderBy(asc(timeSheetEntry.date), asc(timeSheetEntry.id)),
    db
      .select({
        entryId: timecardPart.entryId,
        date: timecardPart.date,
        state: timecardPart.state,
        problem: timecardPart.problem,
        drift: timecardPart.drift,
        isWanted: sql<boolean>`${timecardPart.desired} is not null`,
      })
      .from(timecardPart)
      .where(eq(timecardPart.timeSheetId, id))
      .orderBy(asc(timecardPart.id)),
  ]);
  return { ...sheet, entries, parts };
}
