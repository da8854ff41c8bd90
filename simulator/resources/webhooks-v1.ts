import { type Body, type Call, created, empty, ok, type Resource } from '../engine/api.ts';
import { coded, onFields } from '../engine/errors.ts';
import { requireFields } from '../engine/fields.ts';
import type { DeliveryRow, HookRow, TriggerRow } from '../engine/webhook-queues.ts';
import { VERSIONS } from './webhook-resources.ts';
import {
  createTrigger,
  createTriggers,
  deliveryTable,
  findHookIn,
  findTrigger,
  hookFields,
  hooksIn,
  hookTable,
  insertHook,
  masked,
  removeHook,
  removeTriggers,
  resourcesIn,
  type Scope,
  triggerTable,
} from './webhooks.ts';

const MOST_TRIGGERS = 500;

/** Webhook management v1.0: the same hooks as v2.0 by numeric ids, with the company or project in query or body. */
export const webhooksV1: Resource = {
  tables: [],
  routes(api) {
    const hooks = '/rest/v1.0/webhooks/hooks';
    api.get(hooks, listHooks);
    api.post(hooks, (call) => created(presentHook(createHook(call))));
    api.patch(`${hooks}/:id`, (call) => ok(presentHook(updateHook(call))));
    api.delete(`${hooks}/:id`, (call) => {
      removeHook(call, findHook(call, call.params.id));
      return empty(200);
    });
    const triggers = `${hooks}/:hook_id/triggers`;
    api.get(triggers, (call) => {
      const hook = findHook(call, call.params.hook_id);
      return ok(
        triggerTable(call.sim)
          .where('hook_id', hook.id)
          .map((trigger) => presentTrigger(hook, trigger)),
      );
    });
    api.post(triggers, (call) => {
      const hook = findHook(call, call.params.hook_id);
      return created(presentTrigger(hook, createTrigger(call, hook, call.wrapped('trigger'))));
    });
    api.post(`${triggers}/bulk`, (call) => {
      const hook = findHook(call, call.params.hook_id);
      const { success, failed } = createTriggers(call, hook, bulkOf(call) as Body[]);
      const body = { success: success.map((trigger) => presentTrigger(hook, trigger)), failed };
      return { status: failed.length === 0 ? 200 : 207, body };
    });
    api.delete(`${triggers}/bulk`, (call) => {
      const body = removeTriggers(call, findHook(call, call.params.hook_id), bulkOf(call));
      return { status: body.failed.length === 0 ? 200 : 207, body };
    });
    api.delete(`${triggers}/:id`, (call) => {
      const hook = findHook(call, call.params.hook_id);
      triggerTable(call.sim).remove(findTrigger(call, hook, call.params.id).id);
      return empty(200);
    });
    api.get(`${hooks}/:hook_id/deliveries`, listDeliveries);
    api.get('/rest/v1.0/webhooks/resources', listResources);
    api.get('/rest/v1.0/webhooks/resources/api_versions', (call) => {
      scopeOf(call);
      return ok(VERSIONS.map(versionText));
    });
  },
};

/** A project if one is named, else the company. */
function scopeOf(call: Call): Scope {
  const named = call.query.number('project_id') ?? call.body.project_id;
  if (named !== undefined && named !== null) {
    const project = call.projectById(Number(named), 'webhooks');
    return { companyId: project.company_id, projectId: project.id };
  }
  return { companyId: call.company().id, projectId: null };
}

const findHook = (call: Call, id: unknown): HookRow => findHookIn(call, scopeOf(call), id);

function listHooks(call: Call) {
  const namespace = call.query.text('namespace');
  const version = call.query.text('api_version');
  return ok(
    hooksIn(call, scopeOf(call))
      .filter((hook) => namespace === undefined || hook.namespace === namespace)
      .filter((hook) => version === undefined || versionText(hook.payload_version) === version)
      .map(presentHook),
  );
}

