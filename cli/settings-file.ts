import { z } from 'zod';
import type { Company, TaxMappings } from '../schemas/connection.ts';
import { CompanyChange } from '../schemas/connection.ts';
import type { TimeSetup } from '../schemas/people.ts';
import { Settings } from '../schemas/settings.ts';

/** Settings of a company that mean the same in any installation. */
const PORTABLE = CompanyChange.pick({
  timeZone: true,
  syncProjects: true,
  syncVendors: true,
  syncStandardCostCodes: true,
  syncProjectCostCodes: true,
  syncUsers: true,
  syncSubContracts: true,
  purchaseOrderMaster: true,
  createWhereErp: true,
  goLiveDate: true,
  lockDate: true,
}).required();

/** What `npm run settings` writes and reads: everything by name, since ids differ between installations. No secrets. */
export const SettingsFile = z.strictObject({
  settings: Settings.omit({ procoreSettingEdit: true }).partial().strict(),
  companies: z.array(
    PORTABLE.partial().extend({
      name: z.string(),
      /** names of the stages that are ticked */
      stages: z.array(z.string()).optional(),
      /** Lentune tax code to Procore tax code */
      taxMappings: z.record(z.string(), z.string()).optional(),
      timeSheetUserGroup: z.string().nullable().optional(),
      timeSheetEntryType: z.string().nullable().optional(),
      timeSheetPersona: z.string().nullable().optional(),
    }),
  ),
});
export type SettingsFile = z.infer<typeof SettingsFile>;
type CompanyFile = SettingsFile['companies'][number];

/** What an installation holds, as its API says it. */
export interface Installation {
  settings: Settings;
  companies: { company: Company; taxes: TaxMappings }[];
  timeSetup: TimeSetup;
}

/** One request to the API, and what it does in words. */
export interface Step {
  method: 'PATCH' | 'PUT';
  path: string;
  body: unknown;
  says: string;
}

export function exportSettings({ settings, companies, timeSetup }: Installation): SettingsFile {
  const { procoreSettingEdit: _, ...portable } = settings;
  return {
    settings: portable,
    companies: companies.map(({ company, taxes }) => ({
      name: company.name,
      ...PORTABLE.parse(Object.fromEntries(Object.keys(PORTABLE.shape).map((key) => [key, company[key as 'name']]))),
      stages: company.stages.filter((stage) => stage.isMonitored).map((stage) => stage.name),
      taxMappings: Object.fromEntries(
        taxes.mappings.flatMap(({ code, procoreTaxCodeId }) => {
          const procore = taxes.procoreTaxCodes.find(({ id }) => id === procoreTaxCodeId);
          return procore ? [[code, procore.code]] : [];
        }),
      ),
      timeSheetUserGroup: nameOf(timeSetup.groups, company.timeSheetGroupId),
      timeSheetEntryType: nameOf(timeSetup.entryTypes, company.timeSheetEntryTypeId),
      timeSheetPersona: nameOf(timeSetup.personas, company.timeSheetPersonaId),
    })),
  };
}

/**
 * The requests that bring an installation to what the file says. What the file does not name stays as it is.
 *
 * @returns `problems` instead of steps when anything in the file is not there: all of them, and nothing is written
 */
export function planImport(file: SettingsFile, installation: Installation): { steps: Step[]; problems: string[] } {
  const problems: string[] = [];
  const steps: Step[] = [];
  if (Object.keys(file.settings).length > 0)
    steps.push({ method: 'PATCH', path: '/api/settings', body: file.settings, says: 'Integration settings' });
  for (const wanted of file.companies) {
    const there = installation.companies.find(({ company }) => company.name === wanted.name);
    if (there) steps.push(...companySteps(wanted, there, installation.timeSetup, problems));
    else problems.push(`Company "${wanted.name}" is not connected here.`);
  }
  return problems.length > 0 ? { steps: [], problems } : { steps, problems };
}

function companySteps(
  wanted: CompanyFile,
  { company, taxes }: Installation['companies'][number],
  setup: TimeSetup,
  problems: string[],
): Step[] {
  const { name, stages, taxMappings, timeSheetUserGroup, timeSheetEntryType, timeSheetPersona, ...plain } = wanted;
  const missing = (what: string) => void problems.push(`${name}: ${what}.`);
  const idOf = (noun: string, rows: readonly { id: string; name: string }[], wantedName: string | null) => {
    const row = rows.find((one) => one.name === wantedName);
    if (wantedName !== null && !row) missing(`there is no ${noun} "${wantedName}"`);
    return row?.id ?? null;
  };
  const body = {
    ...plain,
    ...(stages && {
      monitoredStageIds: stages.flatMap((stage) => {
        const same = company.stages.filter((row) => row.name === stage);
        if (same.length === 0) missing(`there is no stage "${stage}"`);
        return same.map(({ id }) => id);
      }),
    }),
    ...(timeSheetUserGroup !== undefined && {
      timeSheetGroupId: idOf('user group', setup.groups, timeSheetUserGroup),
    }),
    ...(timeSheetEntryType !== undefined && {
      timeSheetEntryTypeId: idOf('entry type', setup.entryTypes, timeSheetEntryType),
    }),
    ...(timeSheetPersona !== undefined && {
      timeSheetPersonaId: idOf('access persona', setup.personas, timeSheetPersona),
    }),
  };
  const steps: Step[] = [{ method: 'PATCH', path: `/api/companies/${company.id}`, body, says: `Settings of ${name}` }];
  if (taxMappings) {
    const mappings = Object.entries(taxMappings).flatMap(([ours, theirs]) => {
      const mapping = taxes.mappings.find(({ code }) => code === ours);
      const procore = taxes.procoreTaxCodes.find(({ code, isArchived }) => code === theirs && !isArchived);
      if (!mapping) missing(`there is no tax code "${ours}"`);
      if (!procore) missing(`Procore has no tax code "${theirs}"`);
      return mapping && procore ? [{ taxCodeId: mapping.taxCodeId, procoreTaxCodeId: procore.id }] : [];
    });
    const path = `/api/companies/${company.id}/tax-mappings`;
    steps.push({ method: 'PUT', path, body: { mappings }, says: `Tax mappings of ${name}` });
  }
  return steps;
}

const nameOf = (rows: readonly { id: string; name: string }[], id: string | null) =>
  rows.find((row) => row.id === id)?.name ?? null;
