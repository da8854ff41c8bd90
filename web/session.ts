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
