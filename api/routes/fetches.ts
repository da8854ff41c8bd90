import { z } from 'zod';
import { writeAudit } from '../../db/queries/audit.ts';
import {
  failuresOf,
  measureFetch,
  pauseFetch,
  resumeFetch,
  retryFailed,
  stageProcoreIds,
} from '../../db/queries/fetch-control.ts';
import { cancelFetch, type FetchView, getFetch, getFetches, startFetch } from '../../db/queries/fetches.ts';
import { monitoredStageIds } from '../../db/queries/projects.ts';
import { findFetchItem, importByHand } from '../../db/queries/projects-by-hand.ts';
import type { Queryable } from '../../db/types.ts';
import { rangeOfDays } from '../../domain/dates.ts';
import { isStageReason } from '../../domain/projects.ts';
import type { Deps } from '../../platform/deps.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { Id } from '../../schemas/common.ts';
import { Fetch, FetchList, FetchRequest, FetchWithItems, ImportAnyway } from '../../schemas/fetches.ts';
import { ProjectsPreview } from '../../schemas/previews.ts';
import { previewProjects } from '../arrivals.ts';
import type { RouteContext } from '../context.ts';
import { conflict, notFound } from '../refusal.ts';
import { temporalLink } from '../temporal-links.ts';
import { requireCompany } from './companies.ts';

const FetchParams = z.object({ id: Id });
const ItemParams = FetchParams.extend({ itemId: Id });

