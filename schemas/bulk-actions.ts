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
  kind: z.enum(['send', 'retry', 'schedule']),
  actor: z.string(),
  createdAt: Moment,
  cancelledAt: Moment.nullable(),
  total: z.number().int(),
  value: Money,
  queued: z.number().int(),
  underWay: z.number().int(),
  sent: z.number().int(),
  failed: z.number().int(),
  /** taken back, or gone on to something else */
  other: z.number().int(),
});
export type BulkAction = z.infer<typeof BulkAction>;
export const BulkActions = z.array(BulkAction);
