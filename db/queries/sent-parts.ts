import { and, eq, sql } from 'drizzle-orm';
import type { Problem } from '../../domain/errors.ts';
import { pushPart } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { addLog } from './integration-log.ts';
import { loadPart, type Part } from './push-parts.ts';

/** What people in Procore did since to a record we sent. */
export interface Drift extends Pick<Problem, 'code'> {
  message: string;
}

/** A direct cost of ours, and what is known to have become of it. */
export interface SentPart extends Part {
  state: (typeof pushPart.$inferSelect)['state'];
  drift: Drift | null;
}

interface Place {
  account: string;
  companyId: string;
  projectProcoreId: string;
}

/** The part whose direct cost this is; null when it is none of ours. */
export const findSentPart = (db: Queryable, place: Place, procoreId: string): Promise<SentPart | null> =>
  find(db, place, sql`${pushPart.procoreId} = ${procoreId}`);

/** The part a stamp of ours names, whether or not the journal knows its record yet. */
export const findStampedPart = (db: Queryable, place: Place, stamp: string): Promise<SentPart | null> =>
  find(db, place, sql`${pushPart.desired} ->> 'stamp' = ${stamp}`);

async function find(
  db: Queryable,
  { account, companyId, projectProcoreId }: Place,
  which: ReturnType<typeof sql>,
): Promise<SentPart | null> {
  const [row] = await db
    .select({ id: pushPart.id, state: pushPart.state, drift: pushPart.drift })
    .from(pushPart)
    .where(
      and(
        eq(pushPart.account, account),
        eq(pushPart.companyId, companyId),
        eq(pushPart.projectProcoreId, projectProcoreId),
        eq(pushPart.target, 'direct_cost'),
        which,
      ),
    );
  const part = row && (await loadPart(db, account, row.id));
  return row && part ? { ...part, state: row.state, drift: row.drift as Drift | null } : null;
}

/**
 * Notes what became of a record, or that nothing is odd about it any more; what is new is told in the story of its invoice.
 * A part that is sent again meanwhile is left to its run.
 */
export async function noteDrift(tx: Tx, part: SentPart, drift: Drift | null): Promise<boolean> {
  if (part.drift?.message === drift?.message) return false;
  const rows = await tx
    .update(pushPart)
    .set({ drift, updatedAt: sql`now()` })
    .where(and(eq(pushPart.account, part.account), eq(pushPart.id, part.id), eq(pushPart.state, 'sent')))
    .returning({ id: pushPart.id });
  if (rows.length === 0) return false;
  const message = drift?.message ?? 'In Procore it is again as it was sent.';
  const { account, documentId } = part;
  await addLog(tx, { account, documentId, event: 'note', result: 'info', message, ...(drift && { code: drift.code }) });
  return true;
}
