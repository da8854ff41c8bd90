import {
  addHook,
  type CompanyRow,
  type HookRow,
  hookSecretPlace,
  listHooks,
  noteProjectHooks,
  removeHook,
  saveHook,
  type WatchedCompany,
} from '../db/queries/companies.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import { installationOf } from '../domain/stamp.ts';
import { isWanted, WATCHED, type WatchedResource } from '../domain/watched-resources.ts';
import { randomSecret, type SecretBox } from '../platform/crypto.ts';
import type { CompanyApi } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { Hook, HookResource, NewHook, NewTrigger } from '../procore/hook-api.ts';

/** Keeps our hooks in Procore equal to what is ticked. Every step can be repeated; hooks of other apps are never touched. */
export interface Hooks {
  reconcileCompany(api: CompanyApi, company: WatchedCompany): Promise<void>;
  reconcileProject(api: CompanyApi, company: WatchedCompany, projectId: string): Promise<void>;
  removeProject(api: CompanyApi, company: CompanyRow, projectId: string): Promise<void>;
  /** Procore ids of the projects that have a hook of their own */
  projectsWithHook(company: CompanyRow): Promise<string[]>;
}

/** Asked for in this order: v3.0 names the parent of a line, v4.0 no longer says which app caused an event. */
const PAYLOAD_VERSIONS = ['v3.0', 'v2.0', 'v4.0'];

export function createHooks({ db, secrets, publicUrl }: { db: Db; secrets: SecretBox; publicUrl: string }): Hooks {
  const addressOf = (row: HookRow) => `${publicUrl}/webhooks/procore/${row.key}`;
  const namespaceOf = (company: CompanyRow) => `lentune-${installationOf(company.connectionId)}`;

  /** Makes sure the hook of a place exists as we want it, and that no older one of ours is left there. */
  async function ensureHook(
    api: CompanyApi,
    company: CompanyRow,
    projectId: string | null,
    payloadVersion: string,
  ): Promise<HookRow & { procoreId: string }> {
    const known = await listHooks(db, company.account, company.id);
    const row =
      known.find(({ projectProcoreId }) => projectProcoreId === projectId) ??
      (await addHook(db, {
        account: company.account,
        companyId: company.id,
        projectProcoreId: projectId,
        key: randomSecret(),
        payloadVersion,
        seal: (id) => secrets.seal(randomSecret(), hookSecretPlace(id)),
      }));
    const place = projectId === null ? {} : { projectId };
    const wanted = {
      ...place,
      namespace: namespaceOf(company),
      payloadVersion,
      destinationUrl: addressOf(row),
      authorization: secrets.open(row.secret, hookSecretPlace(row.id)),
    };
    const remote = await api.hooks.list({ ...place, namespace: wanted.namespace });
    const ours = new Set([...known, row].map(addressOf));
    for (const stale of remote.filter(({ destination_url: url }) => url !== null && !ours.has(url)))
      await api.hooks.delete({ ...place, hookId: stale.id });
    const found = remote.find(({ destination_url: url }) => url === wanted.destinationUrl);
    const hook = await agree(api, found, wanted);
    await saveHook(db, row.id, { procoreId: hook.id, payloadVersion });
    return { ...row, procoreId: hook.id, payloadVersion };
  }

  async function setTriggers(api: CompanyApi, row: HookRow & { procoreId: string }, wanted: NewTrigger[]) {
    const place = {
      hookId: row.procoreId,
      payloadVersion: row.payloadVersion,
      ...(row.projectProcoreId === null ? {} : { projectId: row.projectProcoreId }),
    };
    const present = await api.hooks.triggers.list(place);
    const isSame = (one: (typeof present)[number], other: NewTrigger) =>
      one.resource_name === other.resourceName && one.event_type === other.eventType;
    const extra = present.filter((one) => !wanted.some((other) => isSame(one, other)));
    const missing = wanted.filter((one) => !present.some((other) => isSame(other, one)));
    if (extra.length > 0) await api.hooks.triggers.deleteBulk({ ...place, triggerIds: extra.map(({ id }) => id) });
    const { failed } =
      missing.length > 0 ? await api.hooks.triggers.createBulk({ ...place, triggers: missing }) : { failed: [] };
    await saveHook(db, row.id, { triggerCount: wanted.length - failed.length });
    return failed;
  }

  /** The hook of the company, with project triggers on it unless Procore refuses every one of them there. */
  async function reconcileCompany(api: CompanyApi, company: WatchedCompany): Promise<void> {
    const { version, resources } = await chooseVersion(api, {});
    const row = await ensureHook(api, company, null, version);
    const companyLevel = triggersOf(company, 'company', resources);
    if (company.hasProjectHooks) return orThrow(await setTriggers(api, row, companyLevel));
    // The company's list names no project resources, so which events they have shows when they are asked for.
    const projectLevel = triggersOf(company, 'project', null);
    const failed = await setTriggers(api, row, [...companyLevel, ...projectLevel]);
    const refusesProjects = projectLevel.length > 0 && failed.length >= projectLevel.length;
    if (!refusesProjects) return orThrow(failed);
    await noteProjectHooks(db, company.account, company.id);
    orThrow(await setTriggers(api, row, companyLevel));
  }

  async function reconcileProject(api: CompanyApi, company: WatchedCompany, projectId: string): Promise<void> {
    const { version, resources } = await chooseVersion(api, { projectId });
    const row = await ensureHook(api, company, projectId, version);
    orThrow(await setTriggers(api, row, triggersOf(company, 'project', resources)));
  }

  async function removeProject(api: CompanyApi, company: CompanyRow, projectId: string): Promise<void> {
    const known = await listHooks(db, company.account, company.id);
    const row = known.find(({ projectProcoreId }) => projectProcoreId === projectId);
    if (row === undefined) return;
    if (row.procoreId !== null)
      await api.hooks.delete({ projectId, hookId: row.procoreId }).catch((error: unknown) => {
        if (!(error instanceof ProcoreError && error.kind === 'not-found')) throw error;
      });
    await removeHook(db, row.id);
  }

  return {
    reconcileCompany,
    reconcileProject,
    removeProject,
    async projectsWithHook(company) {
      const known = await listHooks(db, company.account, company.id);
      return known.flatMap(({ projectProcoreId }) => (projectProcoreId === null ? [] : [projectProcoreId]));
    },
  };
}

