import { and, eq, type SQL, sql } from 'drizzle-orm';
import { payableInvoice } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** The day of an invoice that counts: when it is dated, or when it was approved if that was earlier (domain.md Q46). */
const earliestDay = sql`least(payable_invoice.invoice_date, (payable_invoice.approved_at at time zone c.time_zone)::date)`;

const companiesOfLines = sql`payable_invoice_line l
  join project p on p.id = coalesce(l.project_id, payable_invoice.project_id)
  join procore_company c on c.id = p.company_id
  where l.invoice_id = payable_invoice.id`;

/** An invoice from before the go-live date of a company one of its lines goes to. */
export const isBeforeGoLive: SQL<boolean> = sql`exists (select 1 from ${companiesOfLines} and ${earliestDay} < c.go_live_date)`;

/** The facts of an invoice from before go-live: its day, and the date it misses; null when it is not. */
export async function goLiveBreach(
  db: Queryable,
  account: string,
  invoiceId: string,
): Promise<{ date: string; goLive: string } | null> {
  const [row] = await db
    .select({
      date: sql<
        string | null
      >`(select min(${earliestDay})::text from ${companiesOfLines} and ${earliestDay} < c.go_live_date)`,
      goLive: sql<
        string | null
      >`(select max(c.go_live_date)::text from ${companiesOfLines} and ${earliestDay} < c.go_live_date)`,
    })
    .from(payableInvoice)
    .where(and(eq(payableInvoice.account, account), eq(payableInvoice.id, invoiceId)));
  return row?.date != null && row.goLive !== null ? { date: row.date, goLive: row.goLive } : null;
}
