import { and, asc, eq, ilike, inArray, or, sql } from 'drizzle-orm';
import { type KnownUser, normaliseEmail } from '../../domain/people.ts';
import {
  accessPersona,
  authMember,
  authUser,
  costType,
  entryType,
  lentuneUser,
  procoreCompany,
  procoreLink,
  userGroup,
} from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

export type LentuneUser = typeof lentuneUser.$inferSelect;

/** What users made by the sync get (setup guide: the three time sheet defaults). */
export interface UserDefaults {
  syncUsers: boolean;
  userGroupId: string | null;
  entryTypeId: string | null;
  personaId: string | null;
}

/** A company's "Procore company users" setting and the defaults beside it. */
export async function userDefaults(db: Queryable, account: string, companyId: string): Promise<UserDefaults> {
  const [row] = await db
    .select({
      syncUsers: procoreCompany.syncUsers,
      userGroupId: procoreCompany.timeSheetGroupId,
      entryTypeId: procoreCompany.timeSheetEntryTypeId,
      personaId: procoreCompany.timeSheetPersonaId,
    })
    .from(procoreCompany)
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId)));
  return row ?? { syncUsers: false, userGroupId: null, entryTypeId: null, personaId: null };
}

/** Every user of the account with the Procore user of the company each is linked to. */
export async function knownUsers(db: Queryable, account: string, companyId: string): Promise<KnownUser[]> {
  return db
    .select({
      id: lentuneUser.id,
      name: lentuneUser.name,
      email: lentuneUser.email,
      employeeId: lentuneUser.employeeId,
      linkedTo: procoreLink.procoreId,
    })
    .from(lentuneUser)
    .leftJoin(
      procoreLink,
      and(eq(procoreLink.companyId, companyId), eq(procoreLink.kind, 'user'), eq(procoreLink.localId, lentuneUser.id)),
    )
    .where(eq(lentuneUser.account, account));
}

export interface UserContent {
  name: string;
  email: string | null;
  employeeId: string | null;
  isActive: boolean;
}

export interface NewUser extends UserContent {
  userGroupId: string;
  entryTypeId: string | null;
  personaId: string;
  source: 'local' | 'procore';
}

/** Adds users. One whose email is that of a member who signs in is that member; nobody gets a sign-in by this. */
export async function insertUsers(tx: Queryable, account: string, users: readonly NewUser[]): Promise<string[]> {
  if (users.length === 0) return [];
  const rows = await tx
    .insert(lentuneUser)
    .values(users.map((user) => ({ account, ...user, matchEmail: normaliseEmail(user.email) })))
    .returning({ id: lentuneUser.id });
  return rows.map(({ id }) => id);
}

/** Writes what Procore says of a person; what it leaves blank stays as it is here. */
export async function updateUser(tx: Tx, account: string, id: string, content: UserContent): Promise<void> {
  await tx
    .update(lentuneUser)
    .set({
      name: content.name,
      ...(content.email === null ? {} : { email: content.email, matchEmail: normaliseEmail(content.email) }),
      ...(content.employeeId === null ? {} : { employeeId: content.employeeId }),
      isActive: content.isActive,
      updatedAt: sql`now()`,
    })
    .where(and(eq(lentuneUser.account, account), eq(lentuneUser.id, id)));
}

export async function deactivateUsers(tx: Tx, account: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(lentuneUser)
    .set({ isActive: false, updatedAt: sql`now()` })
    .where(and(eq(lentuneUser.account, account), inArray(lentuneUser.id, [...ids])));
}

const withNames = (db: Queryable) =>
  db
    .select({
      user: lentuneUser,
      groupName: userGroup.name,
      personaName: accessPersona.name,
      entryTypeName: entryType.name,
      isLinked: sql<boolean>`exists (select from procore_link l where l.kind = 'user' and l.local_id = ${lentuneUser.id} and l.state = 'linked')`,
      parties: sql<{ companyId: string; partyId: string }[]>`(
        select coalesce(json_agg(json_build_object('companyId', l.company_id, 'partyId', l.procore_id)), '[]')
        from procore_link l where l.kind = 'person' and l.local_id = ${lentuneUser.id} and l.state = 'linked')`,
    })
    .from(lentuneUser)
    .innerJoin(userGroup, eq(userGroup.id, lentuneUser.userGroupId))
    .innerJoin(accessPersona, eq(accessPersona.id, lentuneUser.personaId))
    .leftJoin(entryType, eq(entryType.id, lentuneUser.entryTypeId));

/** People by name, with their group and persona. */
export async function listUsers(db: Queryable, account: string, search: string | undefined) {
  const like = search ? `%${search.replace(/[%_\\]/g, '\\$&')}%` : null;
  const rows = await withNames(db)
    .where(
      and(
        eq(lentuneUser.account, account),
        like === null ? undefined : or(ilike(lentuneUser.name, like), ilike(lentuneUser.email, like)),
      ),
    )
    .orderBy(asc(lentuneUser.name), asc(lentuneUser.id))
    .limit(1000);
  return rows.map(flat);
}

