import { expect, test } from 'vitest';
import { heldBy } from '../../domain/accounting-systems.ts';
import { messageOf } from '../../domain/errors.ts';
import { preflight } from '../../domain/preflight.ts';
import { waitsOf } from '../../domain/waits.ts';
import { aCode, aCostType, aLine, anInvoice, aProject, settings } from './invoice-builder.ts';

const create = { ...settings(), createMissingCodes: true, createMissingVendors: true };
const held = { company: 'Kauri Builders', isAsked: true };
const problems = (invoice: ReturnType<typeof anInvoice>) =>
  preflight(invoice, create, 'send').findings.map((finding) => [finding.code, messageOf(finding)]);

test.each([
  ['no accounting system', false, 'ask', null],
  ['one, and nobody has said yet', true, 'ask', { company: 'Kauri', isAsked: true }],
  ['one, and creating is refused', true, 'refuse', { company: 'Kauri', isAsked: false }],
  ['one, and creating is allowed', true, 'allow', null],
] as const)('a company with %s', (_, isErpConnected, createWhereErp, expected) => {
  expect(heldBy({ company: 'Kauri', isErpConnected, createWhereErp })).toEqual(expected);
});

test('vendors, codes and types are not created unasked beside an accounting system; all are told at once', () => {
  const project = aProject({ held });
  const invoice = anInvoice({
    vendor: { id: 'vendor-1', name: 'Acme Steel Ltd', isActive: true, procoreIds: {} },
    lines: [aLine({ project, code: aCode({ procoreId: null }), costType: aCostType({ procoreId: null }) })],
  });
  expect(problems(invoice)).toEqual([
    ['ERP_CONNECTED', expect.stringContaining('so vendor "Acme Steel Ltd" is not created there unasked.')],
    ['ERP_CONNECTED', expect.stringContaining('so cost code 03-310 is not created there unasked.')],
    ['ERP_CONNECTED', expect.stringContaining('so cost type M is not created there unasked.')],
  ]);
  const waits = waitsOf(invoice, preflight(invoice, create, 'send').findings);
  expect(new Set(waits.map(({ key }) => key))).toEqual(new Set(['accounting-system:company-1']));
  const free = aLine({ project: aProject({ held: null }), code: aCode({ procoreId: null }) });
  expect(problems(anInvoice({ lines: [free] }))).toEqual([]);
});

test('costs are not booked where budget codes have custom segments', () => {
  const invoice = anInvoice({ lines: [aLine({ project: aProject({ customSegments: ['Location', 'Phase'] }) })] });
  expect(problems(invoice)).toEqual([
    [
      'CUSTOM_SEGMENTS',
      'The budget codes of P-1007 Harbour Apartments have custom segments (Location, Phase), which Lentune does not have.',
    ],
  ]);
  expect(waitsOf(invoice, preflight(invoice, create, 'send').findings)).toMatchObject([{ key: 'project:100' }]);
});
