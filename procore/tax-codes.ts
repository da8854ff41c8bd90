import { z } from 'zod';
import type { Call } from './call.ts';
import { decimal, flag, id, text } from './fields.ts';

export const taxCode = z.object({
  id,
  code: text,
  description: text,
  /** percent: 15 is 15 %; one tax type per company, so there is no second rate */
  rate1: decimal,
  archived: flag,
});
export type TaxCode = z.infer<typeof taxCode>;

/** Archived codes stay in the list (contract section 9). */
export const createTaxCodes = (call: Call) => ({
  all: (): Promise<TaxCode[]> =>
    call.all(taxCode, '/rest/v1.0/tax_codes', { company_id: call.companyId, per_page: 100 }),
});
