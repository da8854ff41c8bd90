import { and, eq, sql } from 'drizzle-orm';
import type { EditChoice } from '../../domain/direct-cost.ts';
import type { Finding } from '../../domain/invoice.ts';
import { allowedOrderSteps } from '../../domain/purchase-order.ts';
import { procoreLink, purchaseOrder, purchaseOrderLine, pushPart } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { clearWaits } from './document-waits.ts';
import { type DeletedChoice, noteInJournal } from './invoice-choices.ts';
import type { StepResult } from './invoices.ts';
import { noteOrderStep, queueOrder } from './purchase-order-steps.ts';
import { lockOrder } from './purchase-orders.ts';

/**
 * What a person decided about an order, or lines of it, that were deleted in Procore: make them again, or let go of the
 * record and ignore the order. What was booked on its lines stays.
 */
export async function chooseDeletedOrder(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  choice: DeletedChoice,
): Promise<StepResult> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  const isDeleted = (row.problems as Finding[]).some(({ code }) => code === 'DELETED_REMOTELY');
  if (!allowedOrderSteps(row).retry || !isDeleted)
    return { kind: 'conflict', message: 'Nothing of the purchase order was found deleted in Procore.' };
  if (choice === 'recreate') {
    await noteInJournal(db, account, id, { mayRecreate: true });
    await noteOrderStep(db, row, actor, 'recreated', 'To be made again in Procore.', 'changed');
    await queueOrder(db, row, actor, 'Queued for Procore.');
    return { kind: 'done' };
  }
  await db.delete(pushPart).where(and(eq(pushPart.account, account), eq(pushPart.documentId, id)));
  await db
    .update(procoreLink)
    .set({ state: 'tombstone', localId: null, updatedAt: sql`now()` })
    .where(and(eq(procoreLink.account, account), eq(procoreLink.kind, 'purchase_order'), eq(procoreLink.localId, id)));
  await db
    .update(purchaseOrderLine)
    .set({ procoreId: null })
    .where(and(eq(purchaseOrderLine.commitmentId, id), eq(purchaseOrderLine.origin, 'lentune')));
  await db
    .update(purchaseOrder)
    .set({
      integration: 'ignored',
      markBefore: null,
      ignoredReason: 'Deleted in Procore.',
      problems: [],
      procoreStatus: null,
      isAccepted: false,
      sentRevision: null,
      updatedAt: sql`now()`,
    })
    .where(eq(purchaseOrder.id, id));
  await clearWaits(db, account, id);
  await noteOrderStep(db, row, actor, 'unlinked', 'Let go of: it was deleted in Procore.', 'changed');
  return { kind: 'done' };
}

/**
 * What a person decided about edits people made in Procore to what is ours of an order: theirs stay, or ours are written
 * over them. Lines people added are never written to, whatever is decided.
 */
export async function chooseEditedOrder(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  choice: EditChoice,
): Promise<StepResult> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  const isEdited = (row.problems as Finding[]).some(({ code }) => code === 'REMOTE_EDITED' || code === 'CONFLICT');
  if (!allowedOrderSteps(row).retry || !isEdited)
    return { kind: 'conflict', message: 'Nothing of the purchase order was found changed in Procore.' };
  await noteInJournal(db, account, id, { edits: choice });
  const said =
    choice === 'keep_theirs' ? 'What people changed in Procore is kept.' : 'Ours goes over what people changed.';
  await noteOrderStep(db, row, actor, 'edits-decided', said, 'changed');
  await queueOrder(db, row, actor, 'Queued for Procore.');
  return { kind: 'done' };
}
