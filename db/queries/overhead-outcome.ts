import { and, eq, inArray, sql } from 'drizzle-orm';
import { messageOf, type Problem } from '../../domain/errors.ts';
import type { Finding, InvoiceMark } from '../../domain/invoice.ts';
import { jointMark, jointProblems } from '../../domain/overhead.ts';
import { overheadPush, payableInvoice } from '../schema/index.ts';
import type { Db, Tx } from '../types.ts';
import { releaseContacts } from './accounting-contacts.ts';
import { writeAudit } from './audit.ts';
import { endCancelled, OFF_THE_QUEUE } from './document-queue.ts';
import { addLog } from './integration-log.ts';
import { noteProcoreMark, overheadOf, partsOfQueueing } from './overhead-push.ts';
import type { Outcome, RunRef } from './run-outcome.ts';

interface InvoiceRef {
  account: string;
  invoiceId: string;
}

const OVER: readonly string[] = ['sent', 'failed', 'cancelled'];

/**
 * Where Procore's part of an invoice has ended: how the invoice as a whole stands. An invoice of project and overhead lines
 * ends when both parts have. The invoice row is locked by the caller, so that the two never miss each other.
 *
 * @returns null while the overhead part is still under way
 */
export async function joinOverhead(
  tx: Tx,
  ref: InvoiceRef,
  mark: InvoiceMark,
): Promise<{ mark: InvoiceMark; problems: Finding[] } | null> {
  const part = await overheadOf(tx, ref);
  if (part !== null && OVER.includes(part.state))
    return { mark: jointMark(mark, markOf(part)), problems: part.problems as Finding[] };
  if (part === null && !(await partsOfQueueing(tx, ref.invoiceId)).hasOverheads) return { mark, problems: [] };
  await noteProcoreMark(tx, ref, mark);
  return null;
}

function markOf({ state, agreed }: { state: string; agreed: unknown }): InvoiceMark {
  if (state !== 'sent') return 'failed';
  return (agreed as { isLinkOnly?: boolean } | null)?.isLinkOnly ? 'skipped' : 'sent';
}

/**
 * Ends the overhead part in one transaction, and the invoice with it when Procore's part is over or there is none.
 *
 * @returns the mark of this part; null when it is no longer ours to end
 */
export async function endOverhead(db: Db, ref: InvoiceRef, outcome: Outcome, run: RunRef): Promise<InvoiceMark | null> {
  const { account, invoiceId } = ref;
  return db.transaction(async (tx) => {
    await releaseContacts(tx, account, invoiceId);
    const [invoice] = await tx.select().from(payableInvoice).where(itself(ref)).for('update');
    const part = await overheadOf(tx, ref);
    if (!invoice || part === null || OVER.includes(part.state)) return null;
    await tx
      .update(overheadPush)
      .set({
        state: outcome.kind,
        waitingSince: null,
        waitingFor: null,
        ...(outcome.kind === 'sent' ? { problems: [], sentAt: sql`now()` } : {}),
        updatedAt: sql`now()`,
      })
      .where(eq(overheadPush.invoiceId, invoiceId));
    const problems = outcome.kind === 'sent' ? [] : (part.problems as Finding[]);
    const own = markOf({ state: outcome.kind, agreed: part.agreed });
    await tell(tx, ref, invoice.number, outcome, own, problems, run);
    const { hasProject } = await partsOfQueueing(tx, invoiceId);
    const procore = part.procoreMark as InvoiceMark | null;
    if (hasProject && procore === null) return own;
    if (outcome.kind === 'cancelled') await endCancelled(tx, account, invoiceId);
    else {
      const mark = jointMark(procore, own);
      const kept = hasProject ? (invoice.problems as Finding[]) : [];
      await tx
        .update(payableInvoice)
        .set({
          ...OFF_THE_QUEUE,
          integration: mark,
          problems: jointProblems(kept, problems),
          ...(mark === 'sent' || mark === 'skipped' ? { sentAt: sql`now()`, duplicateChoice: null } : {}),
        })
        .where(and(itself(ref), inArray(payableInvoice.integration, ['queued', 'sending', 'waiting'])));
    }
    return own;
  });
}

const itself = ({ account, invoiceId }: InvoiceRef) =>
  and(eq(payableInvoice.account, account), eq(payableInvoice.id, invoiceId));

async function tell(
  tx: Tx,
  { account, invoiceId }: InvoiceRef,
  number: string,
  outcome: Outcome,
  mark: InvoiceMark,
  problems: readonly Finding[],
  run: RunRef,
): Promise<void> {
  if (outcome.kind === 'cancelled') return;
  const isSent = outcome.kind === 'sent';
  await addLog(tx, {
    account,
    documentId: invoiceId,
    event: outcome.kind,
    result: isSent ? 'success' : 'fail',
    code: outcome.kind === 'failed' ? outcome.code : null,
    message: isSent
      ? mark === 'skipped'
        ? 'Overheads: linked to the bill that stands in accounting; nothing was written.'
        : 'Overheads sent to accounting.'
      : `Overheads not sent: ${problems.map((problem) => messageOf(problem as Problem)).join(' ')}`,
    ...run,
  });
  await writeAudit(tx, {
    account,
    actor: 'push',
    action: `overhead.${outcome.kind}`,
    subject: number,
    after: { mark },
  });
}
