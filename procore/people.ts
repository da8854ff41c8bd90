import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { flag, id, optional, optionalId, text } from './fields.ts';

/** A person of the company or of a project, with or without a login. `id` is the party of time cards, `user_id` the login. */
export const person = z.object({
  id,
  user_id: optionalId,
  first_name: text,
  last_name: text,
  employee_id: text,
  is_employee: flag,
  contact: optional(z.object({ is_active: flag, email: text })),
});
export type Person = z.infer<typeof person>;

/** People, contract section 5: no `updated_at` filter, so the list is read whole. */
export const createPeople = (call: Call) => ({
  ofCompany: (): Promise<Person[]> =>
    call.all(person, `/rest/v1.0/companies/${segment(call.companyId)}/people`, { per_page: 500 }),
  ofProject: (projectId: string): Promise<Person[]> =>
    call.all(person, `/rest/v1.0/projects/${segment(projectId)}/people`, { per_page: 500 }),
});
