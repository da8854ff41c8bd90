import { and, eq, inArray, sql } from 'drizzle-orm';
import {
  netHours,
  statusAfter,
  type TimeSheetStatus,
  type TimeSheetStep,
  weekStartOf,
  wishOf,
} from '../../domain/time-sheets.ts';
import {
  entryType,
  integrationLog,
  lentuneUser,
  procoreCompany,
  project,
  projectCostCode,
  timecardPart,
  timeSheet,
  timeSheetEntry,
  userGroup,
} from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import { getSettings } from './settings.ts';

/** Where neither a project nor its company says. */
const ZONE = 'Pacific/Auckland';

export type SheetResult =
  | { kind: 'done'; id: string }
  | { kind: 'not-found' }
  | { kind: 'conflict'; message: string }
  | { kind: 'unknown-reference'; path: string; message: string };

/** The sheet of a person's week that holds a date; made when there is none. */
export async function openSheet(tx: Tx, account: string, userId: string, date: string): Promise<SheetResult> {
  const [user] = await tx
    .select({ weekStartsOn: userGroup.weekStartsOn, isActive: lentuneUser.isActive })
    .from(lentuneUser)
    .innerJoin(userGroup, eq(userGroup.id, lentuneUser.userGroupId))
    .where(and(eq(lentuneUser.account, account), eq(lentuneUser.id, userId)));
  if (!user) return { kind: 'not-found' };
  const weekStart = weekStartOf(date, user.weekStartsOn);
  const known = await tx
    .select({ id: timeSheet.id })
    .from(timeSheet)
    .where(and(eq(timeSheet.account, account), eq(timeSheet.userId, userId), eq(timeSheet.weekStart, weekStart)));
  if (known[0]) return { kind: 'done', id: known[0].id };
  if (!user.isActive) return { kind: 'conflict', message: 'This person is inactive.' };
  const [row] = await tx
    .insert(timeSheet)
    .values({ account, userId, weekStart })
    .onConflictDoUpdate({
      target: [timeSheet.account, timeSheet.userId, timeSheet.weekStart],
      set: { updatedAt: sql`now()` },
    })
    .returning({ id: timeSheet.id });
  return { kind: 'done', id: row?.id ?? '' };
}

const ofSheet = (account: string, id: string) => and(eq(timeSheet.account, account), eq(timeSheet.id, id));

/** A sheet with its person and the group's rules; locked for a change. */
export async function lockSheet(tx: Tx, account: string, id: string) {
  const [row] = await tx.select().from(timeSheet).where(ofSheet(account, id)).for('update');
  if (!row) return null;
  const [person] = await tx
    .select({ userGroupId: lentuneUser.userGroupId, approvals: userGroup.approvals })
    .from(lentuneUser)
    .innerJoin(userGroup, eq(userGroup.id, lentuneUser.userGroupId))
    .where(eq(lentuneUser.id, row.userId));
  return { ...row, userGroupId: person?.userGroupId ?? '', approvals: person?.approvals ?? 1 };
}

type LockedSheet = NonNullable<Awaited<ReturnType<typeof lockSheet>>>;

export interface EntryInput {
  id?: string | undefined;
  date: string;
  projectId: string | null;
  projectCostCodeId: string | null;
  costTypeId: string | null;
  entryTypeId: string;
  startTime: string | null;
  endTime: string | null;
  breakMinutes: number;
  hours: string;
  description: string | null;
}

/**
 * Replaces the entries of a sheet. Known ones keep their id, so that what stands in Procore is changed, not doubled.
 *
 * @param seesConfidential false: confidential entries, which the actor was not shown, stay as they are
 */
export async function saveEntries(
  tx: Tx,
  sheet: LockedSheet,
  entries: readonly EntryInput[],
  actor: string,
  seesConfidential: boolean,
): Promise<SheetResult> {
  const { account, id } = sheet;
  const places = await placesOf(tx, account, entries);
  const checked = entries.map((entry, index) => checkEntry(entry, index, places));
  const bad = checked.find((one) => 'kind' in one);
  if (bad && 'kind' in bad) return bad;
  const known = await tx
    .select({ id: timeSheetEntry.id })
    .from(timeSheetEntry)
    .innerJoin(entryType, eq(entryType.id, timeSheetEntry.entryTypeId))
    .where(and(eq(timeSheetEntry.timeSheetId, id), seesConfidential ? undefined : eq(entryType.isConfidential, false)));
  const kept = new Set(entries.flatMap((entry) => (known.some((one) => one.id === entry.id) ? [entry.id] : [])));
  const removed = known.filter((one) => !kept.has(one.id)).map((one) => one.id);
  if (removed.length > 0) await tx.delete(timeSheetEntry).where(inArray(timeSheetEntry.id, removed));
  for (const [index, { id: entryId, ...entry }] of entries.entries()) {
    const values = { ...entry, ...(checked[index] as { hours: string }) };
    if (entryId !== undefined && kept.has(entryId))
      await tx.update(timeSheetEntry).set(values).where(eq(timeSheetEntry.id, entryId));
    else await tx.insert(timeSheetEntry).values({ account, timeSheetId: id, ...values });
  }
  await tx
    .update(timeSheet)
    .set({ revision: sheet.revision + 1, updatedAt: sql`now()` })
    .where(eq(timeSheet.id, id));
  if (sheet.status !== 'draft') await addTimeLog(tx, account, id, 'changed', 'info', 'Changed by an approver.', actor);
  await queueIfWanted(tx, account, id, actor);
  return { kind: 'done', id };
}

