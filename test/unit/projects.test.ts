import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseName } from '../../domain/matching.ts';
import { chooseProject, codesWanted, type ProcoreProject, stageGate } from '../../domain/projects.ts';

const construction = { procoreId: '11', name: 'Construction' };
const project: ProcoreProject = {
  procoreId: '900',
  name: 'Harbour Apartments',
  number: 'P-1007',
  isActive: true,
  isTemplate: false,
  isDemo: false,
  stage: construction,
};
const ticked = new Set(['11']);

test('an active project in a ticked stage comes in', () => {
  expect(stageGate(project, ticked)).toEqual({ kind: 'open' });
});

test.each([
  [{ isTemplate: true }, 'It is a project template.'],
  [{ isDemo: true }, 'It is a demo project.'],
  [{ isActive: false }, 'It is inactive in Procore.'],
  [{ stage: null }, 'It has no stage in Procore.'],
  [{ stage: { procoreId: '12', name: 'Bidding' } }, 'Its stage "Bidding" is not ticked.'],
  [{ stage: { procoreId: '13', name: 'Construction' } }, 'Its stage "Construction" is not ticked.'],
])('%j stays out: %s', (change, reason) => {
  expect(stageGate({ ...project, ...change }, ticked)).toEqual({ kind: 'closed', reason });
});

test('an unlinked project of exactly that number is linked, whatever the case and spaces around it', () => {
  expect(
    chooseProject({ procoreId: '900', number: ' p-1007 ' }, [{ id: 'a', code: 'P-1007', isLinked: false }]),
  ).toEqual({ kind: 'link', id: 'a' });
});

test.each([
  ['the number when it is free', 'P-1007', [], 'P-1007'],
  ['PROCORE and the id without a number', '  ', [], 'PROCORE900'],
  [
    'PROCORE and the id when the number is held elsewhere',
    'P-1007',
    [{ id: 'a', code: 'p-1007', isLinked: true }],
    'PROCORE900',
  ],
  ['a numbered one when even that is taken', null, [{ id: 'a', code: 'Procore900', isLinked: true }], 'PROCORE900-2'],
])('a new project gets %s', (_, number, locals, code) => {
  expect(chooseProject({ procoreId: '900', number }, locals)).toEqual({ kind: 'create', code });
});

test('no two projects ever share a code, and no linked project is linked again', () => {
  const number = fc.constantFrom('P1', 'p1', ' P1', 'P2', '', null, 'PROCORE1', 'PROCORE2');
  fc.assert(
    fc.property(fc.array(number, { maxLength: 8 }), (numbers) => {
      const locals: { id: string; code: string; isLinked: boolean }[] = [{ id: 'local', code: 'P1', isLinked: false }];
      for (const [index, wanted] of numbers.entries()) {
        const choice = chooseProject({ procoreId: String(index), number: wanted }, locals);
        if (choice.kind === 'create') locals.push({ id: String(index), code: choice.code, isLinked: true });
        else {
          const chosen = locals.find(({ id }) => id === choice.id);
          if (chosen === undefined || chosen.isLinked) return false;
          chosen.isLinked = true;
        }
      }
      return new Set(locals.map(({ code }) => normaliseName(code))).size === locals.length;
    }),
  );
});

const record = (kind: string, id: string | null = '1') => ({ kind, id });

test.each([
  ['a project alone', [record('project')], false, { kind: 'none' }],
  ['a cost type alone', [record('cost_type')], false, { kind: 'none' }],
  ['a new project', [record('project')], true, { kind: 'all' }],
  ['a budget line', [record('budget'), record('cost_code')], false, { kind: 'all' }],
  ['the whole kind', [record('cost_code', null)], false, { kind: 'all' }],
  [
    'codes and a sub job',
    [record('cost_code', '5'), record('sub_job', '7')],
    false,
    { kind: 'some', codeIds: ['5'], subJobIds: ['7'] },
  ],
])('%s decides which codes are read', (_, records, isWhole, wanted) => {
  expect(codesWanted(records, isWhole)).toEqual(wanted);
});
