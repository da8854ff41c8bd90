import { sql } from 'drizzle-orm';
import { boolean, date, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { TIMECARD_DRIFTS } from '../../domain/timecards.ts';
import { projectCostCode } from './codes.ts';
import { account, at, createdAt, id, updatedAt } from './columns.ts';
import { procoreCompany } from './connections.ts';
import { costType } from './cost-types.ts';
import { entryType, hours, lentuneUser } from './people.ts';
import { project } from './projects.ts';

/** One person's week. */
export const timeSheet = pgTable(
  'time_sheet',
  {
    id: id(),
    account: account(),
    userId: uuid()
      .notNull()
      .references(() => lentuneUser.id),
    /** first day of the week */
    weekStart: date({ mode: 'string' }).notNull(),
    status: text({ enum: ['draft', 'submitted', 'first_approved', 'approved', 'processed'] })
      .notNull()
      .default('draft'),
    submittedBy: text(),
    submittedAt: at(),
    firstApprovedBy: text(),
    approvedBy: text(),
    approvedAt: at(),
    /** why it came back to draft; null when nobody rejected it since */
    rejectedReason: text(),
    rejectedBy: text(),
    /** grows with every change that may concern Procore; a run that planned an older one is followed by another */
    revision: integer().notNull().default(1),
    /** the revision the last finished run planned */
    postedRevision: integer().notNull().default(0),
    integration: text({
      enum: ['queued', 'sending', 'waiting', 'sent', 'failed', 'skipped', 'partial', 'held', 'ignored'],
    }),
    queuedAt: at(),
    queuedBy: text(),
    queuedPriority: integer().notNull().default(0),
    dispatchedAt: at(),
    waitingSince: at(),
    waitingFor: text(),
    /** an admin lets what is dated before the go-live date leave, and says why */
    goLiveOverride: text(),
    sentAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique().on(table.account, table.userId, table.weekStart),
    index().on(table.account, table.weekStart),
    index('time_sheet_queue')
      .on(table.queuedPriority, table.queuedAt)
      .where(sql`${table.queuedAt} is not null and ${table.dispatchedAt} is null`),
  ],
);

/** Time on one day. Start and end are local times of the project; an end at or before the start is on the next day. */
export const timeSheetEntry = pgTable(
  'time_sheet_entry',
  {
    id: id(),
    account: account(),
    timeSheetId: uuid()
      .notNull()
      .references(() => timeSheet.id, { onDelete: 'cascade' }),
    date: date({ mode: 'string' }).notNull(),
    projectId: uuid().references(() => project.id),
    projectCostCodeId: uuid().references(() => projectCostCode.id),
    costTypeId: uuid().references(() => costType.id),
    entryTypeId: uuid()
      .notNull()
      .references(() => entryType.id),
    startTime: text(),
    endTime: text(),
    breakMinutes: integer().notNull().default(0),
    /** net of breaks */
    hours: hours().notNull(),
    description: text(),
    /** what a person chose about hours that were in Procore already */
    choice: text({ enum: ['link', 'add', 'skip'] }),
  },
  (table) => [index().on(table.timeSheetId, table.date)],
);

/**
 * The journal of one Procore time card entry: what we want, what we last said and were answered, what is on its way.
 * A part outlives its entry, so that what was removed here is removed there.
 */
export const timecardPart = pgTable(
  'timecard_part',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    timeSheetId: uuid()
      .notNull()
      .references(() => timeSheet.id, { onDelete: 'cascade' }),
    entryId: uuid().notNull(),
    /** `<entry>/<piece of a night>/<Procore project>/<sub job>/<date>`: an entry moved elsewhere is another part, and so is one whose person turned out to be another party (`/<party>`) */
    partKey: text().notNull(),
    projectProcoreId: text().notNull(),
    partyId: text().notNull(),
    date: date({ mode: 'string' }).notNull(),
    desired: jsonb(),
    agreed: jsonb(),
    procoreId: text(),
    sending: jsonb(),
    sendingToken: text(),
    state: text({ enum: ['planned', 'sending', 'sent', 'failed', 'skipped', 'removed'] })
      .notNull()
      .default('planned'),
    /** why it failed: Problem of domain/errors.ts */
    problem: jsonb(),
    /** what people in Procore did to the record since */
    drift: text({ enum: TIMECARD_DRIFTS }),
    sentAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique().on(table.timeSheetId, table.partKey),
    index().on(table.companyId, table.partyId, table.date),
    index().on(table.companyId, table.procoreId),
  ],
);

/** A time type of a Procore company, as last read. */
export const procoreTimeType = pgTable(
  'procore_time_type',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    procoreId: text().notNull(),
    name: text().notNull(),
    isActive: boolean().notNull().default(true),
  },
  (table) => [unique().on(table.companyId, table.procoreId)],
);

/** Which Procore time type the hours of an entry type become. */
export const timeTypeMapping = pgTable(
  'time_type_mapping',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    entryTypeId: uuid()
      .notNull()
      .references(() => entryType.id, { onDelete: 'cascade' }),
    procoreTimeTypeId: uuid()
      .notNull()
      .references(() => procoreTimeType.id, { onDelete: 'cascade' }),
  },
  (table) => [unique().on(table.companyId, table.entryTypeId)],
);

/** The people of a company, or of one project, as last read: who is a party there. */
export const procoreDirectory = pgTable(
  'procore_directory',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    /** empty for the company's own directory */
    projectProcoreId: text().notNull(),
    people: jsonb().$type<DirectoryPerson[]>().notNull(),
    readAt: at().notNull().defaultNow(),
  },
  (table) => [unique().on(table.companyId, table.projectProcoreId)],
);

/** A person as Procore's directory shows one. */
export interface DirectoryPerson {
  partyId: string;
  userId: string | null;
  name: string;
  email: string | null;
  employeeId: string | null;
  isEmployee: boolean;
}

/** How a project counts time, learned from what Procore refuses; a project without a row is tried with hours. */
export const timeProject = pgTable('time_project', {
  projectId: uuid()
    .primaryKey()
    .references(() => project.id, { onDelete: 'cascade' }),
  account: account(),
  mode: text({ enum: ['hours', 'start-stop'] }).notNull(),
});
