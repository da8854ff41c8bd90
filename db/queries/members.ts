import { and, asc, eq, ne, sql } from 'drizzle-orm';
import { authMember, authOrganization, authUser } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

/** A person who may sign in to an account. */
export interface MemberRow {
  /** of the person, in whatever accounts they are */
  id: string;
  name: string;
  email: string;
  roles: string[];
  addedAt: string;
  lastSignInAt: string | null;
  isElsewhere: boolean;
}

/** An account a person belongs to, and what they are there. */
export interface Membership {
  account: string;
  accountName: string;
  roles: string[];
}

const SHOWN = {
  id: authUser.id,
  name: authUser.name,
  email: authUser.email,
  role: authMember.role,
  addedAt: authMember.createdAt,
  lastSignInAt: authUser.lastSignInAt,
  isElsewhere: sql<boolean>`exists (
    select from ${authMember} other where other.user_id = ${authUser.id} and other.organization_id <> ${authMember.organizationId})`,
};

/** Everyone who may sign in to an account, by name. */
export async function listMembers(db: Queryable, account: string): Promise<MemberRow[]> {
  const rows = await membersWhere(db, account).orderBy(asc(authUser.name), asc(authUser.id));
  return rows.map(rowOf);
}

/** One of them; null for whoever does not belong to the account. */
export async function getMember(db: Queryable, account: string, userId: string): Promise<MemberRow | null> {
  const [row] = await membersWhere(db, account, userId);
  return row === undefined ? null : rowOf(row);
}

const membersWhere = (db: Queryable, account: string, userId?: string) =>
  db
    .select(SHOWN)
    .from(authMember)
    .innerJoin(authUser, eq(authUser.id, authMember.userId))
    .where(
      and(eq(authMember.organizationId, account), userId === undefined ? undefined : eq(authMember.userId, userId)),
    )
    .$dynamic();

const rowOf = ({ role, addedAt, ...row }: Awaited<ReturnType<typeof membersWhere>>[number]): MemberRow => ({
  ...row,
  roles: role.split(','),
  addedAt: addedAt.toISOString(),
});

/** The accounts of a person, the one they were added to first foremost. */
export async function membershipsOf(db: Queryable, userId: string): Promise<Membership[]> {
  const rows = await db
    .select({ account: authOrganization.id, accountName: authOrganization.name, role: authMember.role })
    .from(authMember)
    .innerJoin(authOrganization, eq(authOrganization.id, authMember.organizationId))
    .where(eq(authMember.userId, userId))
    .orderBy(asc(authMember.createdAt), asc(authMember.id));
  return rows.map(({ role, ...row }) => ({ ...row, roles: role.split(',') }));
}

/** Lets changes of an account's members take turns until the transaction ends, so that two cannot each take the other last admin. */
export async function lockMembers(tx: Tx, account: string): Promise<void> {
  await tx
    .select({ id: authOrganization.id })
    .from(authOrganization)
    .where(eq(authOrganization.id, account))
    .for('no key update');
}

/** Whether an account keeps an admin without this person. */
export async function hasOtherAdmin(db: Queryable, account: string, userId: string): Promise<boolean> {
  const others = await db
    .select({ role: authMember.role })
    .from(authMember)
    .where(and(eq(authMember.organizationId, account), ne(authMember.userId, userId)));
  return others.some(({ role }) => role.split(',').includes('admin'));
}

/** Makes a person a member of an account. */
export async function addMember(
  db: Queryable,
  member: { account: string; userId: string; roles: readonly string[] },
): Promise<void> {
  await db.insert(authMember).values({
    id: crypto.randomUUID(),
    organizationId: member.account,
    userId: member.userId,
    role: member.roles.join(','),
  });
}

/** Replaces what a member may do. */
export async function setRoles(
  db: Queryable,
  account: string,
  userId: string,
  roles: readonly string[],
): Promise<void> {
  await db
    .update(authMember)
    .set({ role: roles.join(',') })
    .where(and(eq(authMember.organizationId, account), eq(authMember.userId, userId)));
}

/** Takes a person out of an account; who they are stays, for logs and other accounts. */
export async function removeMember(db: Queryable, account: string, userId: string): Promise<void> {
  await db.delete(authMember).where(and(eq(authMember.organizationId, account), eq(authMember.userId, userId)));
}

/** Notes that a person signed in just now. */
export async function noteSignIn(db: Queryable, userId: string): Promise<void> {
  await db.update(authUser).set({ lastSignInAt: sql`now()` }).where(eq(authUser.id, userId));
}
