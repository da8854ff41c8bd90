import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id, updatedAt } from './columns.ts';
import { procoreCompany } from './connections.ts';

/** The journal of one Procore record a document becomes: what we want, what we last said and were answered, what is on its way. */
export const pushPart = pgTable(
  'push_part',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    documentKind: text({ enum: ['invoice', 'tax_test', 'purchase_order'] }).notNull(),
    documentId: uuid().notNull(),
    /** what the part is of its document: `project:<project id>` or `commitment:<commitment id>` */
    partKey: text().notNull(),
    target: text({ enum: ['direct_cost', 'requisition', 'purchase_order'] }).notNull(),
    projectProcoreId: text().notNull(),
    /** the document's revision `desired` was planned from */
    revision: integer().notNull(),
    /** null: the edited document no longer has this part */
    desired: jsonb(),
    /** how far a person went who takes the record back: Removal of domain/undo.ts; null unless it is taken back */
    removal: jsonb(),
    /** per owned field what we sent and what Procore made of it; ids of our lines */
    agreed: jsonb(),
    /** Procore's id of the record */
    procoreId: text(),
    /** the write on its way and when; set by compare-and-set before the call, cleared by the answer */
    sending: jsonb(),
    sendingToken: text(),
    state: text({ enum: ['planned', 'sending', 'sent', 'failed', 'reversed'] })
      .notNull()
      .default('planned'),
    /** what people in Procore did to the record since: Drift of db/queries/sent-parts.ts; null while nothing is odd */
    drift: jsonb(),
    sentAt: at(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique().on(table.documentId, table.partKey),
    index().on(table.account, table.documentId),
    index().on(table.companyId, table.procoreId),
  ],
);

/**
 * Budget codes that direct costs told us: a cost code with a cost type is one code to Procore's one-call create, which
 * takes nothing else (contract section 10.1).
 */
export const knownBudgetCode = pgTable(
  'known_budget_code',
  {
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    projectProcoreId: text().notNull(),
    costCodeProcoreId: text().notNull(),
    costTypeProcoreId: text().notNull(),
    wbsCodeProcoreId: text().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'known_budget_code_pair',
      columns: [table.companyId, table.projectProcoreId, table.costCodeProcoreId, table.costTypeProcoreId],
    }),
  ],
);
