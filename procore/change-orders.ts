import { z } from 'zod';
import { type Call, type PageInput, range, segment } from './call.ts';
import { changeOrderLine } from './commitments.ts';
import { count, decimal, flag, id, optional, optionalId, rows, text } from './fields.ts';

const header = {
  id,
  contract_id: optionalId,
  number: text,
  title: text,
  status: text,
  executed: flag,
  /** excluding tax, markups included */
  grand_total: decimal,
  origin_id: text,
  deleted_at: text,
  updated_at: text,
};

/** A row of the list. It does not say whether the contract is a commitment; `show` does. */
export const changeOrderPackageRow = z.object(header);
export type ChangeOrderPackageRow = z.infer<typeof changeOrderPackageRow>;

const packageLine = z.object({
  ...changeOrderLine,
  wbs_code: optional(z.object({ id: optionalId, flat_code: text })),
  markup_line_items: rows(z.object({ id: optionalId, amount: decimal })),
});

/** Its lines are none where change orders have one tier: those stand on a hidden potential change order. */
export const changeOrderPackage = z.object({
  ...header,
  description: text,
  /** CommitmentContractChangeOrder, PrimeContractChangeOrder or ChangeOrderPackage */
  type: text,
  line_items: rows(packageLine),
});
export type ChangeOrderPackage = z.infer<typeof changeOrderPackage>;

export const changeOrderRequest = z.object({ id, change_order_package_id: optionalId });

export const potentialChangeOrder = z.object({
  id,
  contract_id: optionalId,
  change_order_request_id: optionalId,
  change_order_tiers: count,
  deleted_at: text,
});

export const potentialLine = z.object({
  ...changeOrderLine,
  amount: decimal,
  wbs_code: optional(z.object({ id: optionalId, flat_code: text })),
  tax_code_id: optionalId,
});
export type PotentialLine = z.infer<typeof potentialLine>;

/** What a company calls a status of change orders. */
export const changeOrderStatus = z.object({ id, name: text, mapped_to_status: text });

export interface PackagesPageInput extends PageInput {
  projectId: string;
  contractId?: string;
  ids?: readonly string[];
  /** an instant, ISO 8601 */
  updatedFrom?: string;
}

/** Change orders, contract section 11. Deleted packages are listed with `deleted_at`. */
export const createChangeOrders = (call: Call) => {
  const packages = '/rest/v1.0/change_order_packages';
  const potentials = '/rest/v1.0/potential_change_orders';
  return {
    /** Packages of commitments and prime contracts alike, unless the contract is named. */
    packagesPage: ({ projectId, contractId, ids, updatedFrom, cursor }: PackagesPageInput) =>
      call.page(
        changeOrderPackageRow,
        packages,
        {
          project_id: projectId,
          contract_id: contractId,
          'filters[id]': ids,
          'filters[updated_at]': range(updatedFrom, undefined),
          'filters[include_deleted]': 'with',
          per_page: 200,
        },
        { cursor },
      ),
    showPackage: ({ projectId, id: packageId }: { projectId: string; id: string }): Promise<ChangeOrderPackage> =>
      call.one(changeOrderPackage, {
        method: 'GET',
        path: `${packages}/${segment(packageId)}`,
        query: { project_id: projectId },
      }),
    /** What ties the potential change orders of a package to it. */
    requests: ({ projectId, contractId }: { projectId: string; contractId: string }) =>
      call.all(changeOrderRequest, '/rest/v1.0/change_order_requests', {
        project_id: projectId,
        contract_id: contractId,
        per_page: 200,
      }),
    potentials: ({ projectId, contractId, ids }: { projectId: string; contractId?: string; ids?: readonly string[] }) =>
      call.all(potentialChangeOrder, potentials, {
        project_id: projectId,
        'filters[contract_id]': contractId,
        'filters[id]': ids,
        'filters[include_deleted]': ids === undefined ? undefined : 'with',
        per_page: 200,
      }),
    potentialLines: ({ projectId, potentialId }: { projectId: string; potentialId: string }) =>
      call.all(potentialLine, `${potentials}/${segment(potentialId)}/line_items`, {
        project_id: projectId,
        per_page: 200,
      }),
    statuses: () =>
      call.all(changeOrderStatus, '/rest/v1.0/change_order/statuses', { company_id: call.companyId, per_page: 100 }),
  };
};
