import { and, asc, eq } from 'drizzle-orm';
import type { DesiredFile } from '../../domain/direct-cost-files.ts';
import { purchaseOrderFile } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

const LISTED = { id: purchaseOrderFile.id, filename: purchaseOrderFile.filename, size: purchaseOrderFile.size };

/** The files of an order without their content, oldest first. */
export const listOrderFiles = (db: Queryable, account: string, orderId: string): Promise<DesiredFile[]> =>
  db
    .select(LISTED)
    .from(purchaseOrderFile)
    .where(and(eq(purchaseOrderFile.account, account), eq(purchaseOrderFile.purchaseOrderId, orderId)))
    .orderBy(asc(purchaseOrderFile.id));

/** The content of a file; null when the account has none of that id. */
export async function readOrderFile(db: Queryable, account: string, id: string) {
  const [row] = await db
    .select({
      filename: purchaseOrderFile.filename,
      contentType: purchaseOrderFile.contentType,
      bytes: purchaseOrderFile.bytes,
    })
    .from(purchaseOrderFile)
    .where(and(eq(purchaseOrderFile.account, account), eq(purchaseOrderFile.id, id)));
  return row ?? null;
}
