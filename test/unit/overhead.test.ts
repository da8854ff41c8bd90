import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { totalOf } from '../../domain/bill.ts';
import { Decimal, sum } from '../../domain/decimal.ts';
import type { DocumentLine, InvoiceDocument } from '../../domain/invoice.ts';
import { type Books, jointMark, overheadFindings, planBill, splitInvoice } from '../../domain/overhead.ts';
import { partTotal, splitByProject } from '../../domain/preflight.ts';
import { allocated } from './claim-builder.ts';
import { aLine, anInvoice, aProject, aTaxCode } from './invoice-builder.ts';

const overheadLine = (fields: Partial<DocumentLine> = {}): DocumentLine =>
  aLine({ project: null, code: null, costType: null, glCode: '445', description: 'Power', ...fields });

const books = (fields: Partial<Books> = {}): Books => ({
  companyId: 'books-1',
  system: 'Xero',
  accounts: { '445': 'Light, Power, Heating', '453': 'Office Expenses' },
  taxTypes: { 'tax-1': { taxType: 'INPUT2', rate: '15', isActive: true } },
  contacts: { 'vendor-1': 'contact-1' },
  ...fields,
});
const settings = { mixedInvoices: 'split', billStatus: 'submitted', billDueDays: 30 } as const;
const plan = (invoice: InvoiceDocument) => planBill(invoice, settings, books(), 'https://lentune.test/invoices/1', []);
const codesOf = (invoice: InvoiceDocument, given: Books | null, wish = settings) =>
  overheadFindings(invoice, wish, given).map(({ code, severity }) => `${code} ${severity}`);

const mixed = (fields: Partial<InvoiceDocument> = {}) =>
  anInvoice({
    total: '150.00',
    tax: '22.50',
    lines: [aLine(), overheadLine({ position: 2, amount: '50.00' })],
    ...fields,
  });

test('a mixed invoice is split by line; the bill says where the rest goes and carries our reference', () => {
  expect(splitInvoice(mixed())).toMatchObject({
    project: '100.00',
    projectTax: '15.00',
    overhead: '50.00',
    overheadTax: '7.50',
  });
  const desired = plan(mixed());
  expect(desired).toMatchObject({ kind: 'bill', total: '50.00', tax: '7.50', status: 'submitted' });
  expect(desired.bill.lines).toEqual([
    { description: 'Power', amount: '50.00', glCode: '445', taxType: 'INPUT2', tax: '7.50' },
    {
      description:
        'Part of invoice INV-1042: $50.00 of $150.00 excluding GST; the rest, $100.00, goes through Procore (P-1007 Harbour Apartments) [LT-23456789ab]',
      amount: '0.00',
      glCode: null,
      taxType: null,
      tax: '0.00',
    },
  ]);
  expect(desired.bill).toMatchObject({ date: '2026-11-18', dueDate: '2026-12-18', contactId: 'contact-1' });
});

test('what is claimed on an order goes to Procore, not into the bill too', () => {
  const claimed = aLine({ allocations: [allocated()] });
  const lines = [claimed, overheadLine({ position: 2, amount: '50.00' })];
  const onOrder = anInvoice({ total: '150.00', tax: '22.50', lines });
  expect(splitInvoice(onOrder)).toMatchObject({
    project: '100.00',
    projectTax: '15.00',
    overhead: '50.00',
    overheadTax: '7.50',
  });
  expect(plan(onOrder)).toMatchObject({ total: '50.00', tax: '7.50' });
  expect(plan(onOrder).bill.lines.at(-1)?.description).toMatch(/goes through Procore \(P-1007 Harbour Apartments\)/);
});

test('an invoice of overheads alone is wholly a bill', () => {
  const desired = plan(anInvoice({ lines: [overheadLine()] }));
  expect(desired).toMatchObject({ total: '100.00', tax: '15.00' });
  expect(desired.bill.lines.at(-1)?.description).toBe('Lentune invoice INV-1042 [LT-23456789ab]');
});

test('a credit is a credit note, and so is a negative rest of an invoice; both positive', () => {
  const credit = plan(anInvoice({ kind: 'credit', lines: [overheadLine()] }));
  expect(credit).toMatchObject({ kind: 'credit_note', total: '100.00', tax: '15.00', bill: { dueDate: null } });
  const discount = plan(
    mixed({ total: '90.00', tax: '13.50', lines: [aLine(), overheadLine({ position: 2, amount: '-10.00' })] }),
  );
  expect(discount).toMatchObject({ kind: 'credit_note', total: '10.00', tax: '1.50' });
  expect(discount.bill.lines[0]).toMatchObject({ amount: '10.00', tax: '1.50' });
});

