import { and, eq, isNotNull, sql } from 'drizzle-orm';
import { type Agreed, type EditChoice, nothingAgreed } from '../../domain/direct-cost.ts';
import { allowedSteps, type Finding } from '../../domain/invoice.ts';
import { payableInvoice, pushPart } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { writeAudit } from './audit.ts';
import { clearWaits } from './document-waits.ts';
import { addLog } from './integration-log.ts';
import { queue } from './invoice-steps.ts';
import { lockInvoice, type StepResult } from './invoices.ts';
import { partStates } from './push-parts.ts';

/** Keeps an invoice from being sent until somebody takes that back. */
export async function ignoreInvoice(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  reason: string,
): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedSteps(row).ignore)
    return { kind: 'conflict', message: 'Only an invoice that is neither sent nor on its way can be ignored.' };
  await db
    .update(payableInvoice)
    .set({ integration: 'ignored', markBefore: row.integration, ignoredReason: reason, updatedAt: sql`now()` })
    .where(eq(payableInvoice.id, id));
  await clearWaits(db, account, id);
  await note(db, account, row, actor, 'ignored', `Ignored: ${reason}`);
  return { kind: 'done' };
}

/** Takes "ignored" back: the invoice stands where it stood before. */
export async function unignoreInvoice(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedSteps(row).unignore) return { kind: 'conflict', message: 'The invoice is not ignored.' };
  const isReversed = (await partStates(db, account, id)).some(({ state }) => state === 'reversed');
  if (isReversed)
    return { kind: 'conflict', message: 'Procore has the record and its reversal; enter the invoice anew.' };
  await db
    .update(payableInvoice)
    .set({ integration: row.markBefore, markBefore: null, ignoredReason: null, updatedAt: sql`now()` })
    .where(eq(payableInvoice.id, id));
  await note(db, account, row, actor, 'unignored', 'No longer ignored.');
  return { kind: 'done' };
}

export type DeletedChoice = 'recreate' | 'unlink';

/**
 * What a person decided about a record, or lines of it, that were deleted in Procore: make them again, or let go of the
 * record and ignore the invoice.
 */
export async function chooseDeleted(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  choice: DeletedChoice,
): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  const isDeleted = (row.problems as Finding[]).some((problem) => problem.code === 'DELETED_REMOTELY');
  if (!allowedSteps(row).retry || !isDeleted)
    return { kind: 'conflict', message: 'Nothing of the invoice was found deleted in Procore.' };
  if (choice === 'recreate') {
    await noteInJournal(db, account, id, { mayRecreate: true });
    await note(db, account, row, actor, 'recreated', 'To be made again in Procore.');
    await queue(db, account, id, actor);
    return { kind: 'done' };
  }
  await db
    .delete(pushPart)
    .where(and(eq(pushPart.account, account), eq(pushPart.documentId, id), eq(pushPart.state, 'failed')));
  await db
    .update(payableInvoice)
    .set({
      integration: 'ignored',
      markBefore: null,
      ignoredReason: 'Deleted in Procore.',
      problems: [],
      updatedAt: sql`now()`,
    })
    .where(eq(payableInvoice.id, id));
  await clearWaits(db, account, id);
  await note(db, account, row, actor, 'unlinked', 'Let go of: it was deleted in Procore.');
  return { kind: 'done' };
}

/**
 * What a person decided about edits people made in Procore to what is ours: theirs stay, or ours are written over them.
 * Records and lines that are not ours are never written to, whatever is decided.
 */
export async function chooseEdited(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  choice: EditChoice,
): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  const isEdited = (row.problems as Finding[]).some(({ code }) => code === 'REMOTE_EDITED' || code === 'CONFLICT');
  if (!allowedSteps(row).retry || !isEdited)
    return { kind: 'conflict', message: 'Nothing of the invoice was found changed in Procore.' };
  await noteInJournal(db, account, id, { edits: choice });
  const said =
    choice === 'keep_theirs' ? 'What people changed in Procore is kept.' : 'Ours goes over what people changed.';
  await note(db, account, row, actor, 'edits-decided', said);
  await queue(db, account, id, actor);
  return { kind: 'done' };
}

/** The run looks at the record first; only then is what was decided carried out, so that nothing is made twice. */
export async function noteInJournal(
  db: Queryable,
  account: string,
  documentId: string,
  decided: Pick<Agreed, 'mayRecreate' | 'edits'>,
): Promise<void> {
  const parts = await db
    .select({ id: pushPart.id, agreed: pushPart.agreed })
    .from(pushPart)
    .where(
      and(
        eq(pushPart.account, account),
        eq(pushPart.documentId, documentId),
        eq(pushPart.state, 'failed'),
        isNotNull(pushPart.procoreId),
      ),
    );
  for (const { id, agreed } of parts)
    await db
      .update(pushPart)
      .set({ agreed: { ...((agreed as Agreed | null) ?? nothingAgreed), ...decided }, updatedAt: sql`now()` })
      .where(eq(pushPart.id, id));
}

async function note(
  db: Queryable,
  account: string,
  { id, number }: { id: string; number: string },
  actor: string,
  what: string,
  message: string,
): Promise<void> {
  await addLog(db, { account, documentId: id, event: 'changed', result: 'info', actor, message });
  await writeAudit(db, { account, actor, action: `invoice.${what}`, subject: number, after: { message } });
}
