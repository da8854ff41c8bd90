import { z } from 'zod';
import { difference, writeAudit } from '../../db/queries/audit.ts';
import { bringInKinds } from '../../db/queries/commitments.ts';
import { type CompanyView, changeCompany, listCompanies } from '../../db/queries/companies.ts';
import { ensureConnection } from '../../db/queries/connections.ts';
import { requeueWaiting } from '../../db/queries/document-waits.ts';
import { applyStageChange } from '../../db/queries/settings-effects.ts';
import type { Queryable } from '../../db/types.ts';
import { COMMITMENT_KINDS, isSynced } from '../../domain/commitments.ts';
import { waitKeys } from '../../domain/waits.ts';
import type { Deps } from '../../platform/deps.ts';
import { Id } from '../../schemas/common.ts';
import {
  Company,
  type CompanyChange,
  CompanyChangeRequest,
  CompanyList,
  OrderMasterPreview,
  OrderMasterQuery,
} from '../../schemas/connection.ts';
import { ProjectsPreview, StagesPreviewRequest } from '../../schemas/previews.ts';
import { previewProjects } from '../arrivals.ts';
import { connectionDefaults } from '../connection-defaults.ts';
import type { RouteContext } from '../context.ts';
import { previewOrderMaster, requireSeenOrders } from '../order-master.ts';
import { invalidInput, notFound } from '../refusal.ts';
import { bringInUsers, checkUserSync } from '../time-defaults.ts';

const CompanyParams = z.object({ id: Id });

export function companyRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/companies',
      does: 'The Procore companies the connection reaches, with what synchronises',
      may: 'read',
      answer: CompanyList,
    },
    ({ db, caller }) => ofConnection(db, deps, caller.account),
  );

  route(
    {
      method: 'get',
      path: '/api/companies/:id',
      does: 'One Procore company',
      may: 'read',
      params: CompanyParams,
      answer: Company,
    },
    ({ db, caller, params }) => requireCompany(db, deps, caller.account, params.id),
  );

  route(
    {
      method: 'patch',
      path: '/api/companies/:id',
      does: 'Changes what synchronises; the hooks in Procore follow',
      may: 'company.change',
      params: CompanyParams,
      body: CompanyChangeRequest,
      answer: Company,
    },
    ({ db, caller: { account, actor }, params: { id }, body: { confirmedOrders, ...body } }) =>
      db.transaction(async (tx) => {
        const before = await requireCompany(tx, deps, account, id);
        refuseUnknownStages(before, body);
        await requireSeenOrders(tx, account, before, { ...body, confirmedOrders });
        await checkUserSync(tx, account, before, body);
        await changeCompany(tx, account, id, body);
        if (body.createWhereErp === 'allow') await requeueWaiting(tx, account, [waitKeys.accountingSystem(id)]);
        await applyStageChange(tx, account, id, changedStages(before, body));
        const after = await requireCompany(tx, deps, account, id);
        const switchedOn = COMMITMENT_KINDS.filter((kind) => isSynced(kind, after) && !isSynced(kind, before));
        await bringInKinds(tx, account, id, switchedOn);
        await bringInUsers(tx, account, id, before, after);
        await writeAudit(tx, {
          account,
          actor,
          action: 'company.changed',
          subject: after.name,
          ...difference(settingsOf(before), settingsOf(after)),
        });
        return after;
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/companies/:id/preview-stages',
      does: 'Which projects would come or go with these stages ticked',
      may: 'company.change',
      params: CompanyParams,
      body: StagesPreviewRequest,
      answer: ProjectsPreview,
    },
    async ({ db, caller: { account }, params: { id }, body }) => {
      const company = await requireCompany(db, deps, account, id);
      refuseUnknownStages(company, body);
      const ticked = company.stages.filter((stage) => body.monitoredStageIds.includes(stage.id));
      const stages = new Set(ticked.map(({ procoreId }) => procoreId));
      const changed = changedStages(company, body);
      const inStages = new Set(
        company.stages.flatMap((stage) => (changed.includes(stage.id) ? [stage.procoreId] : [])),
      );
      return previewProjects(deps, db, { account, companyId: id, stages, only: { inStages } });
    },
  );

  route(
    {
      method: 'get',
      path: '/api/companies/:id/preview-order-master',
      does: 'What another master of purchase orders means for those that are there',
      may: 'company.change',
      params: CompanyParams,
      query: OrderMasterQuery,
      answer: OrderMasterPreview,
    },
    async ({ db, caller: { account }, params: { id }, query: { to } }) =>
      previewOrderMaster(db, account, await requireCompany(db, deps, account, id), to),
  );
}

async function ofConnection(db: Queryable, { env, secrets }: Deps, account: string): Promise<CompanyView[]> {
  const { id } = await ensureConnection(db, account, connectionDefaults(env), secrets.seal);
  return listCompanies(db, account, id);
}

/** A company of the present connection, or the answer that there is none of that id. */
export async function requireCompany(
  db: Queryable,
  deps: Deps,
  account: string,
  companyId: string,
): Promise<CompanyView> {
  const company = (await ofConnection(db, deps, account)).find(({ id }) => id === companyId);
  if (!company) throw notFound('company');
  return company;
}

function refuseUnknownStages({ stages }: CompanyView, { monitoredStageIds = [] }: CompanyChange): void {
  const known = new Set(stages.map(({ id }) => id));
  const unknown = monitoredStageIds.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `monitoredStageIds.${index}`, message: 'This company has no such stage.' }],
  );
  if (unknown.length > 0) throw invalidInput(unknown);
}

/** Stages that are ticked or unticked by a change. */
function changedStages({ stages }: CompanyView, { monitoredStageIds }: CompanyChange): string[] {
  if (monitoredStageIds === undefined) return [];
  return stages.filter(({ id, isMonitored }) => monitoredStageIds.includes(id) !== isMonitored).map(({ id }) => id);
}

/** What the audit keeps of a company. */
const settingsOf = (company: CompanyView) => ({
  timeZone: company.timeZone,
  syncProjects: company.syncProjects,
  syncVendors: company.syncVendors,
  syncStandardCostCodes: company.syncStandardCostCodes,
  syncProjectCostCodes: company.syncProjectCostCodes,
  syncUsers: company.syncUsers,
  timeSheetGroupId: company.timeSheetGroupId,
  timeSheetEntryTypeId: company.timeSheetEntryTypeId,
  timeSheetPersonaId: company.timeSheetPersonaId,
  goLiveDate: company.goLiveDate,
  lockDate: company.lockDate,
  syncSubContracts: company.syncSubContracts,
  purchaseOrderMaster: company.purchaseOrderMaster,
  createWhereErp: company.createWhereErp,
  monitoredStages: company.stages.filter((stage) => stage.isMonitored).map(({ name }) => name),
});
