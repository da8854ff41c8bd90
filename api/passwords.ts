import { randomInt } from 'node:crypto';
import type { Auth } from './auth.ts';

/** Letters and figures nobody mistakes for one another when a password is read out. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** A password to hand over once, such as `k3fm-w8qa-p2xh-7rcd`: 79 bits of chance. */
export function makePassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/**
 * Makes somebody known who signs in by e-mail and password.
 *
 * @param hash of the password, by the library's own `password.hash`
 * @returns the person's id
 */
export async function addUser(
  auth: Pick<Auth, '$context'>,
  { email, name, hash }: { email: string; name: string; hash: string },
): Promise<string> {
  const { internalAdapter } = await auth.$context;
  const user = await internalAdapter.createUser({ email, name, emailVerified: true }, { method: 'email-password' });
  await internalAdapter.linkAccount({
    userId: user.id,
    providerId: 'credential',
    accountId: user.id,
    password: hash,
  });
  return user.id;
}
