import { z } from 'zod';

export const Role = z.enum(['admin', 'clerk', 'approver', 'operator', 'viewer']);
export type Role = z.infer<typeof Role>;

/**
 * GET /api/session: who is signed in, and where.
 * Sign in with POST /api/auth/sign-in/email `SignIn`, out with POST /api/auth/sign-out `{}`; both set the cookie.
 * POST /api/auth/organization/set-active `{organizationId}` goes to another account one belongs to.
 */
export const Session = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  account: z.object({ id: z.string(), name: z.string() }),
  roles: z.array(Role),
  /** where the person can act, this account among them */
  accounts: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type Session = z.infer<typeof Session>;

export const SignIn = z.object({ email: z.email(), password: z.string().min(1) });
