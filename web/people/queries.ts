import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { Person, PersonList, TimeSetup, TimeTypeWindow } from '../../schemas/people.ts';
import { api, queryClient } from '../api.ts';

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: () => api.get('/api/people', PersonList),
});

export const timeSetupQuery = queryOptions({
  queryKey: ['people', 'setup'],
  queryFn: () => api.get('/api/time-setup', TimeSetup),
});

export const timeTypesQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['people', 'time-types', companyId],
    queryFn: () => api.get(`/api/companies/${companyId}/time-types`, TimeTypeWindow),
    // They arrive a moment after they were asked for.
    refetchInterval: ({ state }) => (state.data?.timeTypes.length === 0 ? 2_000 : false),
  });

const changed = () => queryClient.invalidateQueries({ queryKey: ['people'] });

export async function savePerson(id: string | null, body: object): Promise<void> {
  if (id === null) await api.post('/api/people', Person, body);
  else await api.patch(`/api/people/${id}`, Person, body);
  await changed();
}

export async function addSetup(kind: 'user-groups' | 'entry-types' | 'personas', body: object): Promise<void> {
  await api.post(`/api/time-setup/${kind}`, z.unknown(), body);
  await changed();
}

export async function refreshTimeTypes(companyId: string): Promise<void> {
  await api.post(`/api/companies/${companyId}/time-types/refresh`, z.unknown());
  await changed();
}

export async function saveTimeTypes(
  companyId: string,
  rows: { entryTypeId: string; procoreTimeTypeId: string | null }[],
): Promise<void> {
  await api.put(`/api/companies/${companyId}/time-types`, TimeTypeWindow, { rows });
  await changed();
}
