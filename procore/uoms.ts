import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { id, text } from './fields.ts';

export const uom = z.object({ id, name: text, description: text });
export type Uom = z.infer<typeof uom>;

/** Units of measure. A line's `uom` must be one of their names. */
export const createUoms = (call: Call) => ({
  all: (): Promise<Uom[]> => call.all(uom, `/rest/v1.0/companies/${segment(call.companyId)}/uoms`, { per_page: 100 }),
});