function createHook(call: Call): HookRow {
  const scope = scopeOf(call);
  const hook = call.wrapped('hook');
  requireFields(hook, 'api_version', 'destination_url');
  return insertHook(call, scope, fieldsOf(hook));
}

/** An update is a whole new hook: the destination must be named again (contract section 15.1). */
function updateHook(call: Call): HookRow {
  const known = findHook(call, call.params.id);
  const hook = call.wrapped('hook');
  requireFields(hook, 'destination_url');
  return hookTable(call.sim).update(known.id, fieldsOf(hook));
}

function fieldsOf({ api_version: version, ...hook }: Body): Partial<HookRow> {
  return hookFields({ ...hook, ...(version === undefined ? {} : { payload_version: rowVersion(String(version)) }) });
}

/** v2.0 is called v2 here. */
const versionText = (version: string): string => (version === 'v2.0' ? 'v2' : version);
const rowVersion = (version: string): string => (version === 'v2' ? 'v2.0' : version);

function bulkOf(call: Call): unknown[] {
  const { triggers } = call.body;
  if (!Array.isArray(triggers)) throw onFields(400, { triggers: ["can't be blank"] });
  if (triggers.length > MOST_TRIGGERS)
    throw coded(413, 'PAYLOAD_TOO_LARGE', `At most ${MOST_TRIGGERS} triggers are allowed.`);
  return triggers;
}

/** Pages by the last id seen instead of by number. */
function listDeliveries(call: Call) {
  const hook = findHook(call, call.params.hook_id);
  const size = Math.min(call.query.number('page_size') ?? 100, 100);
  const after = call.query.number('page_start') ?? 0;
  const outcome = call.query.text('filters[status]');
  const rows = deliveryTable(call.sim)
    .where('hook_id', hook.id)
    .filter((row) => row.id > after && (outcome === undefined || outcomeOf(row) === outcome));
  return ok(rows.slice(0, size).map(presentDelivery));
}

const outcomeOf = ({ status }: DeliveryRow): string =>
  ({ delivered: 'ok', discarded: 'discarded', failed: 'failed', retrying: 'retried', enqueued: 'retried' })[status];

function presentDelivery(row: DeliveryRow) {
  const last = row.attempts.at(-1);
  const { related_resources: _, ...event } = row.payload;
  return {
    event: typeof event.id === 'number' ? event : null,
    event_id: row.id,
    outcome: outcomeOf(row),
    response_body: null,
    response_error: last?.error ?? null,
    started_at: last?.at ?? null,
    completed_at: last?.at ?? null,
    response_status: last?.status ?? null,
    response_headers: null,
  };
}

/** Which column holds the name of a resource is not published; `tools` is the one there is. */
function listResources(call: Call) {
  const rows = resourcesIn(call, scopeOf(call));
  return ok(
    VERSIONS.flatMap((version) =>
      rows.map(({ name, actions }) => {
        const path = (action: string) => (actions.includes(action) ? `${name} ${action}` : null);
        return {
          api_version: versionText(version),
          product_category: null,
          tools: name,
          except: [],
          create: path('create'),
          update: path('update'),
          delete: path('delete'),
        };
      }),
    ),
  );
}

const presentHook = (hook: HookRow) => ({
  id: hook.id,
  api_version: versionText(hook.payload_version),
  namespace: hook.namespace,
  destination_url: hook.destination_url,
  destination_headers: hook.authorization === null ? null : { Authorization: masked(hook.authorization) },
  owned_by_company_id: hook.project_id === null ? hook.company_id : null,
  owned_by_project_id: hook.project_id,
  owned_by_user_id: null,
});

const presentTrigger = (hook: HookRow, trigger: TriggerRow) => ({
  id: trigger.id,
  webhook_hook_id: hook.id,
  resource_name: trigger.resource_name,
  resource_id: null,
  event_type: trigger.event_type,
  company_id: hook.company_id,
  project_id: hook.project_id,
  user_id: null,
});
