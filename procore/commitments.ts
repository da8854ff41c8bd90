import { z } from 'zod';
import { type Call, type PageInput, range, segment } from './call.ts';
import { count, decimal, flag, id, optional, optionalId, rows, text } from './fields.ts';

const header = {
  id,
  number: text,
  title: text,
  /** title case, and other words for each kind */
  status: text,
  description: text,
  executed: flag,
  private: flag,
  accounting_method: text,
  /** the name of the vendor stands under `company` */
  vendor: optional(z.object({ id: optionalId, company: text })),
  /** of the schedule of values, without change orders */
  grand_total: decimal,
  approved_change_orders: decimal,
  /** billed so far by subcontractor invoices */
  total_requisitions_amount: decimal,
  /** false: subcontractor invoices are switched off for it */
  requisitions_are_enabled: flag,
  origin_id: text,
  origin_data: text,
  deleted_at: text,
  updated_at: text,
};

/** A line of a contract or of a change order, as the record that holds it shows it. */
const shownLine = {
  id,
  position: count,
  description: text,
  quantity: decimal,
  uom: text,
  unit_cost: decimal,
  /** excluding tax */
  extended_amount: decimal,
  cost_code: optional(z.object({ id: optionalId, full_code: text, name: text })),
  line_item_type: optional(z.object({ id: optionalId, code: text })),
};

const contractLine = {
  ...shownLine,
  amount: decimal,
  wbs_code: optional(z.object({ id: optionalId, flat_code: text })),
  tax_code_id: optionalId,
  origin_data: text,
};

/** A row of the list of purchase orders or of subcontracts: no lines. */
export const commitmentRow = z.object({ ...header, retainage_percent: text });
export type CommitmentRow = z.infer<typeof commitmentRow>;

/** A purchase order or subcontract, whole, but for its retainage: the row of the list says that. */
export const commitment = z.object({ ...header, line_items: rows(z.object(contractLine)) });

export type Commitment = z.infer<typeof commitment>;
export type CommitmentLine = z.infer<z.ZodObject<typeof contractLine>>;

export interface CommitmentsPageInput extends PageInput {
  projectId: string;
  ids?: readonly string[];
  /** an instant, ISO 8601 */
  updatedFrom?: string;
}

/** What purchase orders and subcontracts have in common, contract section 10.2. Deleted ones are listed with `deleted_at`. */
export const createCommitments = (call: Call, path: string) => ({
  page: ({ projectId, ids, updatedFrom, cursor }: CommitmentsPageInput) =>
    call.page(
      commitmentRow,
      path,
      {
        project_id: projectId,
        'filters[id]': ids,
        'filters[updated_at]': range(updatedFrom, undefined),
        'filters[include_deleted]': 'with',
        per_page: 200,
      },
      { cursor },
    ),
  /** With its lines. */
  show: ({ projectId, id: contractId }: { projectId: string; id: string }): Promise<Commitment> =>
    call.one(commitment, { method: 'GET', path: `${path}/${segment(contractId)}`, query: { project_id: projectId } }),
});

/** The lines of a change order package, or of a potential change order. */
export const changeOrderLine = shownLine;
