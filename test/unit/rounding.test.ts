import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, sum } from '../../domain/decimal.ts';
import { deriveQuantity, judgeRounding, spreadCents } from '../../domain/rounding.ts';

const line = (amount: string, unitPrice: string | null, quantity: string | null = null) => ({
  amount,
  unitPrice,
  quantity,
});
const judge = (total: string, tolerance: string, places: number, ...lines: ReturnType<typeof line>[]) =>
  judgeRounding(lines, total, { tolerance, places });

test('99.99 at 7.00 comes out exactly at four places and three cents off at two', () => {
  expect(deriveQuantity(line('99.99', '7.00'), 4)).toEqual({ quantity: '14.2843', back: '99.99', delta: '0.00' });
  expect(deriveQuantity(line('99.99', '7.00'), 2)).toEqual({ quantity: '14.28', back: '99.96', delta: '0.03' });
});

test.each([
  ['99.99', '7.00', 2, '0.00', false, '0.03'],
  ['99.99', '7.00', 2, '0.02', false, '0.03'],
  ['99.99', '7.00', 2, '0.03', true, '0.03'],
  ['99.99', '7.00', 2, '0.10', true, '0.03'],
  ['25000.00', '1234.56', 2, '0.10', false, '0.16'],
  ['25000.00', '1234.56', 4, '0.00', false, '0.04'],
  ['25000.00', '1234.56', 4, '0.10', true, '0.04'],
])(
  '%s at %s with %i places and tolerance %s: passes is %s, off by %s',
  (amount, price, places, tolerance, passes, delta) => {
    expect(judge(amount, tolerance, places, line(amount, price))).toMatchObject({ passes, delta });
  },
);

test('credits are rounded like invoices: half away from zero', () => {
  expect(deriveQuantity(line('-99.99', '7.00'), 2)).toEqual({ quantity: '-14.28', back: '-99.96', delta: '-0.03' });
  expect(deriveQuantity(line('0.005', '1'), 2).quantity).toBe('0.01');
  expect(deriveQuantity(line('-0.005', '1'), 2).quantity).toBe('-0.01');
});

test('a given quantity is kept, a line without a price is its amount', () => {
  expect(deriveQuantity(line('100.00', '33.33', '3'), 4)).toEqual({ quantity: '3', back: '99.99', delta: '0.01' });
  expect(deriveQuantity(line('100.00', null), 4)).toEqual({ quantity: null, back: '100.00', delta: '0.00' });
  expect(deriveQuantity(line('100.00', null, '5'), 4)).toEqual({ quantity: '5', back: '100.00', delta: '0.00' });
});

test('a price of zero is never divided by', () => {
  expect(() => deriveQuantity(line('12.00', '0.00'), 4)).toThrow('A line of $12.00 has a unit price of zero');
  expect(deriveQuantity(line('0.00', '0.00'), 4)).toEqual({ quantity: '0', back: '0.00', delta: '0.00' });
});

test('lines that are off in opposite directions pass together, and each is named', () => {
  const verdict = judge('200.00', '0.00', 4, line('101.00', '100.00', '1'), line('99.00', '100.00', '1'));
  expect(verdict).toMatchObject({ passes: true, delta: '0.00', suspicious: [0, 1] });
  expect(judge('200.00', '0.10', 4, line('101.00', '100.00', '1'), line('99.00', '100.00', '1')).suspicious).toEqual(
    [],
  );
});

test('missing cents go on the largest line, credits alike', () => {
  expect(spreadCents(['10.00', '89.99'], '100.00')).toEqual({ amounts: ['10.00', '90.00'], changed: 1 });
  expect(spreadCents(['-10.00', '-89.99'], '-100.00')).toEqual({ amounts: ['-10.00', '-90.00'], changed: 1 });
  expect(spreadCents(['10.00'], '10.00')).toEqual({ amounts: ['10.00'], changed: null });
});

const cents = (max: number) => fc.integer({ min: 1, max }).map((n) => new Decimal(n).div(100).toFixed(2));

test('a derived quantity never misses by more than half its last place times the price, plus half a cent', () => {
  fc.assert(
    fc.property(cents(10_000_000), cents(1_000_000), fc.integer({ min: 0, max: 8 }), (amount, unitPrice, places) => {
      const bound = new Decimal(10).pow(-places).div(2).mul(unitPrice).plus('0.005');
      return new Decimal(deriveQuantity(line(amount, unitPrice), places).delta).abs().lte(bound);
    }),
  );
});

test('the smallest tolerance that passes is the delta, and a cent less does not', () => {
  const lines = fc.array(fc.record({ amount: cents(1_000_000), unitPrice: cents(100_000) }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(lines, fc.integer({ min: -50, max: 50 }), (priced, off) => {
      const own = priced.map(({ amount, unitPrice }) => line(amount, unitPrice));
      const total = sum(own.map(({ amount }) => amount))
        .plus(new Decimal(off).div(100))
        .toFixed(2);
      const { delta } = judge(total, '0.00', 4, ...own);
      const lower = new Decimal(delta).minus('0.01');
      expect(judge(total, delta, 4, ...own).passes).toBe(true);
      if (!lower.isNegative()) expect(judge(total, lower.toFixed(2), 4, ...own).passes).toBe(false);
    }),
  );
});

test('spread amounts always add up to the total, and only one line changes', () => {
  const amount = fc.integer({ min: -100_000, max: 100_000 }).map((n) => new Decimal(n).div(100).toFixed(2));
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 20 }), amount, (amounts, total) => {
      const spread = spreadCents(amounts, total);
      expect(sum(spread.amounts).toFixed(2)).toBe(new Decimal(total).toFixed(2));
      expect(spread.amounts.filter((one, at) => one !== amounts[at]).length).toBeLessThanOrEqual(1);
    }),
  );
});
