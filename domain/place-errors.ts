import type { CatalogueEntry } from './catalogue-entry.ts';

/** Refusals that come from how a Procore company or project is set up. */
export const PLACE_CATALOGUE = {
  INTERFACE_OFF: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'settings',
    message: (_: Record<never, never>) =>
      'Procore is not chosen as the invoices interface, so no invoice is sent there.',
    fix: 'Choose Procore as the Invoices interface under Settings, Integration, Configurations.',
  },
  CUSTOM_SEGMENTS: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { project: string; segments: string }) =>
      `The budget codes of ${d.project} have custom segments (${d.segments}), which Lentune does not have.`,
    fix: 'Enter the cost in Procore, or take the custom segments off the budget codes of the project there.',
  },
  PROJECT_NOT_MONITORED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'projects',
    message: (d: { project: string; why: string }) =>
      `Project ${d.project} no longer comes in from Procore${d.why === '' ? '' : `: ${d.why.replace(/\.$/, '')}`}.`,
    fix: 'Tick its stage under Project webhook monitoring stages, or import it anyway.',
  },
  ERP_CONNECTED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'settings',
    message: (d: { what: string; company: string; isAsked: boolean }) =>
      `${d.company} is connected to an accounting system in Procore, so ${d.what} is not created there${d.isAsked ? ' unasked' : ''}.`,
    fix: 'Create it in the accounting system, or allow creating once under Settings, Procore company list.',
  },
} as const satisfies Record<string, CatalogueEntry>;
