import { expect, test } from 'vitest';
import type { InvoiceDocument } from '../../domain/invoice.ts';
import { preflight } from '../../domain/preflight.ts';
import type { PreflightSettings } from '../../domain/preflight-check.ts';
import { aCode, aCostType, aLine, anInvoice, aProject, aTaxCode, settings } from './invoice-builder.ts';

const find = (
  invoice: Partial<InvoiceDocument>,
  wish: Partial<PreflightSettings> = {},
  mode: 'check' | 'send' = 'send',
) =>
  preflight(anInvoice(invoice), settings(wish), mode).findings.map(({ code, severity, line }) => [
    code,
    severity,
    line,
  ]);

test('an invoice in which everything is right has no problems', () => {
  expect(preflight(anInvoice(), settings(), 'send')).toEqual({ findings: [], smallestTolerance: null });
});

const vendor = anInvoice().vendor!;

test.each<[string, Partial<InvoiceDocument>, Partial<PreflightSettings>, unknown[][]]>([
  ['no invoices interface chosen', {}, { invoicesInterface: null }, [['INTERFACE_OFF', 'blocks', undefined]]],
  [
    'no invoices interface, and overheads alone',
    { lines: [aLine({ project: null })] },
    { invoicesInterface: null },
    [],
  ],
  ['no supplier', { vendor: null }, {}, [['VENDOR_BLANK', 'blocks', undefined]]],
  ['an inactive supplier', { vendor: { ...vendor, isActive: false } }, {}, [['VENDOR_INACTIVE', 'blocks', undefined]]],
  [
    'an unknown supplier that may not be created',
    { vendor: { ...vendor, procoreIds: {} } },
    { createMissingVendors: false },
    [['VENDOR_MISSING', 'blocks', undefined]],
  ],
  ['an unknown supplier that may be created', { vendor: { ...vendor, procoreIds: {} } }, {}, []],
  ['the same number twice in Lentune', { hasTwin: true }, {}, [['DUPLICATE_HERE', 'blocks', undefined]]],
  ['a number with a control character', { number: 'INV\u0007' }, {}, [['INVOICE_NO_CHARS', 'blocks', undefined]]],
  ['no line', { lines: [], total: '0.00', tax: '0.00' }, {}, [['LINES_MISSING', 'blocks', undefined]]],
  ['overheads alone, which accounting judges', { lines: [aLine({ project: null })] }, {}, []],
  [
    'a project that is not linked',
    { lines: [aLine({ project: aProject({ procoreId: null }) })] },
    {},
    [['PROJECT_UNLINKED', 'blocks', undefined]],
  ],
  ['a line without a code', { lines: [aLine({ code: null })] }, {}, [['CODE_BLANK', 'blocks', 1]]],
  ['a heading', { lines: [aLine({ code: aCode({ isPostable: false }) })] }, {}, [['CODE_NOT_CHARGEABLE', 'blocks', 1]]],
  [
    'a code Procore lacks',
    { lines: [aLine({ code: aCode({ procoreId: null }) })] },
    {},
    [['CODE_MISSING', 'blocks', 1]],
  ],
  [
    'a code Procore deleted',
    { lines: [aLine({ code: aCode({ isActive: false }) })] },
    {},
    [['CODE_MISSING', 'blocks', 1]],
  ],
  [
    'a code that may be created',
    { lines: [aLine({ code: aCode({ procoreId: null }) })] },
    { createMissingCodes: true },
    [],
  ],
  [
    'a code only a sub job has',
    { lines: [aLine({ code: aCode({ procoreId: null, onlyInSubJob: 'Block B' }) })] },
    {},
    [['SUBJOB_MISMATCH', 'blocks', 1]],
  ],
  [
    'a code only a sub job has, that may be created for the project',
    { lines: [aLine({ code: aCode({ procoreId: null, onlyInSubJob: 'Block B' }) })] },
    { createMissingCodes: true },
    [['SUBJOB_MISMATCH', 'warning', 1]],
  ],
  ['a code without a type', { lines: [aLine({ costType: null })] }, {}, [['TYPE_MISSING', 'blocks', 1]]],
  [
    'a type Procore lacks',
    { lines: [aLine({ costType: aCostType({ procoreId: null }) })] },
    {},
    [['TYPE_NOT_IN_PROCORE', 'blocks', 1]],
  ],
  [
    'a type that may be created',
    { lines: [aLine({ costType: aCostType({ procoreId: null }) })] },
    { createMissingCodes: true },
    [],
  ],
  [
    'an unmapped tax code',
    { lines: [aLine({ taxCode: aTaxCode({ mapped: null }) })] },
    {},
    [['TAX_UNMAPPED', 'blocks', 1]],
  ],
  [
    'a tax code of another rate in Procore',
    { lines: [aLine({ taxCode: aTaxCode({ rate: '12.5' }) })] },
    {},
    [['TAX_RATE_DIFF', 'blocks', 1]],
  ],
  [
    'a project known to drop tax codes',
    { lines: [aLine({ project: aProject({ keepsTax: false }) })] },
    {},
    [['TAX_OFF', 'blocks', undefined]],
  ],
  [
    'the same, where the account posts without tax',
    { lines: [aLine({ project: aProject({ keepsTax: false }) })] },
    { postWithoutTax: true },
    [],
  ],
  ['GST that is off by more than the tolerance', { tax: '15.06' }, {}, [['TAX_TOTAL_DIFF', 'blocks', undefined]]],
  ['the same within a wider tolerance', { tax: '15.06' }, { taxTolerance: '0.10' }, []],
  [
    'no tax codes at all, in a project that keeps none',
    { lines: [aLine({ taxCode: null, project: aProject({ keepsTax: null }) })] },
    {},
    [['TAX_TOTAL_DIFF', 'warning', undefined]],
  ],
  [
    'no tax codes and no GST',
    { tax: '0.00', lines: [aLine({ taxCode: null, project: aProject({ keepsTax: null }) })] },
    {},
    [],
  ],
  ['lines that miss the total', { total: '100.01' }, {}, [['TOTAL_MISMATCH', 'blocks', undefined]]],
  ['the same within the tolerance', { total: '100.01' }, { roundingTolerance: '0.01' }, []],
  ['a price of zero', { lines: [aLine({ unitPrice: '0' })] }, {}, [['UNIT_PRICE_ZERO', 'blocks', 1]]],
])('%s', (_name, invoice, wish, expected) => {
  expect(find(invoice, wish)).toEqual(expected);
});

