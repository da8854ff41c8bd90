import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocateSingle, retain, trafficLight, unallocated } from '../../domain/allocations.ts';
import { Decimal, sum } from '../../domain/decimal.ts';
import type { InvoiceDocument } from '../../domain/invoice.ts';
import { planInvoice } from '../../domain/plan.ts';
import { preflight } from '../../domain/preflight.ts';
import { planClaims } from '../../domain/requisition-plan.ts';
import { routeWords } from '../../domain/routing.ts';
import { aCommitment, aCommitmentLine, allocated } from './claim-builder.ts';
import { aLine, anInvoice, aProject, settings } from './invoice-builder.ts';

const subcontract = aCommitment({
  id: 'sub-1',
  kind: 'sub_contract',
  number: 'SC-01',
  procoreId: '710',
  lines: [aCommitmentLine({ id: 'sub-line', procoreId: '711' })],
  retention: { percent: '10', limit: null, held: '50', procorePercent: '10' },
});
const textOnly = aCommitment({ isSynced: false });
const second = aProject({ id: 'project-2', code: 'P-1003', name: 'School Hall', procoreId: '101' });
const anotherOrder = aCommitment({
  id: 'order-2',
  number: 'PO-2211',
  procoreId: '720',
  lines: [aCommitmentLine({ id: 'other-line', procoreId: '721' })],
});

const claimSettings = {
  quantityPlaces: 4,
  taxTolerance: '0.05',
  requisitionStatus: 'under_review',
  waitForClaimOnOrders: false,
  waitForClaimOnSubContracts: true,
  createBillingPeriod: false,
  postWithoutTax: false,
} as const;
const planSettings = {
  quantityPlaces: 4,
  roundingTolerance: '0.00',
  directCostStatus: 'approved',
  postWithoutTax: false,
  sendAttachments: true,
  attachmentMaxMb: 20,
} as const;

/** What an invoice becomes in Procore: kind of record, where, and what it comes to. */
function becomes(invoice: InvoiceDocument): string[] {
  const companies = {
    'company-1': { connectionId: 'c', returnsStamp: true, keepsFiles: true, budgetCodeOf: () => null, units: null },
  };
  const costs = planInvoice(invoice, planSettings, companies).parts.map(
    ({ projectProcoreId, desired }) => `direct cost in ${projectProcoreId}: ${desired.total}`,
  );
  const claims = planClaims(invoice, claimSettings, { 'company-1': 'c' }, [], []).map(({ desired }) => {
    const of = (field: 'retained' | 'released') => sum(desired.items.map((item) => item[field])).toFixed(2);
    return `claim on ${desired.commitment.number}: ${desired.total} -${of('retained')} +${of('released')}`;
  });
  return [...costs, ...claims];
}

