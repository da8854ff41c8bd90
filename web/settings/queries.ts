import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import {
  type Company,
  CompanyList,
  Connection,
  ConnectStart,
  OrderMasterPreview,
  TaxMappings,
  type TaxMappingsChange,
  TaxStandings,
} from '../../schemas/connection.ts';
import { CodesPreview, ProjectsPreview } from '../../schemas/previews.ts';
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

/** Which projects would come or go with these stages ticked; asked of Procore, so not kept. */
export const stagesPreviewQuery = (companyId: string, monitoredStageIds: string[]) =>
  queryOptions({
    queryKey: ['preview', 'stages', companyId, ...monitoredStageIds.toSorted()],
    queryFn: () => api.post(`/api/companies/${companyId}/preview-stages`, ProjectsPreview, { monitoredStageIds }),
    gcTime: 0,
  });

/** What another master means for the purchase orders that are there; always as they stand now. */
export const orderMasterQuery = (companyId: string, to: Company['purchaseOrderMaster']) =>
  queryOptions({
    queryKey: ['preview', 'order-master', companyId, to],
    queryFn: () => api.get(`/api/companies/${companyId}/preview-order-master`, OrderMasterPreview, { to }),
    gcTime: 0,
  });

export const codesPreviewQuery = (linkedCodesOnly: boolean) =>
  queryOptions({
    queryKey: ['preview', 'codes', linkedCodesOnly],
    queryFn: () => api.post('/api/settings/preview-codes', CodesPreview, { linkedCodesOnly }),
    gcTime: 0,
  });

export async function saveTaxMappings(companyId: string, change: TaxMappingsChange): Promise<void> {
  await api.put(`/api/companies/${companyId}/tax-mappings`, z.unknown(), change);
  await queryClient.invalidateQueries({ queryKey: ['companies'] });
}

/** Leaves for Procore's consent page, which comes back to the settings; a service account is connected at once. */
export async function connectToProcore(): Promise<void> {
  const { authorizeUrl } = await api.post('/api/connection/connect', ConnectStart);
  if (authorizeUrl !== null) return window.location.assign(authorizeUrl);
  await queryClient.invalidateQueries();
}

export async function disconnect(): Promise<void> {
  await api.post('/api/connection/disconnect', z.unknown());
  await queryClient.invalidateQueries({ queryKey: ['connection'] });
}

export const taxStandingsQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['companies', companyId, 'tax-standings'],
    queryFn: () => api.get(`/api/companies/${companyId}/tax-standings`, TaxStandings),
  });

/** Finds out whether a project keeps tax codes; the answer stands in the list a moment later. */
export async function testTax(projectId: string): Promise<void> {
  await api.post(`/api/projects/${projectId}/test-tax`, z.unknown());
  await queryClient.invalidateQueries({ queryKey: ['companies'] });
}
