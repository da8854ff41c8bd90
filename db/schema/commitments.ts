import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, numeric, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { VARIATION_STATES } from '../../domain/variations.ts';
import { costType, projectCostCode } from './codes.ts';
import { account, createdAt, id, money, quantity, updatedAt } from './columns.ts';
import { procoreCompany } from './connections.ts';
import { project } from './projects.ts';
import { payableAccount } from './vendors.ts';

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

/** A purchase order: Procore's purchase order contract. */
export const purchaseOrder = pgTable('purchase_order', commitmentColumns(), (table) => [
  index().on(table.account, table.number, table.id),
  index().on(table.projectId),
]);

export const purchaseOrderLine = pgTable(
  'purchase_order_line',
  {
    ...lineColumns(),
    commitmentId: uuid()
      .notNull()
      .references(() => purchaseOrder.id, { onDelete: 'cascade' }),
  },
  (table) => [unique().on(table.commitmentId, table.procoreId)],
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