describe('where an invoice goes (domain.md 3.2)', () => {
  test.each<[string, InvoiceDocument, string[]]>([
    ['no commitment, project coded', anInvoice(), ['direct cost in 100: 100.00']],
    [
      'purchase orders are not exchanged: the order is only text',
      anInvoice({ commitment: textOnly, lines: [aLine({ allocations: [allocated({ commitment: textOnly })] })] }),
      ['direct cost in 100: 100.00'],
    ],
    [
      'a purchase order, allocated',
      anInvoice({ commitment: aCommitment(), lines: [aLine({ allocations: [allocated()] })] }),
      ['claim on PO-2210: 100.00 -0.00 +0.00'],
    ],
    [
      'a claim on a subcontract keeps back retention by the policy',
      anInvoice({
        type: 'claim',
        commitment: subcontract,
        lines: [aLine({ allocations: [allocated({ commitment: subcontract })] })],
      }),
      ['claim on SC-01: 100.00 -10.00 +0.00'],
    ],
    [
      'a release of retention carries only what is released',
      anInvoice({
        type: 'retention_release',
        total: '50.00',
        commitment: subcontract,
        lines: [aLine({ amount: '50.00', allocations: [allocated({ commitment: subcontract, amount: '50.00' })] })],
      }),
      ['claim on SC-01: 0.00 -0.00 +50.00'],
    ],
    ['a credit note without a commitment', anInvoice({ kind: 'credit' }), ['direct cost in 100: -100.00']],
    [
      'a credit note against a subcontract gives retention back too',
      anInvoice({ kind: 'credit', lines: [aLine({ allocations: [allocated({ commitment: subcontract })] })] }),
      ['claim on SC-01: -100.00 --10.00 +0.00'],
    ],
    ['no project: overhead', anInvoice({ lines: [aLine({ project: null })] }), []],
    [
      'lines of two projects',
      anInvoice({ total: '150.00', lines: [aLine(), aLine({ position: 2, amount: '50.00', project: second })] }),
      ['direct cost in 100: 100.00', 'direct cost in 101: 50.00'],
    ],
    [
      'two commitments and an uncommitted rest',
      anInvoice({
        total: '175.00',
        lines: [
          aLine({
            allocations: [allocated({ amount: '60.00' }), allocated({ commitment: anotherOrder, amount: '40.00' })],
          }),
          aLine({ position: 2, amount: '75.00' }),
        ],
      }),
      ['direct cost in 100: 75.00', 'claim on PO-2210: 60.00 -0.00 +0.00', 'claim on PO-2211: 40.00 -0.00 +0.00'],
    ],
  ])('%s', (_name, invoice, expected) => {
    expect(becomes(invoice)).toEqual(expected);
  });

  test('the list says the route in words', () => {
    const mixed = anInvoice({
      lines: [aLine({ allocations: [allocated()] }), aLine({ position: 2 }), aLine({ position: 3, project: null })],
    });
    expect(routeWords(mixed)).toEqual(['PO-2210 claim', 'Direct cost', 'Accounting']);
  });
});

describe('preflight of allocations', () => {
  const codes = (invoice: InvoiceDocument) =>
    preflight(invoice, settings(), 'send').findings.map(({ code, severity }) => `${code} ${severity}`);
  const on = (commitment: ReturnType<typeof aCommitment>, fields: Partial<InvoiceDocument> = {}) =>
    anInvoice({ commitment, lines: [aLine({ allocations: [allocated({ commitment })] })], ...fields });
  const order = (fields: Parameters<typeof aCommitment>[0]) => aCommitment(fields);
  const line = (fields: Parameters<typeof aCommitmentLine>[0]) => order({ lines: [aCommitmentLine(fields)] });
  const rejected = { number: '001', procoreId: '730', state: 'no_longer_required' as const };

  test.each<[string, InvoiceDocument, string[]]>([
    ['all is right', on(order({})), []],
    ['nothing is allocated', anInvoice({ commitment: order({}) }), ['NOT_ALLOCATED blocks']],
    ['the line is gone in Procore', on(line({ isRemoved: true })), ['NOT_ALLOCATED blocks']],
    ['less is left', on(line({ booked: '950.00' })), ['OVER_ALLOCATED blocks']],
    [
      'less is left and an admin allows it',
      on(line({ booked: '950.00' }), { overAllocationReason: 'agreed on site' }),
      ['OVER_ALLOCATED warning'],
    ],
    ['the order is a draft', on(order({ isAccepted: false, status: 'Draft' })), ['COMMITMENT_NOT_APPROVED blocks']],
    ['it is of another supplier', on(order({ vendorId: 'vendor-2' })), ['VENDOR_CONTRACT_MISMATCH blocks']],
    ['the variation is not approved', on(line({ variation: rejected })), ['PENDING_CO blocks']],
    ['the number is not known', anInvoice({ poNumber: 'PO-1', exchangesOrders: true }), ['PO_NOT_FOUND blocks']],
    ['the number is only text', anInvoice({ poNumber: 'PO-1' }), []],
    ['the order is only text but stands in Procore', on(textOnly), ['PROBABLE_DOUBLE_COUNT warning']],
    ['a claim names no subcontract', anInvoice({ type: 'claim' }), ['PO_NOT_FOUND blocks']],
    [
      'units at the price of the order miss the invoice',
      on(order({ accountingMethod: 'unit', lines: [aCommitmentLine({ unitPrice: '1234.56' })] }), {
        total: '100.01',
        tax: '15.00',
        lines: [
          aLine({
            amount: '100.01',
            allocations: [
              allocated({
                commitment: order({ accountingMethod: 'unit', lines: [aCommitmentLine({ unitPrice: '1234.56' })] }),
                amount: '100.01',
                quantity: '0.0811',
              }),
            ],
          }),
        ],
      }),
      ['ROUNDING blocks'],
    ],
  ])('%s', (_name, invoice, expected) => {
    expect(codes(invoice)).toEqual(expected);
  });

  test('a claimed line needs no code, type or tax code of its own', () => {
    const claimed = aLine({ code: null, costType: null, taxCode: null, allocations: [allocated()] });
    expect(codes(anInvoice({ commitment: aCommitment(), tax: '0.00', lines: [claimed] }))).toEqual([]);
  });
});

