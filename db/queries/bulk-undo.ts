import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { BulkFilter } from '../../domain/bulk.ts';
import type { InvoiceMark } from '../../domain/invoice.ts';
import type { UndoOrder } from '../../domain/undo.ts';
import { bulkAction, payableAccount, payableInvoice, pushPart } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import { filtered } from './bulk-actions.ts';
import { queueUndo, undoParts } from './invoice-undo.ts';
import { loadBillPart, standsInBooks } from './overhead-push.ts';

/** Which invoices are meant: chosen one by one, or by what they have in common. */
export type UndoChoice = { ids: readonly string[] } | { filter: BulkFilter };

export interface UndoCandidate {
  id: string;
  number: string;
  vendorName: string | null;
  /** excluding tax */
  total: string;
  integration: InvoiceMark | null;
}

const STANDS_IN_PROCORE = sql`exists (select from ${pushPart} where ${pushPart.documentId} = ${payableInvoice.id}
  and ${pushPart.state} <> 'reversed' and (${pushPart.procoreId} is not null or ${pushPart.sending} is not null))`;
const STANDS_IN_BOOKS = sql`exists (select from overhead_push o where o.invoice_id = ${payableInvoice.id}
  and (o.remote_id is not null or o.sending is not null))`;

/** The invoices of a choice, oldest first. A filter means only those of which something stands; one chosen is always told of. */
export function undoCandidates(
  db: Queryable,
  account: string,
  choice: UndoChoice,
  limit: number,
): Promise<UndoCandidate[]> {
  return db
    .select({
      id: payableInvoice.id,
      number: payableInvoice.number,
      vendorName: payableAccount.description,
      total: payableInvoice.total,
      integration: payableInvoice.integration,
    })
    .from(payableInvoice)
    .leftJoin(payableAccount, eq(payableAccount.id, payableInvoice.payableAccountId))
    .where(
      'ids' in choice
        ? and(eq(payableInvoice.account, account), inArray(payableInvoice.id, [...choice.ids]))
        : and(filtered(account, choice.filter), sql`(${STANDS_IN_PROCORE} or ${STANDS_IN_BOOKS})`),
    )
    .orderBy(asc(payableInvoice.id))
    .limit(limit);
}

/**
 * Queues taking invoices back, each to be removed and nothing else: one that has to be reversed by the time its run looks
 * stays as it is and says so.
 *
 * @returns the bulk action, or why one of them cannot be queued: then none is
 */
export async function startBulkUndo(
  tx: Tx,
  account: string,
  actor: string,
  { ids, reason }: { ids: readonly string[]; reason: string },
): Promise<{ kind: 'started'; id: string } | { kind: 'conflict'; message: string }> {
  // One order of locking for all, so that two batches that share invoices cannot wait for each other.
  const chosen = [...new Set(ids)].sort();
  const found = await undoCandidates(tx, account, { ids: chosen }, chosen.length);
  if (found.length !== chosen.length) return { kind: 'conflict', message: 'One of the invoices is gone.' };
  const [bulk] = await tx
    .insert(bulkAction)
    .values({
      account,
      actor,
      kind: 'undo',
      filter: { ids: chosen },
      total: chosen.length,
      value: sql`(select sum(total) from payable_invoice where id = any(${`{${chosen.join(',')}}`}::uuid[]))`,
    })
    .returning();
  if (!bulk) throw new Error('The bulk action just begun is gone');
  for (const { id, number } of found) {
    const queued = await queueUndo(tx, account, id, actor, await removalOf(tx, account, id, reason), bulk.id);
    if (queued.kind !== 'done')
      return { kind: 'conflict', message: `${number}: ${'message' in queued ? queued.message : 'it is gone.'}` };
  }
  await writeAudit(tx, {
    account,
    actor,
    action: 'invoices.undo-queued',
    subject: `${chosen.length} invoices`,
    after: { reason, value: bulk.value, numbers: found.map(({ number }) => number) },
  });
  return { kind: 'started', id: bulk.id };
}

/** All of what stands of it is to be removed. */
async function removalOf(tx: Tx, account: string, invoiceId: string, reason: string): Promise<UndoOrder> {
  const parts = await undoParts(tx, account, invoiceId);
  const bill = await loadBillPart(tx, { account, invoiceId });
  return {
    reason,
    actions: Object.fromEntries(parts.map(({ id }) => [id, 'delete' as const])),
    ...(bill !== null && standsInBooks(bill) ? { bill: 'remove' as const } : {}),
  };
}
