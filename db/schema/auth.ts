import { boolean, index, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

// better-auth's own tables, in the shape its drizzle adapter expects; an organization is an account of ours.
const moment = () => timestamp({ withTimezone: true, mode: 'date' });

export const authUser = pgTable('auth_user', {
  id: text().primaryKey(),
  name: text().notNull(),
  email: text().notNull().unique(),
  emailVerified: boolean().notNull().default(false),
  image: text(),
  createdAt: moment().notNull().defaultNow(),
  updatedAt: moment().notNull().defaultNow(),
  /** ours: sessions are deleted when they end, so they cannot tell */
  lastSignInAt: timestamp({ withTimezone: true, mode: 'string' }),
});

export const authSession = pgTable(
  'auth_session',
  {
    id: text().primaryKey(),
    expiresAt: moment().notNull(),
    token: text().notNull().unique(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
    ipAddress: text(),
    userAgent: text(),
    userId: text()
      .notNull()
      .references(() => authUser.id, { onDelete: 'cascade' }),
    activeOrganizationId: text(),
  },
  (table) => [index().on(table.userId)],
);

export const authAccount = pgTable(
  'auth_account',
  {
    id: text().primaryKey(),
    accountId: text().notNull(),
    providerId: text().notNull(),
    userId: text()
      .notNull()
      .references(() => authUser.id, { onDelete: 'cascade' }),
    accessToken: text(),
    refreshToken: text(),
    idToken: text(),
    accessTokenExpiresAt: moment(),
    refreshTokenExpiresAt: moment(),
    scope: text(),
    password: text(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (table) => [index().on(table.userId)],
);

export const authVerification = pgTable(
  'auth_verification',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: moment().notNull(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (table) => [index().on(table.identifier)],
);

export const authOrganization = pgTable('auth_organization', {
  id: text().primaryKey(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  logo: text(),
  createdAt: moment().notNull().defaultNow(),
  metadata: text(),
});

export const authMember = pgTable(
  'auth_member',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => authOrganization.id, { onDelete: 'cascade' }),
    userId: text()
      .notNull()
      .references(() => authUser.id, { onDelete: 'cascade' }),
    /** comma-separated: admin, clerk, approver, operator, viewer */
    role: text().notNull().default('viewer'),
    createdAt: moment().notNull().defaultNow(),
  },
  (table) => [uniqueIndex().on(table.organizationId, table.userId)],
);

export const authInvitation = pgTable('auth_invitation', {
  id: text().primaryKey(),
  organizationId: text()
    .notNull()
    .references(() => authOrganization.id, { onDelete: 'cascade' }),
  email: text().notNull(),
  role: text(),
  status: text().notNull().default('pending'),
  expiresAt: moment().notNull(),
  createdAt: moment().notNull().defaultNow(),
  inviterId: text()
    .notNull()
    .references(() => authUser.id, { onDelete: 'cascade' }),
});
