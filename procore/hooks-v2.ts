import { type Call, segment } from './call.ts';
import { askBulk, type HookApi, type HookPlace, hook, hookResource, type NewHook, trigger } from './hook-api.ts';

/** Webhook management v2.0, contract section 15.1. */
export const createHooksV2 = (call: Call): HookApi => {
  const company = `/rest/v2.0/companies/${segment(call.companyId)}`;
  const base = ({ projectId }: HookPlace) =>
    `${company}${projectId === undefined ? '' : `/projects/${segment(projectId)}`}/webhooks`;
  const hookPath = (place: HookPlace & { hookId: string }) => `${base(place)}/hooks/${segment(place.hookId)}`;

  return {
    resources: ({ payloadVersion, ...place }) =>
      call.all(hookResource, `${base(place)}/resources`, { payload_version: payloadVersion, per_page: 100 }),
    list: ({ namespace, ...place }) => call.all(hook, `${base(place)}/hooks`, { namespace, per_page: 100 }),
    create: (input) => call.one(hook, { method: 'POST', path: `${base(input)}/hooks`, body: hookBody(input) }),
    update: (input) => call.one(hook, { method: 'PATCH', path: hookPath(input), body: hookBody(input) }),
    delete: (input) => call.nothing({ method: 'DELETE', path: hookPath(input) }),
    triggers: {
      list: (input) => call.all(trigger, `${hookPath(input)}/triggers`, { per_page: 100 }),
      createBulk: (input) =>
        askBulk(call, {
          method: 'POST',
          path: `${hookPath(input)}/triggers/bulk`,
          body: input.triggers.map((one) => ({ resource_name: one.resourceName, event_type: one.eventType })),
        }),
      deleteBulk: (input) =>
        askBulk(call, {
          method: 'DELETE',
          path: `${hookPath(input)}/triggers/bulk`,
          body: [...input.triggerIds],
        }),
    },
  };
};

const hookBody = (input: NewHook) => ({
  payload_version: input.payloadVersion,
  namespace: input.namespace,
  destination_url: input.destinationUrl,
  destination_headers: { Authorization: input.authorization },
});
