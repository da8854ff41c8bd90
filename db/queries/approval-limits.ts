import { and, eq } from 'drizzle-orm';
import type { ApprovalLimit } from '../../domain/purchase-order.ts';
import { approvalLimit, authMember, authUser } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

/** How much is approved in one purchase order: by role, and by person where a person has a limit of their own. */
export const approvalLimits = (db: Queryable, account: string): Promise<ApprovalLimit[]> =>
  db
    .select({ role: approvalLimit.role, userId: approvalLimit.userId, amount: approvalLimit.amount })
    .from(approvalLimit)
    .where(eq(approvalLimit.account, account))
    .orderBy(approvalLimit.id);

/** The limits with the names of the people. */
export async function namedLimits(db: Queryable, account: string) {
  const limits = await approvalLimits(db, account);
  const members = await membersOf(db, account);
  const people = members.flatMap(({ userId, name }) => {
    const own = limits.find((limit) => limit.userId === userId);
    return own === undefined ? [] : [{ userId, name, amount: own.amount }];
  });
  const roles = limits.flatMap(({ role, amount }) => (role === null ? [] : [{ role, amount }]));
  return { roles, people };
}

const membersOf = (db: Queryable, account: string) =>
  db
    .select({ userId: authUser.id, name: authUser.name })
    .from(authMember)
    .innerJoin(authUser, eq(authUser.id, authMember.userId))
    .where(and(eq(authMember.organizationId, account)))
    .orderBy(authUser.name, authUser.id);

/**
 * Replaces all limits of an account.
 *
 * @returns the index of a person who does not belong to the account; null when all do
 */
export async function replaceLimits(
  tx: Tx,
  account: string,
  limits: {
    roles: readonly { role: string; amount: string }[];
    people: readonly { userId: string; amount: string | null }[];
  },
): Promise<number | null> {
  const members = new Set((await membersOf(tx, account)).map(({ userId }) => userId));
  const stranger = limits.people.findIndex(({ userId }) => !members.has(userId));
  if (stranger >= 0) return stranger;
  await tx.delete(approvalLimit).where(eq(approvalLimit.account, account));
  const rows = [...limits.roles, ...limits.people].map((limit) => ({ account, ...limit }));
  if (rows.length > 0) await tx.insert(approvalLimit).values(rows);
  return null;
}
