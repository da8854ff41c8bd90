import { dryRunInvoices, type InvoiceDryRun } from '../../db/queries/dry-run.ts';
import { Decimal, sum } from '../../domain/decimal.ts';
import { DryRunRequest, DryRunResult } from '../../schemas/dry-run.ts';
import type { RouteContext } from '../context.ts';
import { problemView } from '../invoice-answers.ts';

export function dryRunRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'post',
      path: '/api/invoices/dry-run',
      does: 'Says what sending invoices would come to, and writes nothing',
      may: 'read',
      body: DryRunRequest,
      answer: DryRunResult,
    },
    async ({ db, caller, body }) => {
      const runs = await dryRunInvoices(db, caller.account, body.ids);
      const records = runs.filter(({ passes }) => passes).flatMap((run) => run.records);
      return {
        invoices: runs.map(({ findings, ...run }) => ({ ...run, problems: findings.map(problemView) })),
        passing: {
          count: runs.filter(({ passes }) => passes).length,
          total: sum(records.map(({ total }) => total)).toFixed(2),
          tax: sum(records.map(({ tax }) => tax)).toFixed(2),
        },
        smallestTolerance: largest(runs),
      };
    },
  );
}

function largest(runs: readonly InvoiceDryRun[]): string | null {
  const wanted = runs.flatMap(({ smallestTolerance }) => smallestTolerance ?? []);
  return wanted.length === 0 ? null : Decimal.max(...wanted).toFixed(2);
}
