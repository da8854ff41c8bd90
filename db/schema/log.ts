import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id } from './columns.ts';
import { writtenIn } from './event-hooks.ts';

/** One row per attempt at a document, and per call to Procore within it that failed or wrote. */
export const integrationLog = pgTable(
  'integration_log',
  {
    id: id(),
    account: account(),
    documentKind: text({
      enum: ['invoice', 'vendor', 'project', 'cost_code', 'company', 'time_sheet', 'user', 'purchase_order'],
    }).notNull(),
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
    /** orders rows by commit for those who are told of them */
    writtenIn: writtenIn().notNull().default(sql`pg_current_xact_id()`),
    at: createdAt(),
  },
  (table) => [
    index().on(table.account, table.documentKind, table.documentId, table.id),
    index().on(table.account, table.writtenIn, table.id),
  ],
);

/** Documents that wait for a change in Procore; the inbound change of that key re-queues them. */
export const documentWait = pgTable(
  'document_wait',
  {
    id: id(),
    account: account(),
    documentKind: text({ enum: ['invoice', 'purchase_order'] }).notNull(),
    documentId: uuid().notNull(),
    code: text().notNull(),
    projectProcoreId: text(),
    /** such as `cost-code:<full code>` or `vendor:<normalised name>` */
    key: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.documentId, table.code, table.key), index().on(table.account, table.key)],
);

/** When the change of a key last came in: a run that met the cause before it, and ends after it, finds it here. */
export const arrival = pgTable(
  'arrival',
  {
    account: account(),
    key: text().notNull(),
    arrivedAt: at().notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.key] })],
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

/**
 * What a mapping task asks: which record it is, whether a rename is another supplier, whether two became one, what becomes
 * in Procore of what was cancelled here.
 */
export const MAPPING_QUESTIONS = ['match', 'renamed', 'merged', 'cancelled'] as const;

/** A question about one Procore record that a person must decide. Decided ones stay, so that a decision can be taken back. */
export const mappingTask = pgTable(
  'mapping_task',
  {
    id: id(),
    account: account(),
    companyId: uuid().notNull(),
    kind: text({
      enum: ['vendor', 'project', 'cost_code', 'cost_type', 'variation', 'user', 'purchase_order'],
    }).notNull(),
    question: text({ enum: MAPPING_QUESTIONS }).notNull().default('match'),
    procoreId: text().notNull(),
    /** what came from Procore, in words */
    subject: text().notNull(),
    reason: text().notNull(),
    candidates: jsonb().$type<{ id: string; name: string; why: string }[]>().notNull(),
    /** the record as Procore showed it, so that a choice needs no call; null where the kind has no choices of its own */
    record: jsonb(),
    state: text({ enum: ['open', 'linked', 'created', 'kept', 'ignored'] })
      .notNull()
      .default('open'),
    /** the person who unlinked the record; the sync then leaves it alone until somebody decides */
    raisedBy: text(),
    /** null where the question answered itself */
    decidedBy: text(),
    decidedAt: at(),
    /** why it is ignored */
    note: text(),
    /** our record the decision linked or made */
    chosenId: uuid(),
    /** what stood before the decision, for taking it back */
    undo: jsonb(),
    createdAt: createdAt(),
  },
  (table) => [
    unique().on(table.companyId, table.kind, table.procoreId, table.question),
    index().on(table.account, table.state, table.id),
  ],
);
