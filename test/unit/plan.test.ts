import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, sum } from '../../domain/decimal.ts';
import type { InvoiceDocument } from '../../domain/invoice.ts';
import { planInvoice } from '../../domain/plan.ts';
import { preflight } from '../../domain/preflight.ts';
import { aCode, aLine, anInvoice, aProject, settings } from './invoice-builder.ts';

const companies = {
  'company-1': {
    connectionId: '01998b60-0000-7000-8000-00000000beef',
    returnsStamp: true,
    keepsFiles: null,
    budgetCodeOf: () => null,
    units: ['m3', 'each'],
  },
};
const planSettings = {
  quantityPlaces: 4,
  roundingTolerance: '0.00',
  directCostStatus: 'approved',
  postWithoutTax: false,
  sendAttachments: true,
  attachmentMaxMb: 1,
} as const;
const plan = (invoice: Partial<InvoiceDocument>, tolerance = '0.00') =>
  planInvoice(anInvoice(invoice), { ...planSettings, roundingTolerance: tolerance }, companies);

test('a line becomes a direct cost line with its codes, tax and stamp', () => {
  const { parts, notes } = plan({ lines: [aLine({ unitPrice: '7.00', unit: 'M3', amount: '100.00' })] }, '0.10');
  expect(notes).toEqual([]);
  expect(parts).toHaveLength(1);
  expect(parts[0]).toMatchObject({ partKey: 'project:project-1', companyId: 'company-1', projectProcoreId: '100' });
  const stamp = 'lentune/00000000beef/account-1/01998b60-0000-7000-8000-0123456789ab/100';
  expect(parts[0]?.desired).toMatchObject({
    stamp,
    status: 'approved',
    total: '100.00',
    header: { invoiceNumber: 'INV-1042', vendorId: '500', date: '2026-11-18', description: null },
    lines: [
      {
        stamp: `${stamp}/1`,
        amount: '100.00',
        quantity: '14.2857',
        unitCost: '7',
        uom: 'm3',
        costCodeId: '200',
        lineItemTypeId: '300',
        taxCodeId: '400',
      },
    ],
  });
  expect(stamp.length).toBeLessThan(200);
});

test('a unit Procore does not know is left out, and the log says so', () => {
  const { parts, notes } = plan({ lines: [aLine({ unit: 'wheelbarrow' })] });
  expect(parts[0]?.desired.lines[0]?.uom).toBeNull();
  expect(notes).toEqual(['Unit "wheelbarrow" of line 1 is not in Procore\'s list and was left out.']);
});

test('the cents by which the lines miss the header go on the largest line, and the log says so', () => {
  const lines = [aLine({ amount: '33.33' }), aLine({ position: 2, amount: '66.66' })];
  const { parts, notes } = plan({ total: '100.00', lines }, '0.01');
  expect(parts[0]?.desired.lines.map(({ amount }) => amount)).toEqual(['33.33', '66.67']);
  expect(notes).toEqual(['Line 2 is posted as $66.67 instead of $66.66, so that the record totals $100.00.']);
});

test('overhead lines stay here, and the log says how much', () => {
  const lines = [aLine({ amount: '60.00' }), aLine({ position: 2, amount: '40.00', project: null, code: null })];
  const { parts, notes } = plan({ lines });
  expect(parts.map(({ desired }) => desired.total)).toEqual(['60.00']);
  expect(notes).toEqual(['1 line without a project, $40.00, not sent to Procore.']);
});

test('where Procore does not give stamps back, the description ends in our reference', () => {
  const unsure = { 'company-1': { ...companies['company-1'], returnsStamp: null } };
  const { parts } = planInvoice(anInvoice({ description: 'Steel' }), planSettings, unsure);
  expect(parts[0]?.desired.header.description).toBe('Steel [LT-23456789ab]');
});

const money = fc
  .integer({ min: -500_000, max: 500_000 })
  .filter((n) => n !== 0)
  .map((n) => new Decimal(n).div(100).toFixed(2));
const price = fc.integer({ min: 1, max: 900_000 }).map((n) => new Decimal(n).div(100).toFixed(2));
const randomLine = fc.record({
  amount: money,
  unitPrice: fc.option(price, { nil: null }),
  quantity: fc.option(price, { nil: null }),
  project: fc.integer({ min: 1, max: 3 }),
});

test('every record totals its part to the cent, or ROUNDING names the difference and the smallest tolerance that passes', () => {
  fc.assert(
    fc.property(
      fc.array(randomLine, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -30, max: 30 }),
      fc.integer({ min: 0, max: 200 }),
      fc.constantFrom<'invoice' | 'credit'>('invoice', 'credit'),
      (raw, off, cents, kind) => {
        const tolerance = new Decimal(cents).div(100).toFixed(2);
        const lines = raw.map(({ project, ...line }, at) =>
          aLine({
            ...line,
            position: at + 1,
            taxCode: null,
            project: aProject({ id: `p${project}`, procoreId: String(project), keepsTax: null }),
            code: aCode({ procoreId: String(200 + at) }),
          }),
        );
        const total = sum(lines.map(({ amount }) => amount))
          .plus(new Decimal(off).div(100))
          .toFixed(2);
        const invoice = anInvoice({ kind, total, tax: '0.00', lines });
        const { findings, smallestTolerance } = preflight(invoice, settings({ roundingTolerance: tolerance }), 'send');
        const blocking = findings.filter(({ severity }) => severity === 'blocks');
        if (blocking.length > 0) {
          expect(['ROUNDING', 'TOTAL_MISMATCH']).toContain(blocking[0]?.code);
          expect(smallestTolerance).not.toBeNull();
          const wider = preflight(invoice, settings({ roundingTolerance: smallestTolerance! }), 'send').findings;
          expect(wider.filter(({ severity }) => severity === 'blocks')).toEqual([]);
          return;
        }
        const { parts } = plan(invoice, tolerance);
        const sign = kind === 'credit' ? -1 : 1;
        for (const { desired } of parts)
          expect(sum(desired.lines.map(({ amount }) => amount)).toFixed(2)).toBe(desired.total);
        const whole = parts.length === 1 ? total : sum(lines.map(({ amount }) => amount)).toFixed(2);
        expect(sum(parts.map(({ desired }) => desired.total)).toFixed(2)).toBe(new Decimal(whole).mul(sign).toFixed(2));
      },
    ),
    { numRuns: 300 },
  );
});
