import { page, type Resource } from '../engine/api.ts';
import type { Row } from '../engine/store.ts';

/** What a company calls a status of change orders. */
export interface ChangeOrderStatusRow extends Row {
  company_id: number;
  name: string;
  mapped_to_status: string;
  show_in_select: boolean;
}

export const buildChangeOrderStatus = (fields: Partial<ChangeOrderStatusRow>): Omit<ChangeOrderStatusRow, 'id'> => ({
  company_id: 0,
  name: '',
  mapped_to_status: 'draft',
  show_in_select: true,
  ...fields,
});

export const changeOrderStatuses: Resource = {
  tables: [{ name: 'change_order_statuses', firstId: 88_001, ledger: true, build: buildChangeOrderStatus }],
  routes(api) {
    api.get('/rest/v1.0/change_order/statuses', (call) => {
      const rows = call.sim.store
        .table<ChangeOrderStatusRow>('change_order_statuses')
        .where('company_id', call.company().id);
      const present = ({ company_id: _, ...status }: ChangeOrderStatusRow) => status;
      return page(call, rows, present, { table: 'change_order_statuses' });
    });
  },
};
