import { z } from 'zod';
import { Id, Money } from './common.ts';

const Field = z.object({ field: z.string(), ours: z.string(), theirs: z.string() });

/** GET /api/invoices/:id/duplicate: the records of that number in Procore that are not ours, beside what we would make of them */
export const DuplicateView = z.object({
  places: z.array(
    z.object({
      partId: Id,
      projectText: z.string(),
      records: z.array(
        z.object({
          procoreId: z.string(),
          status: z.string(),
          total: Money,
          /** what differs, in words; empty when it says what ours says */
          differs: z.array(Field),
          /** lines only they have: they stay, and would make the total differ */
          lines: z.array(z.string()),
          /** why it cannot be taken over; null when it can */
          locked: z.string().nullable(),
        }),
      ),
    }),
  ),
});
export type DuplicateView = z.infer<typeof DuplicateView>;