export function fetchRoutes({ route, deps }: RouteContext): void {
  route(
    { method: 'get', path: '/api/fetches', does: 'The last 50 fetches, newest first', may: 'read', answer: FetchList },
    async ({ db, caller }) => {
      const fetches = await getFetches(db, caller.account, 50);
      const failures = await failuresOf(db, fetches);
      return fetches.map((fetch) => present(deps, fetch, failures));
    },
  );

  route(
    {
      method: 'post',
      path: '/api/fetches',
      does: 'Fetches the projects modified between two days, or one project by its Procore id',
      may: 'fetch.start',
      body: FetchRequest,
      answer: Fetch,
      status: 202,
    },
    ({ db, caller: { account, actor }, body }) =>
      db.transaction(async (tx) => {
        const company = await requireCompany(tx, deps, account, body.companyId);
        const byId = body.projectId !== undefined;
        const { id } = await startFetch(tx, account, {
          companyId: company.id,
          startDate: byId ? null : (body.startDate ?? null),
          endDate: byId ? null : (body.endDate ?? null),
          projectProcoreId: body.projectId ?? null,
          stageProcoreIds: body.stageIds ? await stageProcoreIds(tx, account, company.id, body.stageIds) : null,
          startedBy: actor,
        });
        await writeAudit(tx, { account, actor, action: 'fetch.started', subject: company.name, after: body });
        return show(tx, deps, account, id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/fetches/preview',
      does: 'What a fetch would bring, link or skip',
      may: 'fetch.start',
      body: FetchRequest,
      answer: ProjectsPreview,
    },
    async ({ db, caller: { account }, body }) => {
      const company = await requireCompany(db, deps, account, body.companyId);
      const ticked = await monitoredStageIds(db, account, company.id);
      const chosen = body.stageIds && new Set(await stageProcoreIds(db, account, company.id, body.stageIds));
      const stages = chosen ? new Set([...ticked].filter((id) => chosen.has(id))) : ticked;
      const only =
        body.projectId === undefined
          ? rangeOfDays(body.startDate ?? '', body.endDate ?? '', company.timeZone)
          : { procoreId: body.projectId };
      return previewProjects(deps, db, { account, companyId: company.id, stages, only });
    },
  );

  route(
    {
      method: 'get',
      path: '/api/fetches/:id',
      does: 'One fetch with its projects',
      may: 'read',
      params: FetchParams,
      answer: FetchWithItems,
    },
    ({ db, caller, params }) => show(db, deps, caller.account, params.id),
  );

  route(
    {
      method: 'post',
      path: '/api/fetches/:id/items/:itemId/import-anyway',
      does: 'Imports a project whose stage is not ticked, and keeps it current by hand',
      may: 'project.by-hand',
      params: ItemParams,
      body: ImportAnyway,
      answer: FetchWithItems,
      status: 202,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        const item = await findFetchItem(tx, caller.account, params.id, params.itemId);
        if (item === null) throw notFound('project of this fetch');
        if (!mayImportAnyway(item))
          throw conflict('Only a project that was left out for its stage can be imported anyway.');
        await importByHand(tx, caller, item, body.reason);
        await writeAudit(tx, {
          account: caller.account,
          actor: caller.actor,
          action: 'project.imported-anyway',
          subject: item.projectNumber ?? item.projectName ?? item.projectProcoreId,
          after: { reason: body.reason, instead: item.reason },
        });
        return show(tx, deps, caller.account, params.id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/fetches/:id/cancel',
      does: 'Takes back what a fetch has not done yet',
      may: 'fetch.start',
      params: FetchParams,
      answer: Fetch,
    },
    ({ db, caller: { account, actor }, params: { id } }) =>
      db.transaction(async (tx) => {
        const isCancelled = await cancelFetch(tx, account, id);
        if (isCancelled === null) throw notFound('fetch');
        if (!isCancelled) throw conflict('The fetch has ended already.');
        await writeAudit(tx, { account, actor, action: 'fetch.cancelled', subject: id });
        return show(tx, deps, account, id);
      }),
  );

  for (const [verb, does, act, refusal] of [
    [
      'pause',
      'Holds a fetch; what is being read now is finished',
      pauseFetch,
      'The fetch has ended, or is paused already.',
    ],
    ['resume', 'Lets a paused fetch go on', resumeFetch, 'The fetch is not paused.'],
  ] as const)
    route(
      {
        method: 'post',
        path: `/api/fetches/:id/${verb}`,
        does,
        may: 'fetch.start',
        params: FetchParams,
        answer: Fetch,
      },
      ({ db, caller: { account, actor }, params: { id } }) =>
        db.transaction(async (tx) => {
          const outcome = await act(tx, account, id);
          if (outcome === null) throw notFound('fetch');
          if (outcome === 'refused') throw conflict(refusal);
          await writeAudit(tx, { account, actor, action: `fetch.${verb}d`, subject: id });
          return show(tx, deps, account, id);
        }),
    );

  route(
    {
      method: 'post',
      path: '/api/fetches/:id/retry-failed',
      does: 'Fetches once more the projects that failed',
      may: 'fetch.start',
      params: FetchParams,
      answer: Fetch,
      status: 202,
    },
    ({ db, caller: { account, actor }, params: { id } }) =>
      db.transaction(async (tx) => {
        const again = await retryFailed(tx, account, id, actor);
        if (again === null) throw notFound('fetch');
        if (again.kind === 'refused') throw conflict('Nothing of this fetch failed, or it has not ended yet.');
        await writeAudit(tx, { account, actor, action: 'fetch.retried', subject: id });
        return show(tx, deps, account, again.id);
      }),
  );
}

const mayImportAnyway = ({ state, reason }: { state: string; reason: string | null }) =>
  state === 'skipped' && reason !== null && isStageReason(reason);

async function show(db: Queryable, deps: Deps, account: string, id: string) {
  const found = await getFetch(db, account, id);
  if (found === null) throw notFound('fetch');
  return {
    ...present(deps, found, await failuresOf(db, [found])),
    progress: await measureFetch(db, found),
    items: found.items.map((item) => ({ ...item, mayImportAnyway: mayImportAnyway(item) })),
  };
}

const present = (
  { env }: Deps,
  { projectProcoreId, ...fetch }: FetchView,
  failures: ReadonlyMap<string, { reason: string; count: number }[]>,
) => ({
  ...fetch,
  failures: failures.get(fetch.id) ?? [],
  projectId: projectProcoreId,
  temporalUrl: temporalLink(env, workflowIds.fetch(fetch.account, fetch.id)),
});
