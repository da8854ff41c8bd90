import { and, eq, sql } from 'drizzle-orm';
import { isOnItsWay } from '../../domain/invoice.ts';
import { payableAttachment, payableInvoice } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { keepAttachment } from './attachments.ts';
import { writeAudit } from './audit.ts';
import { addLog } from './integration-log.ts';
import { IS_ON_ITS_WAY, lockInvoice, type StepResult } from './invoices.ts';

type NewFile = Pick<typeof payableAttachment.$inferInsert, 'filename' | 'contentType' | 'size' | 'sha256' | 'bytes'>;

/** Attaches a file to an invoice. It needs no new check: what was approved are its amounts. Refused while it is on its way. */
export async function addAttachment(
  db: Queryable,
  account: string,
  invoiceId: string,
  actor: string,
  file: NewFile,
): Promise<StepResult> {
  const row = await lockInvoice(db, account, invoiceId);
  if (row === null) return { kind: 'not-found' };
  if (isOnItsWay(row.integration)) return { kind: 'conflict', message: IS_ON_ITS_WAY };
  const { isNew } = await keepAttachment(db, { ...file, account, invoiceId, addedBy: actor });
  if (isNew) await noteFile(db, account, row, actor, `Attached ${file.filename}.`);
  return { kind: 'done' };
}

/** Takes a file off an invoice here. Procore's copy stays: its API removes none. */
export async function removeAttachment(
  db: Queryable,
  account: string,
  invoiceId: string,
  actor: string,
  attachmentId: string,
): Promise<StepResult> {
  const row = await lockInvoice(db, account, invoiceId);
  if (row === null) return { kind: 'not-found' };
  if (isOnItsWay(row.integration)) return { kind: 'conflict', message: IS_ON_ITS_WAY };
  const [removed] = await db
    .delete(payableAttachment)
    .where(
      and(
        eq(payableAttachment.account, account),
        eq(payableAttachment.invoiceId, invoiceId),
        eq(payableAttachment.id, attachmentId),
      ),
    )
    .returning({ filename: payableAttachment.filename });
  if (!removed) return { kind: 'not-found' };
  await noteFile(db, account, row, actor, `Removed ${removed.filename}.`);
  return { kind: 'done' };
}

/** Whoever looks at the invoice sees it anew; the log and the audit say who. */
async function noteFile(
  db: Queryable,
  account: string,
  { id, number }: { id: string; number: string },
  actor: string,
  message: string,
): Promise<void> {
  await db.update(payableInvoice).set({ updatedAt: sql`now()` }).where(eq(payableInvoice.id, id));
  await addLog(db, { account, documentId: id, event: 'changed', result: 'info', actor, message });
  await writeAudit(db, { account, actor, action: 'invoice.files-changed', subject: number, after: { message } });
}
