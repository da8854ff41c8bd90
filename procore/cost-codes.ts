import { z } from 'zod';
import { type Call, type PageInput, segment } from './call.ts';
import { costType } from './cost-types.ts';
import { flag, id, optional, optionalId, rows, text } from './fields.ts';
import { numeral, optionalNumeral } from './json.ts';

export const costCode = z.object({
  id,
  /** its own segment, `300` */
  code: text,
  /** with its parents, `02-300` */
  full_code: text,
  name: text,
  /** null, or an object without an id, at the root */
  parent: optional(z.object({ id: optionalId })),
  /** `Project` or `SubJob` */
  biller_type: text,
  biller_id: optionalId,
  budgeted: flag,
  line_item_types: rows(costType),
  origin_data: text,
  deleted_at: text,
  updated_at: text,
});
export type CostCode = z.infer<typeof costCode>;

export interface CostCodesPageInput extends PageInput {
  projectId: string;
  /** without it only codes billed to the project come back, never those of sub jobs */
  subJobId?: string;
  ids?: readonly string[];
}

export interface NewCostCode {
  projectId: string;
  /** the child segment alone; Procore composes the full code */
  code: string;
  name: string;
  /** left out: a root */
  parentId?: string;
  originData: string;
}

/** Project cost codes, contract section 6. */
export const createCostCodes = (call: Call) => ({
  page: ({ projectId, subJobId, ids, cursor }: CostCodesPageInput) =>
    call.page(
      costCode,
      '/rest/v1.0/cost_codes',
      { project_id: projectId, sub_job_id: subJobId, 'filters[id]': ids, per_page: 1000 },
      { cursor },
    ),
  show: ({ projectId, costCodeId, subJobId }: { projectId: string; costCodeId: string; subJobId?: string }) =>
    call.one(costCode, {
      method: 'GET',
      path: `/rest/v1.0/cost_codes/${segment(costCodeId)}`,
      query: { project_id: projectId, sub_job_id: subJobId },
    }),
  /** Always at project level, never in a sub job (setup guide, "Create cost code and cost type in procore"). */
  create: (input: NewCostCode): Promise<CostCode> =>
    call.one(costCode, {
      method: 'POST',
      path: '/rest/v1.0/cost_codes',
      body: {
        project_id: numeral(input.projectId),
        cost_code: {
          code: input.code,
          name: input.name,
          parent_id: optionalNumeral(input.parentId),
          origin_data: input.originData,
        },
      },
    }),
});
