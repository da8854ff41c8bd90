import { ACCOUNTING_CATALOGUE } from './accounting-errors.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { CLAIM_CATALOGUE } from './claim-errors.ts';
import { formatMoney } from './decimal.ts';
import { PLACE_CATALOGUE } from './place-errors.ts';
import { ORDER_CATALOGUE } from './purchase-order-errors.ts';
import { TIME_ERRORS } from './time-errors.ts';

/**
 * Every reason a document can be refused: who can fix it, what we say, whether trying again by itself can help.
 * The order is the order of importance: a document with several problems is tagged with the first.
 */
export const CATALOGUE = {
  AUTH_EXPIRED: {
    fixedBy: 'admin',
    retry: 'automatic',
    where: 'connection',
    message: (_: Record<never, never>) => 'Procore no longer accepts our sign-in.',
    fix: 'Reconnect to Procore; what waits is sent by itself afterwards.',
  },
  APP_DISCONNECTED: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { company: string }) => `The app is no longer connected to ${d.company} in Procore.`,
    fix: 'Ask a Procore company administrator to connect the app again.',
  },
  NO_ACCESS: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { tool: string; place: string; said: string }) =>
      `Procore does not let us use ${d.tool} in ${d.place}: ${d.said}`,
    fix: 'Turn the tool on, raise our permission there, or add the project to the permitted list.',
  },
  RATE_LIMIT: {
    fixedBy: 'nobody',
    retry: 'automatic',
    where: 'none',
    message: (_: Record<never, never>) => "Procore's call allowance is used up for now.",
    fix: 'Nothing to do: it goes on by itself when the allowance renews.',
  },
  BUSY: {
    fixedBy: 'nobody',
    retry: 'automatic',
    where: 'none',
    message: (d: { what: string }) => `${d.what} is being changed by someone else at this moment.`,
    fix: 'Nothing to do: it is tried again by itself.',
  },
  PROJECT_UNLINKED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'projects',
    message: (d: { project: string }) => `Project ${d.project} is not linked to Procore.`,
    fix: 'Fetch the project, or tick its stage under Project webhook monitoring stages.',
  },
  ...PLACE_CATALOGUE,
  VENDOR_BLANK: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { invoice: string }) => `Invoice ${d.invoice} has no supplier.`,
    fix: 'Choose or create the supplier.',
  },
  VENDOR_AMBIGUOUS: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'vendors',
    message: (d: { vendor: string; count: number }) => `${d.count} vendors in Procore are called "${d.vendor}".`,
    fix: 'Choose which one this supplier is.',
  },
  VENDOR_INACTIVE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { vendor: string }) => `Vendor "${d.vendor}" is inactive in Procore.`,
    fix: 'Reactivate the vendor in Procore, or choose another supplier.',
  },
  VENDOR_MISSING: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'vendors',
    message: (d: { vendor: string }) =>
      `Supplier "${d.vendor}" does not exist in Procore and creating vendors is switched off.`,
    fix: 'Add the vendor in Procore, or switch on creating vendors.',
  },
  CODE_MISSING: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { code: string; project: string }) =>
      `Cost code ${d.code} does not exist in Procore project ${d.project}.`,
    fix: 'Add the code to the project budget in Procore, or turn on "Create cost code and cost type in procore".',
  },
  CODE_BLANK: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { line: number }) => `Line ${d.line} has no cost code.`,
    fix: 'Choose a cost code.',
  },
  CODE_NOT_CHARGEABLE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { code: string }) => `Cost code ${d.code} is a heading; costs cannot be booked on it.`,
    fix: 'Choose one of the codes under it.',
  },
  TYPE_MISSING: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { code: string; project: string }) => `Cost code ${d.code} in project ${d.project} has no cost type.`,
    fix: 'Allocate a cost type here, or set it in the Procore budget and fetch the project.',
  },
  TYPE_NOT_IN_PROCORE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { type: string }) => `Cost type ${d.type} does not exist in Procore.`,
    fix: 'Add the cost type in Procore, or turn on "Create cost code and cost type in procore".',
  },
  CODE_COLLISION: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { code: string; project: string; count: number }) =>
      `Code ${d.code} exists ${d.count} times in project ${d.project}.`,
    fix: 'Choose the exact one.',
  },
  SUBJOB_MISMATCH: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { code: string; subJob: string }) => `Code ${d.code} exists only in sub job ${d.subJob}.`,
    fix: 'Choose the code of the right sub job.',
  },
  ...CLAIM_CATALOGUE,
  ...ORDER_CATALOGUE,
  TAX_UNMAPPED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'tax-mapping',
    message: (d: { taxCode: string }) => `Tax code ${d.taxCode} is not mapped to a Procore tax code.`,
    fix: 'Map it under Tax mappings.',
  },
  TAX_OFF: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { project: string; taxCode: string }) =>
      `Project ${d.project} in Procore does not keep tax code ${d.taxCode}: tax is switched off there.`,
    fix: 'Switch tax on for the project in Procore, or allow posting direct costs without tax.',
  },
  TAX_RATE_DIFF: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'tax-mapping',
    message: (d: { taxCode: string; ours: string; theirs: string }) =>
      `Tax code ${d.taxCode} is ${d.ours} % in Lentune and ${d.theirs} % in Procore.`,
    fix: 'Map it to a Procore tax code of the same rate. On an order, its line can be given that rate in Procore instead.',
  },
  TAX_TOTAL_DIFF: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { invoice: string; ours: string; theirs: string }) =>
      `Invoice ${d.invoice} shows $${formatMoney(d.ours)} of GST; Procore would calculate $${formatMoney(d.theirs)}.`,
    fix: 'Correct the GST or the tax codes of the lines, or raise the tax tolerance.',
  },
  UNIT_PRICE_ZERO: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { amount: string }) =>
      `A line of $${formatMoney(d.amount)} has a unit price of zero, so no quantity can be worked out.`,
    fix: 'Enter the price or the quantity.',
  },
  ROUNDING: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { delta: string; tolerance: string; project: string }) =>
      `Quantity times price in project ${d.project} misses the invoice by $${formatMoney(d.delta)}; the tolerance is $${formatMoney(d.tolerance)}.`,
    fix: 'Raise the invoice rounding tolerance to at least the difference, or correct the line.',
  },
  TOTAL_MISMATCH: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { lines: string; header: string; difference: string }) =>
      `The lines add up to $${formatMoney(d.lines)}, the invoice says $${formatMoney(d.header)}: a difference of $${formatMoney(d.difference)}.`,
    fix: 'Correct the lines or the total.',
  },
  DUPLICATE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; vendor: string; project: string }) =>
      `Procore project ${d.project} already has ${d.number} from ${d.vendor}, and we did not put it there.`,
    fix: 'Link it without writing, take it over, or change the number.',
  },
  DUPLICATE_HERE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; vendor: string }) => `${d.vendor} already has an invoice ${d.number} in Lentune.`,
    fix: 'Change the number, or delete the second one.',
  },
  INVOICE_NO_CHARS: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string }) => `"${d.number}" cannot be used as an invoice number in Procore.`,
    fix: 'Enter a number of 1 to 255 printable characters.',
  },
  LINES_MISSING: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { invoice: string }) => `Invoice ${d.invoice} has no lines.`,
    fix: 'Add at least one line.',
  },
  REMOTE_EDITED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; ours: string; theirs: string }) =>
      `${d.number} was changed in Procore: it totals $${formatMoney(d.theirs)} there and $${formatMoney(d.ours)} here.`,
    fix: 'Keep theirs, take ours, or change the invoice to match.',
  },
  CONFLICT: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { field: string; ours: string; theirs: string }) =>
      `${d.field} was changed on both sides: "${d.ours}" here, "${d.theirs}" in Procore.`,
    fix: 'Keep theirs, take ours, or change the invoice to match.',
  },
  SENT_BACK: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string }) => `${d.number} was sent back in Procore for revision.`,
    fix: 'Correct the invoice and send it again, or change it in Procore.',
  },
  NOT_SETTLED: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { field: string; sent: string; got: string }) =>
      `Procore changed ${d.field} from "${d.sent}" to "${d.got}" while saving.`,
    fix: 'Correct the setting in Procore that changes it, or the invoice.',
  },
  DOUBLE_POSTED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { number: string; project: string }) => `${d.number} stands twice in Procore project ${d.project}.`,
    fix: 'Remove one of the two in Procore.',
  },
  DELETED_REMOTELY: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; project: string }) => `${d.number} was deleted in Procore project ${d.project}.`,
    fix: 'Send it again as new, or unlink it.',
  },
  LOCKED: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { number: string; why: string }) => `${d.number} can no longer be changed in Procore: ${d.why}.`,
    fix: 'Ask whoever approved or locked it in Procore to open it again.',
  },
  ...TIME_ERRORS,
  BEFORE_GO_LIVE: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { date: string; goLive: string }) => `Dated ${d.date}, before the go-live date ${d.goLive}.`,
    fix: 'Send it by itself with a reason.',
  },
  UOM_UNKNOWN: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { unit: string; line: number }) =>
      `Unit "${d.unit}" of line ${d.line} is not in Procore's list and was left out.`,
    fix: 'Nothing to do: it is only information there. To have it, write it as Procore lists it.',
  },
  COUNTRY_CODE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'vendors',
    message: (d: { vendor: string; country: string }) =>
      `Procore knows no country "${d.country}", so vendor "${d.vendor}" was made without it.`,
    fix: 'Nothing to do for the invoice. Correct the address of the vendor in Procore.',
  },
  PERIOD_LOCKED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { date: string; lockDate: string; company: string }) =>
      `Dated ${d.date}, in an accounting period of ${d.company} that is closed up to ${d.lockDate}.`,
    fix: 'Change the date, or let an administrator send it with a reason.',
  },
  REFUSED: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { what: string; said: string }) => `Procore refused ${d.what}: ${d.said}`,
    fix: 'Correct what Procore names, then retry.',
  },
  PROCORE_5XX: {
    fixedBy: 'nobody',
    retry: 'automatic',
    where: 'none',
    message: (d: { said: string }) => `Procore does not answer properly (${d.said}).`,
    fix: 'Nothing to do: it is tried again by itself.',
  },
  SETTLING: {
    fixedBy: 'nobody',
    retry: 'automatic',
    where: 'none',
    message: (d: { what: string }) => `Procore gave no answer to ${d.what}; we look again before writing again.`,
    fix: 'Nothing to do: it settles by itself.',
  },
  ...ACCOUNTING_CATALOGUE,
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;
export type Facts<C extends ErrorCode> = Parameters<(typeof CATALOGUE)[C]['message']>[0];

/** One reason a document cannot go on, as screens and the log keep it. */
export interface Problem<C extends ErrorCode = ErrorCode> {
  code: C;
  facts: Facts<C>;
  /** 1-based line of the document, where one line is at fault */
  line?: number;
}

/** A refusal a person can act on. `facts` are the document's own names and numbers. */
export class DomainError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'DomainError';
  readonly code: C;
  readonly facts: Facts<C>;
  constructor(code: C, facts: Facts<C>) {
    super(messageOf({ code, facts }));
    this.code = code;
    this.facts = facts;
  }
}

/** The sentence a person reads. */
export function messageOf(problem: Problem): string {
  return (CATALOGUE[problem.code].message as (facts: unknown) => string)(problem.facts);
}

/** The code a failed document is tagged with: the first of the catalogue among its problems. */
export function firstInCatalogue(problems: readonly Problem[]): ErrorCode | undefined {
  const order = Object.keys(CATALOGUE) as ErrorCode[];
  return order.find((code) => problems.some((problem) => problem.code === code));
}
