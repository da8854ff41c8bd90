import { sql } from 'drizzle-orm';
import type { ClaimAgreed, DesiredClaim } from '../../domain/claim.ts';
import type { ClaimSending } from '../../domain/requisition-settling.ts';
import type { Db, Queryable } from '../types.ts';
import type { Part } from './push-parts.ts';

/** Behind the key of a claim's part: the claim that takes it back. */
export const CORRECTION = '/correction';

/** The journal of a claim. */
export type ClaimPartRow = Omit<Part, 'desired' | 'agreed' | 'sending'> & {
  desired: DesiredClaim | null;
  agreed: ClaimAgreed | null;
  sending: ClaimSending | null;
};

/** Reads a part of target `requisition` as what its columns then hold. */
export const asClaimPart = (part: Part): ClaimPartRow => ({
  ...part,
  desired: part.desired as unknown as DesiredClaim | null,
  agreed: part.agreed as unknown as ClaimAgreed | null,
  sending: part.sending as unknown as ClaimSending | null,
});

/**
 * Takes the turn of a commitment: only one claim of it is written at a time, since each builds on the last. The turn
 * ends with the claim, or with the push of its invoice.
 *
 * @returns whether it is this claim's turn
 */
export async function takeTurn(db: Db, part: Pick<ClaimPartRow, 'id' | 'account' | 'companyId'>): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [own] = await tx.execute<{ partKey: string }>(
      sql`select part_key as "partKey" from push_part where account = ${part.account} and id = ${part.id}`,
    );
    if (!own) return false;
    const [commitment] = own.partKey.split('/');
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${part.companyId}/${commitment}`}, 0))`);
    const rows = await tx.execute(sql`
      update push_part set state = 'sending', updated_at = now()
      where account = ${part.account} and id = ${part.id} and not exists (
        select from push_part other join payable_invoice i on i.id = other.document_id
        where other.company_id = ${part.companyId} and split_part(other.part_key, '/', 1) = ${commitment} and other.id <> ${part.id}
          and other.state = 'sending' and i.integration in ('queued', 'sending', 'waiting'))
      returning id`);
    return rows.length > 0;
  });
}

/** Procore's ids of the claims that other invoices made of the same commitment. */
export async function claimsOfOthers(
  db: Db,
  part: Pick<ClaimPartRow, 'id' | 'account' | 'companyId'>,
): Promise<string[]> {
  const rows = await db.execute<{ procoreId: string }>(sql`
    select other.procore_id as "procoreId" from push_part other
    join push_part own on split_part(own.part_key, '/', 1) = split_part(other.part_key, '/', 1) and own.company_id = other.company_id
    where own.account = ${part.account} and own.id = ${part.id} and other.account = ${part.account}
      and other.id <> own.id and other.procore_id is not null
      and coalesce((other.agreed ->> 'isLinkOnly')::boolean, false) = false`);
  return rows.map(({ procoreId }) => procoreId);
}

/** Keeps on the lines of commitments what sent claims have booked on them. */
export async function noteClaimed(db: Queryable, part: Pick<ClaimPartRow, 'account' | 'documentId'>): Promise<void> {
  for (const [table, column] of [
    ['purchase_order_line', 'purchase_order_line_id'],
    ['sub_contract_line', 'sub_contract_line_id'],
    ['variation_line', 'variation_line_id'],
  ] as const) {
    const [lines, lineId] = [sql.identifier(table), sql.identifier(column)];
    await db.execute(sql`
      update ${lines} l set claimed = coalesce((
        select sum(case when i.kind = 'credit' then -1 else 1 end * a.amount)
        from invoice_allocation a join payable_invoice i on i.id = a.invoice_id
        where a.${lineId} = l.id and i.invoice_type <> 'retention_release' and exists (
          select from push_part p where p.document_id = i.id and p.target = 'requisition' and p.state = 'sent'
            and p.part_key not like ${`%${CORRECTION}`})), 0)
      where l.account = ${part.account} and exists (
        select from invoice_allocation a where a.invoice_id = ${part.documentId} and a.${lineId} = l.id)`);
  }
}
