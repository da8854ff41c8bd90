import { z } from 'zod';
import { Id, Money, ProblemView } from './common.ts';

/** POST /api/invoices/dry-run {ids}: what sending them would come to; nothing is written, here or in Procore */
export const DryRunRequest = z.object({ ids: z.array(Id).min(1, 'Choose at least one invoice.').max(200) });

const DryRunInvoice = z.object({
  id: Id,
  number: z.string(),
  vendorName: z.string().nullable(),
  total: Money,
  records: z.array(
    z.object({
      kind: z.enum(['direct_cost', 'claim']),
      place: z.string(),
      /** it stands in Procore already and would be changed where it differs */
      exists: z.boolean(),
      status: z.string(),
      lines: z.array(
        z.object({
          position: z.number().int(),
          code: z.string().nullable(),
          costType: z.string().nullable(),
          description: z.string().nullable(),
          quantity: z.string().nullable(),
          unitPrice: z.string().nullable(),
          amount: Money,
          taxCode: z.string().nullable(),
          /** only of a claim */
          retained: Money.optional(),
          released: Money.optional(),
        }),
      ),
      total: Money,
      tax: Money,
      /** what a claim keeps back and releases, and what is left to pay, excluding tax */
      retention: z.object({ retained: Money, released: Money, net: Money }).nullable(),
    }),
  ),
  /** places whose record would go, since the invoice no longer has a line there */
  removes: z.array(z.string()),
  /** vendors, codes and types that would be made first */
  creates: z.array(z.string()),
  files: z.array(z.string()),
  notes: z.array(z.string()),
  /** what of it does not go to Procore, excluding tax */
  overhead: Money.nullable(),
  problems: z.array(ProblemView),
  smallestTolerance: Money.nullable(),
  passes: z.boolean(),
});
export type DryRunInvoice = z.infer<typeof DryRunInvoice>;

export const DryRunResult = z.object({
  invoices: z.array(DryRunInvoice),
  /** of those that would pass */
  passing: z.object({ count: z.number().int(), total: Money, tax: Money }),
  /** the smallest rounding tolerance at which none fails for rounding; null when the present one does */
  smallestTolerance: Money.nullable(),
});
export type DryRunResult = z.infer<typeof DryRunResult>;
