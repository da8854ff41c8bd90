import { z } from 'zod';
import { Moment } from './common.ts';

/** GET /api/overview */
export const Overview = z.object({
  connection: z.enum(['disconnected', 'connected', 'reconnect_needed']),
  temporal: z.enum(['up', 'down']),
  lastWebhookAt: Moment.nullable(),
  /** when a company was last compared with Procore, and what of the last day webhooks had missed */
  lastComparedAt: Moment.nullable(),
  missedChanges: z.number().int(),
  /** posts to us that Procore keeps retrying, and those it gave up */
  failingDeliveries: z.number().int(),
  discardedDeliveries: z.number().int(),
  inboxPending: z.number().int(),
  inboxFailed: z.number().int(),
  documentsQueued: z.number().int(),
  oldestQueuedAt: Moment.nullable(),
  /** invoices that need a person, by reason */
  needsPerson: z.array(z.object({ code: z.string(), message: z.string(), count: z.number().int() })),
  /** purchase orders that need one, by reason */
  ordersNeedPerson: z.array(z.object({ code: z.string(), message: z.string(), count: z.number().int() })),
  /** first-run checklist; all done hides it */
  setup: z.array(z.object({ step: z.string(), isDone: z.boolean(), link: z.string() })),
});
export type Overview = z.infer<typeof Overview>;
