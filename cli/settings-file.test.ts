import { expect, test } from 'vitest';
import type { Company, TaxMappings } from '../schemas/connection.ts';
import type { TimeSetup } from '../schemas/people.ts';
import type { Settings } from '../schemas/settings.ts';
import { exportSettings, type Installation, planImport, SettingsFile } from './settings-file.ts';

const STAGES = ['Bidding', 'Course of construction'];
const idOf = (from: string, name: string) => `${from}-${name}`;

/** An installation whose ids all begin with its name. */
function installation(from: string, ticked: string[]): Installation {
  const settings = { roundingTolerance: '0.10', procoreSettingEdit: true } as Settings;
  const company = {
    id: idOf(from, 'company'),
    name: 'Kauri Construction Ltd',
    timeZone: 'Pacific/Auckland',
    syncProjects: true,
    syncVendors: true,
    syncStandardCostCodes: false,
    syncProjectCostCodes: true,
    syncUsers: false,
    syncSubContracts: true,
    purchaseOrderMaster: 'procore',
    createWhereErp: 'ask',
    goLiveDate: '2026-11-01',
    lockDate: '2026-10-31',
    timeSheetGroupId: null,
    timeSheetEntryTypeId: null,
    timeSheetPersonaId: null,
    stages: STAGES.map((name) => ({ id: idOf(from, name), name, isMonitored: ticked.includes(name) })),
  } as unknown as Company;
  const taxes = {
    procoreTaxCodes: [{ id: idOf(from, 'gst15'), code: 'GST15', isArchived: false }],
    mappings: [{ taxCodeId: idOf(from, 'gst'), code: 'GST', procoreTaxCodeId: idOf(from, 'gst15') }],
  } as unknown as TaxMappings;
  return {
    settings,
    companies: [{ company, taxes }],
    timeSetup: { groups: [], entryTypes: [], personas: [] } as unknown as TimeSetup,
  };
}

test('what one installation exports brings another to the same, by name', () => {
  const file = SettingsFile.parse(exportSettings(installation('here', ['Course of construction'])));
  const { steps, problems } = planImport(file, installation('there', []));
  expect(problems).toEqual([]);
  expect(steps.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PATCH /api/settings',
    'PATCH /api/companies/there-company',
    'PUT /api/companies/there-company/tax-mappings',
  ]);
  expect(steps[0]?.body).toEqual({ roundingTolerance: '0.10' });
  expect(steps[1]?.body).toMatchObject({
    syncStandardCostCodes: false,
    monitoredStageIds: ['there-Course of construction'],
  });
  expect(steps[2]?.body).toEqual({ mappings: [{ taxCodeId: 'there-gst', procoreTaxCodeId: 'there-gst15' }] });
  expect(JSON.stringify(file)).not.toContain('here-');
});

test('everything the other installation lacks is named at once, and nothing is written', () => {
  const file: SettingsFile = {
    settings: { roundingTolerance: '0.20' },
    companies: [
      {
        name: 'Kauri Construction Ltd',
        stages: ['Handover'],
        taxMappings: { GST: 'GST12.5' },
        timeSheetUserGroup: 'Site crew',
      },
      { name: 'Rimu Builders Ltd' },
    ],
  };
  expect(planImport(file, installation('there', []))).toEqual({
    steps: [],
    problems: [
      'Kauri Construction Ltd: there is no stage "Handover".',
      'Kauri Construction Ltd: there is no user group "Site crew".',
      'Kauri Construction Ltd: Procore has no tax code "GST12.5".',
      'Company "Rimu Builders Ltd" is not connected here.',
    ],
  });
});

test('a name that is no setting is refused', () => {
  expect(SettingsFile.safeParse({ settings: { tolerance: '1' }, companies: [] }).success).toBe(false);
});
