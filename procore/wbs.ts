import { z } from 'zod';
import { type Call, type PageInput, segment } from './call.ts';
import { count, flag, id, optional, optionalId, rows, text } from './fields.ts';

export const wbsSegment = z.object({
  id,
  /** cost_code, line_item_type, sub_job or custom */
  type: text,
  name: text,
  position: count,
  required: flag,
});
export type WbsSegment = z.infer<typeof wbsSegment>;

export const wbsPattern = z.object({ id, segments: rows(wbsSegment) });
export type WbsPattern = z.infer<typeof wbsPattern>;

/** Its id is not the cost code's or cost type's id; whether the two agree is not said (contract section 7). */
export const segmentItem = z.object({
  id,
  code: text,
  name: text,
  parent_id: optionalId,
  path_code: text,
  is_parent: flag,
  status: text,
  segment: optional(z.object({ id: optionalId, type: text })),
});

/** A budget code: one item of each segment. */
export const wbsCode = z.object({
  id,
  flat_code: text,
  description: text,
  status: text,
  segment_items: rows(segmentItem),
});
export type WbsCode = z.infer<typeof wbsCode>;

export interface WbsCodesPageInput extends PageInput {
  projectId: string;
}

/** Work breakdown structure of a project, contract section 7. */
export const createWbs = (call: Call) => {
  const base = (projectId: string) => `/rest/v1.0/projects/${segment(projectId)}/work_breakdown_structure`;
  return {
    pattern: (projectId: string): Promise<WbsPattern> =>
      call.one(wbsPattern, { method: 'GET', path: `${base(projectId)}/patterns` }),
    /** the company's segments; without a custom one no project has any */
    companySegments: (): Promise<WbsSegment[]> =>
      call.all(wbsSegment, `/rest/v1.0/companies/${segment(call.companyId)}/work_breakdown_structure/segments`, {}),
    /** Inactive ones, and those of divisions, too. */
    codesPage: ({ projectId, cursor }: WbsCodesPageInput) =>
      call.page(wbsCode, `${base(projectId)}/wbs_codes`, { per_page: 500 }, { cursor }),
  };
};
