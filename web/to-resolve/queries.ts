import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { MappingAccepted, MappingCount, type MappingDecision, MappingTask } from '../../schemas/mapping-tasks.ts';
import { api, queryClient } from '../api.ts';

const COUNT_MS = 30_000;

/** How many questions are open; beside the name in the rail. */
export const mappingCountQuery = queryOptions({
  queryKey: ['mapping-tasks', 'count'],
  queryFn: () => api.get('/api/mapping-tasks/count', MappingCount),
  refetchInterval: COUNT_MS,
});

export async function decide(id: string, decision: MappingDecision): Promise<MappingTask> {
  return refreshed(await api.post(`/api/mapping-tasks/${id}/decide`, MappingTask, decision));
}

export async function undo(id: string): Promise<MappingTask> {
  return refreshed(await api.post(`/api/mapping-tasks/${id}/undo`, MappingTask));
}

export async function accept(ids: string[]): Promise<z.infer<typeof MappingAccepted>> {
  return refreshed(await api.post('/api/mapping-tasks/accept', MappingAccepted, { ids }));
}

/** Unlinks a supplier; what its vendor is becomes a question. */
export async function unlinkVendor(id: string, reason: string): Promise<void> {
  refreshed(await api.post(`/api/vendors/${id}/unlink`, z.unknown(), { reason }));
}

/** Unlinks a person; who their Procore user is becomes a question. */
export async function unlinkPerson(id: string, reason: string): Promise<void> {
  refreshed(await api.post(`/api/people/${id}/unlink`, z.unknown(), { reason }));
}

/** What a decision changes: the lists, the suppliers and people, and invoices that waited for it. */
function refreshed<T>(answer: T): T {
  for (const key of ['mapping-tasks', 'vendors', 'people', 'invoices', 'overview'])
    void queryClient.invalidateQueries({ queryKey: [key] });
  return answer;
}
