import { z } from 'zod';
import type { Call } from './call.ts';
import { flag, id, optionalId, text } from './fields.ts';

export const me = z.object({ id: optionalId, login: text, name: text });
export type Me = z.infer<typeof me>;

export const company = z.object({ id, name: text, is_active: flag });
export type Company = z.infer<typeof company>;

/** Texts by name; which names there are is hardly described. */
export const companyBaseUrl = z.record(z.string(), z.unknown()).transform((answer) => ({
  /** where the company's API answers, if Procore names a host for it; its web address (`web_base_url`) is none */
  apiUrl: typeof answer.base_url === 'string' ? answer.base_url : null,
}));
export type CompanyBaseUrl = z.infer<typeof companyBaseUrl>;

/** Who is signed in, and which companies that sign-in reaches. A person's token needs no company for either. */
export const createIdentity = (call: Call) => ({
  me: (): Promise<Me> => call.one(me, { method: 'GET', path: '/rest/v1.0/me' }),
  companies: (): Promise<Company[]> => call.all(company, '/rest/v1.0/companies', { per_page: 100 }),
  /** Zone routing: where the company named in the scope is reached (contract section 3). */
  baseUrl: (): Promise<CompanyBaseUrl> =>
    call.one(companyBaseUrl, { method: 'GET', path: '/rest/v1.0/company_base_url' }),
});
