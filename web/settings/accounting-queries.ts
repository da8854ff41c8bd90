import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import {
  Accounting,
  type AccountingChange,
  type AccountingSettingsChange,
  AccountingStart,
  TaxTypes,
  type TaxTypesChange,
} from '../../schemas/accounting.ts';
import { api, queryClient } from '../api.ts';

export const accountingQuery = queryOptions({
  queryKey: ['accounting'],
  queryFn: () => api.get('/api/accounting', Accounting),
});

export const taxTypesQuery = queryOptions({
  queryKey: ['accounting', 'tax-types'],
  queryFn: () => api.get('/api/accounting/tax-types', TaxTypes),
});

/** Leaves for Xero's consent page, which comes back to the settings. */
export async function connectToAccounting(): Promise<void> {
  const { authorizeUrl } = await api.post('/api/accounting/connect', AccountingStart);
  window.location.assign(authorizeUrl);
}

export async function disconnectAccounting(): Promise<void> {
  await api.post('/api/accounting/disconnect', z.unknown());
  await refresh();
}

export async function saveAccounting(app: AccountingChange, settings: AccountingSettingsChange): Promise<void> {
  if (Object.keys(app).length > 0) await api.patch('/api/accounting', Accounting, app);
  if (Object.keys(settings).length > 0) await api.patch('/api/accounting/settings', Accounting, settings);
  await refresh();
}

export async function chooseOrganisation(id: string): Promise<void> {
  await api.put('/api/accounting/organisation', Accounting, { id });
  await refresh();
}

export async function refreshAccountingLists(): Promise<void> {
  await api.post('/api/accounting/refresh', Accounting);
  await refresh();
}

export async function saveTaxTypes(change: TaxTypesChange): Promise<void> {
  await api.put('/api/accounting/tax-types', TaxTypes, change);
  await refresh();
}

const refresh = () =>
  Promise.all([['accounting'], ['gl-codes']].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
