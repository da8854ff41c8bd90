import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { AddedMember, Member, Members, SetPassword } from '../../schemas/members.ts';
import type { Role } from '../../schemas/session.ts';
import { api, queryClient } from '../api.ts';
import { sessionQuery } from '../session.ts';

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: () => api.get('/api/members', Members),
});

async function again(): Promise<void> {
  // It may have been oneself: what one may do is asked again on the next screen.
  queryClient.removeQueries({ queryKey: sessionQuery.queryKey });
  await queryClient.invalidateQueries({ queryKey: membersQuery.queryKey });
}

/** @param password left out: one is made, and told in the answer */
export async function addMember(member: {
  name: string;
  email: string;
  roles: Role[];
  password?: string;
}): Promise<AddedMember> {
  const added = await api.post('/api/members', AddedMember, member);
  await again();
  return added;
}

export async function changeRoles(id: string, roles: Role[]): Promise<void> {
  await api.patch(`/api/members/${id}`, Member, { roles });
  await again();
}

export async function removeMember(id: string): Promise<void> {
  await api.delete(`/api/members/${id}`, z.unknown());
  await again();
}

/** @param password left out: one is made, and told in the answer */
export async function setPassword(id: string, password?: string): Promise<SetPassword> {
  return api.post(`/api/members/${id}/password`, SetPassword, { password });
}
