import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';
import { type Call, type PageInput, range, segment } from './call.ts';
import { count, flag, id, optional, optionalId, rows, text } from './fields.ts';
import { numeral } from './json.ts';

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

export interface SegmentItemsPageInput extends PageInput {
  projectId: string;
  segmentId: string;
  /** finds the item of one cost code by the cost code's own id */
  legacyCostCodeId?: string;
  /** needed for codes of a sub job */
  legacySubJobId?: string;
}

export interface WbsCodesPageInput extends PageInput {
  projectId: string;
  updatedFrom?: string;
  updatedTo?: string;
}

export interface NewWbsCode {
  projectId: string;
  pattern: WbsPattern;
  items: readonly { segmentId: string; segmentItemId: string }[];
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
    segments: (projectId: string): Promise<WbsSegment[]> => call.all(wbsSegment, `${base(projectId)}/segments`, {}),
    segmentItems: ({ projectId, segmentId, legacyCostCodeId, legacySubJobId, cursor }: SegmentItemsPageInput) =>
      call.page(
        segmentItem,
        `${base(projectId)}/segments/${segment(segmentId)}/segment_items`,
        { legacy_cost_code_id: legacyCostCodeId, legacy_sub_job_id: legacySubJobId, per_page: 1000 },
        { cursor },
      ),
    codesPage: ({ projectId, updatedFrom, updatedTo, cursor }: WbsCodesPageInput) =>
      call.page(
        wbsCode,
        `${base(projectId)}/wbs_codes`,
        { 'filters[updated_at]': range(updatedFrom, updatedTo), per_page: 500 },
        { cursor },
      ),
    /**
     * Finds or creates the code of a combination. No description is sent: Procore would overwrite an existing one.
     *
     * @throws DomainError `REFUSED` when the project's pattern asks for a segment of the customer's own
     */
    createCode: async (input: NewWbsCode): Promise<WbsCode> => {
      refuseCustomSegments(input.pattern);
      return call.one(wbsCode, {
        method: 'POST',
        path: `${base(input.projectId)}/wbs_codes`,
        body: {
          segment_items: input.items.map((item) => ({
            segment_id: numeral(item.segmentId),
            segment_item_id: numeral(item.segmentItemId),
          })),
        },
      });
    },
  };
};

const KNOWN_SEGMENTS = ['cost_code', 'line_item_type', 'sub_job'];

/** Which item of a segment of the customer's own a line belongs to is not known here. */
function refuseCustomSegments({ segments }: WbsPattern): void {
  const custom = segments.find(({ type, required }) => required === true && !KNOWN_SEGMENTS.includes(type ?? ''));
  if (custom === undefined) return;
  const said = `budget codes of this project need the segment "${custom.name ?? custom.type}", which is not supported`;
  throw new DomainError('REFUSED', { what: 'a budget code', said });
}
