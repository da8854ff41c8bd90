import { createBillingPeriods } from './billing-periods.ts';
import { createBudget } from './budget.ts';
import { createCall } from './call.ts';
import { createChangeOrders } from './change-orders.ts';
import { createCostCodes } from './cost-codes.ts';
import { createCostTypes } from './cost-types.ts';
import { createDeliveries } from './deliveries.ts';
import { createDirectCosts } from './direct-costs.ts';
import { createHooks } from './hooks.ts';
import { createIdentity } from './identity.ts';
import { createPeople } from './people.ts';
import { createProjectVendors } from './project-vendors.ts';
import { createProjects } from './projects.ts';
import { createPurchaseOrders } from './purchase-orders.ts';
import { createRequisitions } from './requisitions.ts';
import { createStages } from './stages.ts';
import { createStandardCostCodes } from './standard-cost-codes.ts';
import { createSubJobs } from './sub-jobs.ts';
import { createTaxCodes } from './tax-codes.ts';
import { createTimeTypes } from './time-types.ts';
import { createTimecardEntries } from './timecard-entries.ts';
import { createTransport, type Scope, type TransportDeps } from './transport.ts';
import { createUoms } from './uoms.ts';
import { createUploads } from './uploads.ts';
import { createUsers } from './users.ts';
import { createVendors } from './vendors.ts';
import { createWbs } from './wbs.ts';
import { createWorkOrders } from './work-orders.ts';

export type { CallRecord } from './transport.ts';

/** Which company a call concerns; `companyId` is Procore's. */
export type CompanyScope = Omit<Scope, 'companyId'> & { companyId: string };
/** A sign-in before a company is chosen. A service account must name a company even here. */
export type UserScope = Omit<Scope, 'companyId'> & { companyId?: string | null };

export type Procore = ReturnType<typeof createProcore>;
export type CompanyApi = ReturnType<Procore['company']>;
export type UserApi = ReturnType<Procore['user']>;

/** The Procore client. One per process: it holds the connection pool. Every method makes one call, or one call per page. */
export function createProcore(deps: TransportDeps) {
  const transport = createTransport(deps);
  return {
    company(scope: CompanyScope) {
      const call = createCall(transport, scope);
      return {
        projects: createProjects(call),
        stages: createStages(call),
        vendors: createVendors(call),
        projectVendors: createProjectVendors(call),
        standardCostCodes: createStandardCostCodes(call),
        costCodes: createCostCodes(call),
        subJobs: createSubJobs(call),
        costTypes: createCostTypes(call),
        wbs: createWbs(call),
        budget: createBudget(call),
        taxCodes: createTaxCodes(call),
        uoms: createUoms(call),
        directCosts: createDirectCosts(call),
        purchaseOrders: createPurchaseOrders(call),
        workOrders: createWorkOrders(call),
        changeOrders: createChangeOrders(call),
        requisitions: createRequisitions(call),
        billingPeriods: createBillingPeriods(call),
        uploads: createUploads(call),
        hooks: createHooks(call),
        deliveries: createDeliveries(call),
        users: createUsers(call),
        people: createPeople(call),
        timeTypes: createTimeTypes(call),
        timecards: createTimecardEntries(call),
      };
    },
    user: (scope: UserScope) => createIdentity(createCall(transport, { ...scope, companyId: scope.companyId ?? null })),
    /** Lets go of the pooled connections. */
    close: () => transport.close(),
  };
}
