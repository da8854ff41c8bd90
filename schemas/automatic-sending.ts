import { z } from 'zod';
import { BulkPreview } from './bulk-actions.ts';
import { Day, Money } from './common.ts';

/** GET /api/companies/:id/automatic-sending: whether it is on, and what it would send now */
export const AutomaticSending = z.object({
  isOn: z.boolean(),
  goLiveDate: Day,
  everyMinutes: z.number().int(),
  due: BulkPreview,
  /** the same for time sheets; no hours, which tell of people */
  timeSheets: z.object({
    isOn: z.boolean(),
    due: z.object({
      count: z.number().int(),
      oldestDate: Day.nullable(),
      beforeGoLive: z.number().int(),
    }),
  }),
});
export type AutomaticSending = z.infer<typeof AutomaticSending>;

/** PUT: turning it on must name what the dry run showed; refused with 409 when that has changed */
export const AutomaticSendingChange = z.discriminatedUnion('isOn', [
  z.object({ isOn: z.literal(false) }),
  z.object({ isOn: z.literal(true), seen: z.object({ count: z.number().int().min(0), value: Money }) }),
]);

/** PUT …/time-sheets: as above, by the number of time sheets */
export const AutomaticTimeChange = z.discriminatedUnion('isOn', [
  z.object({ isOn: z.literal(false) }),
  z.object({ isOn: z.literal(true), seen: z.object({ count: z.number().int().min(0) }) }),
]);

/** POST /api/automatic-sending/time-sheets/run */
export const QueuedTimeSheets = z.object({ queued: z.number().int() });
