import type { CatalogueEntry } from './catalogue-entry.ts';
import { formatMoney } from './decimal.ts';

/** Why an invoice cannot be claimed on a purchase order or subcontract; part of the catalogue of errors.ts. */
export const CLAIM_CATALOGUE = {
  NOT_ALLOCATED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'allocations',
    message: (d: { line: number; commitment: string; left: string }) =>
      `Line ${d.line} is not fully allocated to ${d.commitment}: $${formatMoney(d.left)} is left.`,
    fix: 'Allocate the whole line under Allocations, or take the order off the invoice.',
  },
  OVER_ALLOCATED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'allocations',
    message: (d: { line: string; commitment: string; remaining: string; allocated: string }) =>
      `$${formatMoney(d.allocated)} on ${d.line} of ${d.commitment} is more than the $${formatMoney(d.remaining)} that is left of it.`,
    fix: 'Allocate less, wait for a variation, or let an admin allow it with a reason.',
  },
  PO_NOT_FOUND: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'allocations',
    message: (d: { number: string }) =>
      `Purchase order or subcontract ${d.number} is not known, or not there any more.`,
    fix: 'Correct the number, or refresh the orders of the project.',
  },
  COMMITMENT_NOT_APPROVED: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { commitment: string; status: string }) =>
      `The ${d.commitment} is ${d.status} in Procore, so nothing can be claimed on it.`,
    fix: 'Approve it in Procore.',
  },
  INVOICING_OFF: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { commitment: string; said: string }) =>
      `The ${d.commitment} takes no invoices in Procore${d.said === '' ? '' : `: ${d.said}`}.`,
    fix: 'Switch invoices on for it in Procore, approve the schedule of values of the subcontractor, or take the order off the invoice.',
  },
  VENDOR_CONTRACT_MISMATCH: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { commitment: string; vendor: string }) =>
      `The ${d.commitment} is with another supplier than ${d.vendor}.`,
    fix: 'Correct the order or the supplier.',
  },
  PROBABLE_DOUBLE_COUNT: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'allocations',
    message: (d: { commitment: string }) =>
      `The ${d.commitment} stands in Procore too, so a direct cost may count the cost twice.`,
    fix: 'Look whether it is invoiced there, or have purchase orders exchanged with Procore.',
  },
  PENDING_CO: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { variation: string; commitment: string }) =>
      `Variation ${d.variation} of ${d.commitment} is not approved.`,
    fix: 'Approve the change order in Procore, or allocate to another line.',
  },
  NO_OPEN_PERIOD: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { project: string }) => `Project ${d.project} has no open billing period in Procore.`,
    fix: 'Open a billing period in Procore, or let us open one under Settings.',
  },
  CLAIM_OPEN_ELSEWHERE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { commitment: string; claim: number; status: string }) =>
      `Claim ${d.claim} of ${d.commitment} is open in Procore (${d.status.replaceAll('_', ' ')}), and we did not put it there.`,
    fix: 'Link that claim without writing, wait until it is approved, or let an admin take it over.',
  },
  CLAIM_IN_PROGRESS: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { commitment: string; claim: number }) =>
      `Waits behind claim ${d.claim} of ${d.commitment}, which is not approved in Procore yet.`,
    fix: 'Nothing to do: it is tried again by the hour, and goes once that claim is approved.',
  },
  CLAIM_NEEDS_ADMIN: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { number: string; commitment: string; said: string }) =>
      `${d.number} on ${d.commitment} needs Admin on Commitments in Procore: ${d.said}`,
    fix: 'Grant our user that permission in Procore, or let an admin enter it there.',
  },
} as const satisfies Record<string, CatalogueEntry>;
