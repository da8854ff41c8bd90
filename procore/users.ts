import { z } from 'zod';
import { type Call, type PageInput, range, segment } from './call.ts';
import { flag, id, text } from './fields.ts';

export const user = z.object({
  id,
  first_name: text,
  last_name: text,
  name: text,
  email_address: text,
  employee_id: text,
  is_active: flag,
  is_employee: flag,
  updated_at: text,
});

export type User = z.infer<typeof user>;

export interface UsersPageInput extends PageInput {
  updatedFrom?: string;
  updatedTo?: string;
}

/** Active company users, v1.3. */
export const createUsers = (call: Call) => ({
  page: ({ updatedFrom, updatedTo, cursor }: UsersPageInput) =>
    call.page(
      user,
      `/rest/v1.3/companies/${segment(call.companyId)}/users`,
      { 'filters[updated_at]': range(updatedFrom, updatedTo), per_page: 200 },
      { cursor },
    ),
  /** Also of one who is no longer active, whom no list shows. */
  show: (userId: string): Promise<User> =>
    call.one(user, { method: 'GET', path: `/rest/v1.3/companies/${segment(call.companyId)}/users/${segment(userId)}` }),
});
