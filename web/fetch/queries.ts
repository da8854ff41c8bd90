import { queryOptions } from '@tanstack/react-query';
import { Fetch, FetchList, type FetchRequest, FetchWithItems } from '../../schemas/fetches.ts';
import { ProjectsPreview } from '../../schemas/previews.ts';
import { api, queryClient } from '../api.ts';

const RUNNING: readonly Fetch['state'][] = ['queued', 'listing', 'running'];

export const isRunning = (fetch: Fetch) => RUNNING.includes(fetch.state);

export const fetchesQuery = queryOptions({
  queryKey: ['fetches', 'list'],
  queryFn: () => api.get('/api/fetches', FetchList),
});

export const fetchQuery = (id: string) =>
  queryOptions({
    queryKey: ['fetches', 'one', id],
    queryFn: () => api.get(`/api/fetches/${id}`, FetchWithItems),
  });

export async function startFetch(request: FetchRequest): Promise<Fetch> {
  const started = await api.post('/api/fetches', Fetch, request);
  await queryClient.invalidateQueries({ queryKey: ['fetches'] });
  return started;
}

export async function cancelFetch(id: string): Promise<void> {
  await api.post(`/api/fetches/${id}/cancel`, Fetch);
  await queryClient.invalidateQueries({ queryKey: ['fetches'] });
}

/** Holds a running fetch, or lets a held one go on. */
export async function holdFetch(id: string, verb: 'pause' | 'resume'): Promise<void> {
  await api.post(`/api/fetches/${id}/${verb}`, Fetch);
  await queryClient.invalidateQueries({ queryKey: ['fetches'] });
}

/** Fetches once more what failed; answers the new fetch. */
export async function retryFailed(id: string): Promise<Fetch> {
  const started = await api.post(`/api/fetches/${id}/retry-failed`, Fetch);
  await queryClient.invalidateQueries({ queryKey: ['fetches'] });
  return started;
}

/** Imports a project in spite of its stage; an administrator says why. */
export async function importAnyway(fetchId: string, itemId: string, reason: string): Promise<void> {
  await api.post(`/api/fetches/${fetchId}/items/${itemId}/import-anyway`, FetchWithItems, { reason });
  await queryClient.invalidateQueries({ queryKey: ['fetches'] });
}

/** What a fetch would bring, before it is started. */
export const previewFetch = (request: FetchRequest) => api.post('/api/fetches/preview', ProjectsPreview, request);
