import type { Resource } from '../engine/api.ts';
import { budgets } from './budgets.ts';
import { companies } from './companies.ts';
import { companyUsers } from './company-users.ts';
import { costCodes } from './cost-codes.ts';
import { directCostLines } from './direct-cost-lines.ts';
import { directCosts } from './direct-costs.ts';
import { lineItemTypes } from './line-item-types.ts';
import { oauth } from './oauth.ts';
import { people } from './people.ts';
import { projectStages } from './project-stages.ts';
import { projectVendors } from './project-vendors.ts';
import { projects } from './projects.ts';
import { standardCostCodes } from './standard-cost-codes.ts';
import { subJobs } from './sub-jobs.ts';
import { taxCodes } from './tax-codes.ts';
import { timecardEntries } from './timecard-entries.ts';
import { timecardTimeTypes } from './timecard-time-types.ts';
import { unitsOfMeasure } from './units-of-measure.ts';
import { vendors } from './vendors.ts';
import { wbsCodes } from './wbs-codes.ts';
import { wbsSegments } from './wbs-segments.ts';
import { webhooks } from './webhooks.ts';

/** Every resource the simulator serves. One more resource is one more file and one more line here. */
export const RESOURCES: Resource[] = [
  oauth,
  companies,
  companyUsers,
  people,
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
  webhooks,
];
