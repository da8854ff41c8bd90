import { index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { account, createdAt, id } from './columns.ts';

/** One row per attempt at a document, and per call to Procore within it that failed or wrote. */
export const integrationLog = pgTable(
  'integration_log',
  {
    id: id(),
    account: account(),
    documentKind: text({ enum: ['invoice', 'vendor', 'project', 'cost_code', 'company'] }).notNull(),
    /** our id of the document; Procore's for records that are not ours yet */
    documentId: text().notNull(),
    /** received, checked, approved, queued, attempt, call, sent, failed, retried, cancelled */
    event: text().notNull(),
    result: text({ enum: ['success', 'fail', 'info'] }).notNull(),
    code: text(),
    /** a sentence for people */
    message: text().notNull(),
    actor: text(),
    /** redacted; never tokens or bank details */
    request: jsonb(),
    response: jsonb(),
    procoreRequestId: text(),
    durationMs: integer(),
    workflowId: text(),
    runId: text(),
    at: createdAt(),
  },
  (table) => [index().on(table.account, table.documentKind, table.documentId, table.id)],
);

/** Documents that wait for a change in Procore; the inbound change of that key re-queues them. */
export const documentWait = pgTable(
  'document_wait',
  {
    id: id(),
    account: account(),
    documentKind: text({ enum: ['invoice'] }).notNull(),
    documentId: uuid().notNull(),
    code: text().notNull(),
    projectProcoreId: text(),
    /** such as `cost-code:<full code>` or `vendor:<normalised name>` */
    key: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.documentId, table.code, table.key), index().on(table.account, table.key)],
);

/** Who changed what: every settings change and every push. */
export const auditEvent = pgTable(
  'audit_event',
  {
    id: id(),
    account: account(),
    actor: text().notNull(),
    /** such as settings.changed, connection.connected, cost-type.allocated, invoice.sent */
    action: text().notNull(),
    subject: text().notNull(),
    before: jsonb(),
    after: jsonb(),
    at: createdAt(),
  },
  (table) => [index().on(table.account, table.id)],
);

/** Answers already given to an Idempotency-Key, so that a repeated request is answered the same and done once. */
export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    id: id(),
    account: account(),
    key: text().notNull(),
    method: text().notNull(),
    path: text().notNull(),
    requestHash: text().notNull(),
    status: integer(),
    body: jsonb(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.account, table.key)],
);

/** A match a person must decide. */
export const mappingTask = pgTable(
  'mapping_task',
  {
    id: id(),
    account: account(),
    companyId: uuid().notNull(),
    kind: text({ enum: ['vendor', 'project', 'cost_code', 'cost_type', 'variation'] }).notNull(),
    procoreId: text().notNull(),
    /** what came from Procore, in words */
    subject: text().notNull(),
    reason: text().notNull(),
    candidates: jsonb().$type<{ id: string; name: string; why: string }[]>().notNull(),
    state: text({ enum: ['open', 'linked', 'created', 'ignored'] })
      .notNull()
      .default('open'),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.companyId, table.kind, table.procoreId)],
);
