import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { normaliseEmail } from '../../domain/people.ts';
import { lentuneUser, procoreLink } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { insertEvents } from './inbox.ts';
import { saveLinks } from './links.ts';
import { insertUsers, linkLogins, type UserContent, updateUser, userDefaults } from './people.ts';

/** A Procore user as the question about one keeps it. */
export interface UserOnTask {
  content: UserContent;
}

/** One user a person decides about. */
export interface UserInQuestion {
  account: string;
  companyId: string;
  procoreId: string;
  record: UserOnTask;
}

type LinkRow = typeof procoreLink.$inferSelect;

/** What stood before a decision: enough to put it back. */
export interface UserUndo {
  /** our id of who the user is after the decision */
  linkedTo: string | null;
  /** made by the decision */
  createdId: string | null;
  people: { id: string; content: UserContent }[];
  links: LinkRow[];
}

/** Links a Procore user to a person, whatever either was linked to before. The person takes over what Procore says. */
export async function linkUser(tx: Tx, user: UserInQuestion, personId: string): Promise<UserUndo> {
  const undo = await snapshot(tx, user, personId);
  await updateUser(tx, user.account, personId, user.record.content);
  await link(tx, user, personId);
  return { ...undo, linkedTo: personId };
}

/** Makes a person of its own for a Procore user, with the company's time sheet defaults. */
export async function createForUser(tx: Tx, user: UserInQuestion): Promise<UserUndo> {
  const { userGroupId, entryTypeId, personaId } = await userDefaults(tx, user.account, user.companyId);
  if (userGroupId === null || personaId === null) throw new Error('A person needs a user group and a persona');
  const undo = await snapshot(tx, user, null);
  const [id] = await insertUsers(tx, user.account, [
    { ...user.record.content, userGroupId, entryTypeId, personaId, source: 'procore' },
  ]);
  if (id === undefined) throw new Error('The person just inserted is gone');
  await link(tx, user, id);
  return { ...undo, createdId: id, linkedTo: id };
}

/** Why nobody can be made of a company's users now; null when somebody can. */
export async function whyNoNewUser(db: Queryable, account: string, companyId: string): Promise<string | null> {
  const { userGroupId, personaId } = await userDefaults(db, account, companyId);
  if (userGroupId !== null && personaId !== null) return null;
  return 'Fill in "Procore default time sheet user group" and "Procore default time sheet user access persona" first; a new person gets them.';
}

/** Takes the link of a person away; the Procore user is a question from then on. Null when there is none. */
export async function unlinkUser(
  tx: Tx,
  account: string,
  personId: string,
  companyId: string,
): Promise<UserInQuestion | null> {
  const [row] = await tx
    .select({ person: lentuneUser, procoreId: procoreLink.procoreId, linkId: procoreLink.id })
    .from(procoreLink)
    .innerJoin(lentuneUser, eq(lentuneUser.id, procoreLink.localId))
    .where(
      and(
        ofUsers({ account, companyId }),
        eq(procoreLink.localId, personId),
        eq(procoreLink.state, 'linked'),
        eq(lentuneUser.account, account),
      ),
    )
    .for('update');
  if (!row?.procoreId) return null;
  await tx.delete(procoreLink).where(eq(procoreLink.id, row.linkId));
  return { account, companyId, procoreId: row.procoreId, record: { content: contentOf(row.person) } };
}

/** Companies in whose Procore a person is a linked user. */
export async function userCompanies(db: Queryable, account: string, personId: string): Promise<string[]> {
  const rows = await db
    .select({ companyId: procoreLink.companyId })
    .from(procoreLink)
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.kind, 'user'),
        eq(procoreLink.localId, personId),
        eq(procoreLink.state, 'linked'),
      ),
    );
  return rows.map(({ companyId }) => companyId);
}

