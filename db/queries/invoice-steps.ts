import { eq, sql } from 'drizzle-orm';
import { CATALOGUE, messageOf } from '../../domain/errors.ts';
import { allowedSteps, type Finding } from '../../domain/invoice.ts';
import { preflight } from '../../domain/preflight.ts';
import { payableInvoice } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { overheadProblems } from './accounting.ts';
import { writeAudit } from './audit.ts';
import { OFF_THE_QUEUE, type QueuedFor } from './document-queue.ts';
import { clearWaits } from './document-waits.ts';
import { goLiveBreach } from './go-live.ts';
import { addLog } from './integration-log.ts';
import { loadInvoice } from './invoice-document.ts';
import { IS_ON_ITS_WAY, lockInvoice, type StepResult } from './invoices.ts';
import { getSettings } from './settings.ts';

/**
 * Checks an invoice: every problem is found at once and kept on it. It becomes Checked when none blocks.
 * The caller shows the problems; they are no error of the request.
 */
export async function checkInvoice(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
): Promise<StepResult | { kind: 'problems'; findings: Finding[] }> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedSteps(row).check)
    return { kind: 'conflict', message: row.status === 'entered' ? IS_ON_ITS_WAY : 'The invoice is checked already.' };
  const loaded = await loadInvoice(db, account, id);
  if (loaded === null) return { kind: 'not-found' };
  const settings = await getSettings(db, account);
  const findings = [
    ...preflight(loaded.document, settings, 'check').findings,
    ...(await overheadProblems(db, loaded.document, settings, 'check')),
  ];
  const blocking = findings.filter((finding) => finding.severity === 'blocks');
  const isChecked = blocking.length === 0;
  await db
    .update(payableInvoice)
    .set({
      problems: findings,
      updatedAt: sql`now()`,
      ...(isChecked ? { status: 'checked' as const, checkedBy: actor, checkedAt: sql`now()` } : {}),
    })
    .where(eq(payableInvoice.id, id));
  await addLog(db, {
    account,
    documentId: id,
    event: 'checked',
    result: isChecked ? 'success' : 'fail',
    actor,
    code: blocking[0]?.code ?? null,
    message: isChecked ? 'Checked.' : `Not checked: ${blocking.map(messageOf).join(' ')}`,
  });
  return isChecked ? { kind: 'done' } : { kind: 'problems', findings };
}

/** Approves a checked invoice. Nobody approves what they entered or changed last themselves unless the account allows it. */
export async function approveInvoice(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedSteps(row).approve)
    return {
      kind: 'conflict',
      message: row.status === 'entered' ? 'Check the invoice first.' : 'The invoice is approved already.',
    };
  const own = row.enteredBy === actor ? 'entered' : row.changedBy === actor ? 'changed' : null;
  if (own !== null && !(await getSettings(db, account)).selfApproval)
    return { kind: 'forbidden', message: `You ${own} this invoice, so somebody else must approve it.` };
  await db
    .update(payableInvoice)
    .set({ status: 'approved', approvedBy: actor, approvedAt: sql`now()`, updatedAt: sql`now()` })
    .where(eq(payableInvoice.id, id));
  await addLog(db, { account, documentId: id, event: 'approved', result: 'success', actor, message: 'Approved.' });
  await writeAudit(db, { account, actor, action: 'invoice.approved', subject: row.number });
  return { kind: 'done' };
}

/** Takes the approval back; what already stands in Procore stays there. */
export async function unapproveInvoice(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedSteps(row).unapprove)
    return { kind: 'conflict', message: row.status === 'approved' ? IS_ON_ITS_WAY : 'The invoice is not approved.' };
  await db
    .update(payableInvoice)
    .set({ status: 'checked', approvedBy: null, approvedAt: null, updatedAt: sql`now()` })
    .where(eq(payableInvoice.id, id));
  await clearWaits(db, account, id);
  await addLog(db, {
    account,
    documentId: id,
    event: 'changed',
    result: 'info',
    actor,
    message: 'Approval withdrawn.',
  });
  await writeAudit(db, { account, actor, action: 'invoice.unapproved', subject: row.number });
  return { kind: 'done' };
}

export interface QueueResult {
  queued: string[];
  refused: { id: string; number: string; message: string }[];
}

/** A person's click goes before what queued itself. */
const PERSON = 1;

/**
 * Sending is a row: marks approved invoices as queued, each on the revision it has now. The dispatcher starts them
 * (design: sending is a row), so this answers the same whether Temporal runs or not.
 *
 * @param earlyReason why an admin sends one from before go-live; several at once never contain such
 */
export async function queueInvoices(
  db: Queryable,
  account: string,
  ids: readonly string[],
  actor: string,
  earlyReason?: string,
): Promise<QueueResult> {
  const result: QueueResult = { queued: [], refused: [] };
  // One order of locking for all, so that two batches that share invoices cannot wait for each other.
  for (const id of [...new Set(ids)].sort()) {
    const row = await lockInvoice(db, account, id);
    if (row === null) {
      result.refused.push({ id, number: '', message: 'There is no such invoice.' });
      continue;
    }
    const may = allowedSteps(row);
    if (!may.send && !may.retry) {
      result.refused.push({ id, number: row.number, message: whyNotSent(row) });
      continue;
    }
    const isTooEarly = await isHeldByGoLive(db, account, row, ids.length > 1, earlyReason);
    if (isTooEarly !== null) {
      result.refused.push({ id, number: row.number, message: isTooEarly });
      continue;
    }
    await queue(db, account, id, actor);
    if (earlyReason !== undefined) await noteEarly(db, account, row, actor, earlyReason);
    await addLog(db, {
      account,
      documentId: id,
      event: may.retry ? 'retried' : 'queued',
      result: 'info',
      actor,
      message: may.retry ? 'Queued again.' : 'Queued for Procore.',
    });
    await writeAudit(db, { account, actor, action: 'invoice.queued', subject: row.number });
    result.queued.push(id);
  }
  return result;
}

