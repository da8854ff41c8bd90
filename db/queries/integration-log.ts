import { and, desc, eq } from 'drizzle-orm';
import { integrationLog } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

export type LogEvent =
  | 'received'
  | 'changed'
  | 'checked'
  | 'approved'
  | 'queued'
  | 'attempt'
  | 'call'
  | 'note'
  | 'sent'
  | 'failed'
  | 'retried'
  | 'cancelled'
  | 'undone';

export interface NewLogEntry {
  account: string;
  /** an invoice, where nothing else is said */
  documentKind?: LogRow['documentKind'];
  documentId: string;
  event: LogEvent;
  result: 'success' | 'fail' | 'info';
  /** one sentence for people */
  message: string;
  code?: string | null;
  actor?: string | null;
  /** already redacted */
  request?: unknown;
  response?: unknown;
  procoreRequestId?: string | null;
  durationMs?: number | null;
  workflowId?: string | null;
  runId?: string | null;
}

/** Adds one row to the story of a document. */
export async function addLog(db: Queryable, entry: NewLogEntry): Promise<void> {
  await db.insert(integrationLog).values({ documentKind: 'invoice', ...entry });
}

export type LogRow = typeof integrationLog.$inferSelect;

/** The story of one document, newest first. `workflowId` and `runId` lead to its run in Temporal's Web UI. */
export async function getLog(
  db: Queryable,
  account: string,
  documentKind: LogRow['documentKind'],
  documentId: string,
): Promise<LogRow[]> {
  return db
    .select()
    .from(integrationLog)
    .where(
      and(
        eq(integrationLog.account, account),
        eq(integrationLog.documentKind, documentKind),
        eq(integrationLog.documentId, documentId),
      ),
    )
    .orderBy(desc(integrationLog.id));
}

/** The run that last worked on a document; null when none has yet. */
export async function lastRun(
  db: Queryable,
  account: string,
  documentId: string,
  documentKind: LogRow['documentKind'] = 'invoice',
): Promise<{ workflowId: string; runId: string } | null> {
  const [row] = await db
    .select({ workflowId: integrationLog.workflowId, runId: integrationLog.runId })
    .from(integrationLog)
    .where(
      and(
        eq(integrationLog.account, account),
        eq(integrationLog.documentKind, documentKind),
        eq(integrationLog.documentId, documentId),
        eq(integrationLog.event, 'attempt'),
      ),
    )
    .orderBy(desc(integrationLog.id))
    .limit(1);
  return row?.workflowId && row.runId ? { workflowId: row.workflowId, runId: row.runId } : null;
}