/** Zones of the projects, projects of the codes and the entry types that entries name. */
async function placesOf(tx: Tx, account: string, entries: readonly EntryInput[]) {
  const ids = (pick: (entry: EntryInput) => string | null) => [
    ...new Set(entries.flatMap((entry) => pick(entry) ?? [])),
  ];
  const projectIds = ids((entry) => entry.projectId);
  const codeIds = ids((entry) => entry.projectCostCodeId);
  const typeIds = ids((entry) => entry.entryTypeId);
  const none = Promise.resolve([]);
  const [projects, codes, types] = await Promise.all([
    projectIds.length === 0
      ? none
      : tx
          .select({
            id: project.id,
            zone: sql<string>`coalesce(${project.timeZone}, ${procoreCompany.timeZone}, ${ZONE})`,
          })
          .from(project)
          .leftJoin(procoreCompany, eq(procoreCompany.id, project.companyId))
          .where(and(eq(project.account, account), inArray(project.id, projectIds))),
    codeIds.length === 0
      ? none
      : tx
          .select({
            id: projectCostCode.id,
            projectId: projectCostCode.projectId,
            isPostable: projectCostCode.isPostable,
          })
          .from(projectCostCode)
          .where(and(eq(projectCostCode.account, account), inArray(projectCostCode.id, codeIds))),
    typeIds.length === 0
      ? none
      : tx
          .select({ id: entryType.id })
          .from(entryType)
          .where(and(eq(entryType.account, account), eq(entryType.isActive, true), inArray(entryType.id, typeIds))),
  ]);
  return {
    zones: new Map(projects.map((one) => [one.id, one.zone])),
    codes: new Map(codes.map((one) => [one.id, one])),
    types: new Set(types.map((one) => one.id)),
  };
}

function checkEntry(
  entry: EntryInput,
  index: number,
  { zones, codes, types }: Awaited<ReturnType<typeof placesOf>>,
): { hours: string } | (SheetResult & { kind: 'unknown-reference' }) {
  const wrong = (field: string, message: string) => ({
    kind: 'unknown-reference' as const,
    path: `entries.${index}.${field}`,
    message,
  });
  if (!types.has(entry.entryTypeId)) return wrong('entryTypeId', 'There is no such entry type.');
  const zone = entry.projectId === null ? ZONE : zones.get(entry.projectId);
  if (zone === undefined) return wrong('projectId', 'There is no such project.');
  const code = entry.projectCostCodeId === null ? null : codes.get(entry.projectCostCodeId);
  if (code === undefined || (code !== null && code.projectId !== entry.projectId))
    return wrong('projectCostCodeId', 'The cost code does not belong to the project.');
  const hours = netHours(entry, zone);
  if (Number(hours) < 0) return wrong('breakMinutes', 'The break is longer than the time worked.');
  return { hours };
}

/** Takes a step in the life of a sheet; what Procore shall hold follows from the settings. */
export async function takeStep(
  tx: Tx,
  sheet: LockedSheet,
  step: TimeSheetStep,
  actor: string,
  reason: string | null,
): Promise<SheetResult> {
  const status = statusAfter(sheet.status, step, sheet.approvals);
  if (status === null) return { kind: 'conflict', message: CLOSED[step] };
  const { account, id } = sheet;
  await tx
    .update(timeSheet)
    .set({ status, ...traceOf(step, sheet.status, status, actor, reason), updatedAt: sql`now()` })
    .where(eq(timeSheet.id, id));
  await addTimeLog(tx, account, id, step, 'success', reason === null ? DONE[step] : `${DONE[step]} ${reason}`, actor);
  await writeAudit(tx, { account, actor, action: `time-sheet.${step}`, subject: id, after: { status, reason } });
  // A payroll batch, made or taken back, is none of Procore's business.
  if (step !== 'process' && step !== 'reverse') {
    await tx
      .update(timeSheet)
      .set({ revision: sheet.revision + 1 })
      .where(eq(timeSheet.id, id));
    await queueIfWanted(tx, account, id, actor);
  }
  return { kind: 'done', id };
}

