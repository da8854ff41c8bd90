import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../domain/decimal.ts';
import { procoreTax, taxAgrees } from '../../domain/tax.ts';

test('three lines of 10.03 at 15 % are 4.51 in Procore, though 4.50 line by line', () => {
  expect(procoreTax(Array.from({ length: 3 }, () => ({ amount: '10.03', rate: '15' })))).toBe('4.51');
});

test('a line without a tax code adds none, a credit takes away', () => {
  expect(procoreTax([{ amount: '100.00', rate: null }])).toBe('0.00');
  expect(
    procoreTax([
      { amount: '100.00', rate: '15' },
      { amount: '-40.00', rate: '15.0000' },
    ]),
  ).toBe('9.00');
});

test('the GST of an invoice agrees within the tolerance for tax', () => {
  expect(taxAgrees('4.50', '4.51', '0.05')).toBe(true);
  expect(taxAgrees('4.50', '4.51', '0.00')).toBe(false);
  expect(taxAgrees('4.50', '4.56', '0.05')).toBe(false);
});

test('rounding once never differs from the exact tax by more than half a cent', () => {
  const line = fc.record({
    amount: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => new Decimal(n).div(100).toFixed(2)),
    rate: fc.constantFrom('15', '12.5', '10', '0', null),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const exact = lines.reduce(
        (total, { amount, rate }) => total.plus(new Decimal(amount).mul(rate ?? 0)),
        new Decimal(0),
      );
      return new Decimal(procoreTax(lines)).minus(exact.div(100)).abs().lte('0.005');
    }),
  );
});
