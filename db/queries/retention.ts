import { and, eq, sql } from 'drizzle-orm';
import { Decimal } from '../../domain/decimal.ts';
import { subContract } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import { loadCommitment } from './invoice-commitments.ts';

/** Lentune's retention policy of a subcontract, and what it comes to. */
export interface RetentionView {
  percent: string | null;
  limit: string | null;
  procorePercent: string | null;
  effectivePercent: string | null;
  held: string;
}

const own = (account: string, id: string) => and(eq(subContract.account, account), eq(subContract.id, id));

/** The retention policy of a subcontract; null when the account has none of that id. */
export async function findRetention(db: Queryable, account: string, id: string): Promise<RetentionView | null> {
  const [row] = await db
    .select({ percent: subContract.retentionPercent, limit: subContract.retentionLimit })
    .from(subContract)
    .where(own(account, id));
  const loaded = row === undefined ? null : await loadCommitment(db, account, { kind: 'sub_contract', id }, null);
  if (row === undefined || loaded === null) return null;
  const { percent, procorePercent, held } = loaded.retention;
  return {
    percent: plain(row.percent),
    limit: row.limit,
    procorePercent: plain(procorePercent),
    effectivePercent: plain(percent),
    held: new Decimal(held).toFixed(2),
  };
}

const plain = (percent: string | null): string | null => (percent === null ? null : new Decimal(percent).toFixed());

/**
 * Sets the retention policy of a subcontract. Claims that are sent keep what they kept back.
 *
 * @returns false when the account has none of that id
 */
export async function setRetention(
  tx: Tx,
  account: string,
  id: string,
  actor: string,
  policy: { percent: string | null; limit: string | null },
): Promise<boolean> {
  const before = await findRetention(tx, account, id);
  if (before === null) return false;
  const [row] = await tx
    .update(subContract)
    .set({ retentionPercent: policy.percent, retentionLimit: policy.limit, updatedAt: sql`now()` })
    .where(own(account, id))
    .returning({ number: subContract.number });
  await writeAudit(tx, {
    account,
    actor,
    action: 'subcontract.retention-changed',
    subject: row?.number ?? id,
    before: { percent: before.percent, limit: before.limit },
    after: policy,
  });
  return true;
}
