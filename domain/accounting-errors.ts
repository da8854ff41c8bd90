import type { CatalogueEntry } from './catalogue-entry.ts';
import { formatMoney } from './decimal.ts';

/** Why an overhead line cannot go to the accounting system; part of the catalogue of errors.ts. */
export const ACCOUNTING_CATALOGUE = {
  ACCOUNTING_NOT_CONNECTED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'settings',
    message: (d: { invoice: string; amount: string }) =>
      `Invoice ${d.invoice} has $${formatMoney(d.amount)} on lines without a project, and no accounting system is connected.`,
    fix: 'Connect it under Settings > Integration > Accounting, or give the lines a project.',
  },
  ACCOUNTING_AUTH_EXPIRED: {
    fixedBy: 'admin',
    retry: 'automatic',
    where: 'settings',
    message: (d: { system: string }) => `${d.system} no longer accepts our sign-in.`,
    fix: 'Reconnect under Settings > Integration > Accounting; what waits is sent by itself afterwards.',
  },
  MIXED_INVOICE_HELD: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { invoice: string; project: string; overhead: string }) =>
      `Invoice ${d.invoice} has $${formatMoney(d.project)} for projects and $${formatMoney(d.overhead)} of overheads; such invoices are held.`,
    fix: 'Enter two invoices, or let mixed invoices be split under Settings > Integration > Accounting.',
  },
  GL_CODE_BLANK: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { line: number }) => `Line ${d.line} has no project and no GL code.`,
    fix: 'Choose a project or a GL code.',
  },
  GL_CODE_UNKNOWN: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { glCode: string; system: string }) => `GL code ${d.glCode} is not an active account in ${d.system}.`,
    fix: 'Choose another GL code, or add the account there and refresh the lists under Settings > Integration > Accounting.',
  },
  TAX_CODE_BLANK: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { line: number }) => `Line ${d.line} goes to accounting and has no tax code.`,
    fix: 'Choose a tax code; one of 0 % says that there is no GST.',
  },
  TAX_TYPE_UNMAPPED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'settings',
    message: (d: { taxCode: string; system: string }) =>
      `Tax code ${d.taxCode} is not mapped to a tax rate of ${d.system}.`,
    fix: 'Map it under Settings > Integration > Accounting.',
  },
  TAX_TYPE_RATE_DIFF: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'settings',
    message: (d: { taxCode: string; ours: string; theirs: string; system: string }) =>
      `Tax code ${d.taxCode} is ${d.ours} % in Lentune and ${d.theirs} % in ${d.system}.`,
    fix: 'Map it to a tax rate of the same percentage.',
  },
  CONTACT_AMBIGUOUS: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'vendors',
    message: (d: { vendor: string; count: number; system: string }) =>
      `${d.count} contacts in ${d.system} are called "${d.vendor}".`,
    fix: 'Merge or rename them there, then retry.',
  },
  CONTACT_ARCHIVED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'vendors',
    message: (d: { vendor: string; system: string }) => `Contact "${d.vendor}" is archived in ${d.system}.`,
    fix: 'Restore the contact there, then retry.',
  },
  BILL_DUPLICATE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; vendor: string; system: string }) =>
      `${d.system} already has ${d.number} from ${d.vendor}, and we did not put it there.`,
    fix: 'Link it without writing, or change the number.',
  },
  BILL_TWICE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; system: string }) => `${d.number} stands twice in ${d.system}.`,
    fix: 'Void one of the two there.',
  },
  BILL_EDITED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; field: string; ours: string; theirs: string; system: string }) =>
      `${d.number} was changed in ${d.system}: ${d.field} is "${d.theirs}" there and "${d.ours}" here.`,
    fix: 'Change it back there, or change the invoice to match.',
  },
  BILL_GONE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; system: string }) => `${d.number} was deleted or voided in ${d.system}.`,
    fix: 'Ignore the invoice, or enter it again under another number.',
  },
  BILL_LOCKED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; why: string; system: string }) =>
      `${d.number} can no longer be changed in ${d.system}: ${d.why}.`,
    fix: 'Undo the payment or unlock the period there, or enter a credit.',
  },
  BILL_NOT_SETTLED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'settings',
    message: (d: { field: string; sent: string; got: string; system: string }) =>
      `${d.system} changed ${d.field} from "${d.sent}" to "${d.got}" while saving.`,
    fix: 'Correct what changes it there; the bill stays a draft until then.',
  },
  ACCOUNTING_REFUSED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { what: string; said: string; system: string }) => `${d.system} refused ${d.what}: ${d.said}`,
    fix: 'Correct what it names, then retry.',
  },
  ACCOUNTING_RATE_LIMIT: {
    fixedBy: 'nobody',
    retry: 'automatic',
    where: 'none',
    message: (d: { system: string }) => `The call allowance of ${d.system} is used up for now.`,
    fix: 'Nothing to do: it goes on by itself when the allowance renews.',
  },
  ACCOUNTING_UNAVAILABLE: {
    fixedBy: 'nobody',
    retry: 'automatic',
    where: 'none',
    message: (d: { said: string; system: string }) => `${d.system} does not answer properly (${d.said}).`,
    fix: 'Nothing to do: it is tried again by itself.',
  },
  BILL_SETTLING: {
    fixedBy: 'nobody',
    retry: 'automatic',
    where: 'none',
    message: (d: { what: string; system: string }) =>
      `${d.system} gave no answer to ${d.what}; we look again before writing again.`,
    fix: 'Nothing to do: it settles by itself.',
  },
} as const satisfies Record<string, CatalogueEntry>;
