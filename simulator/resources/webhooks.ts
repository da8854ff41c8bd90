import { type Api, type Body, type Call, created, empty, ok, page, type Resource } from '../engine/api.ts';
import { coded } from '../engine/errors.ts';
import { now, requireFields, seconds } from '../engine/fields.ts';
import type { Query } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { DeliveryRow, HookRow, TriggerRow } from '../engine/webhook-queues.ts';
import { eventsOf, PROJECT_RESOURCES, RESOURCE_NAMES, VERSIONS } from './webhook-resources.ts';

export const hookTable = (sim: Simulator) => sim.store.table<HookRow>('webhook_hooks');
export const triggerTable = (sim: Simulator) => sim.store.table<TriggerRow>('webhook_triggers');
export const deliveryTable = (sim: Simulator) => sim.store.table<DeliveryRow>('webhook_deliveries');

export interface Scope {
  companyId: number;
  projectId: number | null;
}

/** Webhook management v2.0, for a company and for a project. Ids are text, everything stands under `data`. */
export const webhooks: Resource = {
  tables: [
    { name: 'webhook_hooks', firstId: 598_134_325_010_001, ledger: true },
    { name: 'webhook_triggers', firstId: 598_134_325_020_001, ledger: true },
    { name: 'webhook_deliveries', firstId: 9_100_000_001 },
  ],
  routes(api) {
    addRoutes(api, '/rest/v2.0/companies/:company_id');
    addRoutes(api, '/rest/v2.0/companies/:company_id/projects/:project_id');
  },
};

function addRoutes(api: Api, scope: string): void {
  const hooks = `${scope}/webhooks/hooks`;
  api.get(hooks, listHooks);
  api.post(hooks, (call) => created({ data: presentHook(call.sim, createHook(call)) }));
  api.get(`${hooks}/:id`, (call) => ok({ data: presentHook(call.sim, findHook(call, call.params.id)) }));
  api.patch(`${hooks}/:id`, (call) => ok({ data: presentHook(call.sim, updateHook(call)) }));
  api.delete(`${hooks}/:id`, (call) => {
    removeHook(call, findHook(call, call.params.id));
    return empty(204);
  });
  const triggers = `${hooks}/:hook_id/triggers`;
  api.get(triggers, (call) => {
    const hook = findHook(call, call.params.hook_id);
    const rows = triggerTable(call.sim).where('hook_id', hook.id);
    return page(call, rows, (row) => presentTrigger(hook, row), { table: 'webhook_triggers', envelope: true });
  });
  api.post(triggers, (call) => {
    const hook = findHook(call, call.params.hook_id);
    return created({ data: presentTrigger(hook, createTrigger(call, hook, call.body)) });
  });
  api.post(`${triggers}/bulk`, bulkCreate);
  api.delete(`${triggers}/bulk`, bulkDelete);
  api.delete(`${triggers}/:id`, (call) => {
    const hook = findHook(call, call.params.hook_id);
    triggerTable(call.sim).remove(findTrigger(call, hook, call.params.id).id);
    return empty(204);
  });
  api.get(`${hooks}/:hook_id/deliveries`, listDeliveries);
  api.get(`${scope}/webhooks/resources`, listResources);
}

/** The switch may say that this company has no v2.0 webhooks at all: then no path of them is known. */
function scopeOf(call: Call): Scope {
  if (call.sim.switches.webhooks_v2 === 'not found')
    throw coded(404, 'NOT_FOUND', `No route matches ${call.method} ${call.url.split('?')[0]}`);
  const company = call.company();
  return {
    companyId: company.id,
    projectId: call.params.project_id === undefined ? null : call.project('webhooks').id,
  };
}

export const hooksIn = (call: Call, scope: Scope): HookRow[] =>
  hookTable(call.sim)
    .where('company_id', scope.companyId)
    .filter((hook) => hook.project_id === scope.projectId);

/** The company's list needs a namespace; the project's does not (contract section 15.1). */
function listHooks(call: Call) {
  const scope = scopeOf(call);
  const namespace = call.query.text('namespace');
  if (namespace === undefined && scope.projectId === null) throw coded(400, 'BAD_REQUEST', 'namespace is required');
  const version = call.query.text('payload_version');
  const rows = hooksIn(call, scope)
    .filter((hook) => namespace === undefined || hook.namespace === namespace)
    .filter((hook) => version === undefined || hook.payload_version === version);
  return page(call, rows, (row) => presentHook(call.sim, row), { table: 'webhook_hooks', envelope: true });
}

const findHook = (call: Call, id: unknown): HookRow => findHookIn(call, scopeOf(call), id);

export function findHookIn(call: Call, scope: Scope, id: unknown): HookRow {
  const hook = hooksIn(call, scope).find((one) => String(one.id) === String(id));
  if (hook === undefined) throw coded(404, 'NOT_FOUND', 'Hook not found');
  return hook;
}

