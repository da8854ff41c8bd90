import { inArray } from 'drizzle-orm';
import { authUser } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/**
 * Names of people by what logs and audits keep of them, their e-mail address; also of those who left the account since.
 *
 * @param actors of records of one account, so that only people who acted in it are named
 * @returns who acted, by name where it is a person; anything else stays as it is
 */
export async function namesOfPeople(
  db: Queryable,
  actors: readonly (string | null)[],
): Promise<(actor: string) => string> {
  const emails = [...new Set(actors.filter((actor): actor is string => actor?.includes('@') === true))];
  const rows =
    emails.length === 0
      ? []
      : await db
          .select({ email: authUser.email, name: authUser.name })
          .from(authUser)
          .where(inArray(authUser.email, emails));
  const names = new Map(rows.map(({ email, name }) => [email, name.trim()]));
  return (actor) => names.get(actor) || actor;
}