describe('what stands in the way', () => {
  test('without books only the overheads alone are blocked', () => {
    expect(codesOf(mixed(), null)).toEqual(['ACCOUNTING_NOT_CONNECTED warning']);
    expect(codesOf(anInvoice({ lines: [overheadLine()] }), null)).toEqual(['ACCOUNTING_NOT_CONNECTED blocks']);
    expect(codesOf(anInvoice(), null)).toEqual([]);
  });

  test('mixed invoices are held where the account wants it', () => {
    expect(codesOf(mixed(), books())).toEqual([]);
    expect(codesOf(mixed(), books(), { ...settings, mixedInvoices: 'hold' } as never)).toEqual([
      'MIXED_INVOICE_HELD blocks',
    ]);
    expect(
      codesOf(anInvoice({ lines: [overheadLine()] }), books(), { ...settings, mixedInvoices: 'hold' } as never),
    ).toEqual([]);
  });

  test.each([
    ['GL_CODE_BLANK', { glCode: null }, {}],
    ['GL_CODE_UNKNOWN', { glCode: '999' }, {}],
    ['TAX_CODE_BLANK', { taxCode: null }, {}],
    ['TAX_TYPE_UNMAPPED', {}, { taxTypes: {} }],
    ['TAX_TYPE_UNMAPPED', {}, { taxTypes: { 'tax-1': { taxType: 'INPUT2', rate: '15', isActive: false } } }],
    ['TAX_TYPE_RATE_DIFF', {}, { taxTypes: { 'tax-1': { taxType: 'INPUT', rate: '10', isActive: true } } }],
  ])('%s', (code, line, given) => {
    const invoice = anInvoice({ lines: [overheadLine(line)] });
    expect(overheadFindings(invoice, settings, books(given))).toMatchObject(
      [{ code, severity: 'blocks', line: 1 }].map((finding) => expect.objectContaining(finding)),
    );
  });
});

test.each([
  [null, 'sent', 'sent'],
  [null, 'failed', 'failed'],
  ['sent', 'sent', 'sent'],
  ['skipped', 'skipped', 'skipped'],
  ['sent', 'skipped', 'sent'],
  ['sent', 'failed', 'partial'],
  ['failed', 'sent', 'partial'],
  ['partial', 'sent', 'partial'],
  ['partial', 'failed', 'partial'],
  ['failed', 'failed', 'failed'],
] as const)('Procore %s and accounting %s make %s', (procore, overhead, joint) => {
  expect(jointMark(procore, overhead)).toBe(joint);
});

const amount = fc.integer({ min: -500_000, max: 500_000 }).map((cents) => new Decimal(cents).div(100).toFixed(2));
const line = fc.record({ amount, place: fc.constantFrom('a', 'b', null), isTaxed: fc.boolean() });

test('for any lines, credits, cents and GST the two parts sum to the invoice, and the bill to its part', () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -4, max: 4 }),
      fc.integer({ min: -5, max: 5 }),
      fc.boolean(),
      (drawn, totalOff, taxOff, isCredit) => {
        const lines = drawn.map(({ amount, place, isTaxed }, index) => {
          const taxCode = isTaxed ? aTaxCode() : aTaxCode({ id: 'tax-0', rate: '0', mapped: null });
          const fields = { position: index + 1, amount, taxCode };
          return place === null
            ? overheadLine(fields)
            : aLine({ ...fields, project: aProject({ id: place, procoreId: place }) });
        });
        const exact = sum(lines.map((one) => one.amount));
        const gst = sum(
          lines.map((one) =>
            new Decimal(one.amount)
              .mul(one.taxCode?.rate ?? 0)
              .div(100)
              .toFixed(2),
          ),
        );
        const invoice = anInvoice({
          kind: isCredit ? 'credit' : 'invoice',
          total: exact.plus(new Decimal(totalOff).div(100)).toFixed(2),
          tax: gst.plus(new Decimal(taxOff).div(100)).toFixed(2),
          lines,
        });
        const split = splitInvoice(invoice);
        expect(sum([split.project, split.overhead]).toFixed(2)).toBe(invoice.total);
        expect(sum([split.projectTax, split.overheadTax]).toFixed(2)).toBe(invoice.tax);
        if (split.lines.length === 0) return;
        const records = splitByProject(invoice).map((part) => partTotal(invoice, part.lines));
        if (records.length > 0) expect(sum(records).toFixed(2)).toBe(split.project);
        const taxTypes = { ...books().taxTypes, 'tax-0': { taxType: 'NONE', rate: '0', isActive: true } };
        const desired = planBill(invoice, settings, books({ taxTypes }), 'https://lentune.test', []);
        const isNegative = new Decimal(split.overhead).isNegative();
        const sign = isNegative ? -1 : 1;
        expect(new Decimal(desired.total).mul(sign).toFixed(2)).toBe(split.overhead);
        expect(totalOf(desired.bill)).toBe(desired.total);
        expect(sum(desired.bill.lines.map((one) => one.tax)).toFixed(2)).toBe(desired.tax);
        expect(desired.kind).toBe(isNegative !== isCredit ? 'credit_note' : 'bill');
      },
    ),
    { numRuns: 500 },
  );
});
