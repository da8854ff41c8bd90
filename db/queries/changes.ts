import { and, eq, gt, sql } from 'drizzle-orm';
import type { CommitmentKind } from '../../domain/commitments.ts';
import { payableInvoice, purchaseOrder, subContract, variation } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/**
 * Invoices changed in the last minute. The window is wider than the pause between two looks, because a transaction
 * that took long commits with the time at which it began.
 */
export async function changedInvoices(db: Queryable, account: string): Promise<{ id: string; updatedAt: string }[]> {
  return db
    .select({ id: payableInvoice.id, updatedAt: payableInvoice.updatedAt })
    .from(payableInvoice)
    .where(and(eq(payableInvoice.account, account), gt(payableInvoice.updatedAt, sql`now() - interval '1 minute'`)))
    .limit(1000);
}

/** Purchase orders or subcontracts changed in the last minute, themselves or a variation of theirs. */
export async function changedCommitments(
  db: Queryable,
  account: string,
  kind: CommitmentKind,
): Promise<{ id: string; updatedAt: string }[]> {
  const table = kind === 'purchase_order' ? purchaseOrder : subContract;
  const column = kind === 'purchase_order' ? variation.purchaseOrderId : variation.subContractId;
  return db.execute<{ id: string; updatedAt: string }>(sql`
    select id, max(at)::text as "updatedAt" from (
      select c.id, c.updated_at as at from ${table} c
      where c.account = ${account} and c.updated_at > now() - interval '1 minute'
      union all
      select ${column}, ${variation.updatedAt} from ${variation}
      where ${variation.account} = ${account} and ${column} is not null
        and ${variation.updatedAt} > now() - interval '1 minute'
    ) changed group by id limit 1000`);
}

/** How far a fetch is, as one comparable row. */
export interface FetchSignature extends Record<string, unknown> {
  id: string;
  state: string;
  counts: unknown;
  calls: number;
  finished: number;
  items: number;
}

/** Fetches under way, and those that ended in the last minute. */
export async function runningFetches(db: Queryable, account: string): Promise<FetchSignature[]> {
  const rows = await db.execute<FetchSignature>(sql`
    select r.id, case when r.paused_at is null then r.state else 'paused' end as state, r.counts, r.calls_used as calls,
      (select count(*)::int from fetch_item i where i.fetch_run_id = r.id and i.state <> 'pending') as finished,
      (select count(*)::int from fetch_item i where i.fetch_run_id = r.id) as items
    from fetch_run r
    where r.account = ${account} and (r.finished_at is null or r.finished_at > now() - interval '1 minute')`);
  return [...rows];
}
