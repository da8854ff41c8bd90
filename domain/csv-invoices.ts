import { parse } from 'csv-parse/sync';
import { Decimal, sum } from './decimal.ts';
import { matchNumber } from './invoice.ts';
import { normaliseName } from './matching.ts';

/**
 * The columns of an invoice file, one row per invoice line. Rows of one supplier, kind and number are one invoice.
 * Names are compared without case; the order does not matter, unknown columns are refused.
 */
export const CSV_COLUMNS = {
  invoice_number: 'required',
  supplier: 'required: the code or the name of a payable account',
  invoice_date: 'required: 2026-11-24 or 24/11/2026',
  amount: 'required: dollars of the line excluding tax',
  kind: 'invoice (when blank) or credit',
  project: 'the code of a project; blank for overheads',
  cost_code: 'a cost code of the project',
  cost_type: 'a cost type; blank takes the one of the cost code',
  line_description: '',
  quantity: '',
  unit_price: '',
  unit: '',
  tax_code: 'the tax code of the line',
  description: 'of the invoice; the first row that has one counts',
  total: 'of the invoice excluding tax; blank adds up the lines',
  gst: 'of the invoice; blank works it out from the tax codes',
} as const;

export type CsvColumn = keyof typeof CSV_COLUMNS;

const REQUIRED: readonly CsvColumn[] = ['invoice_number', 'supplier', 'invoice_date', 'amount'];

/** What is wrong with a file: rows are counted as a spreadsheet shows them, the header being row 1. */
export interface CsvError {
  row: number;
  column: string | null;
  message: string;
}

export interface CsvLine {
  row: number;
  project: string | null;
  costCode: string | null;
  costType: string | null;
  description: string | null;
  quantity: string | null;
  unitPrice: string | null;
  unit: string | null;
  amount: string;
  taxCode: string | null;
}

export interface CsvInvoice {
  row: number;
  kind: 'invoice' | 'credit';
  number: string;
  supplier: string;
  invoiceDate: string;
  description: string | null;
  total: string;
  /** null: to be worked out from the tax codes */
  tax: string | null;
  lines: CsvLine[];
}

type Row = Partial<Record<CsvColumn, string>>;
type Report = (row: number, column: CsvColumn | null, message: string) => void;

const ROWS_AT_MOST = 5_000;

/** Reads a file of invoices. With any error nothing of it may be imported. */
export function readInvoiceCsv(csv: string): { invoices: CsvInvoice[]; errors: CsvError[] } {
  const errors: CsvError[] = [];
  const report: Report = (row, column, message) => errors.push({ row, column, message });
  const rows = readRows(csv, report);
  if (rows.length === 0 && errors.length === 0) report(1, null, 'The file holds no invoice lines.');
  const invoices = errors.length > 0 ? [] : gather(rows, report);
  return { invoices, errors: errors.sort((a, b) => a.row - b.row) };
}

function readRows(csv: string, report: Report): { row: number; cells: Row }[] {
  let table: string[][];
  try {
    table = parse(csv, { bom: true, trim: true, relax_column_count: true });
  } catch (error) {
    const { lines = 1 } = error as { lines?: number };
    report(lines, null, `The file is no readable CSV: ${(error as Error).message}`);
    return [];
  }
  const [head, ...body] = table;
  if (head === undefined) {
    report(1, null, 'The file is empty.');
    return [];
  }
  const columns = head.map((name) =>
    name
      .toLowerCase()
      .trim()
      .replace(/[\s-]+/g, '_'),
  );
  for (const name of columns)
    if (!(name in CSV_COLUMNS))
      report(1, null, `There is no column "${name}"; known are ${Object.keys(CSV_COLUMNS).join(', ')}.`);
  for (const name of columns.filter((one, index) => columns.indexOf(one) < index))
    report(1, null, `Column "${name}" stands there twice.`);
  for (const name of REQUIRED) if (!columns.includes(name)) report(1, name, `Column "${name}" is missing.`);
  if (body.length > ROWS_AT_MOST)
    report(1, null, `The file has ${body.length} rows; import ${ROWS_AT_MOST} at most at once.`);
  return body.flatMap((record, index) => {
    const row = index + 2;
    if (record.every((cell) => cell === '')) return [];
    if (record.length !== columns.length)
      report(row, null, `The row has ${record.length} cells; the header has ${columns.length}.`);
    return { row, cells: Object.fromEntries(columns.map((name, at) => [name, record[at]?.trim() ?? ''])) };
  });
}

