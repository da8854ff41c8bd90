import { describe, expect, test } from 'vitest';
import { assignCodes, type HeldCode } from '../../domain/codes.ts';
import { chooseProject, isStageReason, stageGate } from '../../domain/projects.ts';

/** The two switches that turn the setup guide's literal wording on (domain.md Q1 and Q2). */
describe('projects without a match', () => {
  const project = { procoreId: '562', number: 'P-1007' };

  test.each([
    ['off: under their number', false, 'P-1007'],
    ['on: under PROCORE and their id', true, 'PROCORE562'],
  ])('%s', (_, isPrefixed, code) => {
    expect(chooseProject(project, [], isPrefixed)).toEqual({ kind: 'create', code });
  });

  test('with an unlinked project of their number are linked to it in both modes', () => {
    const locals = [{ id: 'ours', code: 'p-1007', isLinked: false }];
    for (const isPrefixed of [false, true])
      expect(chooseProject(project, locals, isPrefixed)).toEqual({ kind: 'link', id: 'ours' });
  });

  test('whose number a project linked elsewhere holds are PROCORE and their id in both modes', () => {
    const locals = [{ id: 'other', code: 'P-1007', isLinked: true }];
    for (const isPrefixed of [false, true])
      expect(chooseProject(project, locals, isPrefixed)).toEqual({ kind: 'create', code: 'PROCORE562' });
  });
});

describe('codes without a match', () => {
  const incoming = [
    { procoreId: '1', code: '03-300', scope: '' },
    { procoreId: '2', code: '03-300', scope: 'sub' },
  ];
  const codesOf = (held: HeldCode[], isSuffixed: boolean) =>
    assignCodes(incoming, held, isSuffixed).map(({ kind, code }) => [kind, code]);

  test('off: plain, and a suffix only where the code is taken', () => {
    expect(codesOf([], false)).toEqual([
      ['create', '03-300'],
      ['create', '03-300-2'],
    ]);
  });

  test('on: every one gets its suffix', () => {
    expect(codesOf([], true)).toEqual([
      ['create', '03-300-1'],
      ['create', '03-300-2'],
    ]);
  });

  test('with an unlinked code of theirs take it over in both modes', () => {
    const held = [{ id: 'ours', code: '03-300', externalCode: '03-300', scope: '', linkedTo: null }];
    for (const isSuffixed of [false, true]) expect(codesOf(held, isSuffixed)[0]).toEqual(['adopt', '03-300']);
  });

  test('that are linked keep their code when the switch moves, and their style when Procore renumbers them', () => {
    const [one] = incoming;
    const plain = { id: 'ours', code: '03-300', externalCode: '03-300', scope: '', linkedTo: '1' };
    expect(assignCodes([one!], [plain], true)).toMatchObject([{ kind: 'keep', code: '03-300' }]);
    const before = { ...plain, code: '02-100', externalCode: '02-100' };
    expect(assignCodes([one!], [before], true)).toMatchObject([{ kind: 'keep', code: '03-300' }]);
    const suffixed = { ...plain, code: '02-100-1', externalCode: '02-100' };
    expect(assignCodes([one!], [suffixed], true)).toMatchObject([{ kind: 'keep', code: '03-300-1' }]);
  });
});

test('a project kept by hand comes in whatever its stage, but never as a template, a demo or inactive', () => {
  const project = {
    procoreId: '1',
    name: 'Wharf',
    number: null,
    isActive: true,
    isTemplate: false,
    isDemo: false,
    stage: { procoreId: '9', name: 'Bidding' },
  };
  const none = new Set<string>();
  const reason = (change: object, isByHand: boolean) => {
    const gate = stageGate({ ...project, ...change }, none, isByHand);
    return gate.kind === 'closed' ? gate.reason : null;
  };
  expect(reason({}, true)).toBeNull();
  expect(reason({ stage: null }, true)).toBeNull();
  for (const change of [{ isActive: false }, { isTemplate: true }, { isDemo: true }]) {
    expect(isStageReason(reason(change, true) ?? '')).toBe(false);
  }
  expect(isStageReason(reason({}, false) ?? '')).toBe(true);
  expect(isStageReason(reason({ stage: null }, false) ?? '')).toBe(true);
});
