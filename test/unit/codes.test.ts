import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assignCodes,
  composeCodes,
  type HeldCode,
  type IncomingCode,
  type ProcoreCode,
  selectCodes,
} from '../../domain/codes.ts';
import { normaliseName } from '../../domain/matching.ts';

const code = (procoreId: string, change: Partial<ProcoreCode> = {}): ProcoreCode => ({
  procoreId,
  code: procoreId,
  fullCode: null,
  name: `Code ${procoreId}`,
  parentId: null,
  subJobId: null,
  isBudgeted: false,
  isDeleted: false,
  ...change,
});

describe('composing', () => {
  const division = code('1', { code: '03', fullCode: '03', name: 'Concrete' });
  const formwork = code('2', { code: '310', fullCode: '03-310', name: 'Formwork', parentId: '1' });

  test('the division is part of the code, and the division itself cannot be charged', () => {
    expect(composeCodes([division, formwork], [], new Set())).toMatchObject([
      { procoreId: '1', code: '03', isPostable: false },
      { procoreId: '2', code: '03-310', description: 'Formwork', isPostable: true, subJobId: null },
    ]);
  });

  test('a division without codes under it can be charged', () => {
    expect(composeCodes([division], [], new Set())[0]?.isPostable).toBe(true);
    expect(composeCodes([division, { ...formwork, isDeleted: true }], [], new Set())).toMatchObject([
      { code: '03', isPostable: true },
    ]);
  });

  test('where Procore gives no full code it is made of the parents', () => {
    const deep = code('3', { code: '10', parentId: '2' });
    const codes = [division, formwork, deep].map((each) => ({ ...each, fullCode: null }));
    expect(composeCodes(codes, [], new Set()).map((each) => each.code)).toEqual(['03', '03-310', '03-310-10']);
  });

  test("a sub job's code says whose it is", () => {
    const inTower = { ...formwork, procoreId: '9', subJobId: '70' };
    expect(composeCodes([inTower], [{ procoreId: '70', code: 'T', name: 'North Tower' }], new Set())).toMatchObject([
      { code: '03-310', description: 'Formwork [North Tower]', subJobId: '70', subJobName: 'North Tower' },
    ]);
  });

  test('a code is budgeted when it says so or the budget has a row for it', () => {
    const codes = composeCodes([code('1', { isBudgeted: true }), code('2'), code('3')], [], new Set(['2']));
    expect(codes.map((each) => each.isBudgeted)).toEqual([true, true, false]);
  });

  test('parents that point at each other do not hang it', () => {
    const ring = [code('1', { parentId: '2' }), code('2', { parentId: '1' })];
    expect(composeCodes(ring, [], new Set()).map((each) => each.code)).toEqual(['2-1', '1-2']);
  });
});

describe('Fetch cost code linked to cost type only', () => {
  const codes = composeCodes([code('1', { isBudgeted: true }), code('2')], [], new Set());
  test('off: every code comes in', () => {
    expect(selectCodes(codes, false)).toEqual({ kind: 'codes', codes });
  });
  test('on: only codes of the budget come in', () => {
    expect(selectCodes(codes, true)).toEqual({ kind: 'codes', codes: [codes[0]] });
  });
  test('on, and nothing is budgeted: the previous list stays', () => {
    expect(selectCodes(composeCodes([code('2')], [], new Set()), true)).toEqual({ kind: 'keep-previous' });
  });
  test('on, and there are no codes at all: so be it', () => {
    expect(selectCodes([], true)).toEqual({ kind: 'codes', codes: [] });
  });
});

const incoming = (procoreId: string, wanted: string, scope = ''): IncomingCode => ({ procoreId, code: wanted, scope });
const held = (id: string, wanted: string, linkedTo: string | null, change: Partial<HeldCode> = {}): HeldCode => ({
  id,
  code: wanted,
  externalCode: wanted,
  scope: '',
  linkedTo,
  ...change,
});

describe('giving codes', () => {
  test('plain when free', () => {
    expect(assignCodes([incoming('5', '03-310')], [])).toEqual([{ procoreId: '5', kind: 'create', code: '03-310' }]);
  });
  test('with the id behind it when a linked record has it', () => {
    expect(assignCodes([incoming('6', '03-310')], [held('a', '03-310', '5')])).toEqual([
      { procoreId: '6', kind: 'create', code: '03-310-6' },
    ]);
  });
  test('a local record of that code that nobody linked is taken for it', () => {
    expect(assignCodes([incoming('6', '03-310')], [held('a', '03-310', null)])).toEqual([
      { procoreId: '6', kind: 'adopt', id: 'a', code: '03-310' },
    ]);
  });
  test('but not for a code of a sub job', () => {
    expect(assignCodes([incoming('6', '03-310', '70')], [held('a', '03-310', null)])).toEqual([
      { procoreId: '6', kind: 'create', code: '03-310-6' },
    ]);
  });
  test('once given it stays, even when the plain one becomes free', () => {
    expect(assignCodes([incoming('6', '03-310')], [held('b', '03-310-6', '6', { externalCode: '03-310' })])).toEqual([
      { procoreId: '6', kind: 'keep', id: 'b', code: '03-310-6' },
    ]);
  });
  test('renumbered in Procore, codes follow, also when they change places', () => {
    const before = [held('a', '03-310', '5'), held('b', '03-320', '6')];
    expect(assignCodes([incoming('5', '03-320'), incoming('6', '03-310')], before)).toEqual([
      { procoreId: '5', kind: 'keep', id: 'a', code: '03-320' },
      { procoreId: '6', kind: 'keep', id: 'b', code: '03-310' },
    ]);
  });

  const anyCode = fc.constantFrom('1', '2', '01-1', '1-1', 'a', 'A');
  const list = fc.uniqueArray(
    fc.record({ procoreId: fc.nat(30).map(String), code: anyCode, scope: fc.constantFrom('', '70') }),
    {
      selector: (record) => record.procoreId,
    },
  );

  test('no two records share a code, and the same list again changes nothing', () => {
    fc.assert(
      fc.property(list, list, (first, second) => {
        const afterFirst = apply(first, []);
        const afterSecond = apply(second, afterFirst);
        const codes = afterSecond.map((record) => normaliseName(record.code));
        const again = assignCodes(second, afterSecond);
        return (
          new Set(codes).size === codes.length &&
          again.every(
            (assignment) =>
              assignment.kind === 'keep' &&
              afterSecond.some(({ id, code: now }) => id === assignment.id && now === assignment.code),
          )
        );
      }),
    );
  });

  test('a code is the plain one unless another record has it', () => {
    fc.assert(
      fc.property(list, (records) => {
        const after = apply(records, []);
        return after.every(
          (record) =>
            record.code === record.externalCode ||
            after.some((other) => other !== record && normaliseName(other.code) === normaliseName(record.externalCode)),
        );
      }),
    );
  });
});

/** What the list holds once the assignments are written. */
function apply(records: readonly IncomingCode[], before: readonly HeldCode[]): HeldCode[] {
  const byId = new Map(before.map((record) => [record.id, record]));
  for (const assignment of assignCodes(records, before)) {
    const record = records.find(({ procoreId }) => procoreId === assignment.procoreId);
    if (record === undefined) continue;
    const id = assignment.kind === 'create' ? `new-${record.procoreId}` : assignment.id;
    byId.set(id, {
      id,
      code: assignment.code,
      externalCode: record.code,
      scope: record.scope,
      linkedTo: record.procoreId,
    });
  }
  return [...byId.values()];
}
