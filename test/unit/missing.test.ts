import { expect, test } from 'vitest';
import type { Finding } from '../../domain/invoice.ts';
import { resolveCostType } from '../../domain/invoice.ts';
import { missingOf } from '../../domain/missing.ts';
import { splitNewCode } from '../../domain/new-code.ts';
import { waitsOf } from '../../domain/waits.ts';
import { aCommitment, allocated } from './claim-builder.ts';
import { aCode, aCostType, aLine, anInvoice, aProject } from './invoice-builder.ts';

test.each([
  ['03-310', [], { parent: '03', isParentMissing: true, segment: '310' }],
  ['03-310', ['03', '04'], { parent: '03', isParentMissing: false, segment: '310' }],
  ['03-310-10', ['03', '03-310'], { parent: '03-310', isParentMissing: false, segment: '10' }],
  ['03-310-10', ['03'], { parent: '03', isParentMissing: false, segment: '310-10' }],
  ['900', ['03'], { parent: null, isParentMissing: false, segment: '900' }],
])('the new code %s where %j exist', (code, existing, expected) => {
  expect(splitNewCode(code, existing)).toEqual(expected);
});

test('what an invoice lacks in Procore is named once: vendor, types, codes', () => {
  const lines = [
    aLine({ code: aCode({ procoreId: null }), costType: aCostType({ procoreId: null }) }),
    aLine({ position: 2, code: aCode({ procoreId: null }) }),
    aLine({ position: 3, project: aProject({ id: 'project-2', procoreId: '101' }) }),
    aLine({ position: 4, project: null, code: aCode({ procoreId: null }) }),
  ];
  const vendor = { ...anInvoice().vendor!, procoreIds: {} };
  expect(missingOf(anInvoice({ vendor, lines }))).toEqual([
    { kind: 'vendor', companyId: 'company-1', localId: 'vendor-1', projectProcoreIds: ['100', '101'] },
    { kind: 'cost_type', companyId: 'company-1', localId: 'type-1' },
    { kind: 'project_cost_code', companyId: 'company-1', localId: 'code-1', projectProcoreId: '100' },
  ]);
  expect(missingOf(anInvoice())).toEqual([]);
});

test('the cost type of a line: chosen, else the only budgeted one, else the default, else none', () => {
  const type = (id: string, source: 'budget' | 'local', isDefault = false) => ({ id, source, isDefault });
  expect(resolveCostType('chosen', [type('a', 'budget')])).toBe('chosen');
  expect(resolveCostType(null, [type('a', 'budget'), type('b', 'local', true)])).toBe('a');
  expect(resolveCostType(null, [type('a', 'budget'), type('b', 'budget', true)])).toBe('b');
  expect(resolveCostType(null, [type('a', 'budget'), type('b', 'budget')])).toBeNull();
  expect(resolveCostType(null, [type('a', 'local')])).toBe('a');
  expect(resolveCostType(null, [])).toBeNull();
});

test('a failed invoice waits for exactly what an inbound change could bring', () => {
  const lines = [
    aLine({ code: aCode({ procoreId: null, externalCode: '03-310' }) }),
    aLine({ position: 2, costType: null }),
  ];
  const invoice = anInvoice({ lines });
  expect(
    waitsOf(invoice, [
      { code: 'CODE_MISSING', facts: { code: '03-310', project: 'P' }, severity: 'blocks' },
      { code: 'TYPE_MISSING', facts: { code: '03-310', project: 'P' }, severity: 'blocks' },
      { code: 'VENDOR_MISSING', facts: { vendor: 'Acme' }, severity: 'blocks' },
      { code: 'ROUNDING', facts: { delta: '1', tolerance: '0', project: 'P' }, severity: 'blocks' },
    ]),
  ).toEqual([
    { code: 'CODE_MISSING', key: 'cost-code:100:03-310', projectProcoreId: '100' },
    { code: 'TYPE_MISSING', key: 'cost-code:100:03-310', projectProcoreId: '100' },
    { code: 'VENDOR_MISSING', key: 'vendor:acme steel ltd', projectProcoreId: null },
  ]);
});

test('a claim that waits for its order, a number that is not known, or another claim names what could clear it', () => {
  const commitment = aCommitment();
  const claimed = anInvoice({ commitment, lines: [aLine({ allocations: [allocated({ commitment })] })] });
  const keys = (invoice: ReturnType<typeof anInvoice>, code: Finding['code']) =>
    waitsOf(invoice, [{ code, facts: {} as never, severity: 'blocks' }]).map(({ key }) => key);
  expect(keys(claimed, 'COMMITMENT_NOT_APPROVED')).toEqual(['commitment:order-1']);
  expect(keys(anInvoice({ poNumber: 'PO-1' }), 'PO_NOT_FOUND')).toEqual(['commitment-number:po-1']);
  expect(keys(claimed, 'CLAIM_IN_PROGRESS')).toEqual(['claims:company-1']);
});
