/**
 * What the demo must find in Procore's own records, written down by hand; nothing here is computed by the product.
 * Amounts are dollars excluding tax. The simulator's sample company is "Kauri Construction Ltd" (seed 7).
 */
export interface ExpectedLine {
  code: string;
  costType: string;
  amount: string;
  quantity: string | null;
  unitPrice: string | null;
}

export interface ExpectedInvoice {
  /** end of the invoice number; each run puts its own prefix before it */
  suffix: string;
  shows: string;
  vendor: string;
  /** GST at 15 % */
  tax: string;
  total: string;
  lines: ExpectedLine[];
  /** the reason of the first attempt's failure; null: it goes through at once */
  failsFirst: 'CODE_MISSING' | 'ROUNDING' | null;
}

export const COMPANY = 'Kauri Construction Ltd';
export const PROJECT = { number: 'P-1007', name: 'Harbour Apartments' };
/** The demo moves it out of the ticked stages and in again. */
export const MOVED_PROJECT = {
  number: 'P-1012',
  name: 'Ponsonby Library',
  fromStage: 'Bidding',
  toStage: 'Course of construction',
};
/** Codes of division 03 that do not exist in Procore until a demo adds one; each run uses the first still missing. */
export const MISSING_CODES = {
  division: '03',
  codes: ['390', '391', '392', '393', '394', '395', '396', '397', '398'],
  name: 'Concrete Repairs',
};
/** Stands in a literal for the code a run uses. */
export const MISSING_CODE = 'the missing code';

export const INVOICES: ExpectedInvoice[] = [
  {
    suffix: '1',
    shows: 'a clean invoice',
    vendor: 'Harbour Concrete Ltd',
    tax: '307.58',
    total: '2050.50',
    lines: [
      { code: '03-200', costType: 'S', amount: '1200.00', quantity: '12', unitPrice: '100.00' },
      { code: '01-500', costType: 'S', amount: '850.50', quantity: null, unitPrice: null },
    ],
    failsFirst: null,
  },
  {
    suffix: '2',
    shows: 'a cost code Procore lacks',
    vendor: 'Kiwi Plumbing',
    tax: '147.00',
    total: '980.00',
    lines: [{ code: MISSING_CODE, costType: 'M', amount: '980.00', quantity: null, unitPrice: null }],
    failsFirst: 'CODE_MISSING',
  },
  {
    suffix: '3',
    shows: '4 cents off by quantity x price',
    vendor: 'Southern Cross Scaffolding Ltd',
    tax: '3750.00',
    total: '25000.00',
    lines: [{ code: '01-540', costType: 'L', amount: '25000.00', quantity: '20.2501', unitPrice: '1234.56' }],
    failsFirst: 'ROUNDING',
  },
];
