import type { Resource } from '../engine/api.ts';
import { xeroBooks } from './books.ts';
import { xeroInvoices } from './invoices.ts';
import { xeroOauth } from './oauth.ts';

/** The parts of Xero that overhead invoices need, under `/xero`. */
export const XERO_RESOURCES: Resource[] = [xeroOauth, xeroBooks, xeroInvoices];
