import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { COMMITMENT_ORIGINS, ORDER_STATUSES } from '../../domain/purchase-order.ts';
import { VARIATION_STATES } from '../../domain/variations.ts';
import { authUser } from './auth.ts';
import { projectCostCode } from './codes.ts';
import { account, at, bytes, createdAt, id, money, quantity, updatedAt } from './columns.ts';
import { procoreCompany } from './connections.ts';
import { costType } from './cost-types.ts';
import { project } from './projects.ts';
import { taxCode } from './tax-codes.ts';
import { payableAccount } from './vendors.ts';

/** The marks of a document that goes out. */
const INTEGRATION_MARKS = [
  'queued',
  'sending',
  'waiting',
  'sent',
  'failed',
  'skipped',
  'partial',
  'held',
  'ignored',
] as const;

/** What purchase orders and subcontracts have in common. While Procore is the master, all of it follows Procore (domain.md 2.3). */
const commitmentColumns = () => ({
  id: id(),
  account: account(),
  companyId: uuid()
    .notNull()
    .references(() => procoreCompany.id, { onDelete: 'cascade' }),
  projectId: uuid()
    .notNull()
    .references(() => project.id, { onDelete: 'cascade' }),
  number: text().notNull(),
  description: text(),
  /** the supplier; null until its vendor has come in */
  payableAccountId: uuid().references(() => payableAccount.id),
  vendorProcoreId: text(),
  /** as Procore names the vendor, for people while the supplier is not known here */
  vendorName: text(),
  /** Procore's own word, such as `Out For Signature` */
  procoreStatus: text().notNull(),
  /** whether its status lets invoices and claims be booked against it (domain.md 3.4); others are shown greyed */
  isAccepted: boolean().notNull(),
  isPrivate: boolean().notNull().default(false),
  isExecuted: boolean().notNull().default(false),
  accountingMethod: text({ enum: ['amount', 'unit'] })
    .notNull()
    .default('amount'),
  /** per cent kept back; null where Procore does not say */
  retainagePercent: numeric({ precision: 7, scale: 4 }),
  /** what Procore counts as invoiced against it, excluding tax */
  invoiced: money().notNull().default('0.00'),
  /** false once Procore deleted it; its history stays */
  isActive: boolean().notNull().default(true),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** A line of a schedule of values. Codes are resolved here once they have come in. */
const lineColumns = () => ({
  id: id(),
  account: account(),
  procoreId: text(),
  position: integer().notNull(),
  description: text(),
  projectCostCodeId: uuid().references(() => projectCostCode.id, { onDelete: 'set null' }),
  costCodeProcoreId: text(),
  /** the code as Procore shows it, for people while it is not known here */
  costCodeText: text(),
  costTypeId: uuid().references(() => costType.id, { onDelete: 'set null' }),
  costTypeProcoreId: text(),
  wbsCodeProcoreId: text(),
  taxCodeProcoreId: text(),
  quantity: quantity(),
  unitPrice: quantity(),
  unit: text(),
  /** excluding tax */
  amount: money().notNull(),
  /** what invoices and claims of Lentune have booked on it, excluding tax */
  claimed: money().notNull().default('0.00'),
  /** Procore does not have it any more; kept for what was claimed on it, and blocks sending */
  isRemoved: boolean().notNull().default(false),
});

/**
 * A purchase order: Procore's purchase order contract. One that was entered here (origin lentune) is a document that goes
 * out: its header and own lines are ours, and its mark is kept as an invoice's is.
 */
export const purchaseOrder = pgTable(
  'purchase_order',
  {
    ...commitmentColumns(),
    /** Procore's own word; null while it is not there */
    procoreStatus: text(),
    origin: text({ enum: COMMITMENT_ORIGINS }).notNull().default('procore'),
    /** the number normalised for comparison, of orders entered here; Procore's are compared as they come in */
    matchNumber: text(),
    /** null for one of Procore's */
    orderStatus: text({ enum: ORDER_STATUSES }),
    /** the day it was ordered */
    orderDate: date({ mode: 'string' }),
    deliveryDate: date({ mode: 'string' }),
    enteredBy: text(),
    approvedBy: text(),
    approvedAt: at(),
    cancelledBy: text(),
    cancelledAt: at(),
    cancelReason: text(),
    /** grows with every edit; a push works on the revision that was queued */
    revision: integer().notNull().default(1),
    /** the revision that last arrived in Procore whole; null: none has */
    sentRevision: integer(),
    /** a change that Procore takes only as a change order stands here and not there */
    needsVariation: boolean().notNull().default(false),
    /** the mark in the Integration column; null is "not processed" */
    integration: text({ enum: INTEGRATION_MARKS }),
    queuedAt: at(),
    queuedBy: text(),
    /** `files`: only what is missing of its files is sent, and nothing else looked at */
    queuedFor: text({ enum: ['send', 'files'] })
      .notNull()
      .default('send'),
    /** a person's click goes before batches */
    queuedPriority: integer().notNull().default(0),
    /** the mark to return to when a person takes it off the queue, or no longer ignores it */
    markBefore: text({ enum: INTEGRATION_MARKS }),
    /** the workflow was started for this queueing */
    dispatchedAt: at(),
    waitingSince: at(),
    waitingFor: text(),
    /** why a person keeps it from being sent */
    ignoredReason: text(),
    /** all problems of the last attempt: Problem[] of domain/errors.ts */
    problems: jsonb().$type<unknown[]>().notNull().default(sql`'[]'`),
    sentAt: at(),
  },
  (table) => [
    index().on(table.account, table.number, table.id),
    index().on(table.projectId),
    uniqueIndex('purchase_order_own_number')
      .on(table.projectId, table.matchNumber)
      .where(sql`${table.origin} = 'lentune'`),
    index('purchase_order_queue')
      .on(table.queuedPriority, table.queuedAt)
      .where(sql`${table.queuedAt} is not null and ${table.dispatchedAt} is null`),
    check('purchase_order_own', sql`(${table.origin} = 'lentune') = (${table.orderStatus} is not null)`),
  ],
);

/** A line of a purchase order. Its id is what our stamp in Procore names, so an edit keeps it. */
export const purchaseOrderLine = pgTable(
  'purchase_order_line',
  {
    ...lineColumns(),
    commitmentId: uuid()
      .notNull()
      .references(() => purchaseOrder.id, { onDelete: 'cascade' }),
    /** who entered it: people add lines in Procore to orders of ours too, and those are never written */
    origin: text({ enum: COMMITMENT_ORIGINS }).notNull().default('procore'),
    /** our tax code of a line that was entered here */
    taxCodeId: uuid().references(() => taxCode.id),
  },
  (table) => [unique().on(table.commitmentId, table.procoreId)],
);

/** A file of a purchase order that was entered here, with its content. */
export const purchaseOrderFile = pgTable(
  'purchase_order_file',
  {
    id: id(),
    account: account(),
    purchaseOrderId: uuid()
      .notNull()
      .references(() => purchaseOrder.id, { onDelete: 'cascade' }),
    filename: text().notNull(),
    contentType: text().notNull(),
    size: integer().notNull(),
    sha256: text().notNull(),
    bytes: bytes().notNull(),
    addedBy: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.purchaseOrderId, table.filename)],
);

/**
 * How much one person, or everybody of one role, may approve in one purchase order. A person's own limit counts before
 * that of their roles; who has none may approve any amount.
 */
export const approvalLimit = pgTable(
  'approval_limit',
  {
    id: id(),
    account: account(),
    role: text(),
    userId: text().references(() => authUser.id, { onDelete: 'cascade' }),
    /** dollars excluding tax; null is without limit */
    amount: money(),
  },
  (table) => [
    unique().on(table.account, table.role),
    unique().on(table.account, table.userId),
    check('approval_limit_of_one', sql`num_nonnulls(${table.role}, ${table.userId}) = 1`),
  ],
);

/** A subcontract: Procore's work order contract. */
export const subContract = pgTable(
  'sub_contract',
  {
    ...commitmentColumns(),
    /** Lentune's retention policy: per cent kept back of a claim; null follows what Procore says of the subcontract */
    retentionPercent: numeric({ precision: 7, scale: 4 }),
    /** the most that is kept back in all, in dollars; null is without end */
    retentionLimit: money(),
  },
  (table) => [index().on(table.account, table.number, table.id), index().on(table.projectId)],
);

export const subContractLine = pgTable(
  'sub_contract_line',
  {
    ...lineColumns(),
    commitmentId: uuid()
      .notNull()
      .references(() => subContract.id, { onDelete: 'cascade' }),
  },
  (table) => [unique().on(table.commitmentId, table.procoreId)],
);

/** A variation of a purchase order or subcontract: Procore's change order package on a commitment. */
export const variation = pgTable(
  'variation',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    projectId: uuid()
      .notNull()
      .references(() => project.id, { onDelete: 'cascade' }),
    purchaseOrderId: uuid().references(() => purchaseOrder.id, { onDelete: 'cascade' }),
    subContractId: uuid().references(() => subContract.id, { onDelete: 'cascade' }),
    number: text().notNull(),
    description: text(),
    /** Procore's own word, such as `pending_billable` */
    procoreStatus: text().notNull(),
    /** what the company calls that status */
    statusName: text().notNull(),
    state: text({ enum: VARIATION_STATES }).notNull(),
    /** as Procore totals it, excluding tax, whatever its status */
    amount: money().notNull(),
    /** what it adds to the commitment: `amount` while approved, else nothing */
    worth: money().notNull(),
    /** why nothing may be claimed on it although something was: it was rejected, voided or deleted after a claim */
    problem: text(),
    isActive: boolean().notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index().on(table.purchaseOrderId),
    index().on(table.subContractId),
    check('variation_of_one', sql`num_nonnulls(${table.purchaseOrderId}, ${table.subContractId}) = 1`),
    check('variation_money', sql`${table.worth} = 0 or ${table.state} = 'approved'`),
  ],
);

export const variationLine = pgTable(
  'variation_line',
  {
    ...lineColumns(),
    variationId: uuid()
      .notNull()
      .references(() => variation.id, { onDelete: 'cascade' }),
  },
  (table) => [unique().on(table.variationId, table.procoreId)],
);
