import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Agreed,
  type DesiredDirectCost,
  type DesiredLine,
  type EditChoice,
  isUnusedEdition,
  type LineFields,
  type Look,
  nothingAgreed,
  type RemoteDirectCost,
  type RemoteLine,
  type Write,
} from '../../domain/direct-cost.ts';
import { nextWrite } from '../../domain/next-write.ts';
import { acknowledge, afterDelete, judgeAnswer, recognise, type Sending, settle } from '../../domain/settling.ts';

const STAMP = 'lentune/i/a/d/100';

const aWish = (fields: Partial<DesiredDirectCost> = {}): DesiredDirectCost => ({
  stamp: STAMP,
  projectText: 'P-1 Harbour',
  vendorName: 'Acme',
  header: { invoiceNumber: 'INV-1', vendorId: '5', date: '2026-11-18', description: null },
  status: 'approved',
  total: '300.00',
  lines: [1, 2, 3].map((position) => aLine(position)),
  choice: null,
  postWithoutTax: false,
  files: [],
  keepsFiles: null,
  scope: 'all',
  names: { '400': 'GST' },
  ...fields,
});

const aLine = (position: number, fields: Partial<LineFields> = {}): DesiredLine => ({
  stamp: `${STAMP}/${position}`,
  amount: '100.00',
  quantity: null,
  unitCost: null,
  uom: null,
  costCodeId: '200',
  lineItemTypeId: '300',
  taxCodeId: '400',
  description: null,
  ...fields,
});

/** A Procore of one project, as far as direct costs go. */
class FakeProcore {
  records: RemoteDirectCost[] = [];
  #next = 1;

  look(procoreId: string | null, withTwins: boolean): Look {
    const ours = this.records.filter((record) => record.originData === STAMP);
    if (procoreId === null) {
      const [record, ...twins] = ours.sort((a, b) => b.lines.length - a.lines.length);
      return record === undefined ? { kind: 'none' } : { kind: 'ours', record: copy(record), twins: twins.map(twinOf) };
    }
    const record = this.records.find(({ id }) => id === procoreId);
    if (record === undefined) return { kind: 'gone' };
    const twins = withTwins ? ours.filter(({ id }) => id !== procoreId).map(twinOf) : [];
    return { kind: 'ours', record: copy(record), twins };
  }

