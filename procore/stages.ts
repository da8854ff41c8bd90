import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { flag, id, text } from './fields.ts';

export const stage = z.object({ id, name: text, category: text, is_bidding_stage: flag });
export type Stage = z.infer<typeof stage>;

/** The company's own stage list. Names are the customer's; `category` is Procore's. */
export const createStages = (call: Call) => ({
  all: (): Promise<Stage[]> =>
    call.all(stage, `/rest/v1.0/companies/${segment(call.companyId)}/project_stages`, { per_page: 100 }),
});
