import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { PartyList, Person, PersonList, TimeSetup, TimeTypeWindow } from '../../schemas/people.ts';
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

export async function saveSetup(
  kind: 'user-groups' | 'entry-types' | 'personas',
  id: string | null,
  body: object,
): Promise<void> {
  if (id === null) await api.post(`/api/time-setup/${kind}`, z.unknown(), body);
  else await api.put(`/api/time-setup/${kind}/${id}`, z.unknown(), body);
  await changed();
}

export const directoryQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['people', 'directory', companyId],
    queryFn: () => api.get(`/api/companies/${companyId}/directory`, PartyList),
    // It arrives a moment after it was asked for.
    refetchInterval: ({ state }) => (state.data?.readAt === null ? 2_000 : false),
  });

export async function refreshDirectory(companyId: string): Promise<void> {
  await api.post(`/api/companies/${companyId}/directory/refresh`, z.unknown());
  await changed();
}

export async function chooseParty(id: string, companyId: string, partyId: string | null): Promise<void> {
  await api.post(`/api/people/${id}/party`, Person, { companyId, partyId });
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
