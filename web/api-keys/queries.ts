import { queryOptions } from '@tanstack/react-query';
import { ApiKey, ApiKeys, MadeApiKey } from '../../schemas/api-keys.ts';
import type { Role } from '../../schemas/session.ts';
import { api, queryClient } from '../api.ts';

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: () => api.get('/api/api-keys', ApiKeys),
});

const again = () => queryClient.invalidateQueries({ queryKey: apiKeysQuery.queryKey });

export async function makeApiKey(key: { name: string; roles: Role[] }): Promise<MadeApiKey> {
  const made = await api.post('/api/api-keys', MadeApiKey, key);
  await again();
  return made;
}

export async function revokeApiKey(id: string): Promise<void> {
  await api.post(`/api/api-keys/${id}/revoke`, ApiKey);
  await again();
}
