import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { id, text } from './fields.ts';

/** What an hour can be in Procore: regular, overtime, or a kind of the company's own. */
export const timeType = z.object({ id, time_type: text });
export type TimeType = z.infer<typeof timeType>;

export const createTimeTypes = (call: Call) => ({
  all: (): Promise<TimeType[]> =>
    call.all(timeType, `/rest/v1.0/companies/${segment(call.companyId)}/timecard_time_types`, {}),
});