  apply(write: Write, id: string | null): RemoteDirectCost | null {
    if (write.kind === 'create-header' || write.kind === 'create-whole') {
      const lines = (write.kind === 'create-whole' ? write.lines : []).map(({ stamp, ...line }) => ({
        id: `l${this.#next++}`,
        originData: stamp,
        ...line,
      }));
      const fields = { originId: null, originData: write.stamp, attachments: [], lines, status: 'draft' };
      const record = { id: String(this.#next++), header: copy(write.header), ...fields };
      this.records.push(record);
      return copy(record);
    }
    const target = write.kind === 'delete-twin' || write.kind === 'delete-record' ? write.id : id;
    const record = this.records.find((one) => one.id === target);
    if (record === undefined) return null;
    switch (write.kind) {
      case 'add-lines':
        for (const { stamp, ...line } of write.lines)
          record.lines.push({ id: `l${this.#next++}`, originData: stamp, ...line });
        break;
      case 'update-lines':
        for (const { id: lineId, set } of write.lines)
          Object.assign(record.lines.find((line) => line.id === lineId) ?? {}, set);
        break;
      case 'update-header':
        Object.assign(record.header, write.set);
        break;
      case 'set-status':
        record.status = write.status;
        break;
      case 'delete-line':
        record.lines = record.lines.filter((line) => line.id !== write.id);
        break;
      default:
        this.records = this.records.filter((one) => one !== record);
    }
    return copy(record);
  }
}

const copy = <T>(value: T): T => structuredClone(value);
const twinOf = (record: RemoteDirectCost) => ({ id: record.id, isUnused: isUnusedEdition(record) });

interface State {
  agreed: Agreed | null;
  procoreId: string | null;
}

/** Runs writes to the end on a Procore that always answers. */
function push(procore: FakeProcore, wish: DesiredDirectCost | null, from: State = { agreed: null, procoreId: null }) {
  let { agreed, procoreId } = from;
  const writes: Write['kind'][] = [];
  for (;;) {
    const verdict = nextWrite(wish, agreed, procore.look(procoreId, agreed?.repeatedAt != null));
    if (verdict.kind !== 'write') return { verdict, writes, agreed, procoreId };
    const answer = procore.apply(verdict.write, procoreId);
    writes.push(verdict.write.kind);
    if (verdict.write.kind === 'delete-record') {
      agreed = null;
      procoreId = null;
      continue;
    }
    procoreId = answer?.id ?? procoreId;
    agreed = acknowledge(verdict.write, answer!, agreed ?? nothingAgreed, 'answer');
  }
}

/** A person decides about edits there, and the push goes on. */
function decide(procore: FakeProcore, wish: DesiredDirectCost, from: State, edits: EditChoice) {
  const agreed: Agreed = { ...(from.agreed ?? nothingAgreed), edits };
  const verdict = nextWrite(wish, agreed, procore.look(from.procoreId, false));
  if (verdict.kind !== 'rebase') throw new Error(`Not decided: ${JSON.stringify(verdict)}`);
  return push(procore, wish, { ...from, agreed: verdict.agreed });
}

test('a new direct cost is made as a draft, gets all its lines in one call, and its status last', () => {
  const procore = new FakeProcore();
  expect(push(procore, aWish())).toMatchObject({
    verdict: { kind: 'done' },
    writes: ['create-header', 'add-lines', 'set-status'],
  });
  expect(procore.records).toHaveLength(1);
});

test('what is there already is not written again', () => {
  const procore = new FakeProcore();
  const first = push(procore, aWish());
  expect(push(procore, aWish(), first)).toMatchObject({ verdict: { kind: 'done' }, writes: [] });
});

test('a changed invoice changes only what is ours and changed', () => {
  const procore = new FakeProcore();
  const first = push(procore, aWish({ status: 'draft' }));
  const lines = [aLine(1), aLine(2, { amount: '150.00', costCodeId: '201' }), aLine(4, { amount: '50.00' })];
  expect(push(procore, aWish({ status: 'draft', lines, total: '300.00' }), first)).toMatchObject({
    verdict: { kind: 'done' },
    writes: ['add-lines', 'update-lines', 'delete-line'],
  });
  expect(procore.records[0]?.lines.map(({ amount, costCodeId }) => [amount, costCodeId])).toEqual([
    ['100.00', '200'],
    ['150.00', '201'],
    ['50.00', '200'],
  ]);
});

test('a part the invoice no longer has is removed while it is ours and untouched', () => {
  const procore = new FakeProcore();
  const first = push(procore, aWish({ status: 'draft' }));
  expect(push(procore, null, first)).toMatchObject({ verdict: { kind: 'done' }, writes: ['delete-record'] });
  expect(procore.records).toEqual([]);
});

/** What people do to a record of ours, and what the clerk is told when the unchanged invoice is sent again. */
const EDITS: [string, (record: RemoteDirectCost) => void, object][] = [
  [
    'a line is added',
    (r) => void r.lines.push(foreignLine('5.00')),
    { code: 'REMOTE_EDITED', facts: { theirs: '305.00' } },
  ],
  ['a note of no amount is added', (r) => void r.lines.push(foreignLine('0.00')), { kind: 'done' }],
  ['an amount is changed', (r) => void Object.assign(r.lines[0]!, { amount: '90.00' }), { code: 'REMOTE_EDITED' }],
  ['a line is recoded', (r) => void Object.assign(r.lines[0]!, { costCodeId: '999' }), { kind: 'done' }],
  ['a line is deleted', (r) => void r.lines.pop(), { code: 'DELETED_REMOTELY' }],
  ['the description is changed', (r) => void Object.assign(r.header, { description: 'Theirs' }), { kind: 'done' }],
  ['it is approved', (r) => void Object.assign(r, { status: 'approved' }), { kind: 'done' }],
  ['it is sent back', (r) => void Object.assign(r, { status: 'revise_and_resubmit' }), { code: 'SENT_BACK' }],
  ['another system locks it', (r) => void Object.assign(r, { originId: 'xero-1' }), { kind: 'done' }],
];

const foreignLine = (amount: string): RemoteLine => {
  const { stamp: _stamp, ...fields } = aLine(9, { amount });
  return { id: 'theirs', originData: null, ...fields };
};

describe('people edit meanwhile', () => {
  test.each(EDITS)('%s: nothing is written', (_name, edit, expected) => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'pending' }));
    edit(procore.records[0]!);
    const again = push(procore, aWish({ status: 'pending' }), first);
    expect(again.writes).toEqual([]);
    expect(again.verdict).toMatchObject(expected);
  });

  /** The same, together with a change of ours to the second line. */
  const TOGETHER: Record<string, object> = {
    'a line is added': { code: 'REMOTE_EDITED' },
    'an amount is changed': { code: 'REMOTE_EDITED' },
    'a line is deleted': { code: 'DELETED_REMOTELY' },
    'it is approved': { code: 'LOCKED' },
    'another system locks it': { code: 'LOCKED' },
    'a line is recoded': { kind: 'done' },
    'the description is changed': { kind: 'done' },
    'it is sent back': { kind: 'done' },
  };
  test.each(EDITS.filter(([name]) => name in TOGETHER))('%s, and we change another line', (name, edit) => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'pending' }));
    edit(procore.records[0]!);
    const lines = [aLine(1), aLine(2, { description: 'Ours' }), aLine(3)];
    expect(push(procore, aWish({ status: 'pending', lines }), first).verdict).toMatchObject(TOGETHER[name]!);
    if (name === 'it is sent back') expect(procore.records[0]?.status).toBe('pending');
    if (name === 'a line is recoded') expect(procore.records[0]?.lines[0]?.costCodeId).toBe('999');
  });

  test('the same field changed on both sides is a CONFLICT, in words', () => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'pending' }));
    Object.assign(procore.records[0]!.lines[1]!, { costCodeId: '999' });
    const wish = aWish({
      status: 'pending',
      names: { '201': '03-310' },
      lines: [aLine(1), aLine(2, { costCodeId: '201' }), aLine(3)],
    });
    expect(push(procore, wish, first)).toMatchObject({
      writes: [],
      verdict: { code: 'CONFLICT', facts: { field: 'The cost code of a line', ours: '03-310', theirs: '999' } },
    });
  });

  test('a deleted record is never made again unasked', () => {
    const procore = new FakeProcore();
    const first = push(procore, aWish());
    procore.records = [];
    expect(push(procore, aWish(), first)).toMatchObject({ writes: [], verdict: { code: 'DELETED_REMOTELY' } });
  });

  test('a removed part on which people have worked stays', () => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'pending' }));
    procore.records[0]?.lines.push(foreignLine('0.00'));
    expect(push(procore, null, first)).toMatchObject({ writes: [], verdict: { code: 'LOCKED' } });
  });

  test('a record of that number that is not ours is a DUPLICATE until a person chooses', () => {
    const look: Look = { kind: 'foreign', candidates: [{ id: '9', status: 'draft', originId: null }] };
    expect(nextWrite(aWish(), null, look)).toMatchObject({ code: 'DUPLICATE' });
    expect(nextWrite(aWish({ choice: 'link_only' }), null, look)).toEqual({ kind: 'link', id: '9' });
    expect(nextWrite(aWish({ choice: 'take_over' }), null, look)).toEqual({ kind: 'adopt', id: '9' });
  });

  test('a number is compared as text, and changed where it stands: 042 is not 42', () => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'draft' }));
    const wish = aWish({ status: 'draft', header: { ...aWish().header, invoiceNumber: '0INV-1' } });
    const [record] = copy(procore.records) as [RemoteDirectCost];
    const taken: Look = { kind: 'ours', record, twins: [], rivals: [{ id: '9', status: 'draft', originId: null }] };
    expect(nextWrite(wish, first.agreed, taken)).toMatchObject({ code: 'DUPLICATE' });
    expect(push(procore, wish, first)).toMatchObject({ verdict: { kind: 'done' }, writes: ['update-header'] });
    expect(procore.records).toMatchObject([{ header: { invoiceNumber: '0INV-1' } }]);
  });

  test('our reference in the description of the first record of a company is no change once it is not needed', () => {
    const procore = new FakeProcore();
    const header = { ...aWish().header, description: 'Pipes [LT-0123456789]' };
    const first = push(procore, aWish({ header }));
    const later = aWish({ header: { ...header, description: 'Pipes' } });
    expect(push(procore, later, first)).toMatchObject({ writes: [], verdict: { kind: 'done' } });
    const other = aWish({ header: { ...header, description: 'Taps' } });
    expect(push(procore, other, first).verdict).toMatchObject({ code: 'LOCKED' });
  });

  test('a paid one is never written to', () => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'pending' }));
    Object.assign(procore.records[0]!, { isPaid: true });
    expect(push(procore, aWish({ status: 'pending' }), first).verdict).toEqual({ kind: 'done' });
    const lines = [aLine(1), aLine(2, { description: 'Ours' }), aLine(3)];
    expect(push(procore, aWish({ status: 'pending', lines }), first).verdict).toMatchObject({
      code: 'LOCKED',
      facts: { why: 'it is paid' },
    });
  });

  test('a line they worked on is not taken away with a change of ours, unless a person says so', () => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'pending' }));
    Object.assign(procore.records[0]!.lines[2]!, { costCodeId: '999' });
    const wish = aWish({ status: 'pending', lines: [aLine(1), aLine(2)], total: '200.00' });
    expect(push(procore, wish, first)).toMatchObject({
      writes: [],
      verdict: { code: 'CONFLICT', facts: { field: 'A line', ours: 'taken off', theirs: '$100.00' } },
    });
    const kept = decide(procore, wish, first, 'keep_theirs');
    expect(kept).toMatchObject({ writes: [], verdict: { kind: 'done' } });
    expect(push(procore, wish, kept)).toMatchObject({ writes: [], verdict: { kind: 'done' } });
    expect(decide(procore, wish, first, 'take_ours')).toMatchObject({
      writes: ['delete-line'],
      verdict: { kind: 'done' },
    });
  });

  test('a field is blanked by making the line again, but not one they worked on', () => {
    const lines = [aLine(1, { quantity: '2', unitCost: '50.00' }), aLine(2), aLine(3)];
    const priced = aWish({ status: 'pending', lines });
    const plain = aWish({ status: 'pending' });
    const procore = new FakeProcore();
    const first = push(procore, priced);
    const theirs = copy(procore.records);
    expect(push(procore, plain, first)).toMatchObject({
      writes: ['delete-line', 'add-lines'],
      verdict: { kind: 'done' },
    });
    expect(procore.records[0]?.lines.map(({ quantity, unitCost }) => [quantity, unitCost])).toEqual(
      Array(3).fill([null, null]),
    );
    procore.records = theirs;
    procore.records[0]!.lines[0]!.costCodeId = '999';
    expect(push(procore, plain, first)).toMatchObject({
      writes: [],
      verdict: { code: 'CONFLICT', facts: { field: 'The quantity of a line', ours: 'nothing', theirs: '2' } },
    });
    expect(decide(procore, plain, first, 'keep_theirs')).toMatchObject({ writes: [], verdict: { kind: 'done' } });
    expect(procore.records[0]?.lines[0]).toMatchObject({ costCodeId: '999', quantity: '2' });
  });

  test('an amount they changed stays where theirs are kept, and is asked about again once ours is another', () => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'pending' }));
    procore.records[0]!.lines[0]!.amount = '90.00';
    procore.records[0]!.lines.push(foreignLine('5.00'));
    const kept = decide(procore, aWish({ status: 'pending' }), first, 'keep_theirs');
    expect(kept).toMatchObject({ writes: [], verdict: { kind: 'done' }, agreed: { kept: { theirs: '295.00' } } });
    procore.records[0]!.lines[0]!.amount = '80.00';
    expect(push(procore, aWish({ status: 'pending' }), kept).verdict).toMatchObject({ code: 'REMOTE_EDITED' });
    procore.records[0]!.lines[0]!.amount = '90.00';
    const lines = [aLine(1), aLine(2, { amount: '120.00' }), aLine(3)];
    expect(push(procore, aWish({ status: 'pending', lines, total: '320.00' }), kept).verdict).toMatchObject({
      code: 'REMOTE_EDITED',
      facts: { ours: '320.00', theirs: '295.00' },
    });
  });

  test('where ours are taken their edits of our lines go, and lines of theirs stay', () => {
    const procore = new FakeProcore();
    const first = push(procore, aWish({ status: 'pending' }));
    Object.assign(procore.records[0]!.lines[0]!, { amount: '90.00', costCodeId: '999' });
    expect(decide(procore, aWish({ status: 'pending' }), first, 'take_ours')).toMatchObject({
      writes: ['update-lines'],
      verdict: { kind: 'done' },
    });
    expect(procore.records[0]?.lines[0]).toMatchObject({ amount: '100.00', costCodeId: '200' });
    procore.records[0]!.lines.push(foreignLine('5.00'));
    expect(decide(procore, aWish({ status: 'pending' }), first, 'take_ours')).toMatchObject({
      writes: [],
      verdict: { code: 'REMOTE_EDITED' },
    });
  });
});

