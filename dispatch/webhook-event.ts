import { z } from 'zod';
import type { HookTarget } from '../db/queries/companies.ts';
import type { NewInboxEvent } from '../db/queries/inbox.ts';
import { isWanted, WATCHED, type WatchedResource } from '../domain/watched-resources.ts';
import { parseJson } from '../procore/json.ts';

/** What Procore posted: the beginning of it, and how long it was. */
export interface PostedBody {
  start: Buffer;
  bytes: number;
}

/** Characters of a body that are kept for people. */
const KEPT = 16_384;

/** A Procore id: a number in payloads v2 and v3, text in v4; company events of v4 may say "" for no project. */
const idOrNone = z
  .union([z.string().regex(/^\d{0,30}$/), z.number().int().nonnegative()])
  .nullish()
  .transform((id) => (id === null || id === undefined || id === '' ? null : String(id)));
const word = z
  .string()
  .max(200)
  .nullish()
  .transform((text) => (text === null || text === undefined ? null : storable(text)));

/** The three payload versions at once (contract section 15.2). */
const Payload = z.object({
  id: z.union([z.string().max(100), z.number()]).nullish(),
  ulid: word,
  company_id: idOrNone,
  project_id: idOrNone,
  resource_id: idOrNone,
  resource_name: word,
  resource_type: word,
  event_type: word,
  reason: word,
  /** v3 alone: the parent of a line */
  related_resources: z
    .array(z.object({ id: idOrNone }))
    .nullish()
    .catch(null),
});
type Payload = z.infer<typeof Payload>;

/** Turns a posted body into the row that is stored; every body becomes one. */
export function readEvent(hook: HookTarget, body: PostedBody): NewInboxEvent {
  const text = body.start.toString('utf8');
  const row: NewInboxEvent = {
    account: hook.account,
    companyId: hook.companyId,
    source: 'webhook',
    flow: null,
    scope: null,
    recordKind: null,
    recordId: null,
    payload: storable(text.length > KEPT ? `${text.slice(0, KEPT)}…` : text),
  };
  if (body.bytes > body.start.length) {
    return { ...row, state: 'failed', outcome: `A body of ${body.bytes} bytes is too long to be an event.` };
  }
  const payload = parse(text);
  if (payload === null) return { ...row, state: 'failed', outcome: 'The body is not an event we can read.' };
  return {
    ...row,
    deliveryKey: deliveryKeyOf(hook, payload),
    eventType: payload.event_type ?? payload.reason ?? null,
    recordId: payload.resource_id,
    ...place(hook, payload),
  };
}

function parse(text: string): Payload | null {
  try {
    const parsed = Payload.safeParse(parseJson(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Which workflow drains an event, or why none does. */
function place(hook: HookTarget, payload: Payload): Partial<NewInboxEvent> {
  const name = payload.resource_name ?? payload.resource_type ?? '';
  const resource = WATCHED.find((one) => one.name === name);
  if (resource === undefined) return ignored(null, `Lentune does not follow "${name}".`);
  if (payload.company_id !== null && payload.company_id !== hook.company.procoreId)
    return ignored(resource, `It concerns Procore company ${payload.company_id}, not ${hook.company.name}.`);
  if (!isWanted(resource, hook.company)) return ignored(resource, `${name} are switched off for ${hook.company.name}.`);
  const scope = scopeOf(hook, resource, payload);
  if (scope === null) return ignored(resource, 'It does not say which project it concerns.');
  const recordId = recordOf(resource, payload);
  return { flow: resource.flow, scope, recordKind: resource.recordKind, recordId };
}

/** Lines are read with the record they stand on; where an event does not name it, all records of the kind are read. */
function recordOf({ about }: WatchedResource, payload: Payload): string | null {
  if (about === undefined) return payload.resource_id;
  return about === 'parent' ? (payload.related_resources?.[0]?.id ?? null) : null;
}

const ignored = (resource: WatchedResource | null, outcome: string): Partial<NewInboxEvent> => ({
  state: 'ignored',
  outcome,
  recordKind: resource?.recordKind ?? null,
});

function scopeOf(hook: HookTarget, resource: WatchedResource, payload: Payload): string | null {
  if (resource.flow !== 'project') return hook.companyId;
  const projectId = resource.level === 'company' ? payload.resource_id : (payload.project_id ?? hook.projectProcoreId);
  return projectId === null ? null : `${hook.companyId}/${projectId}`;
}

/** Procore delivers an event more than once at times; `ulid` names it in v2 and v3, `id` in v4. */
function deliveryKeyOf(hook: HookTarget, { ulid, id }: Payload): string | null {
  const own = ulid ?? id;
  return own === null || own === undefined || own === '' ? null : `${hook.id}:${storable(String(own))}`;
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
const storable = (text: string) => text.replace(/\p{Surrogate}|\0/gu, '\uFFFD');
