import { and, eq, gt } from 'drizzle-orm';
import { allocateSingle, type DocumentCommitment } from '../../domain/allocations.ts';
import type { InvoiceDocument, InvoiceDraft } from '../../domain/invoice.ts';
import { invoiceAllocation } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { loadInvoice } from './invoice-document.ts';

/** An allocation as it is entered. */
export interface AllocationDraft {
  position: number;
  lineId: string;
  amount: string;
  quantity: string | null;
}

/** Replaces what an invoice is allocated to. The caller has checked that the lines are those of the commitments named. */
export async function replaceAllocations(
  tx: Tx,
  account: string,
  invoiceId: string,
  commitments: readonly DocumentCommitment[],
  drafts: readonly AllocationDraft[],
): Promise<void> {
  await tx
    .delete(invoiceAllocation)
    .where(and(eq(invoiceAllocation.account, account), eq(invoiceAllocation.invoiceId, invoiceId)));
  if (drafts.length === 0) return;
  await tx.insert(invoiceAllocation).values(
    drafts.map(({ position, lineId, amount, quantity }) => ({
      account,
      invoiceId,
      linePosition: position,
      amount,
      quantity,
      ...columnOf(commitments, lineId),
    })),
  );
}

function columnOf(commitments: readonly DocumentCommitment[], lineId: string) {
  const on = commitments.find(({ lines }) => lines.some(({ id }) => id === lineId));
  const line = on?.lines.find(({ id }) => id === lineId);
  if (on === undefined || line === undefined) throw new Error(`There is no line ${lineId} to allocate to`);
  if (line.variation !== null) return { variationLineId: lineId };
  return on.kind === 'purchase_order' ? { purchaseOrderLineId: lineId } : { subContractLineId: lineId };
}

/**
 * Allocates what can be allocated without asking: an invoice on a commitment that has one line only.
 *
 * @returns whether anything was allocated
 */
export async function allocateLoaded(
  db: Queryable,
  account: string,
  { document }: { document: InvoiceDocument },
): Promise<boolean> {
  const { commitment } = document;
  if (commitment === null || !commitment.isSynced) return false;
  const found = allocateSingle(
    commitment,
    document.lines.map(({ position, amount, project, allocations }) => ({
      position,
      amount,
      projectId: project?.id ?? null,
      allocations,
    })),
  );
  if (found.length === 0) return false;
  await db.insert(invoiceAllocation).values(
    found.map(({ position, lineId, amount }) => ({
      account,
      invoiceId: document.id,
      linePosition: position,
      amount,
      ...columnOf([commitment], lineId),
    })),
  );
  return true;
}

/** Allocates a new or changed invoice by itself where that is possible. */
export async function allocateNew(db: Queryable, account: string, invoiceId: string): Promise<void> {
  const loaded = await loadInvoice(db, account, invoiceId);
  if (loaded !== null) await allocateLoaded(db, account, loaded);
}

/** An invoice that names another order keeps nothing of what it was allocated to; lines that went take theirs along. */
export async function dropAllocations(
  db: Queryable,
  account: string,
  before: { id: string; purchaseOrderId: string | null; subContractId: string | null },
  draft: InvoiceDraft,
): Promise<void> {
  const isSame =
    before.purchaseOrderId === (draft.purchaseOrderId ?? null) &&
    before.subContractId === (draft.subContractId ?? null);
  await db
    .delete(invoiceAllocation)
    .where(
      and(
        eq(invoiceAllocation.account, account),
        eq(invoiceAllocation.invoiceId, before.id),
        isSame ? gt(invoiceAllocation.linePosition, draft.lines.length) : undefined,
      ),
    );
}
