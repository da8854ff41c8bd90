import { queryOptions } from '@tanstack/react-query';
import {
  type TimeEntryInput,
  TimeSheet,
  TimeSheetList,
  TimeSheetLog,
  TimeSheetMe,
  type TimeSheetStatus,
} from '../../schemas/time-sheets.ts';
import { api, queryClient } from '../api.ts';

const UNDER_WAY = ['queued', 'sending', 'waiting'];

export const meQuery = queryOptions({
  queryKey: ['time-sheets', 'me'],
  queryFn: () => api.get('/api/time-sheets/me', TimeSheetMe),
});

export const timeSheetsQuery = (filter: { status?: TimeSheetStatus | undefined; integration?: 'failed' | undefined }) =>
  queryOptions({
    queryKey: ['time-sheets', 'list', filter],
    queryFn: () => api.get('/api/time-sheets', TimeSheetList, filter),
    refetchInterval: ({ state }) =>
      state.data?.rows.some((row) => UNDER_WAY.includes(row.integration ?? '')) ? 2_000 : false,
  });

export const timeSheetQuery = (id: string) =>
  queryOptions({
    queryKey: ['time-sheets', id],
    queryFn: () => api.get(`/api/time-sheets/${id}`, TimeSheet),
    refetchInterval: ({ state }) => (UNDER_WAY.includes(state.data?.integration ?? '') ? 1_000 : false),
  });

export const timeLogQuery = (id: string) =>
  queryOptions({
    queryKey: ['time-sheets', id, 'log'],
    queryFn: async () => (await api.get(`/api/time-sheets/${id}/log`, TimeSheetLog)).entries,
  });

async function taken(sheet: TimeSheet): Promise<TimeSheet> {
  queryClient.setQueryData(['time-sheets', sheet.id], sheet);
  await queryClient.invalidateQueries({ queryKey: ['time-sheets'] });
  return sheet;
}

export const openTimeSheet = async (userId: string | undefined, date: string) =>
  taken(await api.post('/api/time-sheets', TimeSheet, { userId, date }));

export const saveTimeEntries = async (id: string, entries: TimeEntryInput[]) =>
  taken(await api.put(`/api/time-sheets/${id}/entries`, TimeSheet, { entries }));

export const stepTimeSheet = async (id: string, step: string, body: object = {}) =>
  taken(await api.post(`/api/time-sheets/${id}/${step}`, TimeSheet, body));

export const chooseTime = async (id: string, entryId: string, choice: 'link' | 'add' | 'skip') =>
  taken(await api.post(`/api/time-sheets/${id}/entries/${entryId}/choice`, TimeSheet, { choice }));
