import { z } from 'zod';
import { type Call, range, segment } from './call.ts';
import { type CommitmentRow, commitment, commitmentRow, createCommitments } from './commitments.ts';
import { syncedLines } from './direct-costs.ts';
import { decimal, id, rows, text } from './fields.ts';
import { optionalNumeral } from './json.ts';

const PATH = '/rest/v1.0/purchase_order_contracts';

const file = z.object({ id, filename: text });

/** A purchase order, whole, with what stands in the way of changing it. Money is dollars excluding tax. */
export const purchaseOrder = z.object({
  ...commitment.shape,
  contract_date: text,
  delivery_date: text,
  total_payments: decimal,
  pending_change_orders: decimal,
  draft_change_orders_amount: decimal,
  change_order_packages: rows(z.object({ id })),
  /** documented as one file where there may be several, so a list is read too; `isWhole`: it was one */
  attachments: z
    .union([z.array(file), file])
    .nullish()
    .transform((shown) => ({ isWhole: Array.isArray(shown), files: [shown ?? []].flat() })),
});
export type PurchaseOrder = z.infer<typeof purchaseOrder>;

/** Some lines may be taken and others refused, all in one 200 (contract section 1.10). */
export const syncedOrderLines = syncedLines;

/** Dates are `YYYY-MM-DD`. A field left out is not touched. */
export interface PurchaseOrderFields {
  number?: string;
  title?: string;
  description?: string;
  /** Draft, Processing, Submitted, Partially Received, Received, Approved or Closed */
  status?: string;
  vendorId?: string;
  contractDate?: string;
  deliveryDate?: string;
  /** uuids of files that were sent before */
  uploadIds?: readonly string[];
}

export interface NewPurchaseOrder extends PurchaseOrderFields {
  projectId: string;
  /** fixed once there are lines */
  accountingMethod: 'amount' | 'unit';
  originData: string;
}

/** Amounts are decimal strings, excluding tax. */
export interface OrderSyncLine {
  /** of an existing line; without it a line is always created, so a blind repetition doubles it */
  id?: string;
  amount?: string;
  quantity?: string;
  unitCost?: string;
  extendedType?: 'manual' | 'calculated';
  uom?: string;
  description?: string;
  costCodeId?: string;
  lineItemTypeId?: string;
  taxCodeId?: string;
  originData?: string;
}

interface OneOrder {
  projectId: string;
  orderId: string;
}

/** Purchase orders, contract section 10.2. */
export const createPurchaseOrders = (call: Call) => {
  const one = (orderId: string) => `${PATH}/${segment(orderId)}`;
  return {
    ...createCommitments(call, PATH),
    /** The live ones of a project; there is no filter by number. `since`: only those changed from then on, ISO. */
    all: ({ projectId, since }: { projectId: string; since?: string }): Promise<CommitmentRow[]> =>
      call.all(commitmentRow, PATH, {
        project_id: projectId,
        'filters[updated_at]': range(since, undefined),
        per_page: 200,
      }),
    /** With its lines, and with what stands in the way of changing it. */
    whole: ({ projectId, orderId }: OneOrder): Promise<PurchaseOrder> =>
      call.one(purchaseOrder, { method: 'GET', path: one(orderId), query: { project_id: projectId } }),
    /** An order without lines, as a draft. */
    create: (input: NewPurchaseOrder): Promise<PurchaseOrder> =>
      call.one(purchaseOrder, {
        method: 'POST',
        path: PATH,
        body: {
          project_id: optionalNumeral(input.projectId),
          purchase_order_contract: {
            ...fieldsOf({ ...input, status: 'Draft' }),
            accounting_method: input.accountingMethod,
            origin_data: input.originData,
          },
        },
      }),
    update: ({ projectId, orderId, ...fields }: OneOrder & PurchaseOrderFields): Promise<PurchaseOrder> =>
      call.one(purchaseOrder, {
        method: 'PATCH',
        path: one(orderId),
        body: { project_id: optionalNumeral(projectId), purchase_order_contract: fieldsOf(fields) },
      }),
    /** Creates and changes up to 1,000 lines of one order. */
    syncLines: ({
      projectId,
      orderId,
      lines,
    }: OneOrder & { lines: readonly OrderSyncLine[] }): Promise<z.infer<typeof syncedOrderLines>> =>
      call.one(syncedOrderLines, {
        method: 'PATCH',
        path: `${one(orderId)}/line_items/sync`,
        query: { project_id: projectId },
        body: { updates: lines.map(syncLine) },
      }),
    deleteLine: ({ projectId, orderId, lineId }: OneOrder & { lineId: string }): Promise<void> =>
      call.nothing({
        method: 'DELETE',
        path: `${one(orderId)}/line_items/${segment(lineId)}`,
        query: { project_id: projectId },
      }),
    delete: ({ projectId, orderId }: OneOrder): Promise<void> =>
      call.nothing({ method: 'DELETE', path: one(orderId), query: { project_id: projectId } }),
  };
};

const fieldsOf = (fields: PurchaseOrderFields) => ({
  number: fields.number,
  title: fields.title,
  description: fields.description,
  status: fields.status,
  vendor_id: optionalNumeral(fields.vendorId),
  contract_date: fields.contractDate,
  delivery_date: fields.deliveryDate,
  upload_ids: fields.uploadIds,
});

/** Amounts are text, as the contract types them for commitments. */
const syncLine = (line: OrderSyncLine) => ({
  id: optionalNumeral(line.id),
  amount: line.amount,
  quantity: line.quantity,
  unit_cost: line.unitCost,
  extended_type: line.extendedType,
  uom: line.uom,
  description: line.description,
  cost_code_id: optionalNumeral(line.costCodeId),
  line_item_type_id: optionalNumeral(line.lineItemTypeId),
  tax_code_id: optionalNumeral(line.taxCodeId),
  origin_data: line.originData,
});
