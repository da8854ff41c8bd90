import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { PURCHASE_ORDER_MASTERS } from '../../domain/commitments.ts';
import { account, at, createdAt, id, updatedAt } from './columns.ts';
import { accessPersona, entryType, userGroup } from './people.ts';

/**
 * The sign-in to one Procore host. Another host is another connection: no link made under one is ever used under the other,
 * so a sandbox id can never address production.
 */
export const procoreConnection = pgTable(
  'procore_connection',
  {
    id: id(),
    account: account(),
    apiUrl: text().notNull(),
    loginUrl: text().notNull(),
    clientId: text().notNull(),
    /** sealed; bound to `procore_connection.client_secret:<id>` */
    clientSecret: text().notNull(),
    state: text({ enum: ['disconnected', 'connected', 'reconnect_needed'] })
      .notNull()
      .default('disconnected'),
    /** sealed; bound to `procore_connection.access_token:<id>` */
    accessToken: text(),
    /** sealed; single use, so it is replaced in the same transaction that holds the row lock */
    refreshToken: text(),
    accessTokenExpiresAt: at(),
    /** grows with every stored token pair; a refresher that finds it grown uses the new pair instead */
    tokenVersion: integer().notNull().default(0),
    /** an admin chose this host for the account; without one the installation's own is used */
    isChosen: boolean().notNull().default(false),
    /** a person's consent, or the app's own service account, which has no refresh token */
    signIn: text({ enum: ['person', 'service_account'] })
      .notNull()
      .default('person'),
    /** the Procore company a service account names before it knows which ones it reaches */
    serviceCompanyId: text(),
    /** who signed in, as Procore names them */
    procoreUserId: text(),
    procoreUserName: text(),
    connectedBy: text(),
    connectedAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique().on(table.account, table.apiUrl)],
);

/** One running consent: bound to the session that began it, used once, good for ten minutes. */
export const oauthState = pgTable('oauth_state', {
  /** SHA-256 of the state value */
  hash: text().primaryKey(),
  account: account(),
  connectionId: uuid()
    .notNull()
    .references(() => procoreConnection.id, { onDelete: 'cascade' }),
  sessionId: text().notNull(),
  userId: text().notNull(),
  expiresAt: at().notNull(),
});

/** A Procore company reached through a connection, with what synchronises. */
export const procoreCompany = pgTable(
  'procore_company',
  {
    id: id(),
    account: account(),
    connectionId: uuid()
      .notNull()
      .references(() => procoreConnection.id, { onDelete: 'cascade' }),
    procoreId: text().notNull(),
    name: text().notNull(),
    /** where its API answers, if Procore names a host of its own for it; else the connection's */
    apiUrl: text(),
    /** IANA zone; dates people enter for this company are days of this zone */
    timeZone: text().notNull().default('Pacific/Auckland'),
    /** setup guide: Procore Webhook synch settings */
    syncProjects: boolean().notNull().default(true),
    syncVendors: boolean().notNull().default(true),
    syncStandardCostCodes: boolean().notNull().default(true),
    syncProjectCostCodes: boolean().notNull().default(true),
    /** setup guide: "Procore company users"; needs the group and the persona below */
    syncUsers: boolean().notNull().default(false),
    /** setup guide: "Procore default time sheet user group" */
    timeSheetGroupId: uuid().references(() => userGroup.id),
    /** setup guide: "Procore default time sheet entry type" */
    timeSheetEntryTypeId: uuid().references(() => entryType.id),
    /** setup guide: "Procore default time sheet user access persona" */
    timeSheetPersonaId: uuid().references(() => accessPersona.id),
    /** documents dated before it never leave by schedule or bulk (domain.md Q46) */
    goLiveDate: date({ mode: 'string' }).notNull().default(sql`current_date`),
    /** the last day of the accounting periods that are closed; what is dated up to then is refused (domain.md Q28) */
    lockDate: date({ mode: 'string' }),
    /** approved invoices leave by themselves; off until an admin turns it on after a dry run (domain.md Q46) */
    sendBySchedule: boolean().notNull().default(false),
    /** the same for time sheets that the settings want sent and no run has posted */
    sendTimeSheetsBySchedule: boolean().notNull().default(false),
    syncSubContracts: boolean().notNull().default(false),
    /** "Procore purchase orders", "Lentune purchase orders" or neither: one value, so that both can never be on */
    purchaseOrderMaster: text({ enum: PURCHASE_ORDER_MASTERS }).notNull().default('none'),
    /** whether Procore gives `origin_data` back here; null until the first record we create tells */
    returnsStamp: boolean(),
    /** whether files already on a record stay when one is added here; null until a second file tells */
    keepsFiles: boolean(),
    /** the company hook refuses project resources here, so every monitored project has a hook of its own */
    hasProjectHooks: boolean().notNull().default(false),
    /** an accounting system is connected to it in Procore, as far as its records tell */
    isErpConnected: boolean().notNull().default(false),
    /** where it is: whether vendors, codes and types may be created in Procore all the same; `ask` until a person said */
    createWhereErp: text({ enum: ['ask', 'allow', 'refuse'] })
      .notNull()
      .default('ask'),
    /** names of budget code segments beyond sub job, cost code and cost type */
    customSegments: text().array().notNull().default(sql`'{}'`),
    /** minutes between two looks for changes no webhook told of */
    changesEveryMinutes: integer().notNull().default(15),
    /** hours between two comparisons of every record */
    sweepEveryHours: integer().notNull().default(24),
    /** why hooks or lists could not be set up, in words; null when all is well */
    problem: text(),
    isActive: boolean().notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique().on(table.connectionId, table.procoreId),
    check('purchase_order_master', sql`${table.purchaseOrderMaster} in ('none', 'procore', 'lentune')`),
  ],
);

