import type { PurchaseOrderMaster } from './commitments.ts';

export type Toggle =
  | 'syncProjects'
  | 'syncVendors'
  | 'syncStandardCostCodes'
  | 'syncProjectCostCodes'
  | 'syncUsers'
  | 'syncSubContracts'
  | 'purchaseOrderMaster'
  | 'sendsTime'
  | 'sendsInvoices';

/** What a kind of Procore event means to us. */
export interface WatchedResource {
  /** as Procore names it in hooks and payloads */
  name: string;
  /** whether Procore counts it to the company or to a project */
  level: 'company' | 'project';
  flow: 'project' | 'vendors' | 'cost-codes' | 'users';
  recordKind: string;
  /** which record its events are about: the one they name unless said otherwise, its parent, or any of the kind */
  about?: 'parent' | 'kind';
  /** watched while any of these is on (setup guide: Procore Webhook synch settings) */
  toggles: readonly Toggle[];
}

/** Every kind of event we ask for; contract section 15.3. */
export const WATCHED: readonly WatchedResource[] = [
  { name: 'Projects', level: 'company', flow: 'project', recordKind: 'project', toggles: ['syncProjects'] },
  { name: 'Project Stages', level: 'company', flow: 'cost-codes', recordKind: 'stage', toggles: ['syncProjects'] },
  { name: 'Company Users', level: 'company', flow: 'users', recordKind: 'user', toggles: ['syncUsers'] },
  { name: 'Timecard Time Types', level: 'company', flow: 'users', recordKind: 'time_type', toggles: ['syncUsers'] },
  {
    name: 'Timecard Entries',
    level: 'project',
    flow: 'users',
    recordKind: 'timecard_entry',
    toggles: ['sendsTime'],
  },
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
  ofCommitments('purchase_order', ['purchaseOrderMaster'], 'Purchase Order Contracts'),
  ofCommitments('purchase_order', ['purchaseOrderMaster'], 'Purchase Order Contract Line Items', 'parent'),
  ofCommitments('sub_contract', ['syncSubContracts'], 'Work Order Contracts'),
  ofCommitments('sub_contract', ['syncSubContracts'], 'Work Order Contract Line Items', 'parent'),
  ofCommitments('change_order', ['purchaseOrderMaster', 'syncSubContracts'], 'Change Order Packages'),
  // A request stands between a package and its potential change orders; Procore does not find one by its id alone.
  ofCommitments('change_order', ['purchaseOrderMaster', 'syncSubContracts'], 'Change Order Requests', 'kind'),
  ofCommitments('potential_change_order', ['purchaseOrderMaster', 'syncSubContracts'], 'Potential Change Orders'),
  ofCommitments(
    'potential_change_order',
    ['purchaseOrderMaster', 'syncSubContracts'],
    'Potential Change Order Line Items',
    'parent',
  ),
  ofSentCosts('Direct Costs'),
  ofSentCosts('Direct Cost Line Items', 'parent'),
];

/** Of direct costs we sent: what people edited, deleted or approved there. */
function ofSentCosts(name: string, about?: WatchedResource['about']): WatchedResource {
  const toggles = ['sendsInvoices'] as const;
  return { name, level: 'project', flow: 'project', recordKind: 'direct_cost', toggles, ...(about && { about }) };
}

function ofCommitments(
  recordKind: string,
  toggles: readonly Toggle[],
  name: string,
  about?: WatchedResource['about'],
): WatchedResource {
  return { name, level: 'project', flow: 'project', recordKind, toggles, ...(about && { about }) };
}

/** The switches of a company (setup guide: Procore Webhook synch settings), and what its account sends. */
export type Switches = Readonly<Record<Exclude<Toggle, 'purchaseOrderMaster'>, boolean>> & {
  readonly purchaseOrderMaster: PurchaseOrderMaster;
};

/** Whether a company wants to hear of a kind of event. */
export const isWanted = (resource: WatchedResource, company: Switches): boolean =>
  resource.toggles.some((toggle) =>
    toggle === 'purchaseOrderMaster' ? company.purchaseOrderMaster === 'procore' : company[toggle],
  );
