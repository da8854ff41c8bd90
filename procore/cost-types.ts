import { z } from 'zod';
import type { Call } from './call.ts';
import { id, text } from './fields.ts';
import { numeral } from './json.ts';

/** A cost type: Procore's "line item type". */
export const costType = z.object({ id, name: text, code: text, base_type: text, origin_data: text });
export type CostType = z.infer<typeof costType>;

export interface NewCostType {
  name: string;
  code: string;
  /** labor, equipment, materials, commitment, owner_cost, professional_services or other */
  baseType: string;
  originData?: string;
}

/** The company's cost types. The code is read as `code` but written as `csv_import_code` (contract section 6). */
export const createCostTypes = (call: Call) => ({
  all: (): Promise<CostType[]> =>
    call.all(costType, '/rest/v1.0/line_item_types', { company_id: call.companyId, per_page: 100 }),
  create: (input: NewCostType): Promise<CostType> =>
    call.one(costType, {
      method: 'POST',
      path: '/rest/v1.0/line_item_types',
      body: {
        company_id: numeral(call.companyId),
        line_item_type: {
          name: input.name,
          csv_import_code: input.code,
          base_type: input.baseType,
          origin_data: input.originData,
        },
      },
    }),
});
