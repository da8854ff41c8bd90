import { and, eq, inArray } from 'drizzle-orm';
import { authMember, authUser } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/**
 * Names of the people of an account by what logs and audits keep of them, their e-mail address.
 *
 * @returns who acted, by name where it is a person of the account; anything else stays as it is
 */
export async function namesOfPeople(
  db: Queryable,
  account: string,
  actors: readonly (string | null)[],
): Promise<(actor: string) => string> {
  const emails = [...new Set(actors.filter((actor): actor is string => actor?.includes('@') === true))];
  const rows =
    emails.length === 0
      ? []
      : await db
          .select({ email: authUser.email, name: authUser.name })
          .from(authUser)
          .innerJoin(authMember, eq(authMember.userId, authUser.id))
          .where(and(eq(authMember.organizationId, account), inArray(authUser.email, emails)));
  const names = new Map(rows.map(({ email, name }) => [email, name.trim()]));
  return (actor) => names.get(actor) || actor;
}
