import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../domain/decimal.ts';
import { fateOf, readStatus, VARIATION_STATES, worthOf } from '../../domain/variations.ts';

const RENAMED = [
  { name: 'Declined', mappedTo: 'rejected' },
  { name: 'Pending - In Review', mappedTo: 'pending' },
  { name: 'Signed', mappedTo: 'Approved' },
  { name: 'Void', mappedTo: 'void' },
  { name: 'Cancelled', mappedTo: 'void' },
];

describe('the status of a change order', () => {
  test.each([
    ['approved', 'approved'],
    ['no_charge', 'approval_not_required'],
    ['draft', 'draft'],
    ['not_pricing', 'awaiting_approval'],
    ['pricing', 'awaiting_approval'],
    ['pending', 'awaiting_approval'],
    ['pending_billable', 'awaiting_approval'],
    ['revised', 'awaiting_approval'],
    ['proceeding', 'awaiting_approval'],
    ['not_proceeding', 'awaiting_approval'],
    ['rejected', 'no_longer_required'],
    ['void', 'no_longer_required'],
  ])('%s is %s', (raw, state) => {
    expect(readStatus(raw, [])).toMatchObject({ procoreStatus: raw, state });
  });

  test('is shown by the name the company gave it', () => {
    expect(readStatus('rejected', RENAMED).statusName).toBe('Declined');
    expect(readStatus('not_proceeding', RENAMED).statusName).toBe('Not proceeding');
  });

  test('with two names of the company keeps the plain one', () => {
    expect(readStatus('void', RENAMED).statusName).toBe('Void');
  });

  test('that comes under its new name is read through the list of names', () => {
    expect(readStatus(' signed ', RENAMED)).toEqual({
      procoreStatus: 'approved',
      statusName: 'signed',
      state: 'approved',
    });
    expect(readStatus('Pending - in review', RENAMED).state).toBe('awaiting_approval');
  });

  test('that nobody knows awaits approval', () => {
    expect(readStatus('approved_with_conditions', RENAMED).state).toBe('awaiting_approval');
    expect(readStatus(null, RENAMED)).toEqual({
      procoreStatus: 'unknown',
      statusName: 'Unknown',
      state: 'awaiting_approval',
    });
  });

  test('is never money unless it is approved, by its own word or by a name mapped to it', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.record({ name: fc.string(), mappedTo: fc.string() })), (raw, renamed) => {
        const { procoreStatus, state } = readStatus(raw, renamed);
        const worth = new Decimal(worthOf(state, '100.00'));
        return worth.isZero() || procoreStatus === 'approved';
      }),
    );
  });
});

test('a variation of no charge is worth nothing, whatever its amount', () => {
  fc.assert(
    fc.property(fc.integer(), (cents) =>
      new Decimal(worthOf('approval_not_required', new Decimal(cents).div(100).toFixed(2))).isZero(),
    ),
  );
});

const claimed = (amount: string) => ({ claimed: amount });
const state = fc.constantFrom(...VARIATION_STATES);
const held = fc.option(fc.constantFrom(claimed('0'), claimed('0.00'), claimed('12.50'), claimed('-3.00')));

describe('only approved variation lines', () => {
  test('keeps approved and no charge, and leaves out the others', () => {
    const fates = VARIATION_STATES.map((one) => [
      one,
      fateOf({ state: one, statusName: '', isDeleted: false, onlyApproved: true, held: null }).kind,
    ]);
    expect(fates).toEqual([
      ['approved', 'keep'],
      ['approval_not_required', 'keep'],
      ['draft', 'leave-out'],
      ['awaiting_approval', 'leave-out'],
      ['no_longer_required', 'leave-out'],
    ]);
  });

  test('off shows every one of them', () => {
    fc.assert(
      fc.property(state, (one) => {
        const fate = fateOf({ state: one, statusName: '', isDeleted: false, onlyApproved: false, held: null });
        expect(fate).toEqual({ kind: 'keep', problem: null });
      }),
    );
  });

  test('takes one away when it is rejected later and nothing was claimed on it', () => {
    const rejected = { state: 'no_longer_required', statusName: 'Declined', isDeleted: false } as const;
    expect(fateOf({ ...rejected, onlyApproved: true, held: claimed('0.00') })).toEqual({ kind: 'remove' });
    expect(fateOf({ ...rejected, onlyApproved: true, held: claimed('50.00') })).toEqual({
      kind: 'keep',
      problem: expect.stringContaining('now Declined in Procore'),
    });
  });
});

test('what was claimed on is never taken away, and says so unless it is approved', () => {
  fc.assert(
    fc.property(state, held, fc.boolean(), fc.boolean(), (one, has, isDeleted, onlyApproved) => {
      const fate = fateOf({ state: one, statusName: 'X', isDeleted, onlyApproved, held: has });
      const isClaimed = has !== null && !new Decimal(has.claimed).isZero();
      if (isClaimed) {
        expect(fate.kind).toBe('keep');
        expect(fate.kind === 'keep' && fate.problem !== null).toBe(isDeleted || one !== 'approved');
      } else if (isDeleted) expect(fate.kind).toBe(has === null ? 'leave-out' : 'remove');
      else if (fate.kind === 'keep') expect(fate.problem).toBeNull();
    }),
  );
});
