import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, uuid } from 'drizzle-orm/pg-core';
import { account, id, money, quantity } from './columns.ts';
import { purchaseOrderLine, subContractLine, variationLine } from './commitments.ts';
import { payableInvoice } from './invoices.ts';

/** What of an invoice line is booked on which line of a purchase order, subcontract or variation. */
export const invoiceAllocation = pgTable(
  'invoice_allocation',
  {
    id: id(),
    account: account(),
    invoiceId: uuid()
      .notNull()
      .references(() => payableInvoice.id, { onDelete: 'cascade' }),
    /** position of the invoice line; an edit of the invoice rewrites its lines, not what was allocated */
    linePosition: integer().notNull(),
    purchaseOrderLineId: uuid().references(() => purchaseOrderLine.id, { onDelete: 'cascade' }),
    subContractLineId: uuid().references(() => subContractLine.id, { onDelete: 'cascade' }),
    variationLineId: uuid().references(() => variationLine.id, { onDelete: 'cascade' }),
    /** excluding tax; positive also on a credit */
    amount: money().notNull(),
    quantity: quantity(),
  },
  (table) => [
    index().on(table.invoiceId, table.linePosition),
    index().on(table.purchaseOrderLineId),
    index().on(table.subContractLineId),
    index().on(table.variationLineId),
    check(
      'invoice_allocation_on_one',
      sql`num_nonnulls(${table.purchaseOrderLineId}, ${table.subContractLineId}, ${table.variationLineId}) = 1`,
    ),
  ],
);
