import { z } from 'zod';
import { difference, writeAudit } from '../../db/queries/audit.ts';
import { getCompany } from '../../db/queries/companies.ts';
import { deliveryHealth } from '../../db/queries/maintain.ts';
import {
  changeIntervals,
  listRuns,
  type ReconcileRunView,
  requestReconcile,
  sweptCompanies,
} from '../../db/queries/reconcile.ts';
import type { Queryable } from '../../db/types.ts';
import { planSweeps } from '../../domain/sweep-plan.ts';
import { Id } from '../../schemas/common.ts';
import { ComparisonRequest, ComparisonSettingsChange, Comparisons } from '../../schemas/reconcile.ts';
import type { RouteContext } from '../context.ts';
import { requireCompany } from './companies.ts';

const CompanyParams = z.object({ id: Id });
const SHOWN_RUNS = 10;

export function comparisonRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/companies/:id/comparisons',
      does: 'How often a company is compared with Procore, how long that takes, and what webhooks had missed',
      may: 'read',
      params: CompanyParams,
      answer: Comparisons,
    },
    async ({ db, caller, params: { id } }) => {
      await requireCompany(db, deps, caller.account, id);
      return show(db, caller.account, id);
    },
  );

  route(
    {
      method: 'patch',
      path: '/api/companies/:id/comparisons',
      does: 'Changes how often a company is compared; its schedules follow',
      may: 'company.change',
      params: CompanyParams,
      body: ComparisonSettingsChange,
      answer: Comparisons,
    },
    ({ db, caller: { account, actor }, params: { id }, body }) =>
      db.transaction(async (tx) => {
        const company = await requireCompany(tx, deps, account, id);
        await changeIntervals(tx, account, id, body);
        await writeAudit(tx, {
          account,
          actor,
          action: 'company.changed',
          subject: company.name,
          ...difference(intervalsOf(company), intervalsOf(await getCompany(tx, account, id))),
        });
        return show(tx, account, id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/companies/:id/comparisons',
      does: 'Compares a company with Procore now',
      may: 'fetch.start',
      params: CompanyParams,
      body: ComparisonRequest,
      answer: Comparisons,
      status: 202,
    },
    ({ db, caller: { account, actor }, params: { id }, body: { mode } }) =>
      db.transaction(async (tx) => {
        const company = await requireCompany(tx, deps, account, id);
        await requestReconcile(tx, account, id, mode);
        await writeAudit(tx, { account, actor, action: 'company.compared', subject: company.name, after: { mode } });
        return show(tx, account, id);
      }),
  );
}

const intervalsOf = ({
  changesEveryMinutes,
  sweepEveryHours,
}: {
  changesEveryMinutes: number;
  sweepEveryHours: number;
}) => ({ changesEveryMinutes, sweepEveryHours });

async function show(db: Queryable, account: string, companyId: string): Promise<z.input<typeof Comparisons>> {
  const company = await getCompany(db, account, companyId);
  const [swept] = await sweptCompanies(db, companyId);
  const plan = planSweeps(
    swept?.facts ?? {
      ...intervalsOf(company),
      hourlyLimit: null,
      companies: 1,
      projects: 0,
      callsPerProject: null,
      callsPerLook: null,
      callsForLists: null,
    },
  );
  const runs = await listRuns(db, account, companyId, SHOWN_RUNS);
  return {
    ...intervalsOf(company),
    plan: { ...plan, hourlyLimit: swept?.facts.hourlyLimit ?? null, isPaused: swept?.isConnected !== true },
    deliveries: await deliveryHealth(db, account, companyId),
    runs: runs.map(present),
  };
}

const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, each) => sum + each, 0);

const present = (run: ReconcileRunView) => ({ ...run, found: sumOf(run.found), missedCount: sumOf(run.missed) });
