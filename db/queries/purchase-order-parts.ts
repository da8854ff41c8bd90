import { and, eq, notInArray, sql } from 'drizzle-orm';
import { isAccepted } from '../../domain/commitments.ts';
import { toCents } from '../../domain/decimal.ts';
import type { DesiredOrder, OrderAgreed, OrderHeader, RemoteOrder } from '../../domain/purchase-order-record.ts';
import type { Sending } from '../../domain/settling.ts';
import { procoreLink, project, purchaseOrder, purchaseOrderLine, pushPart } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { loadPart, type Part } from './push-parts.ts';

/** The journal of an order. */
export type OrderPart = Omit<Part, 'desired' | 'agreed' | 'sending'> & {
  desired: DesiredOrder;
  agreed: OrderAgreed | null;
  sending: Sending<OrderHeader> | null;
};

/** Stores what a revision of an order wants in Procore: an order is one part. Gives back its id. */
export async function saveOrderPart(
  tx: Tx,
  { account, id, revision, companyId }: { account: string; id: string; revision: number; companyId: string },
  { desired, projectProcoreId }: { desired: DesiredOrder; projectProcoreId: string },
): Promise<string> {
  const values = { companyId, projectProcoreId, desired, revision, state: 'planned' as const };
  const [row] = await tx
    .insert(pushPart)
    .values({
      account,
      documentKind: 'purchase_order',
      documentId: id,
      partKey: 'order',
      target: 'purchase_order',
      ...values,
    })
    .onConflictDoUpdate({
      target: [pushPart.documentId, pushPart.partKey],
      set: { ...values, updatedAt: sql`now()` },
    })
    .returning({ id: pushPart.id });
  if (!row) throw new Error(`The plan of purchase order ${id} was not stored`);
  return row.id;
}

/** Reads the journal of an order; null when nothing was planned. */
export async function loadOrderPart(db: Queryable, account: string, orderId: string): Promise<OrderPart | null> {
  const [row] = await db
    .select({ id: pushPart.id })
    .from(pushPart)
    .where(and(eq(pushPart.account, account), eq(pushPart.documentId, orderId)));
  const part = row === undefined ? null : await loadPart(db, account, row.id);
  return part as OrderPart | null;
}

/** Our lines by what their stamps end in. */
const lineIdOf = (stamp: string): string => stamp.slice(stamp.lastIndexOf('/') + 1);

/**
 * Links an order to its record and its lines to theirs, in the transaction that keeps the answer: an echo of what we
 * wrote finds them linked (domain.md 2.1).
 */
export async function linkOrder(
  tx: Tx,
  { account, companyId, documentId, projectProcoreId }: OrderPart,
  procoreId: string | null,
  agreed: OrderAgreed | null,
): Promise<void> {
  const ofOrder = and(
    eq(procoreLink.companyId, companyId),
    eq(procoreLink.kind, 'purchase_order'),
    eq(procoreLink.localId, documentId),
  );
  if (procoreId === null) {
    await tx.delete(procoreLink).where(ofOrder);
    await tx
      .update(purchaseOrderLine)
      .set({ procoreId: null })
      .where(and(eq(purchaseOrderLine.commitmentId, documentId), eq(purchaseOrderLine.origin, 'lentune')));
    return;
  }
  await tx.delete(procoreLink).where(and(ofOrder, sql`${procoreLink.procoreId} <> ${procoreId}`));
  await tx
    .insert(procoreLink)
    .values({
      account,
      companyId,
      kind: 'purchase_order',
      localId: documentId,
      projectProcoreId,
      procoreId,
      state: 'linked',
    })
    .onConflictDoUpdate({
      target: [procoreLink.companyId, procoreLink.kind, procoreLink.procoreId],
      targetWhere: sql`procore_id is not null`,
      set: { localId: documentId, projectProcoreId, state: 'linked', updatedAt: sql`now()` },
    });
  for (const [stamp, { id }] of Object.entries(agreed?.lines ?? {}))
    await tx
      .update(purchaseOrderLine)
      .set({ procoreId: id })
      .where(and(eq(purchaseOrderLine.commitmentId, documentId), eq(purchaseOrderLine.id, lineIdOf(stamp))));
}

/** Keeps what Procore shows of an order of ours: its status, and the lines people added there, which are shown and never written. */
export async function noteOrder(tx: Tx, part: OrderPart, record: RemoteOrder): Promise<void> {
  const { account, documentId } = part;
  const { vendorId } = record.header;
  await tx
    .update(purchaseOrder)
    .set({
      procoreStatus: record.status,
      isAccepted: isAccepted('purchase_order', record.status),
      vendorProcoreId: vendorId,
      vendorName: part.desired.vendorName,
      updatedAt: sql`now()`,
    })
    .where(and(eq(purchaseOrder.account, account), eq(purchaseOrder.id, documentId)));
  const own = new Set(Object.values(part.agreed?.lines ?? {}).map(({ id }) => id));
  // A line the order no longer has, but which a person let stand because people there had worked on it.
  for (const id of part.agreed?.kept?.lines ?? []) own.delete(id);
  const theirs = record.lines.filter(({ id }) => !own.has(id));
  const ofPeople = and(eq(purchaseOrderLine.commitmentId, documentId), eq(purchaseOrderLine.origin, 'procore'));
  const kept = theirs.map(({ id }) => id);
  await tx
    .delete(purchaseOrderLine)
    .where(
      and(
        ofPeople,
        kept.length > 0 ? notInArray(purchaseOrderLine.procoreId, kept) : undefined,
        sql`${purchaseOrderLine.claimed} = 0`,
      ),
    );
  for (const [index, line] of theirs.entries()) {
    const content = {
      description: line.description,
      costCodeProcoreId: line.costCodeId,
      costTypeProcoreId: line.lineItemTypeId,
      taxCodeProcoreId: line.taxCodeId,
      quantity: line.quantity,
      unitPrice: line.unitCost,
      unit: line.uom,
      amount: toCents(line.amount),
    };
    await tx
      .insert(purchaseOrderLine)
      .values({
        account,
        commitmentId: documentId,
        origin: 'procore',
        procoreId: line.id,
        position: own.size + index + 1,
        ...content,
      })
      .onConflictDoUpdate({ target: [purchaseOrderLine.commitmentId, purchaseOrderLine.procoreId], set: content });
  }
  await noteCodes(tx, part, record);
}

/** What Procore calls the codes of our own lines, which invoices on them compare with. */
async function noteCodes(tx: Tx, { documentId, agreed }: OrderPart, record: RemoteOrder): Promise<void> {
  const ours = record.lines.filter(({ id }) => Object.values(agreed?.lines ?? {}).some((line) => line.id === id));
  for (const line of ours)
    await tx
      .update(purchaseOrderLine)
      .set({
        costCodeProcoreId: line.costCodeId,
        costTypeProcoreId: line.lineItemTypeId,
        taxCodeProcoreId: line.taxCodeId,
        isRemoved: false,
      })
      .where(and(eq(purchaseOrderLine.commitmentId, documentId), eq(purchaseOrderLine.procoreId, line.id)));
}

/** Whether a project still comes in from Procore, and why not. */
export async function monitoringOf(
  db: Queryable,
  projectId: string,
): Promise<{ isMonitored: boolean; notMonitoredReason: string | null }> {
  const [row] = await db
    .select({ isMonitored: project.isMonitored, notMonitoredReason: project.notMonitoredReason })
    .from(project)
    .where(eq(project.id, projectId));
  return row ?? { isMonitored: false, notMonitoredReason: null };
}
