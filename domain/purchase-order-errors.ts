import type { CatalogueEntry } from './catalogue-entry.ts';
import { formatMoney } from './decimal.ts';

/** Why a purchase order of Lentune cannot be approved or sent; part of the catalogue of errors.ts. */
export const ORDER_CATALOGUE = {
  PO_SENDING_OFF: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'settings',
    message: (d: { number: string; company: string }) =>
      `"Lentune purchase orders" is not chosen for ${d.company}, so ${d.number} is not sent to Procore.`,
    fix: 'Choose "Lentune purchase orders" under Settings, Procore company list.',
  },
  PO_NOT_APPROVED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'purchase-order',
    message: (d: { number: string }) => `Purchase order ${d.number} is not approved.`,
    fix: 'Have somebody approve it whose limit it does not exceed.',
  },
  PO_VENDOR_BLANK: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'purchase-order',
    message: (d: { number: string }) => `Purchase order ${d.number} has no supplier.`,
    fix: 'Choose or create the supplier.',
  },
  PO_LINES_MISSING: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'purchase-order',
    message: (d: { number: string }) => `Purchase order ${d.number} has no lines.`,
    fix: 'Add at least one line.',
  },
  PO_LINE_UNPRICED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'purchase-order',
    message: (d: { line: number }) =>
      `Line ${d.line} needs a quantity and a price: the order went to Procore with units and prices, and that stays.`,
    fix: 'Enter the quantity and the price of the line.',
  },
  PO_LINE_DIFFERS: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'purchase-order',
    message: (d: { line: number; extended: string; amount: string }) =>
      `Line ${d.line} says $${formatMoney(d.amount)}; its quantity times its price is $${formatMoney(d.extended)}.`,
    fix: 'Correct the quantity, the price or the amount.',
  },
  PO_NUMBER_TAKEN: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'purchase-order',
    message: (d: { number: string; project: string }) =>
      `Number ${d.number} is used by another purchase order of ${d.project} in Procore.`,
    fix: 'Change the number of the purchase order, then send it again.',
  },
  PO_NEEDS_VARIATION: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'purchase-order',
    message: (d: { number: string; why: string }) =>
      `The change of ${d.number} needs a variation: Procore takes no more changes of its lines, because ${d.why}.`,
    fix: 'Enter the change as a change order in Procore, or take the change back here.',
  },
} as const satisfies Record<string, CatalogueEntry>;
