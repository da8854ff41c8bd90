import { expect, test } from 'vitest';
import { readInvoiceCsv } from '../../domain/csv-invoices.ts';

const HEAD = 'invoice_number,supplier,invoice_date,project,cost_code,amount,total,gst,kind';
const read = (...rows: string[]) => readInvoiceCsv([HEAD, ...rows].join('\n'));

test('rows of one supplier and number are one invoice, whatever their case', () => {
  const { invoices, errors } = read(
    'INV-1,Acme,2026-11-18,P-1,03-310,60.00,,15.00,',
    'inv-1,ACME,18/11/2026,P-1,03-320,"$1,040.00",,,',
    'INV-1,Acme,2026-11-18,P-1,03-310,10.00,,,credit',
  );
  expect(errors).toEqual([]);
  expect(
    invoices.map(({ kind, total, tax, lines }) => [kind, total, tax, lines.map(({ row, amount }) => [row, amount])]),
  ).toEqual([
    [
      'invoice',
      '1100.00',
      '15.00',
      [
        [2, '60.00'],
        [3, '1040.00'],
      ],
    ],
    ['credit', '10.00', null, [[4, '10.00']]],
  ]);
});

test.each<[string, string, [number, string | null, string][]]>([
  ['an empty file', '', [[1, null, 'The file is empty.']]],
  ['a header alone', HEAD, [[1, null, 'The file holds no invoice lines.']]],
  [
    'a missing column',
    'invoice_number,supplier,amount\nA,B,1',
    [[1, 'invoice_date', 'Column "invoice_date" is missing.']],
  ],
  [
    'a bad date',
    `${HEAD}\nA,B,31/02/2026,,,1.00,,,`,
    [[2, 'invoice_date', '"31/02/2026" is no date such as 2026-11-24 or 24/11/2026.']],
  ],
  ['three decimals', `${HEAD}\nA,B,2026-11-18,,,1.005,,,`, [[2, 'amount', '"1.005" is no amount such as 1234.50.']]],
  ['words for money', `${HEAD}\nA,B,2026-11-18,,,ten,,,`, [[2, 'amount', '"ten" is no amount such as 1234.50.']]],
  ['no number', `${HEAD}\n,B,2026-11-18,,,1.00,,,`, [[2, 'invoice_number', 'Enter the invoice number.']]],
  [
    'a code without its project',
    `${HEAD}\nA,B,2026-11-18,,03-310,1.00,,,`,
    [[2, 'project', 'A cost code needs its project.']],
  ],
  ['a short row', `${HEAD}\nA,B,2026-11-18`, [[2, null, 'The row has 3 cells; the header has 9.']]],
  [
    'an unknown kind',
    `${HEAD}\nA,B,2026-11-18,,,1.00,,,refund`,
    [[2, 'kind', '"refund" is neither invoice nor credit.']],
  ],
  [
    'two totals',
    `${HEAD}\nA,B,2026-11-18,,,1.00,2.00,,\nA,B,2026-11-18,,,1.00,3.00,,`,
    [[3, 'total', 'Differs from row 2 of the same invoice.']],
  ],
])('%s is refused as a whole, with the row and column', (_name, csv, expected) => {
  const { errors } = readInvoiceCsv(csv);
  expect(errors.map(({ row, column, message }) => [row, column, message])).toEqual(expected);
});

test('a file that is no CSV says where it breaks', () => {
  const { invoices, errors } = readInvoiceCsv(`${HEAD}\n"never closed,B`);
  expect(invoices).toEqual([]);
  expect(errors[0]?.message).toMatch(/^The file is no readable CSV: /);
});

test('rows are counted as a spreadsheet shows them, blank ones included', () => {
  const { errors } = read('A,B,2026-11-18,,,1.00,,,', ',,,,,,,,', 'A,B,2026-11-18,,,x,,,');
  expect(errors.map(({ row }) => row)).toEqual([4]);
});
