import { hkdfSync } from 'node:crypto';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { betterAuth } from 'better-auth/minimal';
import { organization } from 'better-auth/plugins';
import { adminAc, memberAc } from 'better-auth/plugins/organization/access';
import { noteSignIn } from '../db/queries/members.ts';
import {
  authAccount,
  authInvitation,
  authMember,
  authOrganization,
  authSession,
  authUser,
  authVerification,
} from '../db/schema/index.ts';
import type { Queryable } from '../db/types.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import { LEAST_PASSWORD_LENGTH } from '../schemas/members.ts';

/** What of better-auth's own routes is open, below /api/auth; everything else of it answers 404. */
export const OPEN_AUTH_PATHS = ['/sign-in/email', '/sign-out', '/organization/set-active'] as const;

/** One prefix in front of better-auth's cookies, so that several products on one host do not share them. */
const COOKIE_PREFIX = 'lentune';

/**
 * People's sign-in: e-mail and password, sessions in cookies, an organization for each account.
 * Nobody signs up by themselves; the first person comes from the environment (bootstrap.ts), admins add the others.
 *
 * @param db a transaction, where what the library writes should stand or fall with what we write
 */
export function createAuth({ db, env, logger }: { db: Queryable; env: Env; logger: Logger }) {
  return betterAuth({
    appName: 'Lentune',
    baseURL: env.PUBLIC_URL,
    basePath: '/api/auth',
    secret: authSecret(env),
    trustedOrigins: browserOrigins(env.PUBLIC_URL),
    database: drizzleAdapter(db, {
      provider: 'pg',
      transaction: true,
      schema: {
        user: authUser,
        session: authSession,
        account: authAccount,
        verification: authVerification,
        organization: authOrganization,
        member: authMember,
        invitation: authInvitation,
      },
    }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: LEAST_PASSWORD_LENGTH },
    databaseHooks: {
      session: {
        create: {
          // A changed password is a new session, which stays in the account of the one it replaces.
          before: async (session, context) => ({
            data: { ...session, activeOrganizationId: context?.context.session?.session.activeOrganizationId ?? null },
          }),
          after: async ({ userId }, context) => {
            if (context?.path === '/sign-in/email') await noteSignIn(db, userId);
          },
        },
      },
    },
    rateLimit: { enabled: false }, // ours stands before it, see app.ts
    telemetry: { enabled: false },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: env.PUBLIC_URL.startsWith('https:'),
      disableOriginCheck: false, // left out, it would be off under test
    },
    logger: {
      log: (level, message) => logger[level === 'error' ? 'warn' : 'debug']({ from: 'better-auth' }, message),
    },
    plugins: [
      organization({
        allowUserToCreateOrganization: false,
        disableOrganizationDeletion: true,
        creatorRole: 'admin',
        roles: { admin: adminAc, clerk: memberAc, approver: memberAc, operator: memberAc, viewer: memberAc },
      }),
    ],
  });
}

export type Auth = ReturnType<typeof createAuth>;

/** Where our pages may be open in a browser, PUBLIC_URL first. On one's own machine both of its names are used. */
export function browserOrigins(publicUrl: string): string[] {
  const url = new URL(publicUrl);
  const other = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }[url.hostname];
  return other === undefined ? [url.origin] : [url.origin, url.origin.replace(url.hostname, other)];
}

/** Derived, so that there is one secret less to keep; a new encryption key signs everybody out. */
function authSecret({ ENCRYPTION_KEYS: [newest] }: Env): string {
  if (!newest) throw new Error('At least one encryption key is needed');
  return Buffer.from(hkdfSync('sha256', newest.bytes, '', 'lentune/better-auth', 32)).toString('base64url');
}
