export type Toggle =
  | 'syncProjects'
  | 'syncVendors'
  | 'syncStandardCostCodes'
  | 'syncProjectCostCodes'
  | 'syncUsers';

/** What a kind of Procore event means to us. */
export interface WatchedResource {
  /** as Procore names it in hooks and payloads */
  name: string;
  /** whether Procore counts it to the company or to a project */
  level: 'company' | 'project';
  flow: 'project' | 'vendors' | 'cost-codes' | 'users';
  recordKind: string;
  /** watched while any of these is on (setup guide: Procore Webhook synch settings) */
  toggles: readonly Toggle[];
}

/** Every kind of event we ask for; contract section 15.3. */
export const WATCHED: readonly WatchedResource[] = [
  { name: 'Projects', level: 'company', flow: 'project', recordKind: 'project', toggles: ['syncProjects'] },
  { name: 'Project Stages', level: 'company', flow: 'cost-codes', recordKind: 'stage', toggles: ['syncProjects'] },
  { name: 'Company Users', level: 'company', flow: 'users', recordKind: 'user', toggles: ['syncUsers'] },
  { name: 'Timecard Time Types', level: 'company', flow: 'users', recordKind: 'time_type', toggles: ['syncUsers'] },
  { name: 'Company Vendors', level: 'company', flow: 'vendors', recordKind: 'vendor', toggles: ['syncVendors'] },
  {
    name: 'Standard Cost Codes',
    level: 'company',
    flow: 'cost-codes',
    recordKind: 'standard_cost_code',
    toggles: ['syncStandardCostCodes'],
  },
  {
    name: 'Line Item Types',
    level: 'company',
    flow: 'cost-codes',
    recordKind: 'cost_type',
    toggles: ['syncStandardCostCodes', 'syncProjectCostCodes'],
  },
  {
    name: 'Cost Codes',
    level: 'project',
    flow: 'project',
    recordKind: 'cost_code',
    toggles: ['syncProjectCostCodes'],
  },
  { name: 'Sub Jobs', level: 'project', flow: 'project', recordKind: 'sub_job', toggles: ['syncProjectCostCodes'] },
  {
    name: 'Budget Line Items',
    level: 'project',
    flow: 'project',
    recordKind: 'budget',
    toggles: ['syncProjectCostCodes'],
  },
];

/** Whether a company wants to hear of a kind of event. */
export const isWanted = (resource: WatchedResource, company: Readonly<Record<Toggle, boolean>>): boolean =>
  resource.toggles.some((toggle) => company[toggle]);
