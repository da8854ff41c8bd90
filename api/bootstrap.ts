import { eq } from 'drizzle-orm';
import { keepApiKey } from '../db/queries/api-keys.ts';
import { ensureConnection } from '../db/queries/connections.ts';
import { addMember } from '../db/queries/members.ts';
import { seedTaxCodes } from '../db/queries/tax-codes.ts';
import { authOrganization } from '../db/schema/index.ts';
import type { Db } from '../db/types.ts';
import type { Deps } from '../platform/deps.ts';
import { Role } from '../schemas/session.ts';
import { keptOf } from './api-key.ts';
import { type Auth, createAuth } from './auth.ts';
import { connectionDefaults } from './connection-defaults.ts';
import { addUser } from './passwords.ts';

const FIRST_ACCOUNT = { name: 'Lentune', slug: 'lentune' };

/**
 * Gives a new installation its first account, admin, machine key, tax codes and connection, all from the environment.
 * Safe to run at every start and in several processes at once: what exists stays as people left it.
 */
export async function bootstrap(deps: Deps): Promise<{ account: string }> {
  const { db, env, secrets } = deps;
  const auth = createAuth(deps);
  const account = await ensureAccount(db);
  await ensureAdmin(deps, auth, account);
  if (env.BOOTSTRAP_API_KEY !== undefined) {
    await keepApiKey(db, {
      account,
      name: 'First key',
      ...keptOf(env.BOOTSTRAP_API_KEY),
      scopes: [...Role.options],
    });
  }
  await seedTaxCodes(db, account);
  await ensureConnection(db, account, connectionDefaults(env), secrets.seal);
  return { account };
}

async function ensureAccount(db: Db): Promise<string> {
  await db
    .insert(authOrganization)
    .values({ id: crypto.randomUUID(), ...FIRST_ACCOUNT })
    .onConflictDoNothing({ target: authOrganization.slug });
  const [row] = await db
    .select({ id: authOrganization.id })
    .from(authOrganization)
    .where(eq(authOrganization.slug, FIRST_ACCOUNT.slug));
  if (!row) throw new Error('The account just inserted is gone');
  return row.id;
}

/** The first admin has every role; a person who is there already keeps the password and the roles they have. */
async function ensureAdmin({ db, env, logger }: Deps, auth: Auth, account: string): Promise<void> {
  const { internalAdapter, password } = await auth.$context;
  const email = env.BOOTSTRAP_ADMIN_EMAIL.toLowerCase();
  const known = await internalAdapter.findUserByEmail(email);
  if (known) return;
  try {
    const hash = await password.hash(env.BOOTSTRAP_ADMIN_PASSWORD);
    const userId = await addUser(auth, { email, name: 'Administrator', hash });
    await addMember(db, { account, userId, roles: Role.options });
  } catch (error) {
    // Another process that starts at this moment was faster.
    if (!(await internalAdapter.findUserByEmail(email))) throw error;
    logger.debug('The first admin was made by another process');
  }
}
