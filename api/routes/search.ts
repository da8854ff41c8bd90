import { searchEverything } from '../../db/queries/search.ts';
import { SearchAnswer, SearchQuery } from '../../schemas/search.ts';
import type { RouteContext } from '../context.ts';

export function searchRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/search',
      does: 'Invoices, purchase orders, subcontracts, vendors, projects and cost codes by number, code or words',
      may: 'read',
      query: SearchQuery,
      answer: SearchAnswer,
    },
    async ({ db, caller, query }) => ({ rows: await searchEverything(db, caller.account, query.text) }),
  );
}
