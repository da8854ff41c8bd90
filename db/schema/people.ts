import { boolean, index, integer, numeric, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { authUser } from './auth.ts';
import { account, createdAt, id, updatedAt } from './columns.ts';
import { costType } from './cost-types.ts';

export const hours = () => numeric({ precision: 6, scale: 2 });

/** Time sheet User Group: the defaults of a day, and who must approve it. */
export const userGroup = pgTable(
  'user_group',
  {
    id: id(),
    account: account(),
    name: text().notNull(),
    /** 1: one approval is enough; 2: a second person approves, too */
    approvals: integer().notNull().default(1),
    dailyHours: hours().notNull().default('8.00'),
    /** local time a day usually begins, `07:30` */
    startTime: text().notNull().default('07:30'),
    breakMinutes: integer().notNull().default(30),
    /** ISO weekday a week begins with: 1 Monday to 7 Sunday */
    weekStartsOn: integer().notNull().default(1),
    /** the cost type hours are booked with where a cost code has several of labour */
    labourCostTypeId: uuid().references(() => costType.id),
    isActive: boolean().notNull().default(true),
  },
  (table) => [unique().on(table.account, table.name)],
);

/** Time sheet Entry Type. Leave, allowances and whatever is confidential never leave Lentune. */
export const entryType = pgTable(
  'entry_type',
  {
    id: id(),
    account: account(),
    name: text().notNull(),
    kind: text({ enum: ['normal', 'overtime', 'leave', 'allowance'] }).notNull(),
    isConfidential: boolean().notNull().default(false),
    /** "Visible for time sheet entry" */
    isVisible: boolean().notNull().default(true),
    isActive: boolean().notNull().default(true),
  },
  (table) => [unique().on(table.account, table.name)],
);

/** Time sheet User Access Persona: what a person may do with time sheets, beside the roles of their sign-in. */
export const accessPersona = pgTable(
  'access_persona',
  {
    id: id(),
    account: account(),
    name: text().notNull(),
    /** enters their own time */
    isCrewMember: boolean().notNull().default(true),
    /** enters the time of others in their user group */
    isCrewManager: boolean().notNull().default(false),
    approvesFirst: boolean().notNull().default(false),
    approvesSecond: boolean().notNull().default(false),
  },
  (table) => [unique().on(table.account, table.name)],
);

/** A Lentune user as time sheets know one. Crew may have neither an email nor a login. */
export const lentuneUser = pgTable(
  'lentune_user',
  {
    id: id(),
    account: account(),
    name: text().notNull(),
    email: text(),
    /** `email` trimmed and casefolded for comparison */
    matchEmail: text(),
    employeeId: text(),
    userGroupId: uuid()
      .notNull()
      .references(() => userGroup.id),
    /** proposed on new entries */
    entryTypeId: uuid().references(() => entryType.id),
    personaId: uuid()
      .notNull()
      .references(() => accessPersona.id),
    /** the sign-in that is this person; none for crew whose time others enter */
    authUserId: text().references(() => authUser.id, { onDelete: 'set null' }),
    source: text({ enum: ['local', 'procore'] })
      .notNull()
      .default('local'),
    isActive: boolean().notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique().on(table.account, table.authUserId),
    index().on(table.account, table.matchEmail),
    index().on(table.account, table.employeeId),
  ],
);
