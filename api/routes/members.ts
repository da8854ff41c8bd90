import { z } from 'zod';
import { difference, writeAudit } from '../../db/queries/audit.ts';
import {
  addMember,
  getMember,
  hasOtherAdmin,
  listMembers,
  lockMembers,
  type MemberRow,
  removeMember,
  setRoles,
} from '../../db/queries/members.ts';
import { linkLogins } from '../../db/queries/people.ts';
import type { Queryable, Tx } from '../../db/types.ts';
import {
  AddedMember,
  Member,
  MemberChange,
  MemberId,
  MemberPassword,
  Members,
  NewMember,
  SetPassword,
} from '../../schemas/members.ts';
import { createAuth } from '../auth.ts';
import { asRoles } from '../caller.ts';
import type { RouteContext } from '../context.ts';
import { addUser, makePassword } from '../passwords.ts';
import { conflict, notFound } from '../refusal.ts';

const Params = z.object({ id: MemberId });

/**
 * The people who may sign in to an account. Who they are, their passwords and their sessions are the sign-in library's;
 * which account they belong to and what they may do there is changed here, together with its audit.
 */
export function memberRoutes({ route, deps }: RouteContext): void {
  const hashOf = async (password: string) => (await createAuth(deps).$context).password.hash(password);

  route(
    {
      method: 'get',
      path: '/api/members',
      does: 'People who may sign in to the account, by name',
      may: 'member.change',
      answer: Members,
    },
    async ({ db, caller }) => ({ rows: (await listMembers(db, caller.account)).map(view) }),
  );

  route(
    {
      method: 'post',
      path: '/api/members',
      does: 'Lets a person sign in to the account; a password made here is in this answer only',
      may: 'member.change',
      holdsPassword: true,
      body: NewMember,
      answer: AddedMember,
      status: 201,
    },
    async ({ db, caller: { account, actor }, body: { name, email, roles, password } }) => {
      const first = password ?? makePassword();
      const hash = await hashOf(first);
      return db.transaction(async (tx) => {
        await lockMembers(tx, account);
        const auth = createAuth({ ...deps, db: tx });
        const known = await (await auth.$context).internalAdapter.findUserByEmail(email);
        const userId = known?.user.id ?? (await addUser(auth, { email, name, hash }));
        if (known && (await getMember(tx, account, userId)) !== null)
          throw conflict(`${email} belongs to this account already.`);
        await addMember(tx, { account, userId, roles });
        await linkLogins(tx, account);
        const member = await requireMember(tx, account, userId);
        await writeAudit(tx, { account, actor, action: 'member.added', subject: member.name, after: { email, roles } });
        const isKnown = known !== null;
        return { ...view(member), isKnown, password: isKnown || password !== undefined ? null : first };
      });
    },
  );

  route(
    {
      method: 'patch',
      path: '/api/members/:id',
      does: 'Changes what a person may do in the account, from their next request on',
      may: 'member.change',
      params: Params,
      body: MemberChange,
      answer: Member,
    },
    ({ db, caller: { account, actor }, params: { id }, body: { roles } }) =>
      db.transaction(async (tx) => {
        await lockMembers(tx, account);
        const { name, roles: before } = await requireMember(tx, account, id);
        if (before.includes('admin') && !roles.includes('admin')) await keepAnAdmin(tx, account, id);
        await setRoles(tx, account, id, roles);
        const changes = difference({ roles: before }, { roles: [...roles] as string[] });
        await writeAudit(tx, { account, actor, action: 'member.changed', subject: name, ...changes });
        return view(await requireMember(tx, account, id));
      }),
  );

  route(
    {
      method: 'delete',
      path: '/api/members/:id',
      does: 'Takes a person out of the account: their sessions end, their name stays in the logs',
      may: 'member.change',
      params: Params,
    },
    ({ db, caller: { account, actor }, params: { id } }) =>
      db.transaction(async (tx) => {
        await lockMembers(tx, account);
        const { name, email, roles } = await requireMember(tx, account, id);
        if (roles.includes('admin')) await keepAnAdmin(tx, account, id);
        await removeMember(tx, account, id);
        await endSessions(tx, id);
        await writeAudit(tx, { account, actor, action: 'member.removed', subject: name, before: { email, roles } });
        return undefined;
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/members/:id/password',
      does: 'Gives a person another password and ends their sessions; one made here is in this answer only',
      may: 'member.change',
      holdsPassword: true,
      params: Params,
      body: MemberPassword,
      answer: SetPassword,
    },
    async ({ db, caller: { account, actor }, params: { id }, body }) => {
      const password = body.password ?? makePassword();
      const hash = await hashOf(password);
      return db.transaction(async (tx) => {
        await lockMembers(tx, account);
        const { name, isElsewhere } = await requireMember(tx, account, id);
        // It would open the other account to whoever set it.
        if (isElsewhere)
          throw conflict(`${name} signs in to another account with the same password, so only they change it.`);
        const { internalAdapter } = await createAuth({ ...deps, db: tx }).$context;
        await internalAdapter.updatePassword(id, hash);
        await endSessions(tx, id);
        await writeAudit(tx, { account, actor, action: 'member.password-set', subject: name });
        return { password: body.password === undefined ? password : null };
      });
    },
  );

  async function endSessions(tx: Tx, userId: string): Promise<void> {
    const { internalAdapter } = await createAuth({ ...deps, db: tx }).$context;
    await internalAdapter.deleteUserSessions(userId);
  }
}

async function requireMember(db: Queryable, account: string, id: string): Promise<MemberRow> {
  const member = await getMember(db, account, id);
  if (member === null) throw notFound('member');
  return member;
}

/** An account without an admin could never be helped again from inside. */
async function keepAnAdmin(tx: Tx, account: string, without: string): Promise<void> {
  if (!(await hasOtherAdmin(tx, account, without)))
    throw conflict('This is the last admin of the account. Make somebody else an admin first.');
}

const view = (row: MemberRow) => ({ ...row, roles: asRoles(row.roles) });
