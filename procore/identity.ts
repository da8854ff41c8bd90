import { z } from 'zod';
import type { Call } from './call.ts';
import { flag, id, optionalId, text } from './fields.ts';

export const me = z.object({ id: optionalId, login: text, name: text });
export type Me = z.infer<typeof me>;

export const company = z.object({ id, name: text, is_active: flag });
export type Company = z.infer<typeof company>;

/** Who is signed in, and which companies that sign-in reaches. A person's token needs no company for either. */
export const createIdentity = (call: Call) => ({
  me: (): Promise<Me> => call.one(me, { method: 'GET', path: '/rest/v1.0/me' }),
  companies: (): Promise<Company[]> => call.all(company, '/rest/v1.0/companies', { per_page: 100 }),
});
