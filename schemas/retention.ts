import { z } from 'zod';
import { Day, Id, Money } from './common.ts';

const Percent = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,4})?$/, 'Enter a percentage such as 5 or 7.5.')
  .refine((text) => Number(text) <= 100, 'A percentage is at most 100.');

/** PUT /api/subcontracts/:id/retention: Lentune's policy for one subcontract; null follows what Procore says of it. */
export const RetentionPolicy = z.object({
  percent: Percent.nullable(),
  /** the most that is kept back in all, in dollars; null is without end */
  limit: Money.refine((amount) => !amount.startsWith('-'), 'A limit is not negative.').nullable(),
});

/** GET /api/subcontracts/:id/retention */
export const Retention = RetentionPolicy.extend({
  percent: z.string().nullable(),
  limit: Money.nullable(),
  /** what Procore keeps back by itself, in per cent */
  procorePercent: z.string().nullable(),
  /** what claims of Lentune keep back, in per cent; null keeps nothing back */
  effectivePercent: z.string().nullable(),
  /** kept back by claims of Lentune and not released */
  held: Money,
});
export type Retention = z.infer<typeof Retention>;

/** POST /api/subcontracts/:id/claims: enters an invoice that claims on lines of a subcontract and its variations. */
export const ClaimEntry = z.object({
  number: z.string().trim().min(1, 'Enter the number of the claim.').max(255),
  invoiceDate: Day,
  /** a release of retention is an invoice of its own, which carries nothing else */
  type: z.enum(['claim', 'retention_release']),
  tax: Money,
  taxCodeId: Id.nullish(),
  lines: z
    .array(z.object({ lineId: Id, amount: Money }))
    .min(1, 'Enter an amount on at least one line.')
    .max(500),
});
export const ClaimEntered = z.object({ invoiceId: Id });
