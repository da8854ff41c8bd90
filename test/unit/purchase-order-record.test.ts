import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sum } from '../../domain/decimal.ts';
import { nothingAgreed } from '../../domain/direct-cost.ts';
import { pickLine } from '../../domain/direct-cost-fields.ts';
import {
  type DesiredOrder,
  nextOrderWrite,
  type OrderAgreed,
  type OrderLook,
  type OrderWrite,
  type RemoteOrder,
} from '../../domain/purchase-order-record.ts';
import { acknowledge, afterDelete } from '../../domain/settling.ts';

const STAMP = 'lentune/i/a/o/1';

function wanted(amounts: string[]): DesiredOrder {
  return {
    stamp: STAMP,
    projectText: 'P-1007 Harbour',
    vendorName: 'Acme',
    header: {
      number: 'PO-1',
      title: 'Pipes',
      description: null,
      vendorId: '9',
      contractDate: null,
      deliveryDate: null,
    },
    accountingMethod: 'amount',
    status: 'Approved',
    total: sum(amounts).toFixed(2),
    postWithoutTax: false,
    files: [],
    scope: 'all',
    names: {},
    lines: amounts.map((amount, at) => ({
      stamp: `${STAMP}/${at}`,
      amount,
      quantity: null,
      unitCost: null,
      uom: null,
      costCodeId: '1',
      lineItemTypeId: '2',
      taxCodeId: null,
      description: `Line ${at}`,
    })),
  };
}

/** A Procore of one order. */
function procore() {
  let record: RemoteOrder | null = null;
  let next = 1;
  const apply = (write: OrderWrite): void => {
    if (write.kind === 'create-header') {
      record = {
        id: 'po',
        header: write.header,
        status: 'Draft',
        originId: null,
        originData: write.stamp,
        accountingMethod: 'amount',
        attachments: [],
        showsAllFiles: true,
        touches: [],
        lines: [],
      };
      return;
    }
    if (record === null) throw new Error(`${write.kind} before there is an order`);
    const { lines } = record;
    switch (write.kind) {
      case 'add-lines':
        for (const { stamp, ...line } of write.lines) lines.push({ ...line, id: String(next++), originData: stamp });
        return;
      case 'update-lines':
        for (const { id, set } of write.lines) Object.assign(lines.find((line) => line.id === id)!, set);
        return;
      case 'delete-line':
        record.lines = lines.filter(({ id }) => id !== write.id);
        return;
      case 'update-header':
        record.header = { ...record.header, ...write.set };
        return;
      case 'set-status':
        record.status = write.status;
        return;
      default:
        throw new Error(`${write.kind} was not expected`);
    }
  };
  return {
    apply,
    look: (): OrderLook => (record ? { kind: 'ours', record, twins: [] } : { kind: 'none' }),
    of: () => record!,
  };
}

/** Writes until nothing is left, and says what was written or why it stopped. */
function push(desired: DesiredOrder, there: ReturnType<typeof procore>, from: OrderAgreed | null) {
  let agreed = from;
  const written: string[] = [];
  for (let round = 0; round < 20; round++) {
    const verdict = nextOrderWrite(desired, agreed, there.look());
    if (verdict.kind !== 'write')
      return { written, agreed, end: verdict.kind === 'refuse' ? verdict.code : verdict.kind };
    const { write } = verdict;
    there.apply(write);
    written.push(write.kind);
    agreed =
      write.kind === 'delete-record'
        ? afterDelete(write, 0)
        : acknowledge(write, structuredClone(there.of()), agreed ?? nothingAgreed, 'answer');
  }
  throw new Error(`It never ends: ${written.join(', ')}`);
}

test('a new order is a draft first, then its lines, and Approved last', () => {
  const there = procore();
  const { written, end } = push(wanted(['10.00', '5.50']), there, null);
  expect([written, end]).toEqual([['create-header', 'add-lines', 'set-status'], 'done']);
});

test.each(['a claim', 'a payment', 'a change order'] as const)(
  '%s on it stops a change of money, not of words',
  (touch) => {
    const there = procore();
    const { agreed } = push(wanted(['10.00']), there, null);
    there.of().touches.push(touch);
    expect(push(wanted(['12.00']), there, agreed)).toMatchObject({ written: [], end: 'PO_NEEDS_VARIATION' });
    const renamed = { ...wanted(['10.00']), header: { ...wanted([]).header, title: 'Fittings' } };
    expect(push(renamed, there, agreed)).toMatchObject({ written: ['update-header'], end: 'done' });
  },
);

test('a date that is taken off here stays there, and ends the push all the same', () => {
  const there = procore();
  const dated = { ...wanted(['10.00']), header: { ...wanted([]).header, deliveryDate: '2026-05-01' } };
  const { agreed } = push(dated, there, null);
  expect(push(wanted(['10.00']), there, agreed)).toMatchObject({ written: [], end: 'done' });
});

const money = fc.integer({ min: -500_000, max: 500_000 }).map((cents) => (cents / 100).toFixed(2));
const lines = fc.array(money, { minLength: 1, maxLength: 8 });

test('whatever the lines become, and whatever people add, our own lines come to our total and theirs stay', () => {
  fc.assert(
    fc.property(lines, lines, fc.array(money, { maxLength: 3 }), (first, then, theirs) => {
      const there = procore();
      const { agreed } = push(wanted(first), there, null);
      for (const [at, amount] of theirs.entries())
        there.of().lines.push({ ...pickLine(wanted([amount]).lines[0]!), id: `theirs-${at}`, originData: null });
      const { end } = push(wanted(then), there, agreed);
      const own = there.of().lines.filter(({ originData }) => originData !== null);
      return (
        end === 'done' &&
        sum(own.map(({ amount }) => amount)).equals(wanted(then).total) &&
        there.of().lines.length === then.length + theirs.length &&
        there.of().status === 'Approved'
      );
    }),
  );
});
