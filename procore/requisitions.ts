import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { count, decimal, flag, id, optional, optionalId, rows, text } from './fields.ts';
import { numeral, optionalNumeral } from './json.ts';

/** One line of the commitment on a requisition. Money is dollars excluding tax. */
const item = {
  id,
  /** contract_item, contract_detail_item or change_order_item */
  item_type: text,
  /** the line of the schedule of values or of the change order */
  line_item_id: optionalId,
  description_of_work: text,
  scheduled_value: decimal,
  work_completed_from_previous_application: decimal,
  work_completed_this_period: decimal,
  materials_presently_stored: decimal,
  work_completed_retainage_from_previous_application: decimal,
  work_completed_retainage_retained_this_period: decimal,
  work_completed_retainage_released_this_period: decimal,
  net_amount: decimal,
  scheduled_quantity: decimal,
  scheduled_unit_price: decimal,
  work_completed_this_period_quantity: decimal,
  work_completed_from_previous_application_quantity: decimal,
};

/** A subcontractor invoice, with its items where `view=items` asked for them. */
export const requisition = z.object({
  id,
  commitment_id: optionalId,
  /** counts up within the commitment */
  number: count,
  period_id: optionalId,
  /** one guide sends a number where the reference says text */
  invoice_number: optional(z.union([z.string(), z.number()]).transform(String)),
  billing_date: text,
  payment_date: text,
  status: text,
  deletable: flag,
  vendor_id: optionalId,
  origin_id: text,
  origin_data: text,
  summary: optional(z.object({ tax_applicable_to_this_payment: decimal })),
  attachments: rows(z.object({ id, filename: text })),
  items: rows(z.object(item)),
  /** the change order packages whose items are on it */
  item_packages: rows(z.object({ id: optionalId, change_order_id: optionalId })),
});
export type Requisition = z.infer<typeof requisition>;
export type RequisitionItem = Requisition['items'][number];

/** An item of a change order on a requisition, as their own list shows it. */
export const changeOrderItem = z.object({ id, line_item_id: optionalId, change_order_package_id: optionalId });

/** Only the fields of work completed: those of materials are never sent. Decimal strings. */
export interface ItemFields {
  workCompleted?: string;
  workCompletedQuantity?: string;
  /** needs Admin on Commitments in Procore */
  retained?: string;
  /** needs Admin on Commitments in Procore */
  released?: string;
}

/** An item of a new requisition, by the line it stands for. */
export interface NewItem extends ItemFields {
  lineItemId: string;
}

/** An item that is there. */
export interface ChangedItem extends ItemFields {
  id: string;
  itemType: string;
}

interface OfCommitment {
  projectId: string;
  commitmentId: string;
}

interface OneRequisition extends OfCommitment {
  requisitionId: string;
}

/** Dates are `YYYY-MM-DD`. A field left out is not touched. */
export interface RequisitionFields {
  invoiceNumber?: string;
  billingDate?: string;
  status?: string;
  /** uuids of uploads: their files are attached */
  uploadIds?: readonly string[];
}

const BASE = '/rest/v1.1/requisitions';

/** Subcontractor invoices, which the API calls requisitions: contract section 12. */
export const createRequisitions = (call: Call) => ({
  /** All of a commitment with their items, in no promised order. */
  ofCommitment: ({ projectId, commitmentId }: OfCommitment): Promise<Requisition[]> =>
    call.all(requisition, BASE, {
      project_id: projectId,
      'filters[commitment_id]': commitmentId,
      view: 'items',
      per_page: 100,
    }),
  show: ({ projectId, requisitionId }: Omit<OneRequisition, 'commitmentId'>): Promise<Requisition> =>
    call.one(requisition, {
      method: 'GET',
      path: `${BASE}/${segment(requisitionId)}`,
      query: { project_id: projectId, view: 'items' },
    }),
  /** A draft. Procore makes its items from the schedule of values; `items` fills those of its own lines. */
  create: ({
    projectId,
    commitmentId,
    periodId,
    originData,
    items,
    ...fields
  }: OfCommitment &
    RequisitionFields & { periodId: string; originData: string; items: readonly NewItem[] }): Promise<Requisition> =>
    call.one(requisition, {
      method: 'POST',
      path: BASE,
      query: { view: 'items' },
      body: wrapped(projectId, commitmentId, {
        ...headerFields({ ...fields, status: 'draft' }),
        period_id: numeral(periodId),
        origin_data: originData,
        ...(items.length === 0
          ? {}
          : {
              items: items.map(({ lineItemId, ...rest }) => ({
                line_item_id: numeral(lineItemId),
                item_type: 'contract_item',
                ...itemFields(rest),
              })),
            }),
      }),
    }),
  update: ({
    projectId,
    commitmentId,
    requisitionId,
    items,
    ...fields
  }: OneRequisition & RequisitionFields & { items?: readonly ChangedItem[] }): Promise<Requisition> =>
    call.one(requisition, {
      method: 'PATCH',
      path: `${BASE}/${segment(requisitionId)}`,
      query: { view: 'items' },
      body: wrapped(projectId, commitmentId, {
        ...headerFields(fields),
        items: items?.map(({ id: itemId, itemType, ...rest }) => ({
          id: numeral(itemId),
          item_type: itemType,
          ...itemFields(rest),
        })),
      }),
    }),
  /** Whether the items of a change order are on it. */
  hasPackage: async ({
    projectId,
    requisitionId,
    packageId,
  }: OneRequisition & { packageId: string }): Promise<boolean> => {
    const items = await call.all(
      changeOrderItem,
      `/rest/v1.0/requisitions/${segment(requisitionId)}/change_order_items`,
      {
        project_id: projectId,
        'filters[change_order_id]': packageId,
        per_page: 100,
      },
    );
    return items.some(({ change_order_package_id }) => change_order_package_id === packageId);
  },
  /** Adds the items of an approved change order; asking twice is not said to be harmless, so `hasPackage` is asked first. */
  addPackage: ({
    projectId,
    commitmentId,
    requisitionId,
    packageId,
  }: OneRequisition & { packageId: string }): Promise<void> =>
    call.nothing({
      method: 'POST',
      path: `/rest/v1.0/requisitions/${segment(requisitionId)}/add_change_order_package`,
      query: { project_id: projectId, commitment_id: commitmentId, change_order_package_id: packageId },
    }),
  delete: ({ projectId, requisitionId }: Omit<OneRequisition, 'commitmentId'>): Promise<void> =>
    call.nothing({ method: 'DELETE', path: `${BASE}/${segment(requisitionId)}`, query: { project_id: projectId } }),
});

const wrapped = (projectId: string, commitmentId: string, requisitionBody: object) => ({
  project_id: numeral(projectId),
  commitment_id: optionalNumeral(commitmentId),
  requisition: requisitionBody,
});

const headerFields = ({ invoiceNumber, billingDate, status, uploadIds }: RequisitionFields) => ({
  invoice_number: invoiceNumber,
  billing_date: billingDate,
  status,
  upload_ids: uploadIds,
});

/** Text, as the contract types requisition money. */
const itemFields = ({ workCompleted, workCompletedQuantity, retained, released }: ItemFields) => ({
  work_completed_this_period: workCompleted,
  work_completed_this_period_quantity: workCompletedQuantity,
  work_completed_retainage_retained_this_period: retained,
  work_completed_retainage_released_this_period: released,
});
