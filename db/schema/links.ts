import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id, updatedAt } from './columns.ts';
import { procoreCompany } from './connections.ts';

export const LINK_KINDS = [
  'project',
  'vendor',
  'master_cost_code',
  'cost_type',
  'project_cost_code',
  'user',
  'person',
  'purchase_order',
  'sub_contract',
  'variation',
] as const;

/**
 * Which local record is which Procore record. A row in state `creating` is a claim: the document that holds it is
 * making the record in Procore, and nobody else may. A `tombstone` remembers a record Procore deleted.
 */
export const procoreLink = pgTable(
  'procore_link',
  {
    id: id(),
    account: account(),
    companyId: uuid()
      .notNull()
      .references(() => procoreCompany.id, { onDelete: 'cascade' }),
    kind: text({ enum: LINK_KINDS }).notNull(),
    localId: uuid(),
    procoreId: text(),
    /** the Procore project of a record that belongs to one */
    projectProcoreId: text(),
    /** what makes the record unique before it has an id, such as a normalised vendor name */
    naturalKey: text(),
    state: text({ enum: ['linked', 'creating', 'tombstone'] })
      .notNull()
      .default('linked'),
    remoteUpdatedAt: text(),
    /** Procore's `origin_id` names another system, which owns the record: we never write it */
    isForeign: boolean().notNull().default(false),
    /** hash of the fields last applied or written; equal content changes nothing */
    contentHash: text(),
    /** when a whole list of Procore last showed it */
    listedAt: at(),
    /** the document that holds the claim */
    claimedBy: text(),
    claimedAt: at(),
    /** the creating write on its way: what was sent and when, for settling an unanswered one */
    sending: jsonb(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('procore_link_remote')
      .on(table.companyId, table.kind, table.procoreId)
      .where(sql`${table.procoreId} is not null`),
    uniqueIndex('procore_link_local')
      .on(table.companyId, table.kind, table.localId)
      .where(sql`${table.localId} is not null`),
    uniqueIndex('procore_link_claim')
      .on(table.companyId, table.kind, table.naturalKey)
      .where(sql`${table.state} = 'creating'`),
    index().on(table.account, table.kind),
  ],
);
