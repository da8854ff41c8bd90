import { and, eq, sql } from 'drizzle-orm';
import { type DesiredFile, filesOf, lacksFiles } from '../../domain/direct-cost-files.ts';
import type { Finding } from '../../domain/invoice.ts';
import { allowedOrderSteps } from '../../domain/purchase-order.ts';
import { purchaseOrder, purchaseOrderFile, pushPart } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import type { StepResult } from './invoices.ts';
import { listOrderFiles } from './purchase-order-attachments.ts';
import { loadOrderPart } from './purchase-order-parts.ts';
import { lockOrder, logOrder, whyNotEdited } from './purchase-orders.ts';

type NewFile = Pick<typeof purchaseOrderFile.$inferInsert, 'filename' | 'contentType' | 'size' | 'sha256' | 'bytes'>;

/**
 * Attaches a file to an order, in place of one of the same name. It needs no new approval: what was approved are its
 * amounts. To an order that stands in Procore it goes when somebody says so, or with its next change.
 */
export async function addOrderFile(
  db: Queryable,
  account: string,
  orderId: string,
  actor: string,
  file: NewFile,
): Promise<StepResult> {
  const row = await lockOrder(db, account, orderId);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).attach) return { kind: 'conflict', message: whyNotEdited(row) };
  const isNamesake = and(eq(purchaseOrderFile.purchaseOrderId, orderId), eq(purchaseOrderFile.filename, file.filename));
  const [namesake] = await db.select({ sha256: purchaseOrderFile.sha256 }).from(purchaseOrderFile).where(isNamesake);
  if (namesake?.sha256 === file.sha256) return { kind: 'done' };
  if (namesake !== undefined) await db.delete(purchaseOrderFile).where(isNamesake);
  await db.insert(purchaseOrderFile).values({ ...file, account, purchaseOrderId: orderId, addedBy: actor });
  await noteFile(db, row, actor, `Attached ${file.filename}.`);
  return { kind: 'done' };
}

/** Takes a file off an order here. Procore's copy stays: its API removes none. */
export async function removeOrderFile(
  db: Queryable,
  account: string,
  orderId: string,
  actor: string,
  fileId: string,
): Promise<StepResult> {
  const row = await lockOrder(db, account, orderId);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).attach) return { kind: 'conflict', message: whyNotEdited(row) };
  const [removed] = await db
    .delete(purchaseOrderFile)
    .where(and(eq(purchaseOrderFile.purchaseOrderId, orderId), eq(purchaseOrderFile.id, fileId)))
    .returning({ filename: purchaseOrderFile.filename });
  if (!removed) return { kind: 'not-found' };
  await noteFile(db, row, actor, `Removed ${removed.filename}.`);
  return { kind: 'done' };
}

/** Whoever looks at the order sees it anew; the log and the audit say who. */
async function noteFile(
  db: Queryable,
  { account, id, number }: { account: string; id: string; number: string },
  actor: string,
  message: string,
): Promise<void> {
  await db.update(purchaseOrder).set({ updatedAt: sql`now()` }).where(eq(purchaseOrder.id, id));
  await logOrder(db, { account, documentId: id, event: 'changed', result: 'info', actor, message });
  await writeAudit(db, { account, actor, action: 'purchase-order.files-changed', subject: number, after: { message } });
}

/** Has only the files of an order sent to its record that stands; what was given up before is tried again. */
export async function planOrderFiles(
  tx: Tx,
  account: string,
  orderId: string,
  files: readonly DesiredFile[],
): Promise<void> {
  const part = await loadOrderPart(tx, account, orderId);
  if (part?.agreed == null) return;
  const { id, desired, agreed } = part;
  await tx
    .update(pushPart)
    .set({
      desired: { ...desired, files, scope: 'files' },
      agreed: { ...agreed, files: { ...filesOf(agreed), tries: 0, problem: null } },
      updatedAt: sql`now()`,
    })
    .where(eq(pushPart.id, id));
}

/** How the files of an order stand: those here, whether some are missing in Procore, and why. */
export async function orderFiles(
  db: Queryable,
  account: string,
  orderId: string,
): Promise<{ files: DesiredFile[]; areMissing: boolean; warnings: Finding[] }> {
  const files = await listOrderFiles(db, account, orderId);
  const part = await loadOrderPart(db, account, orderId);
  if (part?.procoreId == null) return { files, areMissing: false, warnings: [] };
  const areMissing = lacksFiles(files, part.agreed);
  const said = filesOf(part.agreed).problem;
  if (said === null) return { files, areMissing, warnings: [] };
  const { header, projectText } = part.desired;
  const facts = { number: header.number, project: projectText, said };
  return { files, areMissing, warnings: [{ code: 'ATTACHMENT_FAILED', facts, severity: 'warning' }] };
}
