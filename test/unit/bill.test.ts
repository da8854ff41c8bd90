import { describe, expect, test } from 'vitest';
import {
  type AgreedBill,
  acknowledgeBill,
  type Bill,
  type BillLook,
  type BillSending,
  type DesiredBill,
  judgeBill,
  nextBillWrite,
  type RemoteBill,
  settleBill,
} from '../../domain/bill.ts';

const aBill = (fields: Partial<Bill> = {}): Bill => ({
  number: 'INV-1',
  contactId: 'contact-1',
  date: '2026-03-18',
  dueDate: '2026-04-17',
  lines: [{ description: 'Power', amount: '100.00', glCode: '445', taxType: 'INPUT2', tax: '15.00' }],
  ...fields,
});
const line = (fields: Partial<Bill['lines'][number]>): Bill => aBill({ lines: [{ ...aBill().lines[0]!, ...fields }] });

const wanted = (fields: Partial<DesiredBill> = {}): DesiredBill => ({
  kind: 'bill',
  system: 'Xero',
  vendorName: 'Kiwi Power',
  bill: aBill(),
  total: '100.00',
  tax: '15.00',
  status: 'submitted',
  choice: null,
  url: 'https://lentune.test/invoices/1',
  files: [],
  ...fields,
});

const agreedOn = (bill = aBill(), fields: Partial<AgreedBill> = {}): AgreedBill => ({
  sent: bill,
  got: bill,
  kind: 'bill',
  files: [],
  repeatedAt: null,
  freshIn: null,
  isLinkOnly: false,
  ...fields,
});

const there = (fields: Partial<RemoteBill> = {}): RemoteBill => ({
  id: 'x1',
  kind: 'bill',
  bill: aBill(),
  status: 'draft',
  isPaid: false,
  hasFiles: false,
  ...fields,
});
const ours = (fields: Partial<RemoteBill> = {}, twins: RemoteBill[] = []): BillLook => ({
  kind: 'ours',
  record: there(fields),
  twins,
});

test('a bill is made as a draft, gets its files, and is raised last', () => {
  const file = { id: 'f1', filename: 'INV-1.pdf', size: 5 };
  const desired = wanted({ files: [file] });
  expect(nextBillWrite(desired, null, { kind: 'none' })).toEqual({
    kind: 'write',
    write: { kind: 'create', of: 'bill', bill: aBill() },
  });
  expect(nextBillWrite(desired, agreedOn(), ours())).toMatchObject({ write: { kind: 'attach', file } });
  const withFile = agreedOn(aBill(), { files: ['INV-1.pdf'] });
  expect(nextBillWrite(desired, withFile, ours())).toMatchObject({
    write: { kind: 'set-status', status: 'submitted' },
  });
  expect(nextBillWrite(desired, withFile, ours({ status: 'submitted' }))).toEqual({ kind: 'done' });
  expect(nextBillWrite(desired, withFile, ours({ status: 'paid', isPaid: true }))).toEqual({ kind: 'done' });
});

test('a bill of that number that does not carry our reference is only a candidate', () => {
  const foreign: BillLook = { kind: 'foreign', id: 'x9' };
  expect(nextBillWrite(wanted(), null, foreign)).toMatchObject({ code: 'BILL_DUPLICATE' });
  expect(nextBillWrite(wanted({ choice: 'take_over' }), null, foreign)).toMatchObject({ code: 'BILL_DUPLICATE' });
  expect(nextBillWrite(wanted({ choice: 'link_only' }), null, foreign)).toEqual({ kind: 'link', id: 'x9' });
  expect(nextBillWrite(wanted(), agreedOn(aBill(), { isLinkOnly: true }), foreign)).toEqual({ kind: 'done' });
});

describe('people edit too', () => {
  const recoded = line({ glCode: '453' });
  test.each([
    ['a recoded line stays recoded', wanted(), agreedOn(), ours({ bill: recoded, status: 'submitted' }), 'done'],
    ['a changed amount is told', wanted(), agreedOn(), ours({ bill: line({ amount: '90.00' }) }), 'BILL_EDITED'],
    ['changed GST is told', wanted(), agreedOn(), ours({ bill: line({ tax: '14.99' }) }), 'BILL_EDITED'],
    [
      'both changed the date',
      wanted({ bill: aBill({ date: '2026-03-19' }) }),
      agreedOn(),
      ours({ bill: aBill({ date: '2026-03-20' }) }),
      'BILL_EDITED',
    ],
    ['only we changed it', wanted({ bill: aBill({ date: '2026-03-19' }) }), agreedOn(), ours(), 'update'],
    [
      'what is paid is read only',
      wanted({ bill: aBill({ date: '2026-03-19' }) }),
      agreedOn(),
      ours({ isPaid: true }),
      'BILL_LOCKED',
    ],
    ['a voided bill is not made again', wanted(), agreedOn(), ours({ status: 'voided' }), 'BILL_GONE'],
    ['nor is one that is gone', wanted(), agreedOn(), { kind: 'gone' } as BillLook, 'BILL_GONE'],
    ['nor is one no list shows', wanted(), agreedOn(), { kind: 'none' } as BillLook, 'BILL_GONE'],
    ['an approved bill is not lowered', wanted(), agreedOn(), ours({ status: 'authorised' }), 'done'],
  ])('%s', (_name, desired, agreed, look, expected) => {
    const verdict = nextBillWrite(desired, agreed, look);
    const said =
      verdict.kind === 'write' ? verdict.write.kind : verdict.kind === 'refuse' ? verdict.code : verdict.kind;
    expect(said).toBe(expected);
  });
});

