import { z } from 'zod';
import { Id, Moment } from './common.ts';

/**
 * A program that is told what becomes of documents. Each event is a POST of
 * `{id, type, at, document: {kind, id, number}, result, code, message}` with `type` such as `invoice.sent`,
 * `purchase_order.failed` or `time_sheet.sent`, in order and at least once: answer 2xx, and know a repeated one by its `id`.
 * `Lentune-Signature: t=<unix seconds>,v1=<hex>` is HMAC-SHA256 of `<t>.<body>` with the hook's secret.
 */
export const EventHook = z.object({
  id: Id,
  url: z.url(),
  isActive: z.boolean(),
  /** when the last event was taken */
  toldAt: Moment.nullable(),
  /** events that are not yet told */
  waiting: z.number().int(),
  failingSince: Moment.nullable(),
  lastAnswer: z.string().nullable(),
  createdBy: z.string(),
});
export type EventHook = z.infer<typeof EventHook>;

export const EventHooks = z.object({
  rows: z.array(EventHook),
  /** hosts this installation may tell (EVENT_HOOK_HOSTS) */
  hosts: z.array(z.string()),
});
export type EventHooks = z.infer<typeof EventHooks>;

export const NewEventHook = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'Enter an address such as https://lentune.example.nz/events.' }),
});
/** The only answer that holds the secret. */
export const MadeEventHook = z.object({ id: Id, secret: z.string() });
export const EventHookChange = z.strictObject({ isActive: z.boolean() });
