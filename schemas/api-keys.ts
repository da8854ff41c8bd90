import { z } from 'zod';
import { Id, Moment } from './common.ts';
import { Role } from './session.ts';

/** A machine's key as it can be seen ever after: never the key itself. */
export const ApiKey = z.object({
  id: Id,
  name: z.string(),
  /** the first characters, so that people can tell keys apart */
  prefix: z.string(),
  roles: z.array(Role),
  createdAt: Moment,
  lastUsedAt: Moment.nullable(),
  revokedAt: Moment.nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeys = z.object({ rows: z.array(ApiKey) });

export const NewApiKey = z.strictObject({
  name: z.string().trim().min(1, 'Enter a name, such as the program that will use the key.').max(100),
  roles: z.array(Role).min(1, 'Choose at least one role.'),
});

/** The answer to making a key, the only one that holds it: `Authorization: Bearer lk_...`. */
export const MadeApiKey = ApiKey.extend({ key: z.string() });
export type MadeApiKey = z.infer<typeof MadeApiKey>;