/** A stage of the company's own list (its names are the customer's), and whether projects in it come in. */
export const projectStage = pgTable(
  'project_stage',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    procoreId: text().notNull(),
    name: text().notNull(),
    /** pre_construction, course_of_construction, post_construction, completed, not_awarded, canceled, or one we do not know */
    category: text(),
    isBidding: boolean().notNull().default(false),
    isMonitored: boolean().notNull().default(false),
    isActive: boolean().notNull().default(true),
  },
  (table) => [unique().on(table.companyId, table.procoreId)],
);

/** A webhook hook of ours in Procore. */
export const webhookHook = pgTable('webhook_hook', {
  id: id(),
  account: account(),
  companyId: uuid()
    .notNull()
    .references(() => procoreCompany.id, { onDelete: 'cascade' }),
  /** null on the company hook; the Procore project id where the company hook refuses project resources */
  projectProcoreId: text(),
  procoreId: text(),
  /** the unguessable last part of the address Procore posts to */
  key: text().notNull().unique(),
  /** sealed; the Authorization value Procore sends */
  secret: text().notNull(),
  payloadVersion: text().notNull(),
  /** triggers it had when last reconciled */
  triggerCount: integer().notNull().default(0),
  lastEventAt: at(),
  /** deliveries Procore keeps retrying, and those it gave up, when last asked */
  failingDeliveries: integer().notNull().default(0),
  discardedDeliveries: integer().notNull().default(0),
  /** the newest delivery it gave up; another one means that events were lost since */
  discardedDeliveryId: text(),
  deliveriesCheckedAt: at(),
  createdAt: createdAt(),
});

/**
 * The two rate windows of one connection, as Procore's answers describe them; shared by every worker.
 * A window of no calls at all stands for a connection Procore has not told of yet.
 */
export const rateWindow = pgTable(
  'rate_window',
  {
    id: id(),
    connectionId: uuid()
      .notNull()
      .references(() => procoreConnection.id, { onDelete: 'cascade' }),
    kind: text({ enum: ['hour', 'spike'] }).notNull(),
    allowed: integer().notNull(),
    used: integer().notNull().default(0),
    resetsAt: at().notNull(),
  },
  (table) => [unique().on(table.connectionId, table.kind)],
);

/** A call that was told to come back: its place before those who matter less, whichever worker they ask from. */
export const rateWait = pgTable(
  'rate_wait',
  {
    id: id(),
    connectionId: uuid()
      .notNull()
      .references(() => procoreConnection.id, { onDelete: 'cascade' }),
    lane: text({ enum: ['person', 'webhook', 'push', 'backfill'] }).notNull(),
    dueAt: at().notNull(),
  },
  (table) => [index().on(table.connectionId, table.dueAt)],
);
