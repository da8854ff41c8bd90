import { eq } from 'drizzle-orm';
import { payableInvoice } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { writeAudit } from './audit.ts';
import { clearWaits } from './document-waits.ts';
import { lockInvoice, type StepResult } from './invoices.ts';
import { hasParts } from './push-parts.ts';

/** Deletes an invoice of which Procore never heard. Its log stays, as does the audit. */
export async function deleteInvoice(db: Queryable, account: string, id: string, actor: string): Promise<StepResult> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (row.integration !== null || (await hasParts(db, id))) {
    return { kind: 'conflict', message: 'The invoice went to Procore before, so it is kept.' };
  }
  await clearWaits(db, account, id);
  await db.delete(payableInvoice).where(eq(payableInvoice.id, id));
  await writeAudit(db, {
    account,
    actor,
    action: 'invoice.deleted',
    subject: row.number,
    before: { total: row.total, tax: row.tax, invoiceDate: row.invoiceDate },
  });
  return { kind: 'done' };
}
