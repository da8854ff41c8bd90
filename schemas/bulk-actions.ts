import { z } from 'zod';
import { Day, Id, Moment, Money } from './common.ts';

/** What the invoices have in common; at least one thing. */
const BulkFilter = z
  .object({
    problem: z.string().trim().min(1).max(50).optional(),
    search: z.string().trim().min(1).max(200).optional(),
    payableAccountId: Id.optional(),
    projectId: Id.optional(),
    companyId: Id.optional(),
    from: Day.optional(),
    until: Day.optional(),
  })
  .strict();

/** POST /api/bulk-actions/preview: what the action would take now. An empty filter is refused. */
export const BulkRequest = z.object({ kind: z.enum(['send', 'retry']), filter: BulkFilter });
export const BulkPreview = z.object({
  count: z.number().int(),
  value: Money,
  oldestDate: Day.nullable(),
  /** match too, but are from before go-live and stay */
  beforeGoLive: z.number().int(),
});
export type BulkPreview = z.infer<typeof BulkPreview>;

/** POST /api/bulk-actions: 202; refused with 409 when it is no longer the count that was previewed */
export const BulkStart = BulkRequest.extend({ expected: z.number().int().min(1) });

/** GET /api/bulk-actions/:id, and the answer of POST /api/bulk-actions/:id/cancel, which takes back what was not started */
export const BulkAction = z.object({
  id: Id,
  kind: z.enum(['send', 'retry', 'schedule', 'undo']),
  actor: z.string(),
  createdAt: Moment,
  cancelledAt: Moment.nullable(),
  total: z.number().int(),
  value: Money,
  queued: z.number().int(),
  underWay: z.number().int(),
  /** of an undo: gone from where they were sent to */
  sent: z.number().int(),
  /** of an undo: stayed after all; the row of each says why */
  failed: z.number().int(),
  /** taken back, or gone on to something else */
  other: z.number().int(),
});
export type BulkAction = z.infer<typeof BulkAction>;
export const BulkActions = z.array(BulkAction);

/** How many invoices are taken back at once: each is looked at in Procore before a person agrees. */
export const UNDO_AT_ONCE = 100;

/** POST /api/bulk-actions/undo-preview: invoices chosen one by one, or by a filter. Asks Procore and accounting about each. */
export const BulkUndoRequest = z.union([
  z.object({ ids: z.array(Id).min(1).max(UNDO_AT_ONCE) }).strict(),
  z.object({ filter: BulkFilter }).strict(),
]);
export const BulkUndoPreview = z.object({
  /** of those that may be taken back: how many, and what they are worth excluding tax */
  count: z.number().int(),
  value: Money,
  ids: z.array(Id),
  /** may not be touched, and why */
  staying: z.array(
    z.object({ id: Id, number: z.string(), vendorName: z.string().nullable(), total: Money, why: z.string() }),
  ),
});
export type BulkUndoPreview = z.infer<typeof BulkUndoPreview>;

/** POST /api/bulk-actions/undo: 202 with the BulkAction; what has changed since the preview stays and says so */
export const BulkUndoStart = z.object({
  ids: z.array(Id).min(1).max(UNDO_AT_ONCE),
  reason: z.string().trim().min(1, 'Say why.').max(500),
});
