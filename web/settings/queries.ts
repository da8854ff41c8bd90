import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import {
  CompanyList,
  Connection,
  ConnectStart,
  TaxMappings,
  type TaxMappingsChange,
} from '../../schemas/connection.ts';
import { Settings } from '../../schemas/settings.ts';
import { api, queryClient } from '../api.ts';

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => api.get('/api/settings', Settings),
});

export const connectionQuery = queryOptions({
  queryKey: ['connection'],
  queryFn: () => api.get('/api/connection', Connection),
});

export const companiesQuery = queryOptions({
  queryKey: ['companies'],
  queryFn: () => api.get('/api/companies', CompanyList),
});

export const taxMappingsQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['companies', companyId, 'tax-mappings'],
    queryFn: () => api.get(`/api/companies/${companyId}/tax-mappings`, TaxMappings),
  });

export async function saveTaxMappings(companyId: string, change: TaxMappingsChange): Promise<void> {
  await api.put(`/api/companies/${companyId}/tax-mappings`, z.unknown(), change);
  await queryClient.invalidateQueries({ queryKey: ['companies'] });
}

/** Leaves for Procore's consent page, which comes back to the settings. */
export async function connectToProcore(): Promise<void> {
  const { authorizeUrl } = await api.post('/api/connection/connect', ConnectStart);
  window.location.assign(authorizeUrl);
}

export async function disconnect(): Promise<void> {
  await api.post('/api/connection/disconnect', z.unknown());
  await queryClient.invalidateQueries({ queryKey: ['connection'] });
}