test('what Procore lacks is only a warning while checking; what is wrong with the invoice itself is not', () => {
  const lines = [aLine({ code: aCode({ procoreId: null }), costType: null })];
  expect(find({ lines }, {}, 'check')).toEqual([
    ['CODE_MISSING', 'warning', 1],
    ['TYPE_MISSING', 'warning', 1],
  ]);
  expect(find({ vendor: null }, {}, 'check')).toEqual([['VENDOR_BLANK', 'blocks', undefined]]);
});

test('"Check cost type when checking invoice": off warns, on refuses Checked', () => {
  const lines = [aLine({ costType: null })];
  expect(find({ lines }, { checkCostType: false }, 'check')).toEqual([['TYPE_MISSING', 'warning', 1]]);
  expect(find({ lines }, { checkCostType: true }, 'check')).toEqual([['TYPE_MISSING', 'blocks', 1]]);
});

test('all problems come at once: what blocks first, then in catalogue order, then by line', () => {
  const lines = [
    aLine({ position: 1, code: null, amount: '60.00' }),
    aLine({ position: 2, costType: null, amount: '60.00', taxCode: aTaxCode({ mapped: null }) }),
    aLine({ position: 3, code: null, amount: '60.00' }),
  ];
  expect(find({ vendor: null, lines }).map(([code, , line]) => [code, line])).toEqual([
    ['VENDOR_BLANK', undefined],
    ['CODE_BLANK', 1],
    ['CODE_BLANK', 3],
    ['TYPE_MISSING', 2],
    ['TAX_UNMAPPED', 2],
    ['TOTAL_MISMATCH', undefined],
  ]);
});

test('ROUNDING names the delta, the tolerance and the project, and the smallest tolerance that passes', () => {
  const invoice = anInvoice({
    total: '25000.00',
    tax: '3750.00',
    lines: [aLine({ amount: '25000.00', unitPrice: '1234.56' })],
  });
  const { findings, smallestTolerance } = preflight(invoice, settings(), 'send');
  expect(findings).toEqual([
    {
      code: 'ROUNDING',
      severity: 'blocks',
      facts: { delta: '0.04', tolerance: '0.00', project: 'P-1007 Harbour Apartments' },
    },
  ]);
  expect(smallestTolerance).toBe('0.04');
  expect(preflight(invoice, settings({ roundingTolerance: '0.10' }), 'send')).toEqual({
    findings: [],
    smallestTolerance: null,
  });
  expect(preflight(invoice, settings({ roundingTolerance: '0.10', quantityPlaces: 2 }), 'send').smallestTolerance).toBe(
    '0.16',
  );
});

test('errors of single lines that cancel are a warning each', () => {
  const lines = [
    aLine({ position: 1, amount: '101.00', unitPrice: '100.00', quantity: '1' }),
    aLine({ position: 2, amount: '99.00', unitPrice: '100.00', quantity: '1' }),
  ];
  expect(find({ total: '200.00', tax: '30.00', lines })).toEqual([
    ['ROUNDING', 'warning', 1],
    ['ROUNDING', 'warning', 2],
  ]);
});

test('an overhead line beside a project line is nobody’s problem here', () => {
  const lines = [
    aLine({ amount: '60.00' }),
    aLine({ position: 2, amount: '40.00', project: null, code: null, costType: null }),
  ];
  expect(find({ lines })).toEqual([]);
});