function gather(rows: readonly { row: number; cells: Row }[], report: Report): CsvInvoice[] {
  const invoices = new Map<string, CsvInvoice & { givenTotal: string | null }>();
  for (const { row, cells } of rows) {
    const line = readLine(row, cells, report);
    const head = readHead(row, cells, report);
    if (line === null || head === null) continue;
    const key = JSON.stringify([normaliseName(head.supplier), head.kind, matchNumber(head.number)]);
    const known = invoices.get(key);
    if (known === undefined) {
      invoices.set(key, { ...head, givenTotal: head.givenTotal, total: '0.00', lines: [line] });
      continue;
    }
    known.lines.push(line);
    known.description ??= head.description;
    agree(known, head, row, report);
  }
  return [...invoices.values()].map(({ givenTotal, ...invoice }) => ({
    ...invoice,
    total: givenTotal ?? sum(invoice.lines.map((line) => line.amount)).toFixed(2),
  }));
}

type Head = Omit<CsvInvoice, 'lines' | 'total'> & { givenTotal: string | null };

/** What rows of one invoice say about it must be the same on each. */
function agree(known: Head, head: Head, row: number, report: Report): void {
  const differs = (column: CsvColumn) => report(row, column, `Differs from row ${known.row} of the same invoice.`);
  if (head.invoiceDate !== known.invoiceDate) differs('invoice_date');
  if (head.givenTotal !== null && known.givenTotal !== null && head.givenTotal !== known.givenTotal) differs('total');
  if (head.tax !== null && known.tax !== null && head.tax !== known.tax) differs('gst');
  known.givenTotal ??= head.givenTotal;
  known.tax ??= head.tax;
}

function readHead(row: number, cells: Row, report: Report): Head | null {
  const number = required(row, cells, 'invoice_number', report);
  const supplier = required(row, cells, 'supplier', report);
  const invoiceDate = readDay(row, cells, report);
  const kind = (cells.kind || 'invoice').toLowerCase();
  if (kind !== 'invoice' && kind !== 'credit') report(row, 'kind', `"${cells.kind}" is neither invoice nor credit.`);
  if (number !== null && number.length > 255) report(row, 'invoice_number', 'The number has more than 255 characters.');
  const givenTotal = readMoney(row, cells, 'total', report);
  const tax = readMoney(row, cells, 'gst', report);
  if (number === null || supplier === null || invoiceDate === null) return null;
  return {
    row,
    kind: kind === 'credit' ? 'credit' : 'invoice',
    number,
    supplier,
    invoiceDate,
    description: cells.description || null,
    givenTotal,
    tax,
  };
}

function readLine(row: number, cells: Row, report: Report): CsvLine | null {
  required(row, cells, 'amount', report);
  const amount = readMoney(row, cells, 'amount', report);
  const quantity = readNumber(row, cells, 'quantity', 8, report);
  const unitPrice = readNumber(row, cells, 'unit_price', 8, report);
  if (cells.cost_code && !cells.project) report(row, 'project', 'A cost code needs its project.');
  if (amount === null) return null;
  return {
    row,
    project: cells.project || null,
    costCode: cells.cost_code || null,
    costType: cells.cost_type || null,
    description: cells.line_description || null,
    quantity,
    unitPrice,
    unit: cells.unit || null,
    amount,
    taxCode: cells.tax_code || null,
  };
}

function required(row: number, cells: Row, column: CsvColumn, report: Report): string | null {
  if (cells[column]) return cells[column];
  report(row, column, `Enter the ${column.replaceAll('_', ' ')}.`);
  return null;
}

const DAYS = [
  { pattern: /^(\d{4})-(\d{1,2})-(\d{1,2})$/, order: [1, 2, 3] },
  { pattern: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, order: [3, 2, 1] },
] as const;

/** Days as New Zealand and Australia write them, or as computers do. */
function readDay(row: number, cells: Row, report: Report): string | null {
  const text = required(row, cells, 'invoice_date', report);
  if (text === null) return null;
  for (const { pattern, order } of DAYS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const [year, month, day] = order.map((at) => Number(match[at])) as [number, number, number];
    const date = new Date(Date.UTC(year, month - 1, day));
    if (date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day)
      return date.toISOString().slice(0, 10);
  }
  report(row, 'invoice_date', `"${text}" is no date such as 2026-11-24 or 24/11/2026.`);
  return null;
}

const readMoney = (row: number, cells: Row, column: CsvColumn, report: Report): string | null => {
  const number = readNumber(row, cells, column, 2, report);
  return number === null ? null : new Decimal(number).toFixed(2);
};

/** Thousands separators and a dollar sign are how spreadsheets export money. */
function readNumber(row: number, cells: Row, column: CsvColumn, places: number, report: Report): string | null {
  const text = cells[column];
  if (!text) return null;
  const plain = text.replace(/^(-?)\$/, '$1').replace(/,(?=\d{3}(\D|$))/g, '');
  const match = /^-?\d{1,14}(?:\.(\d+))?$/.exec(plain);
  if (match !== null && (match[1]?.replace(/0+$/, '').length ?? 0) <= places) return new Decimal(plain).toFixed();
  report(row, column, `"${text}" is no ${places === 2 ? 'amount such as 1234.50' : 'number such as 12.5'}.`);
  return null;
}
