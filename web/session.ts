import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type Role, Session } from '../schemas/session.ts';
import { api, queryClient } from './api.ts';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => api.get('/api/session', Session),
  staleTime: 5 * 60_000,
});

/** What the frame's routes hand to their screens. */
export function hasRole(session: Session, ...roles: Role[]): boolean {
  return session.roles.some((role) => roles.includes(role));
}

export async function signIn(email: string, password: string): Promise<void> {
  await api.post('/api/auth/sign-in/email', z.unknown(), { email, password });
  queryClient.clear();
}

export async function signOut(): Promise<void> {
  await api.post('/api/auth/sign-out', z.unknown());
  queryClient.clear();
}

/** Ends every other session of the person, too. */
export async function changePassword(change: { currentPassword: string; newPassword: string }): Promise<void> {
  await api.post('/api/session/password', z.unknown(), change);
}

/** Goes to another account one belongs to. The page starts anew, so that nothing of the first is left in it. */
export async function goToAccount(id: string): Promise<void> {
  await api.post('/api/auth/organization/set-active', z.unknown(), { organizationId: id });
  window.location.assign('/');
}