export function hookFields(body: Body): Partial<HookRow> {
  const { payload_version: version, namespace, destination_url: url, destination_headers: headers } = body;
  if (version !== undefined && !(VERSIONS as readonly unknown[]).includes(version)) {
    throw coded(422, 'UNPROCESSABLE_ENTITY', `payload_version must be one of ${VERSIONS.join(', ')}`);
  }
  if (namespace !== undefined && !/^[a-z0-9-]+$/.test(String(namespace))) {
    throw coded(422, 'UNPROCESSABLE_ENTITY', 'namespace may only contain a-z, 0-9 and -');
  }
  if (url !== undefined && !isDestination(String(url))) {
    throw coded(422, 'UNPROCESSABLE_ENTITY', 'destination_url must be an https URL');
  }
  const authorization = (headers as Body | undefined)?.Authorization;
  return {
    ...(version === undefined ? {} : { payload_version: String(version) }),
    ...(namespace === undefined ? {} : { namespace: String(namespace) }),
    ...(url === undefined ? {} : { destination_url: String(url) }),
    ...(authorization === undefined ? {} : { authorization: String(authorization) }),
  };
}

/** Plain http is let through for this machine only, so that a laptop can receive. */
function isDestination(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isLocal = ['localhost', '127.0.0.1', '[::1]', 'host.docker.internal'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal);
}

function createHook(call: Call): HookRow {
  const scope = scopeOf(call);
  requireFields(call.body, 'payload_version', 'namespace', 'destination_url');
  return insertHook(call, scope, hookFields(call.body));
}

export function insertHook(call: Call, scope: Scope, fields: Partial<HookRow>): HookRow {
  const at = now();
  return hookTable(call.sim).insert({
    payload_version: '',
    namespace: '',
    destination_url: '',
    authorization: null,
    ...fields,
    company_id: scope.companyId,
    project_id: scope.projectId,
    status: 'active',
    created_at: at,
    updated_at: at,
  });
}

function updateHook(call: Call): HookRow {
  const hook = findHook(call, call.params.id);
  const { status } = call.body;
  if (status !== undefined && status !== 'active' && status !== 'disabled') {
    throw coded(422, 'UNPROCESSABLE_ENTITY', 'status must be active or disabled');
  }
  const fields = { ...hookFields(call.body), ...(status === undefined ? {} : { status: status as HookRow['status'] }) };
  return hookTable(call.sim).update(hook.id, { ...fields, updated_at: now() });
}

export function removeHook({ sim }: Call, hook: HookRow): void {
  for (const trigger of triggerTable(sim).where('hook_id', hook.id)) triggerTable(sim).remove(trigger.id);
  for (const delivery of deliveryTable(sim).where('hook_id', hook.id)) deliveryTable(sim).remove(delivery.id);
  hookTable(sim).remove(hook.id);
}

export function createTrigger(call: Call, hook: HookRow, body: Body): TriggerRow {
  const name = String(body.resource_name ?? '');
  const event = String(body.event_type ?? '').toLowerCase();
  if (!eventsOf(name, call.sim.switches).includes(event)) {
    throw coded(422, 'UNPROCESSABLE_ENTITY', `${name || 'resource_name'} has no event ${event || '(none given)'}`);
  }
  const isRefused = call.sim.switches.company_hooks_project_resources === 'refuse';
  if (hook.project_id === null && isRefused && PROJECT_RESOURCES.includes(name)) {
    throw coded(422, 'UNPROCESSABLE_ENTITY', `${name} is not available on a company hook`);
  }
  const known = triggerTable(call.sim).where('hook_id', hook.id);
  const same = known.find((trigger) => trigger.resource_name === name && trigger.event_type === event);
  return same ?? triggerTable(call.sim).insert({ hook_id: hook.id, resource_name: name, event_type: event });
}

export function findTrigger(call: Call, hook: HookRow, id: unknown): TriggerRow {
  const trigger = triggerTable(call.sim)
    .where('hook_id', hook.id)
    .find((one) => String(one.id) === String(id));
  if (trigger === undefined) throw coded(404, 'NOT_FOUND', 'Trigger not found');
  return trigger;
}

const items = (call: Call): unknown[] => (Array.isArray(call.body) ? (call.body as unknown[]) : []);

/** 201 when every one was made, 207 with what failed otherwise. */
function bulkCreate(call: Call) {
  const hook = findHook(call, call.params.hook_id);
  const { success, failed } = createTriggers(call, hook, items(call) as Body[]);
  const data = success.map((row) => presentTrigger(hook, row));
  return failed.length === 0 ? created({ data }) : { status: 207, body: { success: data, failed } };
}

export function createTriggers(call: Call, hook: HookRow, wanted: Body[]): { success: TriggerRow[]; failed: Body[] } {
  const success: TriggerRow[] = [];
  const failed: Body[] = [];
  for (const item of wanted) {
    try {
      success.push(createTrigger(call, hook, item));
    } catch (error) {
      const text = (JSON.parse((error as Error).message) as { error: { message: string } }).error.message;
      failed.push({ code: 'UNPROCESSABLE_ENTITY', message: text, trigger: item, errors: { base: [text] } });
    }
  }
  return { success, failed };
}

