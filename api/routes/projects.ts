import { z } from 'zod';
import { writeAudit } from '../../db/queries/audit.ts';
import { listProjects } from '../../db/queries/projects.ts';
import { endByHand } from '../../db/queries/projects-by-hand.ts';
import { CompanyPageQuery, Id, page } from '../../schemas/common.ts';
import { Project } from '../../schemas/records.ts';
import type { RouteContext } from '../context.ts';
import { notFound } from '../refusal.ts';

export function projectRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/projects',
      does: 'Projects by code',
      may: 'read',
      query: CompanyPageQuery,
      answer: page(Project),
    },
    ({ db, caller, query }) => listProjects(db, caller.account, query),
  );

  route(
    {
      method: 'delete',
      path: '/api/projects/:id/by-hand',
      does: 'Lets the stage of a project decide again whether it is kept current',
      may: 'project.by-hand',
      params: z.object({ id: Id }),
    },
    ({ db, caller: { account, actor }, params: { id } }) =>
      db.transaction(async (tx) => {
        const ended = await endByHand(tx, account, id);
        if (ended === null) throw notFound('project monitored by hand');
        await writeAudit(tx, { account, actor, action: 'project.by-hand-ended', subject: id, before: ended });
        return undefined;
      }),
  );
}