/** Puts back what stood before a decision. A person the decision made goes, unless time sheets name them by now. */
export async function undoUserChoice(
  tx: Tx,
  user: UserInQuestion,
  undo: UserUndo,
): Promise<'undone' | 'changed-since'> {
  const [now] = await tx
    .select({ localId: procoreLink.localId })
    .from(procoreLink)
    .where(and(ofUsers(user), eq(procoreLink.procoreId, user.procoreId)))
    .for('update');
  if ((now?.localId ?? null) !== undo.linkedTo) return 'changed-since';
  const ids = [...undo.people.map(({ id }) => id), ...(undo.linkedTo === null ? [] : [undo.linkedTo])];
  const theirs = undo.links.flatMap(({ procoreId }) => procoreId ?? []);
  await tx
    .delete(procoreLink)
    .where(
      and(
        ofUsers(user),
        or(
          inArray(procoreLink.procoreId, [user.procoreId, ...theirs]),
          ids.length > 0 ? inArray(procoreLink.localId, ids) : undefined,
        ),
      ),
    );
  if (undo.links.length > 0) await tx.insert(procoreLink).values(undo.links);
  for (const { id, content } of undo.people)
    await tx
      .update(lentuneUser)
      .set({ ...content, matchEmail: normaliseEmail(content.email), updatedAt: sql`now()` })
      .where(and(eq(lentuneUser.account, user.account), eq(lentuneUser.id, id)));
  if (undo.createdId !== null) await removeUnused(tx, user.account, undo.createdId);
  return 'undone';
}

/** Whether a person of ours has that id. */
export async function hasUser(db: Queryable, account: string, id: string): Promise<boolean> {
  return (await db.$count(lentuneUser, and(eq(lentuneUser.account, account), eq(lentuneUser.id, id)))) > 0;
}

/** The person so far and the one chosen, with every link of either. */
async function snapshot(tx: Tx, user: UserInQuestion, chosenId: string | null): Promise<UserUndo> {
  const links = await tx
    .select()
    .from(procoreLink)
    .where(
      and(
        ofUsers(user),
        or(
          eq(procoreLink.procoreId, user.procoreId),
          chosenId === null ? undefined : eq(procoreLink.localId, chosenId),
        ),
      ),
    )
    .for('update');
  const ids = new Set([...links.flatMap(({ localId }) => localId ?? []), ...(chosenId === null ? [] : [chosenId])]);
  const people =
    ids.size === 0
      ? []
      : await tx
          .select()
          .from(lentuneUser)
          .where(and(eq(lentuneUser.account, user.account), inArray(lentuneUser.id, [...ids])));
  return {
    linkedTo: null,
    createdId: null,
    people: people.map((row) => ({ id: row.id, content: contentOf(row) })),
    links,
  };
}

const contentOf = ({ name, email, employeeId, isActive }: typeof lentuneUser.$inferSelect): UserContent => ({
  name,
  email,
  employeeId,
  isActive,
});

/** Without a hash, so that the user is read again and taken over in full. */
async function link(tx: Tx, { account, companyId, procoreId }: UserInQuestion, personId: string): Promise<void> {
  await saveLinks(tx, account, companyId, 'user', [{ localId: personId, procoreId, contentHash: '' }]);
  await linkLogins(tx, account);
  await insertEvents(tx, [
    { account, companyId, source: 'refresh', flow: 'users', scope: companyId, recordKind: 'user', recordId: procoreId },
  ]);
}

async function removeUnused(tx: Tx, account: string, id: string): Promise<void> {
  const links = await tx.$count(
    procoreLink,
    and(inArray(procoreLink.kind, ['user', 'person']), eq(procoreLink.localId, id)),
  );
  if (links > 0) return;
  try {
    await tx.transaction((inner) =>
      inner.delete(lentuneUser).where(and(eq(lentuneUser.account, account), eq(lentuneUser.id, id))),
    );
  } catch (error) {
    // A time sheet names them.
    const isInUse = error instanceof Error && (error.cause as { code?: unknown } | undefined)?.code === '23503';
    if (!isInUse) throw error;
  }
}

const ofUsers = ({ account, companyId }: Pick<UserInQuestion, 'account' | 'companyId'>) =>
  and(eq(procoreLink.account, account), eq(procoreLink.companyId, companyId), eq(procoreLink.kind, 'user'));
