import { z } from 'zod';
import { COMMITMENT_KINDS } from '../domain/commitments.ts';
import { VARIATION_STATES } from '../domain/variations.ts';
import { CompanyPageQuery, Id, Money } from './common.ts';

/** GET /api/purchase-orders and GET /api/subcontracts (pages): a commitment, amounts excluding tax. */
export const Commitment = z.object({
  id: Id,
  number: z.string(),
  description: z.string().nullable(),
  projectId: Id,
  projectCode: z.string(),
  projectName: z.string(),
  companyName: z.string(),
  /** null while the vendor is not a supplier here; its name in Procore is shown all the same */
  vendorId: Id.nullable(),
  vendorName: z.string().nullable(),
  /** Procore's own word; null while it is not there */
  status: z.string().nullable(),
  /** nothing may be invoiced against it, and why */
  isGreyed: z.boolean(),
  whyGreyed: z.string().nullable(),
  isActive: z.boolean(),
  isPrivate: z.boolean(),
  /** of its lines */
  original: Money,
  /** what its variations add */
  approvedChanges: Money,
  revised: Money,
  invoiced: Money,
  remaining: Money,
  variationCount: z.number().int(),
  /** variations that block claims until a person has settled them */
  problemCount: z.number().int(),
});
export type Commitment = z.infer<typeof Commitment>;

export const CommitmentQuery = CompanyPageQuery.extend({ projectId: Id.optional() });

export const CommitmentLine = z.object({
  id: Id,
  position: z.number().int(),
  description: z.string().nullable(),
  costCode: z.string().nullable(),
  costCodeName: z.string().nullable(),
  /** whether the cost code has come in from Procore */
  isCodeKnown: z.boolean(),
  costType: z.string().nullable(),
  quantity: z.string().nullable(),
  unitPrice: z.string().nullable(),
  unit: z.string().nullable(),
  amount: Money,
  /** booked on it by invoices and claims of Lentune */
  claimed: Money,
  /** Procore does not have it any more */
  isRemoved: z.boolean(),
});
export type CommitmentLine = z.infer<typeof CommitmentLine>;

const Variation = z.object({
  id: Id,
  number: z.string(),
  description: z.string().nullable(),
  /** as the company calls it in Procore */
  statusName: z.string(),
  state: z.enum(VARIATION_STATES),
  amount: Money,
  /** what it adds: the amount while approved, else nothing */
  worth: Money,
  problem: z.string().nullable(),
  lines: z.array(CommitmentLine),
});
export type Variation = z.infer<typeof Variation>;

/** GET /api/purchase-orders/:id and GET /api/subcontracts/:id */
export const CommitmentDetail = Commitment.extend({
  procoreId: z.string().nullable(),
  isExecuted: z.boolean(),
  accountingMethod: z.enum(['amount', 'unit']),
  retainagePercent: z.string().nullable(),
  lines: z.array(CommitmentLine),
  variations: z.array(Variation),
});
export type CommitmentDetail = z.infer<typeof CommitmentDetail>;

const Kind = z.enum(COMMITMENT_KINDS);
export type CommitmentKind = z.infer<typeof Kind>;

/** GET /api/commitments/why: why a commitment is not here. Procore is asked while one waits. */
export const WhyNotHereQuery = z.object({
  kind: Kind,
  projectId: Id,
  number: z.string().trim().min(1, 'Enter the number of the commitment.').max(255),
});
export const WhyNotHere = z.object({
  /** the record, when Lentune has it after all */
  id: Id.nullable(),
  /** for Refresh; null when Procore does not show it */
  procoreId: z.string().nullable(),
  checks: z.array(
    z.object({ verdict: z.enum(['fine', 'cause', 'unknown']), says: z.string(), fix: z.string().nullable() }),
  ),
});
export type WhyNotHere = z.infer<typeof WhyNotHere>;

/** POST /api/commitments/refresh, 202: reads one commitment again from Procore, or all of the kind without an id. */
export const CommitmentRefresh = z.object({
  kind: Kind,
  projectId: Id,
  procoreId: z
    .string()
    .regex(/^\d{1,30}$/, 'A Procore id is a number.')
    .optional(),
});
export const CommitmentRefreshed = z.object({ isQueued: z.literal(true) });
