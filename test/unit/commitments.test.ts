import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Check, commitmentChecklist, type MissingCommitment } from '../../domain/commitment-checklist.ts';
import {
  isAccepted,
  isSynced,
  lineAmount,
  linesLeft,
  percentOf,
  remainingOf,
  whyGreyed,
} from '../../domain/commitments.ts';
import { Decimal } from '../../domain/decimal.ts';

describe('which commitments may be invoiced', () => {
  test.each([
    ['purchase_order', ['Approved', 'Partially Received', 'Received'], ['Draft', 'Processing', 'Submitted', 'Closed']],
    [
      'sub_contract',
      ['Approved', 'Complete'],
      ['Draft', 'Out For Bid', 'Out For Signature', 'Terminated', 'Void', 'Received'],
    ],
  ] as const)('of a %s: %j, not %j', (kind, accepted, others) => {
    for (const status of accepted) expect(isAccepted(kind, status)).toBe(true);
    for (const status of [...others, null, '', 'Something new']) expect(isAccepted(kind, status)).toBe(false);
  });

  test('a greyed one says why', () => {
    expect(whyGreyed('sub_contract', { status: 'Out For Signature', isActive: true })).toBe(
      'Its status in Procore is Out For Signature; only Approved or Complete may be invoiced.',
    );
    expect(whyGreyed('purchase_order', { status: 'Approved', isActive: false })).toBe('It was deleted in Procore.');
    expect(whyGreyed('purchase_order', { status: 'approved', isActive: true })).toBeNull();
  });
});

test('purchase orders come in only while Procore is their master, subcontracts by their own switch', () => {
  const none = { syncSubContracts: false, purchaseOrderMaster: 'none' } as const;
  expect(isSynced('purchase_order', none)).toBe(false);
  expect(isSynced('purchase_order', { ...none, purchaseOrderMaster: 'lentune' })).toBe(false);
  expect(isSynced('purchase_order', { ...none, purchaseOrderMaster: 'procore' })).toBe(true);
  expect(isSynced('sub_contract', { ...none, purchaseOrderMaster: 'procore' })).toBe(false);
  expect(isSynced('sub_contract', { ...none, syncSubContracts: true })).toBe(true);
});

describe('the amount of a line', () => {
  const blank = { extendedAmount: null, quantity: null, unitPrice: null };
  test('is what Procore says, else quantity times price', () => {
    expect(lineAmount({ ...blank, amount: '1000.0' })).toBe('1000.00');
    expect(lineAmount({ ...blank, extendedAmount: '12.5', quantity: '2', unitPrice: '9' })).toBe('12.50');
    expect(lineAmount({ ...blank, quantity: '3', unitPrice: '33.335' })).toBe('100.01');
    expect(lineAmount(blank)).toBe('0.00');
  });

  test('of a change order has its markups on top', () => {
    expect(lineAmount({ ...blank, extendedAmount: '100.00', markups: ['10.0', null, '5.5'] })).toBe('115.50');
  });
});

test.each([
  ['10.0', '10'],
  ['5 %', '5'],
  ['7.25%', '7.25'],
  ['', null],
  [null, null],
  ['ten', null],
])('a retainage of %j is %j per cent', (text, percent) => {
  expect(percentOf(text)).toBe(percent);
});

const cents = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => new Decimal(n).div(100).toFixed(2));

test('a line Procore no longer has goes, unless something was claimed on it', () => {
  const line = fc.record({
    id: fc.uuid(),
    procoreId: fc.option(fc.constantFrom('1', '2', '3', '4')),
    claimed: fc.oneof(fc.constant('0.00'), cents),
  });
  fc.assert(
    fc.property(fc.array(line), fc.uniqueArray(fc.constantFrom('1', '2', '3', '4')), (held, incoming) => {
      const { dropped, marked } = linesLeft(held, new Set(incoming));
      for (const { id, procoreId, claimed } of held) {
        const isMissing = procoreId !== null && !incoming.includes(procoreId);
        const isClaimed = !new Decimal(claimed).isZero();
        expect(dropped.includes(id)).toBe(isMissing && !isClaimed);
        expect(marked.includes(id)).toBe(isMissing && isClaimed);
      }
    }),
  );
});

