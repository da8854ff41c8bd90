import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { EventHook, EventHooks, MadeEventHook } from '../../schemas/event-hooks.ts';
import { api, queryClient } from '../api.ts';

export const eventHooksQuery = queryOptions({
  queryKey: ['event-hooks'],
  queryFn: () => api.get('/api/event-hooks', EventHooks),
  refetchInterval: 10_000,
});

const again = () => queryClient.invalidateQueries({ queryKey: eventHooksQuery.queryKey });

export async function addEventHook(url: string): Promise<z.infer<typeof MadeEventHook>> {
  const made = await api.post('/api/event-hooks', MadeEventHook, { url });
  await again();
  return made;
}

export async function setEventHookActive(id: string, isActive: boolean): Promise<void> {
  await api.patch(`/api/event-hooks/${id}`, EventHook, { isActive });
  await again();
}

export async function removeEventHook(id: string): Promise<void> {
  await api.delete(`/api/event-hooks/${id}`, z.null());
  await again();
}
