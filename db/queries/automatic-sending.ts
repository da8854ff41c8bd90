import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { procoreCompany } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { type BulkPreview, previewBulk, startBulk } from './bulk-actions.ts';

const companies = (condition: SQL): SQL => sql`payable_invoice_line l
  join project p on p.id = coalesce(l.project_id, payable_invoice.project_id)
  join procore_company c on c.id = p.company_id
  where l.invoice_id = payable_invoice.id and ${condition}`;

/** Goes to Procore, and only to companies where automatic sending is on. */
const IS_AUTOMATIC = sql`exists (select 1 from ${companies(sql`c.is_active`)})
  and not exists (select 1 from ${companies(sql`not (c.is_active and c.send_by_schedule)`)})`;

/** Queues what is due in an account; null when nothing is. Nothing from before go-live is (domain.md Q46). */
export const queueDueInvoices = (
  tx: Tx,
  account: string,
  actor: string,
): Promise<{ id: string; total: number } | null> =>
  startBulk(tx, account, actor, { kind: 'schedule', filter: {}, where: IS_AUTOMATIC });

/** What automatic sending of one company would send first: the dry run an admin sees before turning it on. */
export const previewAutomatic = (db: Queryable, account: string, companyId: string): Promise<BulkPreview> =>
  previewBulk(db, account, 'schedule', {}, sql`exists (select 1 from ${companies(sql`c.id = ${companyId}`)})`);

/** Turns automatic sending of a company on or off. False when the account has no such company. */
export async function setAutomatic(db: Queryable, account: string, companyId: string, isOn: boolean): Promise<boolean> {
  const rows = await db
    .update(procoreCompany)
    .set({ sendBySchedule: isOn, updatedAt: sql`now()` })
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId)))
    .returning({ id: procoreCompany.id });
  return rows.length > 0;
}

/** Accounts in which some company sends invoices or time sheets by schedule. */
export async function accountsSending(db: Queryable): Promise<string[]> {
  const rows = await db
    .selectDistinct({ account: procoreCompany.account })
    .from(procoreCompany)
    .where(
      and(
        eq(procoreCompany.isActive, true),
        or(eq(procoreCompany.sendBySchedule, true), eq(procoreCompany.sendTimeSheetsBySchedule, true)),
      ),
    );
  return rows.map(({ account }) => account);
}