test('what remains is the lines with the approved variations, less what was invoiced', () => {
  expect(remainingOf({ original: '1000', approvedChanges: '250.50', invoiced: '1300.00' })).toEqual({
    revised: '1250.50',
    remaining: '-49.50',
  });
  fc.assert(
    fc.property(cents, cents, cents, (original, approvedChanges, invoiced) => {
      const { revised, remaining } = remainingOf({ original, approvedChanges, invoiced });
      return new Decimal(remaining).plus(invoiced).equals(revised);
    }),
  );
});

describe('why is my commitment not here', () => {
  const HERE: MissingCommitment = {
    kind: 'sub_contract',
    number: 'SC-1',
    isConnected: true,
    company: { name: 'Kauri', syncSubContracts: true, purchaseOrderMaster: 'none' },
    project: { code: 'P-1', isMonitored: true, notMonitoredReason: null },
    remote: { kind: 'found', status: 'Approved', isPrivate: false, isDeleted: false, vendorName: 'Acme' },
    local: { isActive: true, hasVendor: true, unknownCodes: [] },
    lastEvent: { state: 'applied', outcome: 'new' },
    variationsLeftOut: 0,
  };
  const causes = (facts: Partial<MissingCommitment>): Check[] =>
    commitmentChecklist({ ...HERE, ...facts }).filter(({ verdict }) => verdict === 'cause');

  test('finds nothing wrong with one that is', () => {
    expect(commitmentChecklist(HERE).every(({ verdict }) => verdict === 'fine')).toBe(true);
  });

  test.each<[string, Partial<MissingCommitment>, RegExp]>([
    ['no connection', { isConnected: false }, /not connected/],
    [
      'the switch off',
      { company: { ...HERE.company, syncSubContracts: false } },
      /"Procore sub-contracts" is switched off/,
    ],
    [
      'Lentune as master',
      { kind: 'purchase_order', company: { ...HERE.company, purchaseOrderMaster: 'lentune' } },
      /Lentune is the master/,
    ],
    [
      'a project left alone',
      { project: { code: 'P-1', isMonitored: false, notMonitoredReason: 'Its stage "Bidding" is not ticked.' } },
      /Bidding/,
    ],
    ['one Procore hides', { remote: { kind: 'not-shown' } }, /private and not shared/],
    [
      'one deleted there',
      { remote: { kind: 'found', status: 'Approved', isPrivate: false, isDeleted: true, vendorName: 'Acme' } },
      /deleted/,
    ],
    [
      'a draft',
      { remote: { kind: 'found', status: 'Draft', isPrivate: false, isDeleted: false, vendorName: 'Acme' } },
      /Draft/,
    ],
    ['an unknown vendor', { local: { isActive: true, hasVendor: false, unknownCodes: [] } }, /Acme is not a supplier/],
    ['unknown codes', { local: { isActive: true, hasVendor: true, unknownCodes: ['03-310'] } }, /03-310/],
    ['a lost webhook', { local: null, lastEvent: null }, /not told us/],
    ['a failure', { lastEvent: { state: 'failed', outcome: 'No access.' } }, /No access/],
    ['variations left out', { variationsLeftOut: 2 }, /2 variations are not approved/],
  ])('names %s, with what to do', (_, facts, says) => {
    const found = causes(facts);
    expect(found).toHaveLength(1);
    expect(found[0]?.says).toMatch(says);
    expect(found[0]?.fix).toMatch(/\.$/);
  });

  test('says so when Procore could not be asked', () => {
    const checks = commitmentChecklist({ ...HERE, remote: { kind: 'unreadable', said: 'no tool' } });
    expect(checks.filter(({ verdict }) => verdict === 'unknown')).toHaveLength(1);
  });
});
