import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CATALOGUE, type ErrorCode } from '../../domain/errors.ts';

/** Codes that another test plays: which, and the words it knows them by where those are not the code. */
const ELSEWHERE: Partial<Record<ErrorCode, [file: string, words?: string]>> = {
  PROJECT_NOT_MONITORED: ['integration/push-purchase-order.test.ts'],
  PROBABLE_DOUBLE_COUNT: ['integration/routing-table.test.ts', 'may count the cost twice'],
  PO_SENDING_OFF: ['integration/push-purchase-order.test.ts'],
  PO_NOT_APPROVED: ['integration/api-purchase-orders.test.ts', 'is not approved'],
  PO_LINES_MISSING: ['integration/refused-purchase-orders.test.ts'],
  PO_NEEDS_VARIATION: ['integration/refused-purchase-orders.test.ts'],
  PO_VENDOR_BLANK: ['integration/api-purchase-orders.test.ts'],
  PO_LINE_UNPRICED: ['integration/api-purchase-orders.test.ts', 'needs a quantity'],
  PO_LINE_DIFFERS: ['integration/api-purchase-orders.test.ts', 'its quantity times its price is'],
  PO_NUMBER_TAKEN: ['integration/push-purchase-order.test.ts'],
  PERSON_UNLINKED: ['integration/post-timesheet.test.ts'],
  PERSON_NOT_ON_PROJECT: ['integration/post-timesheet.test.ts'],
  CODE_NOT_LABOUR: ['integration/post-timesheet.test.ts'],
  TIME_TYPE_UNMAPPED: ['integration/settings-table-time.test.ts'],
  TIME_OVERLAP: ['unit/time-sheets.test.ts', 'times that overlap are found'],
  TIME_ALREADY_IN_PROCORE: ['integration/post-timesheet.test.ts'],
  TIME_LOCKED: ['integration/post-timesheet.test.ts'],
  TIME_MODE_MISMATCH: ['integration/post-timesheet.test.ts'],
  ATTACHMENT_FAILED: ['integration/push-files.test.ts'],
  UOM_UNKNOWN: ['integration/push-fallbacks.test.ts'],
  COUNTRY_CODE: ['integration/push-fallbacks.test.ts'],
  PERIOD_LOCKED: ['integration/period-lock.test.ts'],
  BEFORE_GO_LIVE: ['integration/push-choices.test.ts'],
  BILL_DUPLICATE: ['integration/push-overhead.test.ts'],
  BILL_EDITED: ['integration/push-overhead.test.ts'],
  BILL_TWICE: ['unit/bill.test.ts'],
  BILL_GONE: ['unit/bill.test.ts'],
  BILL_LOCKED: ['unit/bill.test.ts'],
  BILL_NOT_SETTLED: ['unit/bill.test.ts'],
};

const ROWS = new URL('../integration/error-rows/', import.meta.url);
const rows = readdirSync(ROWS)
  .map((file) => readFileSync(new URL(file, ROWS), 'utf8'))
  .join('\n');
const inTable = new Set([...rows.matchAll(/^ {4}code: '([A-Z0-9_]+)',$/gm)].map(([, code]) => code));

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

test.each(CODES)('%s is caused, told and mended in a test', (code) => {
  const [file, words = code] = ELSEWHERE[code] ?? [];
  if (file === undefined) expect(inTable).toContain(code);
  else expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).toContain(words);
});
