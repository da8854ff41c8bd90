import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { BulkAction, BulkActions, BulkPreview, BulkUndoPreview } from '../../schemas/bulk-actions.ts';
import { DryRunResult } from '../../schemas/dry-run.ts';
import { DuplicateView } from '../../schemas/duplicates.ts';
import {
  ImportResult,
  Invoice,
  InvoiceCounts,
  type InvoiceInput,
  InvoiceLog,
  SendResult,
} from '../../schemas/invoices.ts';
import { ProjectCostCode } from '../../schemas/records.ts';
import { UndoPreview } from '../../schemas/undo.ts';
import { api, queryClient } from '../api.ts';

export const countsQuery = (companyId: string | undefined) =>
  queryOptions({
    queryKey: ['invoices', 'counts', companyId],
    queryFn: () => api.get('/api/invoices/counts', InvoiceCounts, { companyId }),
  });

export const invoiceQuery = (id: string) =>
  queryOptions({
    queryKey: ['invoices', 'one', id],
    queryFn: () => api.get(`/api/invoices/${id}`, Invoice),
  });

export const logQuery = (id: string) =>
  queryOptions({
    queryKey: ['invoices', 'log', id],
    queryFn: async () => (await api.get(`/api/invoices/${id}/log`, InvoiceLog)).entries,
  });

/** Creates the invoice, or writes over the one of that id. */
export async function saveInvoice(id: string | null, input: InvoiceInput): Promise<Invoice> {
  const saved =
    id === null
      ? await api.post('/api/invoices', Invoice, input)
      : await api.put(`/api/invoices/${id}`, Invoice, input);
  return remember(saved);
}

export type InvoiceAction = 'check' | 'approve' | 'unapprove' | 'send' | 'retry' | 'cancel' | 'send-files' | 'unignore';

export async function act(id: string, action: InvoiceAction): Promise<Invoice> {
  return remember(await api.post(`/api/invoices/${id}/${action}`, Invoice));
}

export async function deleteInvoice(id: string): Promise<void> {
  await api.delete(`/api/invoices/${id}`, z.null());
  queryClient.removeQueries({ queryKey: invoiceQuery(id).queryKey });
  const others = {
    queryKey: ['invoices'],
    predicate: (query: { queryKey: readonly unknown[] }) => query.queryKey[2] !== id,
  };
  // A list that was asked for while the invoice still stood would show it again.
  await queryClient.cancelQueries(others);
  await queryClient.invalidateQueries({ ...others, refetchType: 'all' });
}

export const fileUrl = (invoiceId: string, fileId: string) => `/api/invoices/${invoiceId}/attachments/${fileId}`;

export async function attachFile(invoiceId: string, file: File): Promise<Invoice> {
  const path = `/api/invoices/${invoiceId}/attachments`;
  return remember(await api.postPdf(path, Invoice, file, { filename: file.name }));
}

export async function removeFile(invoiceId: string, fileId: string): Promise<Invoice> {
  return remember(await api.delete(fileUrl(invoiceId, fileId), Invoice));
}

export async function sendMany(ids: string[]): Promise<z.infer<typeof SendResult>> {
  const result = await api.post('/api/invoices/send', SendResult, { ids });
  await queryClient.invalidateQueries({ queryKey: ['invoices'] });
  return result;
}

export const dryRun = (ids: string[]): Promise<DryRunResult> =>
  api.post('/api/invoices/dry-run', DryRunResult, { ids });

export async function importCsv(csv: string): Promise<ImportResult> {
  const result = await api.postCsv('/api/invoices/import', ImportResult, csv);
  await queryClient.invalidateQueries({ queryKey: ['invoices'] });
  return result;
}

export async function decideDuplicate(
  id: string,
  decision: { choice: 'link_only' | 'take_over'; reason?: string },
): Promise<Invoice> {
  return remember(await api.post(`/api/invoices/${id}/duplicate`, Invoice, decision));
}

export const duplicateQuery = (id: string) =>
  queryOptions({
    queryKey: ['duplicate', id],
    queryFn: () => api.get(`/api/invoices/${id}/duplicate`, DuplicateView),
    staleTime: 0,
  });

export const previewUndo = (id: string) => api.get(`/api/invoices/${id}/undo`, UndoPreview);

export async function undo(id: string, reason: string, { parts, bill }: UndoPreview): Promise<Invoice> {
  const agreed = parts.map(({ partId, action }) => ({ partId, action }));
  return remember(await api.post(`/api/invoices/${id}/undo`, Invoice, { reason, parts: agreed, bill: bill?.action }));
}

/** Invoices chosen one by one, or all that match. */
export type UndoChoice = { ids: string[] } | { filter: BulkOrder['filter'] };

export const previewBulkUndo = (choice: UndoChoice) =>
  api.post('/api/bulk-actions/undo-preview', BulkUndoPreview, choice);

export async function startBulkUndo(ids: string[], reason: string): Promise<BulkAction> {
  const bulk = await api.post('/api/bulk-actions/undo', BulkAction, { ids, reason });
  await queryClient.invalidateQueries({ queryKey: ['invoices'] });
  return bulk;
}

export type ReasonedAction = 'ignore' | 'send-early' | 'send-locked';

export async function actWithReason(id: string, action: ReasonedAction, reason: string): Promise<Invoice> {
  return remember(await api.post(`/api/invoices/${id}/${action}`, Invoice, { reason }));
}

export async function decideDeleted(id: string, choice: 'recreate' | 'unlink'): Promise<Invoice> {
  return remember(await api.post(`/api/invoices/${id}/deleted`, Invoice, { choice }));
}

export async function decideEdited(id: string, choice: 'keep_theirs' | 'take_ours'): Promise<Invoice> {
  return remember(await api.post(`/api/invoices/${id}/edited`, Invoice, { choice }));
}

export interface BulkOrder {
  kind: 'send' | 'retry';
  filter: { problem?: string | undefined; search?: string | undefined; companyId?: string | undefined };
}

export const bulksQuery = queryOptions({
  queryKey: ['invoices', 'bulks'],
  queryFn: () => api.get('/api/bulk-actions', BulkActions),
});

export const previewBulk = (order: BulkOrder) => api.post('/api/bulk-actions/preview', BulkPreview, order);

export async function startBulk(order: BulkOrder, expected: number) {
  const bulk = await api.post('/api/bulk-actions', BulkAction, { ...order, expected });
  await queryClient.invalidateQueries({ queryKey: ['invoices'] });
  return bulk;
}

export async function cancelBulk(id: string) {
  const bulk = await api.post(`/api/bulk-actions/${id}/cancel`, BulkAction);
  await queryClient.invalidateQueries({ queryKey: ['invoices'] });
  return bulk;
}

/** Gives a code the cost type and vouches for the pair; an only type becomes the code's default. */
export async function allocate(codeId: string, costTypeId: string, isDefault: boolean) {
  const path = `/api/project-cost-codes/${codeId}/cost-types`;
  const code = await api.post(path, ProjectCostCode, { costTypeId, isDefault });
  void queryClient.invalidateQueries({ queryKey: ['cost-codes'] });
  return code;
}

/** An answer is the newest truth: shown at once, the lists follow. */
function remember(invoice: Invoice): Invoice {
  queryClient.setQueryData(invoiceQuery(invoice.id).queryKey, invoice);
  void queryClient.invalidateQueries({
    queryKey: ['invoices'],
    predicate: ({ queryKey }) => queryKey[1] !== 'one',
  });
  return invoice;
}