test('a tax code that does not come back is TAX_OFF, a changed code NOT_SETTLED, and a retry sends it again', () => {
  const wish = aWish();
  const answered = (fields: Partial<LineFields>): Agreed => {
    const { stamp: _stamp, ...sent } = aLine(1);
    return { ...nothingAgreed, lines: { [`${STAMP}/1`]: { id: 'l1', sent, got: { ...sent, ...fields } } } };
  };
  const off = judgeAnswer(wish, answered({ taxCodeId: null }));
  expect(off).toMatchObject({ keepsTax: false, refusal: { code: 'TAX_OFF', facts: { taxCode: 'GST' } } });
  expect(off.agreed.lines[`${STAMP}/1`]?.sent.taxCodeId).toBeNull();
  expect(judgeAnswer(aWish({ postWithoutTax: true }), answered({ taxCodeId: null }))).toMatchObject({ refusal: null });
  expect(judgeAnswer(wish, answered({ amount: '99.99' }))).toMatchObject({
    refusal: { code: 'NOT_SETTLED', facts: { field: 'The amount of a line', sent: '100.00', got: '99.99' } },
  });
  expect(judgeAnswer(wish, answered({ amount: '100.0', quantity: '1' }))).toMatchObject({
    refusal: null,
    keepsTax: true,
  });
});

