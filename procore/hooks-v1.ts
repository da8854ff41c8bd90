import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { id, text } from './fields.ts';
import { askBulk, type HookApi, type HookPlace, type NewHook, trigger } from './hook-api.ts';
import { numeral } from './json.ts';

/** A v1.0 hook tells neither its status nor how many triggers it has. */
export const hookV1 = z
  .object({ id, api_version: text, namespace: text, destination_url: text })
  .transform(({ api_version: version, ...hook }) => ({
    ...hook,
    status: null,
    payload_version: version === null ? null : payloadVersion(version),
    trigger_count: null,
  }));

/** Which column holds the name is not published; `tools` is the one there is. The events have a column each. */
export const hookResourceV1 = z
  .object({ api_version: text, tools: text, create: text, update: text, delete: text })
  .transform((row) => ({
    name: row.tools,
    payload_version: row.api_version === null ? null : payloadVersion(row.api_version),
    actions: (['create', 'update', 'delete'] as const).filter((action) => row[action] !== null),
  }));

/** v2.0 is called v2 here. */
const apiVersion = (version: string) => (version === 'v2.0' ? 'v2' : version);
const payloadVersion = (version: string) => (version === 'v2' ? 'v2.0' : version);

/** Webhook management v1.0: deprecated, numeric ids, the place named in query or body (contract section 15.1). */
export function createHooksV1(call: Call): HookApi {
  const webhooks = '/rest/v1.0/webhooks';
  const hookPath = (hookId: string) => `${webhooks}/hooks/${segment(hookId)}`;
  const placeOf = ({ projectId }: HookPlace) =>
    projectId === undefined ? { company_id: call.companyId } : { project_id: projectId };
  const placed = ({ projectId }: HookPlace) =>
    projectId === undefined ? { company_id: numeral(call.companyId) } : { project_id: numeral(projectId) };
  const hookBody = (input: NewHook) => ({
    ...placed(input),
    hook: {
      api_version: apiVersion(input.payloadVersion),
      namespace: input.namespace,
      destination_url: input.destinationUrl,
      destination_headers: { Authorization: input.authorization },
    },
  });

  return {
    resources: async ({ payloadVersion: version, ...place }) => {
      const rows = await call.all(hookResourceV1, `${webhooks}/resources`, placeOf(place));
      return rows.filter((row) => row.payload_version === version);
    },
    list: ({ namespace, ...place }) => call.all(hookV1, `${webhooks}/hooks`, { ...placeOf(place), namespace }),
    create: (input) => call.one(hookV1, { method: 'POST', path: `${webhooks}/hooks`, body: hookBody(input) }),
    update: (input) => call.one(hookV1, { method: 'PATCH', path: hookPath(input.hookId), body: hookBody(input) }),
    delete: (input) => call.nothing({ method: 'DELETE', path: hookPath(input.hookId), query: placeOf(input) }),
    triggers: {
      list: (input) => call.all(trigger, `${hookPath(input.hookId)}/triggers`, placeOf(input)),
      createBulk: (input) =>
        askBulk(call, {
          method: 'POST',
          path: `${hookPath(input.hookId)}/triggers/bulk`,
          body: {
            ...placed(input),
            api_version: apiVersion(input.payloadVersion),
            triggers: input.triggers.map((one) => ({ resource_name: one.resourceName, event_type: one.eventType })),
          },
        }),
      deleteBulk: (input) =>
        askBulk(call, {
          method: 'DELETE',
          path: `${hookPath(input.hookId)}/triggers/bulk`,
          body: { ...placed(input), triggers: input.triggerIds.map(numeral) },
        }),
    },
  };
}
