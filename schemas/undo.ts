import { z } from 'zod';
import { Id, Money } from './common.ts';

const UndoAction = z.enum(['delete', 'reverse', 'release']);

const BillAction = z.enum(['remove', 'release']);

/** GET /api/invoices/:id/undo: what taking it back from Procore and accounting would come to, from a look at each record now */
export const UndoPreview = z.object({
  parts: z.array(
    z.object({
      partId: Id,
      projectText: z.string(),
      procoreId: z.string(),
      /** excluding tax, as it stands in Procore */
      total: Money,
      action: UndoAction,
      /** why it is not simply deleted; empty when it is */
      why: z.string(),
      /** the number of the record that would reverse it */
      reversal: z.string().nullable(),
    }),
  ),
  /** the bill for its overheads; null where none stands in accounting */
  bill: z
    .object({
      system: z.string(),
      number: z.string(),
      kind: z.enum(['bill', 'credit_note']),
      /** excluding tax */
      total: Money,
      /** null: it cannot be taken back, and so the invoice cannot */
      action: BillAction.nullable(),
      why: z.string(),
    })
    .nullable(),
});
export type UndoPreview = z.infer<typeof UndoPreview>;

/** POST /api/invoices/:id/undo: does what the preview showed, or nothing if that has changed; 202 with the Invoice */
export const UndoRequest = z.object({
  reason: z.string().trim().min(1, 'Say why.').max(500),
  parts: z.array(z.object({ partId: Id, action: UndoAction })),
  bill: BillAction.nullish(),
});