/**
 * The whole converge loop on a Procore that may lose requests, lose answers, or commit late, with a clock of its own.
 * Whatever happens, in the end there is one record with its lines, each once.
 */
function pushThroughStorms(fates: readonly Fate[], wish: DesiredDirectCost): { procore: FakeProcore; state: State } {
  const procore = new FakeProcore();
  const DELAY = 1_000;
  let now = 0;
  let late: { at: number; run: () => void }[] = [];
  let agreed = null as Agreed | null;
  let procoreId = null as string | null;
  let sending = null as Sending | null;
  const queue = [...fates];
  const pass = (ms: number) => {
    now += ms;
    for (const one of late.filter(({ at }) => at <= now)) one.run();
    late = late.filter(({ at }) => at > now);
  };
  const moment = () => new Date(now).toISOString();
  const isHandled = (step: number) => step > 200;

  for (let step = 0; ; step++) {
    if (isHandled(step)) throw new Error('Does not converge');
    let look = procore.look(procoreId, agreed?.repeatedAt != null);
    let write: Write | null = null;
    if (sending !== null) {
      const verdict = settle(sending, agreed ?? nothingAgreed, procoreId, look, now, DELAY);
      if (verdict.kind === 'wait') {
        if (verdict.isCounted) sending = { ...sending, emptyLooks: sending.emptyLooks + 1, lastLookAt: moment() };
        pass(verdict.ms);
        continue;
      }
      if (verdict.kind === 'settled') {
        agreed = verdict.agreed;
        const isGone = verdict.procoreId === null && procoreId !== null;
        procoreId = verdict.procoreId;
        sending = null;
        if (isGone) continue;
      } else if (verdict.kind === 'repeat') {
        const isCreating = ['create-header', 'create-whole', 'add-lines'].includes(sending.write.kind);
        if (isCreating) agreed = { ...(agreed ?? nothingAgreed), repeatedAt: moment() };
        write = sending.write;
      } else write = { kind: 'delete-record', id: procoreId!, why: 'fence' };
    }
    if (write === null) {
      look = procore.look(procoreId, agreed?.repeatedAt != null);
      if (look.kind === 'ours' && procoreId === null) {
        procoreId = look.record.id;
        agreed = recognise(wish, look.record, agreed);
      }
      const verdict = nextWrite(wish, agreed, look);
      const isLast = verdict.kind === 'done' || (verdict.kind === 'write' && verdict.write.kind === 'set-status');
      const due = agreed?.repeatedAt == null ? 0 : Date.parse(agreed.repeatedAt) + DELAY;
      if (isLast && now < due) {
        pass(due - now);
        continue;
      }
      if (verdict.kind === 'done') return { procore, state: { agreed, procoreId } };
      if (verdict.kind !== 'write') throw new Error(`Refused: ${JSON.stringify(verdict)}`);
      write = verdict.write;
    }
    sending = { write, at: moment(), runId: 'run', emptyLooks: 0, lastLookAt: null };
    const fate = queue.shift() ?? { kind: 'answered' };
    const made: Write = write;
    const target: string | null = procoreId;
    if (fate.kind === 'late') late.push({ at: now + fate.ms, run: () => void procore.apply(made, target) });
    const answer: RemoteDirectCost | null =
      fate.kind === 'answered' || fate.kind === 'lost' ? procore.apply(made, target) : null;
    pass(fate.kind === 'answered' ? 10 : 1_000);
    if (fate.kind !== 'answered') continue;
    if (made.kind === 'delete-record') {
      agreed = afterDelete(made, now);
      procoreId = null;
    } else if (answer !== null && made.kind !== 'delete-twin') {
      procoreId = answer.id;
      agreed = acknowledge(made, answer, agreed ?? nothingAgreed, 'answer');
    }
    sending = null;
  }
}