/** Why an invoice from before go-live does not leave like this; null when it may. */
async function isHeldByGoLive(
  db: Queryable,
  account: string,
  row: Row,
  isOneOfMany: boolean,
  earlyReason: string | undefined,
): Promise<string | null> {
  if (!isOneOfMany && (earlyReason !== undefined || row.earlyReason !== null)) return null;
  const breach = await goLiveBreach(db, account, row.id);
  if (breach === null) return null;
  return `${row.number}: ${messageOf({ code: 'BEFORE_GO_LIVE', facts: breach })} ${CATALOGUE.BEFORE_GO_LIVE.fix}`;
}

async function noteEarly(db: Queryable, account: string, row: Row, actor: string, reason: string): Promise<void> {
  await db.update(payableInvoice).set({ earlyReason: reason }).where(eq(payableInvoice.id, row.id));
  await writeAudit(db, { account, actor, action: 'invoice.sent-early', subject: row.number, after: { reason } });
}

type Row = NonNullable<Awaited<ReturnType<typeof lockInvoice>>>;

function whyNotSent(row: Row): string {
  if (row.status === 'entered') return `${row.number} is not checked and approved yet.`;
  if (row.status === 'checked') return `${row.number} is not approved yet.`;
  if (row.integration === 'sent') return `${row.number} has been sent already.`;
  if (row.integration === 'ignored') return `${row.number} is ignored.`;
  return `${row.number} is on its way already.`;
}

/** Puts an invoice on the queue; the caller has found that it may go there. */
export async function queue(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  { queuedFor = 'send', bulkId = null }: { queuedFor?: QueuedFor; bulkId?: string | null } = {},
): Promise<void> {
  await db
    .update(payableInvoice)
    .set({
      integration: 'queued',
      queuedAt: sql`now()`,
      queuedBy: actor,
      queuedFor,
      queuedPriority: bulkId === null ? PERSON : 0,
      markBefore: sql`${payableInvoice.integration}`,
      bulkId,
      dispatchedAt: null,
      waitingSince: null,
      waitingFor: null,
      updatedAt: sql`now()`,
    })
    .where(eq(payableInvoice.id, id));
  await clearWaits(db, account, id);
}

/** Queues one failed, held or partly sent invoice again; the journal goes on from what already stands in Procore. */
export async function retryInvoice(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedSteps(row).retry) return { kind: 'conflict', message: whyNotSent(row) };
  const { refused } = await queueInvoices(db, account, [id], actor);
  const [no] = refused;
  return no === undefined ? { kind: 'done' } : { kind: 'conflict', message: no.message };
}

/**
 * Takes an invoice back. One that was not started is free at once; `running` means its run must be cancelled too
 * (dispatch/documents.ts `cancelRun`), and the mark follows when the run has ended.
 */
export async function cancelInvoice(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
): Promise<StepResult | { kind: 'running' }> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedSteps(row).cancel) return { kind: 'conflict', message: 'The invoice is not on its way.' };
  const isRunning = row.integration !== 'queued' || row.dispatchedAt !== null;
  if (!isRunning) {
    await db
      .update(payableInvoice)
      .set({
        ...OFF_THE_QUEUE,
        integration: row.markBefore,
      })
      .where(eq(payableInvoice.id, id));
  }
  await clearWaits(db, account, id);
  await addLog(db, {
    account,
    documentId: id,
    event: 'cancelled',
    result: 'info',
    actor,
    message: 'Sending cancelled.',
  });
  await writeAudit(db, { account, actor, action: 'invoice.cancelled', subject: row.number });
  return { kind: isRunning ? 'running' : 'done' };
}

/** Sends the files of a sent invoice again, and nothing else of it. */
export async function sendFilesAgain(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (row.integration !== 'sent') return { kind: 'conflict', message: 'Only the files of a sent invoice go alone.' };
  await queue(db, account, id, actor, { queuedFor: 'files' });
  await addLog(db, {
    account,
    documentId: id,
    event: 'queued',
    result: 'info',
    actor,
    message: 'Queued to send its files again.',
  });
  return { kind: 'done' };
}

/**
 * What a person decided about a record found in Procore that is not ours: link it without writing, ever, or take it over.
 * Queues the invoice again.
 */
export async function chooseDuplicate(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  choice: 'link_only' | 'take_over',
  reason?: string,
): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  const isDuplicate = (row.problems as Finding[]).some(({ code }) => code === 'DUPLICATE' || code === 'BILL_DUPLICATE');
  if (!allowedSteps(row).retry || !isDuplicate)
    return { kind: 'conflict', message: 'The invoice did not meet a duplicate in Procore.' };
  await db.update(payableInvoice).set({ duplicateChoice: choice }).where(eq(payableInvoice.id, id));
  await writeAudit(db, {
    account,
    actor,
    action: 'invoice.duplicate-chosen',
    subject: row.number,
    after: { choice, reason: reason ?? null },
  });
  await queueInvoices(db, account, [id], actor);
  return { kind: 'done' };
}
