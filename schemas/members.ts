import { z } from 'zod';
import { Moment } from './common.ts';
import { Role } from './session.ts';

export const LEAST_PASSWORD_LENGTH = 12;
const MOST_PASSWORD_LENGTH = 128;

/** A password as it is chosen; the length is all that is asked of it. */
const NewPassword = z
  .string()
  .min(LEAST_PASSWORD_LENGTH, `A password has at least ${LEAST_PASSWORD_LENGTH} characters.`)
  .max(MOST_PASSWORD_LENGTH, `A password has at most ${MOST_PASSWORD_LENGTH} characters.`);

const Roles = z
  .array(Role)
  .min(1, 'Choose at least one role.')
  .transform((roles) => [...new Set(roles)]);

/** The sign-in library's own id of a person. */
export const MemberId = z.string().regex(/^[\w-]{1,64}$/);

/** A person who may sign in to the account. */
export const Member = z.object({
  id: MemberId,
  name: z.string(),
  email: z.string(),
  roles: z.array(Role),
  addedAt: Moment,
  /** null: never */
  lastSignInAt: Moment.nullable(),
  /** signs in to another account too, with the same password, so that no admin sets it */
  isElsewhere: z.boolean(),
});
export type Member = z.infer<typeof Member>;

export const Members = z.object({ rows: z.array(Member) });

export const NewMember = z.strictObject({
  name: z.string().trim().min(1, 'Enter a name.').max(100),
  email: z.email('This is not an email address.').max(200).toLowerCase(),
  roles: Roles,
  /** left out: we make one */
  password: NewPassword.optional(),
});

/** The answer to adding a person, the only one that holds a password we made. */
export const AddedMember = Member.extend({
  /** null where the admin chose it, or where the person signed in to another account already and keeps theirs */
  password: z.string().nullable(),
  /** name and password are those the person had already */
  isKnown: z.boolean(),
});
export type AddedMember = z.infer<typeof AddedMember>;

export const MemberChange = z.strictObject({ roles: Roles });

export const MemberPassword = z.strictObject({ password: NewPassword.optional() });
/** null where the admin chose it */
export const SetPassword = z.object({ password: z.string().nullable() });
export type SetPassword = z.infer<typeof SetPassword>;

export const OwnPasswordChange = z.strictObject({
  currentPassword: z.string().min(1, 'Enter your present password.').max(MOST_PASSWORD_LENGTH),
  newPassword: NewPassword,
});
