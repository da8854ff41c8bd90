import type { Resource } from '../engine/api.ts';
import { billingPeriods } from './billing-periods.ts';
import { budgets } from './budgets.ts';
import { changeOrderPackages } from './change-order-packages.ts';
import { changeOrderRequests } from './change-order-requests.ts';
import { changeOrderStatuses } from './change-order-statuses.ts';
import { companies } from './companies.ts';
import { companyUsers } from './company-users.ts';
import { costCodes } from './cost-codes.ts';
import { crews } from './crews.ts';
import { directCostLines } from './direct-cost-lines.ts';
import { directCosts } from './direct-costs.ts';
import { lineItemTypes } from './line-item-types.ts';
import { oauth } from './oauth.ts';
import { people } from './people.ts';
import { potentialChangeOrders } from './potential-change-orders.ts';
import { projectStages } from './project-stages.ts';
import { projectVendors } from './project-vendors.ts';
import { projects } from './projects.ts';
import { purchaseOrderContracts } from './purchase-order-contracts.ts';
import { requisitions } from './requisitions.ts';
import { standardCostCodes } from './standard-cost-codes.ts';
import { subJobs } from './sub-jobs.ts';
import { taxCodes } from './tax-codes.ts';
import { timecardEntries } from './timecard-entries.ts';
import { timecardTimeTypes } from './timecard-time-types.ts';
import { unitsOfMeasure } from './units-of-measure.ts';
import { uploads } from './uploads.ts';
import { vendors } from './vendors.ts';
import { wbsCodes } from './wbs-codes.ts';
import { wbsSegments } from './wbs-segments.ts';
import { webhooks } from './webhooks.ts';
import { webhooksV1 } from './webhooks-v1.ts';
import { workOrderContracts } from './work-order-contracts.ts';

/** Every resource the simulator serves. One more resource is one more file and one more line here. */
export const RESOURCES: Resource[] = [
  oauth,
  companies,
  companyUsers,
  people,
  crews,
  timecardTimeTypes,
  timecardEntries,
  projectStages,
  projects,
  vendors,
  projectVendors,
  standardCostCodes,
  subJobs,
  costCodes,
  lineItemTypes,
  taxCodes,
  unitsOfMeasure,
  wbsSegments,
  wbsCodes,
  budgets,
  directCostLines,
  directCosts,
  purchaseOrderContracts,
  workOrderContracts,
  changeOrderPackages,
  changeOrderRequests,
  potentialChangeOrders,
  changeOrderStatuses,
  billingPeriods,
  requisitions,
  uploads,
  webhooks,
  webhooksV1,
];
