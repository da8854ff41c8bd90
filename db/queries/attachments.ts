import { and, asc, eq } from 'drizzle-orm';
import { payableAttachment } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** A file of an invoice without its content. */
export interface Attachment {
  id: string;
  filename: string;
  size: number;
}

const LISTED = {
  id: payableAttachment.id,
  filename: payableAttachment.filename,
  size: payableAttachment.size,
};

/** The files of an invoice, oldest first. The one place that knows where their content is kept. */
export async function listAttachments(db: Queryable, account: string, invoiceId: string): Promise<Attachment[]> {
  return db
    .select(LISTED)
    .from(payableAttachment)
    .where(and(eq(payableAttachment.account, account), eq(payableAttachment.invoiceId, invoiceId)))
    .orderBy(asc(payableAttachment.id));
}

/** Keeps a file. One of the same name takes the place of the earlier one; the same content again changes nothing. */
export async function keepAttachment(
  db: Queryable,
  file: Omit<typeof payableAttachment.$inferInsert, 'id' | 'createdAt'>,
): Promise<{ attachment: Attachment; isNew: boolean }> {
  const { account, invoiceId, filename } = file;
  const isNamesake = and(
    eq(payableAttachment.account, account),
    eq(payableAttachment.invoiceId, invoiceId),
    eq(payableAttachment.filename, filename),
  );
  const [namesake] = await db
    .select({ ...LISTED, sha256: payableAttachment.sha256 })
    .from(payableAttachment)
    .where(isNamesake);
  if (namesake?.sha256 === file.sha256)
    return { attachment: { id: namesake.id, filename, size: namesake.size }, isNew: false };
  if (namesake !== undefined) await db.delete(payableAttachment).where(isNamesake);
  const [attachment] = await db.insert(payableAttachment).values(file).returning(LISTED);
  if (!attachment) throw new Error('The file just kept is gone');
  return { attachment, isNew: true };
}

/** The content of a file; null when the account has none of that id. */
export async function readAttachment(db: Queryable, account: string, id: string) {
  const [row] = await db
    .select({
      filename: payableAttachment.filename,
      contentType: payableAttachment.contentType,
      bytes: payableAttachment.bytes,
    })
    .from(payableAttachment)
    .where(and(eq(payableAttachment.account, account), eq(payableAttachment.id, id)));
  return row ?? null;
}