/** Makes or mends a hook; one that is as it should be is left alone. */
async function agree(api: CompanyApi, found: Hook | undefined, wanted: NewHook): Promise<Hook> {
  if (found === undefined) return api.hooks.create(wanted);
  if (found.status !== 'disabled' && found.payload_version === wanted.payloadVersion) return found;
  return api.hooks.update({ ...wanted, hookId: found.id });
}

/** The first payload version that can tell of anything. */
async function chooseVersion(
  api: CompanyApi,
  place: { projectId?: string },
): Promise<{ version: string; resources: HookResource[] }> {
  let refusal: unknown;
  for (const version of PAYLOAD_VERSIONS) {
    try {
      const resources = await api.hooks.resources({ ...place, payloadVersion: version });
      if (resources.length > 0) return { version, resources };
    } catch (error) {
      if (!(error instanceof ProcoreError && (error.kind === 'invalid' || error.kind === 'not-found'))) throw error;
      refusal = error;
    }
  }
  throw refusal ?? new Error('Procore offers no webhooks here');
}

const EVENTS = ['create', 'update', 'delete'];

/** The triggers of what is ticked, with the events Procore has for each; all of them where it does not say. */
function triggersOf(
  company: WatchedCompany,
  level: WatchedResource['level'],
  resources: HookResource[] | null,
): NewTrigger[] {
  return WATCHED.filter((resource) => resource.level === level && isWanted(resource, company)).flatMap(({ name }) => {
    const offered = resources?.find((resource) => resource.name === name);
    if (resources !== null && offered === undefined) return [];
    const events = offered === undefined || offered.actions.length === 0 ? EVENTS : offered.actions;
    return EVENTS.filter((event) => events.includes(event)).map((eventType) => ({ resourceName: name, eventType }));
  });
}

function orThrow(failed: string[]): void {
  if (failed.length === 0) return;
  throw new DomainError('REFUSED', { what: 'some webhook triggers', said: [...new Set(failed)].join('; ') });
}
