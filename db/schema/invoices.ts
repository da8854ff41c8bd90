import { sql } from 'drizzle-orm';
import { check, date, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bulkAction } from './bulk-actions.ts';
import { projectCostCode } from './codes.ts';
import { account, at, bytes, createdAt, id, money, quantity, updatedAt } from './columns.ts';
import { purchaseOrder, subContract } from './commitments.ts';
import { costType } from './cost-types.ts';
import { project } from './projects.ts';
import { taxCode } from './tax-codes.ts';
import { payableAccount } from './vendors.ts';

/** A supplier invoice. Project, code and type of the header are the defaults of lines that leave theirs blank. */
export const payableInvoice = pgTable(
  'payable_invoice',
  {
    id: id(),
    account: account(),
    kind: text({ enum: ['invoice', 'credit'] })
      .notNull()
      .default('invoice'),
    number: text().notNull(),
    /** `number` normalised for comparison: NFKC, trimmed, spaces collapsed, casefolded (domain.md 3.7) */
    matchNumber: text().notNull(),
    /** what a claim of a subcontract and a release of its retention are is said by the person who enters them */
    invoiceType: text({ enum: ['standard', 'claim', 'retention_release'] })
      .notNull()
      .default('standard'),
    /** the order number as the supplier wrote it; it names the order while `purchaseOrderId` is null */
    poNumber: text(),
    purchaseOrderId: uuid().references(() => purchaseOrder.id, { onDelete: 'set null' }),
    subContractId: uuid().references(() => subContract.id, { onDelete: 'set null' }),
    /** why an admin lets it book more than is left on a line */
    overAllocationReason: text(),
    payableAccountId: uuid().references(() => payableAccount.id),
    invoiceDate: date({ mode: 'string' }).notNull(),
    description: text(),
    projectId: uuid().references(() => project.id),
    projectCostCodeId: uuid().references(() => projectCostCode.id),
    costTypeId: uuid().references(() => costType.id),
    /** excluding tax; credits are entered positive and posted negative */
    total: money().notNull(),
    tax: money().notNull(),
    status: text({ enum: ['entered', 'checked', 'approved'] })
      .notNull()
      .default('entered'),
    enteredBy: text().notNull(),
    /** who changed its figures last; null while they are as entered */
    changedBy: text(),
    checkedBy: text(),
    checkedAt: at(),
    approvedBy: text(),
    approvedAt: at(),
    /** grows with every edit; a push works on the revision that was queued */
    revision: integer().notNull().default(1),
    /** the mark in the Integration column; null is "not processed" */
    integration: text({
      enum: ['queued', 'sending', 'waiting', 'sent', 'failed', 'skipped', 'partial', 'held', 'ignored'],
    }),
    queuedAt: at(),
    queuedBy: text(),
    /** a person's click goes before batches */
    queuedPriority: integer().notNull().default(0),
    /** what the run shall do: send all of it, only the files of what stands in Procore, or take it back from there */
    queuedFor: text({ enum: ['send', 'files', 'undo'] })
      .notNull()
      .default('send'),
    /** the mark to return to when a person takes it off the queue, or no longer ignores it */
    markBefore: text({
      enum: ['queued', 'sending', 'waiting', 'sent', 'failed', 'skipped', 'partial', 'held', 'ignored'],
    }),
    /** the bulk action that queued it last */
    bulkId: uuid().references(() => bulkAction.id, { onDelete: 'set null' }),
    /** why a person keeps it from being sent */
    ignoredReason: text(),
    /** why an admin sends it although it is from before the go-live date */
    earlyReason: text(),
    /** why an admin sends it although its day is in a closed accounting period */
    lockedReason: text(),
    /** what a person agreed to when taking it back: UndoOrder of domain/undo.ts */
    undoOrder: jsonb(),
    /** the workflow was started for this queueing */
    dispatchedAt: at(),
    waitingSince: at(),
    waitingFor: text(),
    /** all problems of the last check or attempt: Problem[] of domain/errors.ts */
    problems: jsonb().$type<unknown[]>().notNull().default(sql`'[]'`),
    /** what a person chose about a duplicate found in Procore */
    duplicateChoice: text({ enum: ['link_only', 'take_over'] }),
    sentAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index().on(table.account, table.id),
    index('payable_invoice_number').on(table.account, table.payableAccountId, table.matchNumber),
    index('payable_invoice_queue')
      .on(table.queuedPriority, table.queuedAt)
      .where(sql`${table.queuedAt} is not null and ${table.dispatchedAt} is null`),
    index('payable_invoice_bulk').on(table.bulkId),
    index().on(table.purchaseOrderId),
    index().on(table.subContractId),
    check('payable_invoice_of_one', sql`num_nonnulls(${table.purchaseOrderId}, ${table.subContractId}) <= 1`),
  ],
);

export const payableInvoiceLine = pgTable(
  'payable_invoice_line',
  {
    id: id(),
    account: account(),
    invoiceId: uuid()
      .notNull()
      .references(() => payableInvoice.id, { onDelete: 'cascade' }),
    position: integer().notNull(),
    projectId: uuid().references(() => project.id),
    projectCostCodeId: uuid().references(() => projectCostCode.id),
    costTypeId: uuid().references(() => costType.id),
    /** blank: that of the cost type */
    glCode: text(),
    description: text(),
    quantity: quantity(),
    unitPrice: quantity(),
    unit: text(),
    amount: money().notNull(),
    taxCodeId: uuid().references(() => taxCode.id),
  },
  (table) => [unique().on(table.invoiceId, table.position)],
);

/** A file of an invoice, such as the supplier's PDF. Names are unique within an invoice: Procore is asked by name. */
export const payableAttachment = pgTable(
  'payable_attachment',
  {
    id: id(),
    account: account(),
    invoiceId: uuid()
      .notNull()
      .references(() => payableInvoice.id, { onDelete: 'cascade' }),
    filename: text().notNull(),
    contentType: text().notNull(),
    size: integer().notNull(),
    sha256: text().notNull(),
    bytes: bytes().notNull(),
    addedBy: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.invoiceId, table.filename)],
);
