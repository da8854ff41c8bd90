import { z } from 'zod';
import { COMMITMENT_KINDS } from '../domain/commitments.ts';
import { Id, Money, Quantity } from './common.ts';

const Allocation = z.object({
  /** 1-based line of the invoice */
  position: z.number().int().min(1),
  /** line of the purchase order, subcontract or variation */
  lineId: Id,
  /** excluding tax; blank: worked out from the quantity at the price of the line */
  amount: Money.nullish(),
  quantity: Quantity.nullish(),
});

/** PUT /api/invoices/:id/allocations: all of them anew, answered with Allocations. */
export const AllocationsInput = z.object({ allocations: z.array(Allocation).max(2000) });
export type AllocationsInput = z.infer<typeof AllocationsInput>;

const AllocatableLine = z.object({
  id: Id,
  position: z.number().int(),
  description: z.string().nullable(),
  variation: z.string().nullable(),
  amount: Money,
  unitPrice: z.string().nullable(),
  unit: z.string().nullable(),
  /** what is left for this invoice, by what Lentune knows */
  remaining: Money,
  /** why nothing may be booked on it */
  whyNot: z.string().nullable(),
});

/** GET /api/invoices/:id/allocations */
export const Allocations = z.object({
  commitments: z.array(
    z.object({
      kind: z.enum(COMMITMENT_KINDS),
      id: Id,
      projectId: Id,
      procoreId: z.string().nullable(),
      number: z.string(),
      status: z.string(),
      /** false: its kind is not exchanged with Procore, so it is only text on the invoice */
      isSynced: z.boolean(),
      /** the order against the whole invoice, excluding tax */
      light: z.enum(['green', 'orange', 'red']),
      lines: z.array(AllocatableLine),
    }),
  ),
  /** lines of the invoice with what is left to allocate */
  lines: z.array(
    z.object({ position: z.number().int(), description: z.string().nullable(), amount: Money, left: Money }),
  ),
  allocations: z.array(
    z.object({ position: z.number().int(), lineId: Id, amount: Money, quantity: z.string().nullable() }),
  ),
});
export type Allocations = z.infer<typeof Allocations>;

/** POST /api/invoices/:id/over-allocation: an admin lets an invoice book more than is left, with a reason. */
export const OverAllocation = z.object({ reason: z.string().trim().min(3, 'Say why.').max(500) });

/** GET /api/purchase-orders/:id/claims and /api/subcontracts/:id/claims: its claims here, the next to go first. */
export const ClaimQueue = z.object({
  claims: z.array(
    z.object({
      invoiceId: Id,
      number: z.string(),
      /** which claim of the commitment Procore made of it */
      claim: z.number().int().nullable(),
      total: Money,
      /** `held`: the invoice stands still, and `says` why */
      state: z.enum(['planned', 'sending', 'sent', 'held']),
      says: z.string().nullable(),
    }),
  ),
});
export type ClaimQueue = z.infer<typeof ClaimQueue>;