type Fate = { kind: 'answered' | 'lost' | 'dropped' } | { kind: 'late'; ms: number };

const fate: fc.Arbitrary<Fate> = fc.oneof(
  fc.constant<Fate>({ kind: 'answered' }),
  fc.constant<Fate>({ kind: 'lost' }),
  fc.constant<Fate>({ kind: 'dropped' }),
  fc.integer({ min: 1, max: 2_900 }).map((ms): Fate => ({ kind: 'late', ms })),
);

/** Without tax, and with Procore's id of every code. */
function plainWish(): DesiredDirectCost {
  const lines = [1, 2, 3].map((position) => aLine(position, { taxCodeId: null }));
  return aWish({ lines: lines.map((line) => ({ ...line, wbsCodeId: '900' })) });
}

test('without tax, where every code is known, a direct cost is made in one call', () => {
  const procore = new FakeProcore();
  expect(push(procore, plainWish())).toMatchObject({
    verdict: { kind: 'done' },
    writes: ['create-whole', 'set-status'],
  });
  const stepwise = { agreed: { ...nothingAgreed, isStepwise: true }, procoreId: null };
  expect(push(new FakeProcore(), plainWish(), stepwise).writes).toEqual(['create-header', 'add-lines', 'set-status']);
});

test.each([
  ['step by step', aWish()],
  ['in one call', plainWish()],
])(
  'made %s, whatever is lost, dropped or late, one record with each line once is what remains',
  (_how, wish) => {
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 12 }), (fates) => {
        const { procore } = pushThroughStorms(fates, wish);
        const full = procore.records.filter((record) => record.lines.length > 0);
        expect(full).toHaveLength(1);
        expect(full[0]?.status).toBe('approved');
        expect(full[0]?.lines.map(({ originData }) => originData).sort()).toEqual(
          [1, 2, 3].map((at) => `${STAMP}/${at}`),
        );
      }),
      { numRuns: 2_000 },
    );
  },
  60_000,
);