function traceOf(
  step: TimeSheetStep,
  from: TimeSheetStatus,
  to: TimeSheetStatus,
  actor: string,
  reason: string | null,
) {
  if (step === 'submit') return { submittedBy: actor, submittedAt: sql`now()`, rejectedReason: null, rejectedBy: null };
  if (step === 'reject')
    return { rejectedReason: reason, rejectedBy: actor, firstApprovedBy: null, approvedBy: null, approvedAt: null };
  if (step !== 'approve') return {};
  const first = from === 'submitted' ? { firstApprovedBy: actor } : {};
  return { ...first, ...(to === 'approved' ? { approvedBy: actor, approvedAt: sql`now()` } : {}) };
}

const CLOSED: Record<TimeSheetStep, string> = {
  submit: 'Only a draft can be submitted.',
  approve: 'Only a submitted time sheet can be approved.',
  reject: 'Only a submitted or approved time sheet can be rejected; take a processed one out of its batch first.',
  process: 'Only an approved time sheet can be processed.',
  reverse: 'Only a processed time sheet can be taken out of its batch.',
};

const DONE: Record<TimeSheetStep, string> = {
  submit: 'Submitted.',
  approve: 'Approved.',
  reject: 'Rejected:',
  process: 'Processed in a payroll batch.',
  reverse: 'Taken out of its payroll batch.',
};

/** Queues a sheet where the settings want something in Procore, or where something of ours is there that shall go. */
async function queueIfWanted(tx: Queryable, account: string, id: string, actor: string): Promise<void> {
  const [sheet] = await tx.select().from(timeSheet).where(ofSheet(account, id));
  if (!sheet) return;
  const wish = wishOf(sheet.status, await getSettings(tx, account));
  const standing = await tx.$count(timecardPart, and(eq(timecardPart.timeSheetId, id), isStanding));
  const isWanted = wish === 'none' ? standing > 0 : wish !== 'as-is' && (standing > 0 || (await hasLeaving(tx, id)));
  if (isWanted) await queueSheet(tx, account, id, actor, 1);
}

const isStanding = sql`(${timecardPart.procoreId} is not null or ${timecardPart.sending} is not null)`;

async function hasLeaving(tx: Queryable, id: string): Promise<boolean> {
  const [row] = await tx
    .select({ id: timeSheetEntry.id })
    .from(timeSheetEntry)
    .innerJoin(entryType, eq(entryType.id, timeSheetEntry.entryTypeId))
    .where(
      and(
        eq(timeSheetEntry.timeSheetId, id),
        sql`${timeSheetEntry.projectId} is not null and ${timeSheetEntry.hours} > 0
          and ${entryType.kind} in ('normal', 'overtime') and not ${entryType.isConfidential}`,
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** Puts a sheet in the queue. One that is on its way keeps its run; another follows it. */
export async function queueSheet(
  tx: Queryable,
  account: string,
  id: string,
  actor: string,
  priority: 0 | 1,
): Promise<void> {
  await tx
    .update(timeSheet)
    .set({
      queuedAt: sql`coalesce(${timeSheet.queuedAt}, now())`,
      queuedBy: actor,
      queuedPriority: priority,
      integration: sql`case when ${timeSheet.dispatchedAt} is null then 'queued' else ${timeSheet.integration} end`,
      updatedAt: sql`now()`,
    })
    .where(ofSheet(account, id));
}

/** A person's word on hours that were in Procore already. */
export async function chooseForEntry(
  tx: Tx,
  sheet: LockedSheet,
  entryId: string,
  choice: 'link' | 'add' | 'skip',
  actor: string,
): Promise<SheetResult> {
  const rows = await tx
    .update(timeSheetEntry)
    .set({ choice })
    .where(and(eq(timeSheetEntry.timeSheetId, sheet.id), eq(timeSheetEntry.id, entryId)))
    .returning({ date: timeSheetEntry.date });
  if (rows.length === 0) return { kind: 'not-found' };
  await addTimeLog(tx, sheet.account, sheet.id, 'changed', 'info', CHOSEN[choice], actor);
  await tx
    .update(timeSheet)
    .set({ revision: sheet.revision + 1 })
    .where(eq(timeSheet.id, sheet.id));
  await queueSheet(tx, sheet.account, sheet.id, actor, 1);
  return { kind: 'done', id: sheet.id };
}

const CHOSEN = {
  link: 'Chosen: the hours in Procore are these.',
  add: 'Chosen: add ours beside the hours in Procore.',
  skip: 'Chosen: leave ours out of Procore.',
};

/** Adds a row to the story of a time sheet. Never names, hours or entry types. */
export async function addTimeLog(
  db: Queryable,
  account: string,
  documentId: string,
  event: string,
  result: 'success' | 'fail' | 'info',
  message: string,
  actor: string | null = null,
  more: Partial<typeof integrationLog.$inferInsert> = {},
): Promise<void> {
  await db
    .insert(integrationLog)
    .values({ account, documentKind: 'time_sheet', documentId, event, result, message, actor, ...more });
}