describe('an invoice that has no overheads any more', () => {
  test('takes back what is ours, unchanged and unpaid', () => {
    expect(nextBillWrite(null, agreedOn(), ours())).toMatchObject({ write: { kind: 'remove', status: 'deleted' } });
    expect(nextBillWrite(null, agreedOn(), ours({ status: 'authorised' }))).toMatchObject({
      write: { kind: 'remove', status: 'voided' },
    });
    expect(nextBillWrite(null, agreedOn(), ours({ isPaid: true }))).toMatchObject({ code: 'BILL_LOCKED' });
    expect(nextBillWrite(null, agreedOn(), ours({ bill: line({ glCode: '453' }) }))).toMatchObject({
      code: 'BILL_EDITED',
    });
    expect(nextBillWrite(null, agreedOn(), ours({ status: 'deleted' }))).toEqual({ kind: 'done' });
    expect(nextBillWrite(null, null, { kind: 'none' })).toEqual({ kind: 'done' });
  });

  test('and so does one that became a credit', () => {
    expect(nextBillWrite(wanted({ kind: 'credit_note' }), agreedOn(), ours())).toMatchObject({
      write: { kind: 'remove', of: 'bill', why: 'unwanted' },
    });
  });
});

test('a second edition goes while it is a draft; later it is for a person', () => {
  expect(nextBillWrite(wanted(), agreedOn(), ours({}, [there({ id: 'x2' })]))).toMatchObject({
    write: { kind: 'remove', id: 'x2', why: 'twin' },
  });
  expect(nextBillWrite(wanted(), agreedOn(), ours({}, [there({ id: 'x2', status: 'authorised' })]))).toMatchObject({
    code: 'BILL_TWICE',
  });
});

test('codes and cents must come back as they were sent', () => {
  expect(judgeBill(wanted(), aBill(), aBill())).toBeNull();
  for (const change of [{ amount: '99.99' }, { tax: '14.99' }, { glCode: '453' }, { taxType: 'NONE' }])
    expect(judgeBill(wanted(), aBill(), line(change))).toMatchObject({ code: 'BILL_NOT_SETTLED' });
  expect(judgeBill(wanted(), aBill(), aBill({ lines: [] }))).toMatchObject({ code: 'BILL_NOT_SETTLED' });
});

describe('an unanswered write', () => {
  const sending = (fields: Partial<BillSending> = {}): BillSending => ({
    write: { kind: 'create', of: 'bill', bill: aBill() },
    key: 'key-1',
    at: new Date(0).toISOString(),
    emptyLooks: 0,
    lastLookAt: null,
    ...fields,
  });
  const settle = (write: BillSending, look: BillLook, now: number, agreed: AgreedBill | null = null) =>
    settleBill(wanted(), write, { agreed, id: agreed === null ? null : 'x1' }, look, now, 1000);

  test('that creates goes out again only after two empty looks', () => {
    expect(settle(sending(), { kind: 'none' }, 400)).toEqual({ kind: 'wait', ms: 600, isCounted: false });
    expect(settle(sending(), { kind: 'none' }, 1000)).toEqual({ kind: 'wait', ms: 1000, isCounted: true });
    const second = sending({ emptyLooks: 1, lastLookAt: new Date(1000).toISOString() });
    expect(settle(second, { kind: 'none' }, 1500)).toEqual({ kind: 'wait', ms: 500, isCounted: false });
    expect(settle(second, { kind: 'foreign', id: 'x9' }, 2000)).toEqual({ kind: 'repeat' });
    expect(settle(second, ours(), 2000)).toMatchObject({ kind: 'settled', id: 'x1' });
    const unwanted = settleBill(null, second, { agreed: null, id: null }, { kind: 'none' }, 2000, 1000);
    expect(unwanted).toEqual({ kind: 'settled', agreed: null, id: null });
  });

  test('that names its record is settled by what stands there', () => {
    const write = { kind: 'update', set: { date: '2026-03-19' } } as const;
    const landed = settle(sending({ write }), ours({ bill: aBill({ date: '2026-03-19' }) }), 0, agreedOn());
    expect(landed).toMatchObject({ agreed: { sent: { date: '2026-03-19' } } });
    const not = settle(sending({ write }), ours(), 0, agreedOn());
    expect(not).toMatchObject({ agreed: { sent: { date: '2026-03-18' } } });
  });

  test('of a file is remembered only when it was answered', () => {
    const write = { kind: 'attach', file: { id: 'f1', filename: 'INV-1.pdf', size: 5 } } as const;
    expect(acknowledgeBill(write, there(), agreedOn(), 'look')?.files).toEqual([]);
    expect(acknowledgeBill(write, there(), agreedOn(), 'answer')?.files).toEqual(['INV-1.pdf']);
  });
});
