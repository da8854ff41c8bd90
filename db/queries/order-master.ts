import { sql } from 'drizzle-orm';
import type { Queryable } from '../types.ts';

/** A purchase order that stands in the way of another master, and how. */
export interface OrderInTheWay extends Record<string, unknown> {
  id: string;
  number: string;
  projectText: string;
  vendorName: string | null;
  /**
   * `unlinked`: no record in Procore is known for it; `half-sent`: Procore has not all of what stands here;
   * `on-its-way`: it is being sent
   */
  standing: 'unlinked' | 'half-sent' | 'on-its-way';
}

/** The active purchase orders of a company that are not plainly on both sides, in the order of their numbers. */
export async function ordersInTheWay(db: Queryable, account: string, companyId: string): Promise<OrderInTheWay[]> {
  const rows = await db.execute<OrderInTheWay>(sql`
    select * from (
      select o.id, o.number, p.code || ' ' || p.description as "projectText",
        coalesce(v.description, o.vendor_name) as "vendorName",
        case
          when o.integration in ('queued', 'sending', 'waiting') then 'on-its-way'
          when not exists (
            select from procore_link l where l.company_id = o.company_id and l.kind = 'purchase_order'
              and l.local_id = o.id and l.state = 'linked'
          ) and not exists (
            select from push_part part where part.document_id = o.id
              and (part.procore_id is not null or part.sending is not null)
          ) then 'unlinked'
          when o.origin = 'lentune' and o.sent_revision is distinct from o.revision then 'half-sent'
        end as standing
      from purchase_order o
      join project p on p.id = o.project_id
      left join payable_account v on v.id = o.payable_account_id
      where o.account = ${account} and o.company_id = ${companyId} and o.is_active
        and o.order_status is distinct from 'cancelled'
    ) orders
    where standing is not null
    order by number, id`);
  return [...rows];
}