function bulkDelete(call: Call) {
  const result = removeTriggers(call, findHook(call, call.params.hook_id), items(call));
  return result.failed.length === 0 ? ok(result) : { status: 207, body: result };
}

export function removeTriggers({ sim }: Call, hook: HookRow, ids: unknown[]): { success: string[]; failed: Body[] } {
  const known = triggerTable(sim).where('hook_id', hook.id);
  const success: string[] = [];
  const failed: Body[] = [];
  for (const id of ids.map(String)) {
    const trigger = known.find((one) => String(one.id) === id);
    if (trigger === undefined) {
      const text = 'Trigger not found';
      failed.push({ code: 'NOT_FOUND', message: text, trigger: { id }, errors: { base: [text] } });
      continue;
    }
    triggerTable(sim).remove(trigger.id);
    success.push(id);
  }
  return { success, failed };
}

function listDeliveries(call: Call) {
  const hook = findHook(call, call.params.hook_id);
  const { query } = call;
  const status = query.text('filter[status]')?.replace('succeeded', 'delivered');
  const from = Date.parse(query.text('filter[start]') ?? '');
  const to = Date.parse(query.text('filter[end]') ?? '');
  const rows = deliveryTable(call.sim)
    .where('hook_id', hook.id)
    .filter((row) => status === undefined || row.status === status)
    .filter(
      (row) => isWanted(query, 'resource_name', row.resource_name) && isWanted(query, 'event_type', row.event_type),
    )
    .filter((row) => Number.isNaN(from) || row.enqueued_at >= from)
    .filter((row) => Number.isNaN(to) || row.enqueued_at <= to + 86_400_000);
  return page(call, rows.reverse(), presentDelivery, { table: 'webhook_deliveries', envelope: true });
}

const isWanted = (query: Query, name: string, value: string): boolean =>
  (query.text(`filter[${name}]`) ?? value) === value;

function listResources(call: Call) {
  const scope = scopeOf(call);
  const version = call.query.text('payload_version');
  if (!VERSIONS.some((one) => one === version))
    throw coded(400, 'BAD_REQUEST', `payload_version must be one of ${VERSIONS.join(', ')}`);
  const rows = resourcesIn(call, scope).map((resource, index) => ({ id: index + 1, ...resource }));
  const present = ({ name, actions }: { name: string; actions: readonly string[] }) => ({
    category: scope.projectId === null ? 'Company' : 'Project',
    tool: name,
    name,
    payload_version: version,
    actions,
  });
  return page(call, rows, present, { table: 'webhook_resources', envelope: true });
}

/** What can be subscribed to in a place, with the events of each. */
export const resourcesIn = (call: Call, scope: Scope): { name: string; actions: readonly string[] }[] =>
  Object.keys(RESOURCE_NAMES)
    .filter((name) => PROJECT_RESOURCES.includes(name) === (scope.projectId !== null))
    .map((name) => ({ name, actions: eventsOf(name, call.sim.switches) }));

/** The secret is shown by its last five characters. */
export const masked = (secret: string | null): string | null =>
  secret === null ? null : `${'*'.repeat(Math.max(0, secret.length - 5))}${secret.slice(-5)}`;

const presentHook = (sim: Simulator, hook: HookRow) => ({
  id: String(hook.id),
  status: hook.status,
  payload_version: hook.payload_version,
  namespace: hook.namespace,
  destination_url: hook.destination_url,
  destination_headers: hook.authorization === null ? null : { Authorization: masked(hook.authorization) },
  trigger_count: triggerTable(sim).where('hook_id', hook.id).length,
  company_id: String(hook.company_id),
  project_id: hook.project_id === null ? null : String(hook.project_id),
  created_at: seconds(hook.created_at),
  updated_at: seconds(hook.updated_at),
  hook_type: hook.project_id === null ? 'company' : 'project',
});

const presentTrigger = (hook: HookRow, trigger: TriggerRow) => ({
  id: String(trigger.id),
  webhook_hook_id: String(hook.id),
  resource_name: trigger.resource_name,
  event_type: trigger.event_type,
  company_id: String(hook.company_id),
  project_id: hook.project_id === null ? null : String(hook.project_id),
});

function presentDelivery(row: DeliveryRow) {
  const known = [
    'id',
    'ulid',
    'timestamp',
    'metadata',
    'user_id',
    'company_id',
    'project_id',
    'api_version',
    'event_type',
    'resource_name',
    'resource_id',
  ];
  const payload = Object.fromEntries(Object.entries(row.payload).filter(([name]) => known.includes(name)));
  return { id: String(row.id), status: row.status, payload, delivery_attempts: row.attempts };
}
