import { z } from 'zod';
import { Id, Moment, PageQuery } from './common.ts';

/** Something a person or the integration did. */
export const ActivityEntry = z.object({
  id: Id,
  at: Moment,
  /** who, as people know them; null: the integration by itself */
  actor: z.string().nullable(),
  /** a noun and what became of it, such as `settings.changed` or `purchase-order.sent` */
  action: z.string(),
  /** the setting, company, supplier or document it was about, in words */
  subject: z.string(),
  /** one sentence, of documents */
  message: z.string().nullable(),
  result: z.enum(['success', 'fail', 'info']),
  /** where the document is shown; null for anything else */
  document: z.object({ kind: z.enum(['invoice', 'purchase_order']), id: Id }).nullable(),
  /** what a change changed, field by field; null is blank */
  changes: z.array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
});
export type ActivityEntry = z.infer<typeof ActivityEntry>;

/** GET /api/activity, newest first */
export const ActivityQuery = PageQuery.omit({ cursor: true }).extend({
  cursor: Id.optional(),
  show: z.enum(['all', 'changes', 'documents']).default('all'),
});
export const ActivityPage = z.object({ rows: z.array(ActivityEntry), nextCursor: z.string().nullable() });
export type ActivityPage = z.infer<typeof ActivityPage>;
