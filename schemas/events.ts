import { z } from 'zod';
import { Id } from './common.ts';

/**
 * GET /api/events: server-sent events of the account. Event `invoices` or `fetches`, each with the ids that changed;
 * what changed is asked for with an ordinary GET. After a reconnect the client refreshes what it shows.
 */
export const Changed = z.object({ ids: z.array(Id) });
export type Changed = z.infer<typeof Changed>;
export const EVENT_NAMES = ['invoices', 'fetches'] as const;