export async function getUser(db: Queryable, account: string, id: string) {
  const [row] = await withNames(db).where(and(eq(lentuneUser.account, account), eq(lentuneUser.id, id)));
  return row ? flat(row) : null;
}

const flat = ({ user, ...names }: Awaited<ReturnType<ReturnType<typeof withNames>['execute']>>[number]) => ({
  ...user,
  ...names,
  hasLogin: user.authUserId !== null,
});

/** Changes a person; null when there is none of that id. */
export async function changeUser(
  db: Queryable,
  account: string,
  id: string,
  change: Partial<
    Pick<LentuneUser, 'name' | 'email' | 'employeeId' | 'userGroupId' | 'entryTypeId' | 'personaId' | 'isActive'>
  >,
): Promise<LentuneUser | null> {
  const [row] = await db
    .update(lentuneUser)
    .set({
      ...change,
      ...(change.email === undefined ? {} : { matchEmail: normaliseEmail(change.email) }),
      updatedAt: sql`now()`,
    })
    .where(and(eq(lentuneUser.account, account), eq(lentuneUser.id, id)))
    .returning();
  return row ?? null;
}

/** The person a sign-in is: by the saved sign-in, else the one person with its email. Two with one email are nobody. */
export async function userOfLogin(
  db: Queryable,
  account: string,
  login: { id: string; email: string },
): Promise<LentuneUser | null> {
  const email = normaliseEmail(login.email);
  const rows = await db
    .select()
    .from(lentuneUser)
    .where(
      and(
        eq(lentuneUser.account, account),
        eq(lentuneUser.isActive, true),
        or(eq(lentuneUser.authUserId, login.id), email === null ? undefined : eq(lentuneUser.matchEmail, email)),
      ),
    );
  const saved = rows.find((row) => row.authUserId === login.id);
  if (saved) return saved;
  return rows.length === 1 && rows[0]!.authUserId === null ? rows[0]! : null;
}

/** Gives people the sign-in of the member with their email, where exactly one person has it. */
export async function linkLogins(tx: Queryable, account: string): Promise<void> {
  await tx.execute(sql`
    update ${lentuneUser} set auth_user_id = m.user_id
    from (
      select u.id as user_id, lower(trim(u.email)) as email from ${authUser} u
      join ${authMember} b on b.user_id = u.id and b.organization_id = ${account}
    ) m
    where ${lentuneUser.account} = ${account} and ${lentuneUser.authUserId} is null and ${lentuneUser.matchEmail} = m.email
      and not exists (select from lentune_user x where x.account = ${account} and x.match_email = m.email and x.id <> ${lentuneUser.id})
      and not exists (select from lentune_user x where x.account = ${account} and x.auth_user_id = m.user_id)`);
}

export const listGroups = (db: Queryable, account: string) =>
  db.select().from(userGroup).where(eq(userGroup.account, account)).orderBy(asc(userGroup.name));

export const listEntryTypes = (db: Queryable, account: string) =>
  db.select().from(entryType).where(eq(entryType.account, account)).orderBy(asc(entryType.name));

export const listPersonas = (db: Queryable, account: string) =>
  db.select().from(accessPersona).where(eq(accessPersona.account, account)).orderBy(asc(accessPersona.name));

export const listLabourTypes = (db: Queryable, account: string) =>
  db
    .select({ id: costType.id, code: costType.code, description: costType.description })
    .from(costType)
    .where(and(eq(costType.account, account), eq(costType.baseType, 'labor'), eq(costType.isActive, true)))
    .orderBy(asc(costType.code));

export async function saveGroup(
  db: Queryable,
  account: string,
  fields: Omit<typeof userGroup.$inferInsert, 'account' | 'id'>,
  id?: string,
) {
  return id === undefined
    ? (
        await db
          .insert(userGroup)
          .values({ account, ...fields })
          .returning()
      )[0]
    : (
        await db
          .update(userGroup)
          .set(fields)
          .where(and(eq(userGroup.account, account), eq(userGroup.id, id)))
          .returning()
      )[0];
}

export async function saveEntryType(
  db: Queryable,
  account: string,
  fields: Omit<typeof entryType.$inferInsert, 'account' | 'id'>,
  id?: string,
) {
  return id === undefined
    ? (
        await db
          .insert(entryType)
          .values({ account, ...fields })
          .returning()
      )[0]
    : (
        await db
          .update(entryType)
          .set(fields)
          .where(and(eq(entryType.account, account), eq(entryType.id, id)))
          .returning()
      )[0];
}

export async function savePersona(
  db: Queryable,
  account: string,
  fields: Omit<typeof accessPersona.$inferInsert, 'account' | 'id'>,
  id?: string,
) {
  return id === undefined
    ? (
        await db
          .insert(accessPersona)
          .values({ account, ...fields })
          .returning()
      )[0]
    : (
        await db
          .update(accessPersona)
          .set(fields)
          .where(and(eq(accessPersona.account, account), eq(accessPersona.id, id)))
          .returning()
      )[0];
}
