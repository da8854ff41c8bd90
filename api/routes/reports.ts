import { projectCosts } from '../../db/queries/reports.ts';
import { type ProjectCostRow, ProjectCosts, ProjectCostsQuery } from '../../schemas/reports.ts';
import type { RouteContext } from '../context.ts';

export function reportRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/reports/project-costs',
      does: 'What invoices cost each project, by cost type and GL code: posted, pending and failed',
      may: 'read',
      query: ProjectCostsQuery,
      answer: ProjectCosts,
    },
    ({ db, caller, query }) => projectCosts(db, caller.account, query),
  );

  route(
    {
      method: 'get',
      path: '/api/reports/project-costs.csv',
      does: 'The same as a CSV file',
      may: 'read',
      query: ProjectCostsQuery,
      streams: true,
    },
    async ({ db, caller, query, response }) => {
      const { rows } = await projectCosts(db, caller.account, query);
      response
        .type('text/csv; charset=utf-8')
        .attachment('project-costs.csv')
        .send(`\uFEFF${[HEADER, ...rows.map(lineOf)].map((cells) => cells.join(',')).join('\r\n')}\r\n`);
      return undefined;
    },
  );
}

const HEADER = [
  'Project',
  'Project name',
  'Cost type',
  'Cost type name',
  'GL code',
  'Posted',
  'Pending',
  'Failed',
  'Ignored',
  'Total excluding tax',
];

const lineOf = (row: ProjectCostRow): string[] => [
  ...[row.projectCode, row.projectName, row.costTypeCode, row.costTypeName, row.glCode].map(cell),
  row.posted,
  row.pending,
  row.failed,
  row.leftOut,
  row.total,
];

/** Quoted, and never the beginning of a formula when a spreadsheet opens it. */
function cell(text: string | null): string {
  if (text === null) return '';
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
