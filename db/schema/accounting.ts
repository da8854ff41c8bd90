import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, numeric, pgTable, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id, updatedAt } from './columns.ts';
import { payableInvoice } from './invoices.ts';
import { taxCode } from './tax-codes.ts';
import { payableAccount } from './vendors.ts';

/** The sign-in to the accounting system overhead invoices go to; one host, as for Procore. */
export const accountingConnection = pgTable(
  'accounting_connection',
  {
    id: id(),
    account: account(),
    system: text({ enum: ['xero'] }).notNull(),
    apiUrl: text().notNull(),
    /** where people give consent */
    consentUrl: text().notNull(),
    /** where tokens are asked for */
    identityUrl: text().notNull(),
    clientId: text().notNull(),
    /** sealed; bound to `accounting_connection.client_secret:<id>` */
    clientSecret: text().notNull(),
    state: text({ enum: ['disconnected', 'connected', 'reconnect_needed'] })
      .notNull()
      .default('disconnected'),
    /** sealed; bound to `accounting_connection.access_token:<id>` */
    accessToken: text(),
    /** sealed; turns over with every refresh */
    refreshToken: text(),
    accessTokenExpiresAt: at(),
    /** grows with every stored token pair */
    tokenVersion: integer().notNull().default(0),
    connectedBy: text(),
    connectedAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique().on(table.account, table.apiUrl)],
);

/** One running consent: bound to the session that began it, used once, good for ten minutes. */
export const accountingOauthState = pgTable('accounting_oauth_state', {
  /** SHA-256 of the state value */
  hash: text().primaryKey(),
  account: account(),
  connectionId: uuid()
    .notNull()
    .references(() => accountingConnection.id, { onDelete: 'cascade' }),
  sessionId: text().notNull(),
  expiresAt: at().notNull(),
});

/** An organisation a sign-in reaches. Bills go to the chosen one. */
export const accountingCompany = pgTable(
  'accounting_company',
  {
    id: id(),
    account: account(),
    connectionId: uuid()
      .notNull()
      .references(() => accountingConnection.id, { onDelete: 'cascade' }),
    organisationId: text().notNull(),
    name: text().notNull(),
    isChosen: boolean().notNull().default(false),
    /** when its accounts and tax rates were last read */
    listsReadAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique().on(table.connectionId, table.organisationId),
    uniqueIndex('accounting_company_chosen').on(table.connectionId).where(sql`${table.isChosen}`),
  ],
);

const companyId = () =>
  uuid()
    .notNull()
    .references(() => accountingCompany.id, { onDelete: 'cascade' });

/** The chart of accounts: a line's GL code is a code of it. */
export const accountingAccount = pgTable(
  'accounting_account',
  {
    id: id(),
    account: account(),
    companyId: companyId(),
    code: text().notNull(),
    name: text().notNull(),
    isActive: boolean().notNull().default(true),
  },
  (table) => [unique().on(table.companyId, table.code)],
);

/** The tax rates of an organisation. */
export const accountingTaxRate = pgTable(
  'accounting_tax_rate',
  {
    id: id(),
    account: account(),
    companyId: companyId(),
    taxType: text().notNull(),
    name: text().notNull(),
    /** percent */
    rate: numeric({ precision: 9, scale: 4 }).notNull(),
    isActive: boolean().notNull().default(true),
  },
  (table) => [unique().on(table.companyId, table.taxType)],
);

/** What our tax codes are in an organisation. */
export const accountingTaxMapping = pgTable(
  'accounting_tax_mapping',
  {
    id: id(),
    account: account(),
    companyId: companyId(),
    taxCodeId: uuid()
      .notNull()
      .references(() => taxCode.id, { onDelete: 'cascade' }),
    taxType: text().notNull(),
  },
  (table) => [unique().on(table.companyId, table.taxCodeId)],
);

/** Which contact a supplier is. A row without a contact is a claim: the invoice that holds it is finding or making it. */
export const accountingContact = pgTable(
  'accounting_contact',
  {
    id: id(),
    account: account(),
    companyId: companyId(),
    payableAccountId: uuid()
      .notNull()
      .references(() => payableAccount.id, { onDelete: 'cascade' }),
    /** the supplier's name as it is compared: two of one name must not both make a contact */
    matchName: text().notNull(),
    contactId: text(),
    claimedBy: text(),
    claimedAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique().on(table.companyId, table.payableAccountId),
    uniqueIndex('accounting_contact_claim').on(table.companyId, table.matchName).where(sql`${table.contactId} is null`),
  ],
);

/**
 * The overhead part of an invoice: how its sending stands beside Procore's part, and the journal of the bill it becomes
 * (push_part is the same for Procore's records).
 */
export const overheadPush = pgTable(
  'overhead_push',
  {
    id: id(),
    account: account(),
    invoiceId: uuid()
      .notNull()
      .unique()
      .references(() => payableInvoice.id, { onDelete: 'cascade' }),
    /** the queueing of the invoice the state belongs to */
    queuedAt: at(),
    state: text({ enum: ['queued', 'sending', 'waiting', 'sent', 'failed', 'cancelled'] }).notNull(),
    waitingSince: at(),
    waitingFor: text(),
    /** what stands in the way: Finding[] of domain/invoice.ts */
    problems: jsonb().$type<unknown[]>().notNull().default(sql`'[]'`),
    /** the mark Procore's part of the same queueing ended with; null while it is under way */
    procoreMark: text(),
    companyId: uuid().references(() => accountingCompany.id, { onDelete: 'cascade' }),
    target: text({ enum: ['bill', 'credit_note'] }),
    /** the invoice's revision `desired` was planned from */
    revision: integer(),
    /** null: the invoice has no overhead lines any more */
    desired: jsonb(),
    /** what we sent and what came of it */
    agreed: jsonb(),
    /** the accounting system's id of the record */
    remoteId: text(),
    /** the write on its way and when; set by compare-and-set before the call, cleared by the answer */
    sending: jsonb(),
    sendingToken: text(),
    sentAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index().on(table.account, table.state)],
);
