import { z } from 'zod';
import type { Call } from './call.ts';
import { saidBy } from './errors.ts';
import { count, id, rows, text } from './fields.ts';
import type { Ask } from './transport.ts';

export const hook = z.object({
  id,
  /** `active` or `disabled` */
  status: text,
  payload_version: text,
  namespace: text,
  destination_url: text,
  trigger_count: count,
});
export type Hook = z.infer<typeof hook>;

export const trigger = z.object({ id, resource_name: text, event_type: text });
export type Trigger = z.infer<typeof trigger>;

/** What a payload version can tell of; `actions` is not described, so only its texts are kept. */
export const hookResource = z.object({
  name: text,
  payload_version: text,
  actions: rows(z.unknown()).transform((actions) => actions.map(actionName).filter((name) => name !== null)),
});
export type HookResource = z.infer<typeof hookResource>;

/** A 201 lists what was made, a 207 says what failed beside it, a delete may answer nothing. */
const bulkAnswer = z.union([
  z.array(trigger).transform((success) => ({ success, failed: [] })),
  z.undefined().transform(() => ({ success: [], failed: [] })),
  z.object({ success: rows(z.unknown()), failed: rows(z.record(z.string(), z.unknown())) }),
]);

/** A company hook, or with a project id one that belongs to a project. */
export interface HookPlace {
  projectId?: string | undefined;
}

export interface NewHook extends HookPlace {
  payloadVersion: string;
  /** ours: `[a-z0-9-]`; hooks of other namespaces are other apps' */
  namespace: string;
  destinationUrl: string;
  /** the only authentication there is: Procore sends it back with each event and shows it masked */
  authorization: string;
}

export interface NewTrigger {
  resourceName: string;
  /** create, update or delete */
  eventType: string;
}

export interface FailedTriggers {
  /** what Procore says of each trigger it did not take */
  failed: string[];
}

/** Webhook management, whichever version Procore serves here. */
export interface HookApi {
  /** What can be subscribed to, with the events of each; asked at run time, since the list changes. */
  resources(input: HookPlace & { payloadVersion: string }): Promise<HookResource[]>;
  list(input: HookPlace & { namespace: string }): Promise<Hook[]>;
  create(input: NewHook): Promise<Hook>;
  /** Rewrites where a hook posts to, with which secret and which payload. */
  update(input: NewHook & { hookId: string }): Promise<Hook>;
  delete(input: HookPlace & { hookId: string }): Promise<void>;
  triggers: {
    list(input: HookPlace & { hookId: string }): Promise<Trigger[]>;
    createBulk(
      input: HookPlace & { hookId: string; payloadVersion: string; triggers: readonly NewTrigger[] },
    ): Promise<FailedTriggers>;
    deleteBulk(input: HookPlace & { hookId: string; triggerIds: readonly string[] }): Promise<FailedTriggers>;
  };
}

/** Creates or deletes many triggers at once; some may be refused inside a success. */
export async function askBulk(call: Call, ask: Ask): Promise<FailedTriggers> {
  return failures(await call.one(bulkAnswer, ask));
}

const failures = (answer: z.infer<typeof bulkAnswer>): FailedTriggers => ({
  failed: answer.failed.map(
    (one) => `${triggerName(one)}${saidBy({ message: one.message, errors: one.errors }) || 'refused without a reason'}`,
  ),
});

function triggerName({ trigger: of }: Record<string, unknown>): string {
  const { resource_name: name, event_type: event } = (of ?? {}) as Record<string, unknown>;
  return typeof name === 'string' ? `${name} ${event ?? ''}: ` : '';
}

function actionName(action: unknown): string | null {
  if (typeof action === 'string') return action;
  const { name, event_type: event } = (action ?? {}) as Record<string, unknown>;
  return typeof name === 'string' ? name : typeof event === 'string' ? event : null;
}
