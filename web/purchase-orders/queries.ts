import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { InvoiceLog, SendResult } from '../../schemas/invoices.ts';
import { OrderEntry, PurchaseOrder, type PurchaseOrderInput } from '../../schemas/purchase-orders.ts';
import { api, queryClient } from '../api.ts';

/** Whether new orders are entered here, and how much one may approve. */
export const entryQuery = queryOptions({
  queryKey: ['purchase-orders', 'entry'],
  queryFn: () => api.get('/api/purchase-orders/entry', OrderEntry),
});

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['purchase-orders', 'one', id],
    queryFn: () => api.get(`/api/purchase-orders/${id}`, PurchaseOrder),
    // While it is on its way its mark changes by itself; what a refresh brings takes a moment, too.
    refetchInterval: ({ state }) => (isOnItsWay(state.data?.integration ?? null) ? 1_000 : 5_000),
  });

const isOnItsWay = (mark: PurchaseOrder['integration']) =>
  mark === 'queued' || mark === 'sending' || mark === 'waiting';

export const orderLogQuery = (id: string) =>
  queryOptions({
    queryKey: ['purchase-orders', 'log', id],
    queryFn: async () => (await api.get(`/api/purchase-orders/${id}/log`, InvoiceLog)).entries,
  });

/** Enters the order, or writes over the one of that id. */
export async function saveOrder(id: string | null, input: PurchaseOrderInput): Promise<PurchaseOrder> {
  const path = '/api/purchase-orders';
  return remember(
    id === null ? await api.post(path, PurchaseOrder, input) : await api.put(`${path}/${id}`, PurchaseOrder, input),
  );
}

export type OrderAction = 'approve' | 'unapprove' | 'send' | 'retry' | 'stop' | 'unignore';

export async function actOnOrder(id: string, action: OrderAction): Promise<PurchaseOrder> {
  return remember(await api.post(`/api/purchase-orders/${id}/${action}`, PurchaseOrder));
}

export async function actWithReason(id: string, action: 'cancel' | 'ignore', reason: string): Promise<PurchaseOrder> {
  return remember(await api.post(`/api/purchase-orders/${id}/${action}`, PurchaseOrder, { reason }));
}

export async function decideDeleted(id: string, choice: 'recreate' | 'unlink'): Promise<PurchaseOrder> {
  return remember(await api.post(`/api/purchase-orders/${id}/deleted`, PurchaseOrder, { choice }));
}

export async function decideEdited(id: string, choice: 'keep_theirs' | 'take_ours'): Promise<PurchaseOrder> {
  return remember(await api.post(`/api/purchase-orders/${id}/edited`, PurchaseOrder, { choice }));
}

export const orderFileUrl = (orderId: string, fileId: string) => `/api/purchase-orders/${orderId}/files/${fileId}`;

export async function attachOrderFile(orderId: string, file: File): Promise<PurchaseOrder> {
  const path = `/api/purchase-orders/${orderId}/files`;
  return remember(await api.postPdf(path, PurchaseOrder, file, { filename: file.name }));
}

export async function removeOrderFile(orderId: string, fileId: string): Promise<PurchaseOrder> {
  return remember(await api.delete(orderFileUrl(orderId, fileId), PurchaseOrder));
}

export async function sendOrderFiles(id: string): Promise<PurchaseOrder> {
  return remember(await api.post(`/api/purchase-orders/${id}/send-files`, PurchaseOrder));
}

export async function sendOrders(ids: string[]): Promise<z.infer<typeof SendResult>> {
  const result = await api.post('/api/purchase-orders/send', SendResult, { ids });
  await queryClient.invalidateQueries({ queryKey: ['purchase-orders'] });
  return result;
}

/** An answer is the newest truth: shown at once, the lists and the log follow. */
function remember(order: PurchaseOrder): PurchaseOrder {
  queryClient.setQueryData(orderQuery(order.id).queryKey, order);
  void queryClient.invalidateQueries({
    queryKey: ['purchase-orders'],
    predicate: ({ queryKey }) => queryKey[1] !== 'one',
  });
  return order;
}
