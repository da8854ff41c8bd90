import { z } from 'zod';
import type { Call, PageInput } from './call.ts';
import { flag, id, optionalId, text } from './fields.ts';

export const standardCostCodeList = z.object({ id, name: text, is_erp_list: flag });
export type StandardCostCodeList = z.infer<typeof standardCostCodeList>;

export const standardCostCode = z.object({
  id,
  standard_cost_code_list_id: optionalId,
  parent_id: optionalId,
  /** its own segment, `300` */
  code: text,
  /** with its parents, `02-300` */
  full_code: text,
  name: text,
});
export type StandardCostCode = z.infer<typeof standardCostCode>;

/** The company's master codes. Only the extended view holds more than ids (contract section 6). */
export const createStandardCostCodes = (call: Call) => ({
  lists: (): Promise<StandardCostCodeList[]> =>
    call.all(standardCostCodeList, '/rest/v1.0/standard_cost_code_lists', {
      company_id: call.companyId,
      per_page: 100,
    }),
  page: ({ listId, cursor }: PageInput & { listId: string }) =>
    call.page(
      standardCostCode,
      '/rest/v1.0/standard_cost_codes',
      { company_id: call.companyId, standard_cost_code_list_id: listId, view: 'extended', per_page: 1000 },
      { cursor },
    ),
});
