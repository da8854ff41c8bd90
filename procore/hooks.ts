import { z } from 'zod';
import { type Call, type PageInput, segment } from './call.ts';
import { saidBy } from './errors.ts';
import { count, id, rows, text } from './fields.ts';

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

export const delivery = z.object({
  id,
  /** delivered, failed, discarded, enqueued or retrying */
  status: text,
});

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

export interface DeliveriesPageInput extends HookPlace, PageInput {
  hookId: string;
  status?: 'succeeded' | 'failed' | 'discarded' | 'enqueued' | 'retrying';
}

/** Webhook management v2.0, contract section 15.1. */
export const createHooks = (call: Call) => {
  const company = `/rest/v2.0/companies/${segment(call.companyId)}`;
  const base = ({ projectId }: HookPlace) =>
    `${company}${projectId === undefined ? '' : `/projects/${segment(projectId)}`}/webhooks`;
  const hookPath = (place: HookPlace & { hookId: string }) => `${base(place)}/hooks/${segment(place.hookId)}`;

  return {
    /** What can be subscribed to, with the events of each; asked at run time, since the list changes. */
    resources: ({ payloadVersion, ...place }: HookPlace & { payloadVersion: string }): Promise<HookResource[]> =>
      call.all(hookResource, `${base(place)}/resources`, { payload_version: payloadVersion, per_page: 100 }),
    list: ({ namespace, ...place }: HookPlace & { namespace: string }): Promise<Hook[]> =>
      call.all(hook, `${base(place)}/hooks`, { namespace, per_page: 100 }),
    create: (input: NewHook): Promise<Hook> =>
      call.one(hook, { method: 'POST', path: `${base(input)}/hooks`, body: hookBody(input) }),
    /** Rewrites where a hook posts to, with which secret and which payload. */
    update: (input: NewHook & { hookId: string }): Promise<Hook> =>
      call.one(hook, { method: 'PATCH', path: hookPath(input), body: hookBody(input) }),
    delete: (input: HookPlace & { hookId: string }): Promise<void> =>
      call.nothing({ method: 'DELETE', path: hookPath(input) }),
    triggers: {
      list: (input: HookPlace & { hookId: string }): Promise<Trigger[]> =>
        call.all(trigger, `${hookPath(input)}/triggers`, { per_page: 100 }),
      createBulk: async (
        input: HookPlace & { hookId: string; triggers: readonly NewTrigger[] },
      ): Promise<FailedTriggers> =>
        failures(
          await call.one(bulkAnswer, {
            method: 'POST',
            path: `${hookPath(input)}/triggers/bulk`,
            body: input.triggers.map((one) => ({ resource_name: one.resourceName, event_type: one.eventType })),
          }),
        ),
      deleteBulk: async (
        input: HookPlace & { hookId: string; triggerIds: readonly string[] },
      ): Promise<FailedTriggers> =>
        failures(
          await call.one(bulkAnswer, {
            method: 'DELETE',
            path: `${hookPath(input)}/triggers/bulk`,
            body: [...input.triggerIds],
          }),
        ),
      delete: (input: HookPlace & { hookId: string; triggerId: string }): Promise<void> =>
        call.nothing({ method: 'DELETE', path: `${hookPath(input)}/triggers/${segment(input.triggerId)}` }),
    },
    deliveries: ({ status, cursor, ...input }: DeliveriesPageInput) =>
      call.page(delivery, `${hookPath(input)}/deliveries`, { 'filter[status]': status, per_page: 100 }, { cursor }),
  };
};

const hookBody = (input: NewHook) => ({
  payload_version: input.payloadVersion,
  namespace: input.namespace,
  destination_url: input.destinationUrl,
  destination_headers: { Authorization: input.authorization },
});

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
