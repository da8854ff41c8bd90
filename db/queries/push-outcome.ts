import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { filesOf } from '../../domain/direct-cost-files.ts';
import { type ErrorCode, messageOf, type Problem } from '../../domain/errors.ts';
import type { Finding, InvoiceMark } from '../../domain/invoice.ts';
import { jointProblems } from '../../domain/overhead.ts';
import { waitsOf } from '../../domain/waits.ts';
import { payableInvoice } from '../schema/index.ts';
import type { Db, Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import { releaseAll } from './claims.ts';
import { endCancelled, OFF_THE_QUEUE } from './document-queue.ts';
import { replaceWaits, settleArrivals } from './document-waits.ts';
import { addLog } from './integration-log.ts';
import { loadInvoice } from './invoice-document.ts';
import { endUndo } from './invoice-undo.ts';
import { joinOverhead } from './overhead-outcome.ts';
import { partStates } from './push-parts.ts';
import type { Outcome, RunRef } from './run-outcome.ts';

interface InvoiceRef {
  account: string;
  invoiceId: string;
}

const mine = ({ account, invoiceId }: InvoiceRef) =>
  and(eq(payableInvoice.account, account), eq(payableInvoice.id, invoiceId));

/** Only what a run holds may get a mark from it: a person may have taken the invoice back meanwhile. */
const underWay = (ref: InvoiceRef) =>
  and(mine(ref), inArray(payableInvoice.integration, ['queued', 'sending', 'waiting']));

/** Notes what a push waits for; returns since when it waits. */
export async function noteWaiting(db: Queryable, ref: InvoiceRef, code: ErrorCode): Promise<string> {
  const [row] = await db
    .update(payableInvoice)
    .set({
      integration: 'waiting',
      // Another cause is another wait.
      waitingSince: sql`case when ${payableInvoice.waitingFor} = ${code} then ${payableInvoice.waitingSince} else now() end`,
      waitingFor: code,
      updatedAt: sql`now()`,
    })
    .where(underWay(ref))
    .returning({ since: payableInvoice.waitingSince });
  return row?.since ?? new Date().toISOString();
}

/** A step went through: nothing is waited for any more. */
export async function clearWaiting(db: Queryable, ref: InvoiceRef): Promise<void> {
  await db
    .update(payableInvoice)
    .set({ integration: 'sending', waitingSince: null, waitingFor: null, updatedAt: sql`now()` })
    .where(and(underWay(ref), isNotNull(payableInvoice.waitingSince)));
}

/** Keeps why a push failed where the screen looks. */
export async function keepProblems(db: Queryable, ref: InvoiceRef, problems: readonly Finding[]): Promise<void> {
  await db
    .update(payableInvoice)
    .set({ problems: [...problems], updatedAt: sql`now()` })
    .where(mine(ref));
}

/**
 * Ends a push in one transaction: mark, log, what it waits for, claims, audit.
 *
 * @returns the mark it ends with; null when it is no longer ours to end
 */
export async function endPush(db: Db, ref: InvoiceRef, outcome: Outcome, run: RunRef): Promise<InvoiceMark | null> {
  const { account, invoiceId } = ref;
  return db.transaction(async (tx) => {
    if (outcome.kind === 'failed') await settleArrivals(tx, account);
    await releaseAll(tx, account, invoiceId);
    if (outcome.kind === 'cancelled') {
      await endCancelled(tx, account, invoiceId);
      return null;
    }
    const parts = await partStates(tx, account, invoiceId);
    const [before] = await tx.select().from(payableInvoice).where(underWay(ref)).for('update');
    if (!before) return null;
    const mark = markOf(outcome, parts, before);
    // Only sending goes both ways; files and taking back are Procore's alone.
    const joint = before.queuedFor === 'send' ? await joinOverhead(tx, ref, mark) : { mark, problems: [] };
    const own = problemsAfter(outcome, before, parts);
    const [row] = await tx
      .update(payableInvoice)
      .set({
        ...(joint === null
          ? { integration: 'sending' as const, waitingSince: null, waitingFor: null, updatedAt: sql`now()` }
          : { ...OFF_THE_QUEUE, integration: joint.mark }),
        problems: jointProblems(own, joint?.problems ?? []),
        ...(outcome.kind === 'sent' ? await afterSuccess(tx, account, before, joint !== null) : {}),
      })
      .where(underWay(ref))
      .returning();
    if (!row) return null;
    const problems = own;
    await addLog(tx, {
      account,
      documentId: invoiceId,
      event: mark === 'ignored' ? 'undone' : outcome.kind,
      result: outcome.kind === 'sent' ? 'success' : 'fail',
      code: outcome.kind === 'failed' ? outcome.code : null,
      message: sentenceOf(outcome, mark, problems),
      ...run,
    });
    await writeAudit(tx, {
      account,
      actor: 'push',
      action: mark === 'ignored' ? 'invoice.undone' : `invoice.${outcome.kind}`,
      subject: row.number,
      after: { mark },
    });
    if (outcome.kind === 'failed') await waitFor(tx, ref, problems, before.queuedAt);
    return mark;
  });
}

/** A run that came through leaves only what it went on without. */
function problemsAfter(outcome: Outcome, row: InvoiceRow, parts: readonly PartState[]): Finding[] {
  if (outcome.kind !== 'sent') return row.problems as Finding[];
  return row.queuedFor === 'undo' ? [] : missingFiles(row.number, parts);
}

/** What a run that came through leaves on the invoice; `isOver`: accounting has its part too. */
async function afterSuccess(tx: Tx, account: string, row: InvoiceRow, isOver: boolean) {
  if (row.queuedFor === 'undo')
    return { ignoredReason: await endUndo(tx, account, row), undoOrder: null, sentAt: null };
  return { sentAt: sql`now()`, ...(isOver ? { duplicateChoice: null } : {}) };
}

type InvoiceRow = typeof payableInvoice.$inferSelect;

/** Records that are complete but for their files. */
const missingFiles = (number: string, parts: readonly PartState[]): Finding[] =>
  parts.flatMap(({ desired, agreed }): Finding[] => {
    const said = filesOf(agreed).problem;
    if (said === null) return [];
    const facts = { number, project: desired?.projectText ?? '', said };
    return [{ code: 'ATTACHMENT_FAILED', facts, severity: 'warning' }];
  });

type PartState = Awaited<ReturnType<typeof partStates>>[number];

function markOf(outcome: Outcome, parts: readonly PartState[], { queuedFor, markBefore }: InvoiceRow): InvoiceMark {
  // Files come and go beside the record: it is as sent as it was.
  if (queuedFor === 'files') return markBefore ?? 'sent';
  if (queuedFor === 'undo') return outcome.kind === 'sent' ? 'ignored' : (markBefore ?? 'held');
  const isLinkOnly = (part: PartState) => part.agreed?.isLinkOnly === true;
  if (outcome.kind === 'sent') return parts.length > 0 && parts.every(isLinkOnly) ? 'skipped' : 'sent';
  return parts.some((part) => part.state === 'sent') ? 'partial' : 'failed';
}

async function waitFor(tx: Tx, ref: InvoiceRef, problems: Finding[], since: string | null): Promise<void> {
  const { account, invoiceId: id } = ref;
  const loaded = await loadInvoice(tx, account, id);
  const waits = loaded === null ? [] : waitsOf(loaded.document, problems);
  await replaceWaits(tx, { account, id, kind: 'invoice' }, waits, since);
}

const DONE: Partial<Record<InvoiceMark, string>> = {
  skipped: 'Linked to what stands in Procore; nothing was written.',
  ignored: 'Taken back from Procore.',
};

function sentenceOf(outcome: Outcome, mark: InvoiceMark, problems: readonly Finding[]): string {
  if (outcome.kind === 'sent') return DONE[mark] ?? 'Sent.';
  const blocking = problems.filter((problem) => problem.severity === 'blocks');
  return blocking.length === 0 ? 'Not sent.' : blocking.map((problem) => messageOf(problem as Problem)).join(' ');
}
