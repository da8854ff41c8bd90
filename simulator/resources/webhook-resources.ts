import type { Switches } from '../engine/settings.ts';

export const VERSIONS = ['v2.0', 'v3.0', 'v4.0'] as const;

const ALL = ['create', 'update', 'delete'] as const;
const MADE = ['create', 'update'] as const;

/** What webhooks can tell of and with which events (contract section 15.3). */
export const RESOURCE_NAMES: Record<string, readonly string[]> = {
  Projects: MADE,
  'Company Vendors': MADE,
  'Company Users': MADE,
  'Line Item Types': ALL,
  'Standard Cost Codes': ALL,
  'Standard Cost Code Lists': ['create'],
  'Project Stages': ALL,
  'Project Types': ALL,
  Departments: ALL,
  Programs: ALL,
  'Timecard Time Types': ['create', 'delete'],
  'ERP Requests': ALL,
  'Change Order Change Reasons': ALL,
  'Company Insurances': ALL,
  'Cost Codes': ALL,
  'Sub Jobs': ALL,
  'Budget Line Items': ALL,
  'Budget Changes': ALL,
  'Budget Modifications': ALL,
  'Budget View Snapshots': ['create'],
  'Purchase Order Contracts': ALL,
  'Purchase Order Contract Line Items': ALL,
  'Work Order Contracts': ALL,
  'Work Order Contract Line Items': ALL,
  'Change Order Packages': ALL,
  'Change Order Requests': ALL,
  'Potential Change Orders': ALL,
  'Potential Change Order Line Items': ALL,
  'Change Events': ALL,
  'Direct Costs': ALL,
  'Direct Cost Line Items': ALL,
  'Company Direct Cost Line Items': ALL,
  'Contract Payments': ALL,
  'Payment Applications': ALL,
  'Prime Contracts': ALL,
  'Timecard Entries': ALL,
  'Project Users': ['create', 'delete'],
  'Project Vendors': ['create', 'delete'],
};

/** Those that belong to a project; a project hook offers only these, a company hook the rest and, by switch, these too. */
export const PROJECT_RESOURCES: string[] = Object.keys(RESOURCE_NAMES).slice(
  Object.keys(RESOURCE_NAMES).indexOf('Cost Codes'),
);

/** The events of one resource; whether the directories have delete events is a matter of two documents. */
export function eventsOf(name: string, switches: Switches): readonly string[] {
  const isDirectory = name === 'Company Vendors' || name === 'Company Users';
  return isDirectory && switches.directory_delete_events === 'yes' ? ALL : (RESOURCE_NAMES[name] ?? []);
}
