import { listProjects } from '../../db/queries/projects.ts';
import { PageQuery, page } from '../../schemas/common.ts';
import { Project } from '../../schemas/records.ts';
import type { RouteContext } from '../context.ts';

export function projectRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/projects',
      does: 'Projects by code',
      may: 'read',
      query: PageQuery,
      answer: page(Project),
    },
    ({ db, caller, query }) => listProjects(db, caller.account, query),
  );
}
