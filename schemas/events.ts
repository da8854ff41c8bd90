import { z } from 'zod';
import { Id } from './common.ts';

/**
 * GET /api/events: server-sent messages of the account, each naming the list that changed and the ids in it; what
 * changed is asked for with an ordinary GET. After a reconnect the client refreshes what it shows.
 */
export const LiveEvent = z.object({
  type: z.enum(['invoices', 'fetches', 'purchase-orders', 'subcontracts']),
  ids: z.array(Id),
});
export type LiveEvent = z.infer<typeof LiveEvent>;
