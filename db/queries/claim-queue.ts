import { sql } from 'drizzle-orm';
import type { CommitmentKind } from '../../domain/commitments.ts';
import { firstInCatalogue, messageOf } from '../../domain/errors.ts';
import { type Finding, type InvoiceMark, isOnItsWay } from '../../domain/invoice.ts';
import type { Queryable } from '../types.ts';

/** An invoice that claims on a commitment, as its queue shows it. */
export interface QueuedClaim {
  invoiceId: string;
  number: string;
  claim: number | null;
  total: string;
  state: 'planned' | 'sending' | 'sent' | 'held';
  says: string | null;
}

/** Invoices with allocations on a commitment: what is not sent yet first, by age, then what was sent, newest first. */
export async function claimQueue(
  db: Queryable,
  account: string,
  kind: CommitmentKind,
  id: string,
): Promise<QueuedClaim[]> {
  const parent = sql.identifier(kind === 'purchase_order' ? 'purchase_order_id' : 'sub_contract_id');
  const [lines, lineId] =
    kind === 'purchase_order'
      ? [sql.identifier('purchase_order_line'), sql.identifier('purchase_order_line_id')]
      : [sql.identifier('sub_contract_line'), sql.identifier('sub_contract_line_id')];
  const rows = await db.execute<{
    invoiceId: string;
    number: string;
    claim: number | null;
    total: string;
    isSent: boolean;
    integration: InvoiceMark | null;
    problems: Finding[];
  }>(sql`
    select i.id as "invoiceId", i.number, (p.agreed ->> 'number')::int as claim, i.integration, i.problems,
      sum(case when i.kind = 'credit' then -a.amount else a.amount end)::text as total,
      coalesce(p.state = 'sent', false) as "isSent"
    from invoice_allocation a join payable_invoice i on i.id = a.invoice_id
    left join push_part p on p.document_id = i.id and p.part_key = ${`commitment:${id}`}
    where a.account = ${account} and (
      a.${lineId} in (select l.id from ${lines} l where l.commitment_id = ${id})
      or a.variation_line_id in (
        select l.id from variation_line l join variation v on v.id = l.variation_id where v.${parent} = ${id}))
    group by i.id, p.id
    order by "isSent", case when p.state = 'sent' then null else i.id end, p.sent_at desc`);
  return rows.map(({ isSent, integration, problems, ...row }) => {
    const blocking = problems.filter((problem) => problem.severity === 'blocks');
    const first = blocking.find((problem) => problem.code === firstInCatalogue(blocking));
    const isHeld = !isSent && !isOnItsWay(integration) && first !== undefined;
    return {
      ...row,
      state: isSent ? 'sent' : isOnItsWay(integration) ? 'sending' : isHeld ? 'held' : 'planned',
      says: isHeld ? messageOf(first) : null,
    };
  });
}
