import { and, eq, sql } from 'drizzle-orm';
import { payableInvoice } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** An invoice that is dated in a closed accounting period of a company one of its lines goes to; null when it is not. */
export async function lockBreach(
  db: Queryable,
  account: string,
  invoiceId: string,
): Promise<{ date: string; lockDate: string; company: string } | null> {
  const [row] = await db.execute<{ date: string; lockDate: string; company: string }>(sql`
    select i.invoice_date::text as date, c.lock_date::text as "lockDate", c.name as company
    from ${payableInvoice} i
    join payable_invoice_line l on l.invoice_id = i.id
    join project p on p.id = coalesce(l.project_id, i.project_id)
    join procore_company c on c.id = p.company_id
    where i.account = ${account} and i.id = ${invoiceId} and i.invoice_date <= c.lock_date
    order by c.lock_date desc, c.name limit 1`);
  return row ?? null;
}

/** Lets one invoice pass the lock; an edit of it takes that back. */
export async function passLock(db: Queryable, account: string, invoiceId: string, reason: string): Promise<void> {
  await db
    .update(payableInvoice)
    .set({ lockedReason: reason })
    .where(and(eq(payableInvoice.account, account), eq(payableInvoice.id, invoiceId)));
}