test('an order of one line takes the lines of its project by itself, and only those', () => {
  const lines = [
    { position: 1, amount: '10.00', projectId: 'project-1', allocations: [] },
    { position: 2, amount: '20.00', projectId: 'project-2', allocations: [] },
    { position: 3, amount: '30.00', projectId: 'project-1', allocations: [{ amount: '30.00' }] },
  ];
  expect(allocateSingle(aCommitment(), lines)).toEqual([{ position: 1, lineId: 'line-1', amount: '10.00' }]);
  const two = aCommitment({ lines: [aCommitmentLine(), aCommitmentLine({ id: 'line-2' })] });
  expect(allocateSingle(two, lines)).toEqual([]);
});

test.each([
  ['100.00', '100.00', 'green'],
  ['100.00', '99.99', 'orange'],
  ['100.00', '100.01', 'red'],
  ['0.00', '0.00', 'red'],
])('an order of %s against an invoice of %s is %s', (order, invoice, light) => {
  expect(trafficLight(order, invoice)).toBe(light);
});

const cents = (max: number) => fc.integer({ min: 1, max }).map((n) => new Decimal(n).div(100).toFixed(2));

test('retention never exceeds what the policy leaves to keep back, and each item is whole cents', () => {
  fc.assert(
    fc.property(
      fc.array(cents(1_000_000), { maxLength: 8 }),
      cents(10_000),
      cents(100_000),
      cents(100_000),
      (works, percent, limit, held) => {
        const kept = retain(works, { percent, limit, held, procorePercent: null });
        const room = Decimal.max(new Decimal(limit).minus(held), 0);
        return sum(kept).lte(room) && kept.every((one) => /^\d+\.\d\d$/.test(one));
      },
    ),
  );
});

test('however a line is cut into allocations, what is left is the rest, and claims come to what was allocated', () => {
  fc.assert(
    fc.property(fc.array(cents(100_000), { minLength: 1, maxLength: 6 }), fc.boolean(), (amounts, isCredit) => {
      const total = sum(amounts).toFixed(2);
      const allocations = amounts.map((amount) => allocated({ amount }));
      if (unallocated(total, allocations) !== '0.00') return false;
      const invoice = anInvoice({
        kind: isCredit ? 'credit' : 'invoice',
        total,
        lines: [aLine({ amount: total, allocations })],
      });
      const [claim] = planClaims(invoice, claimSettings, { 'company-1': 'c' }, [], []);
      return (
        new Decimal(claim!.desired.total).abs().equals(total) &&
        new Decimal(claim!.desired.total).isNegative() === isCredit
      );
    }),
  );
});
