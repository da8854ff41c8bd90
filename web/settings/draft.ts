import type { Company, CompanyChange, Connection, ConnectionChange } from '../../schemas/connection.ts';
import type { Settings, SettingsChange } from '../../schemas/settings.ts';
import { formatMoney, plainNumber } from '../format.ts';
import { MASTERS } from './purchase-order-choice.tsx';

/** What Save would send: only what differs from what is stored. */
export interface SettingsDraft {
  settings: SettingsChange;
  connection: ConnectionChange;
  companies: Record<string, CompanyChange>;
  /** by company: what is confirmed of the purchase orders another master concerns */
  confirmedOrders: Record<string, string>;
}

export interface Stored {
  settings: Settings;
  connection: Connection;
  companies: Company[];
}

export const NOTHING_CHANGED: SettingsDraft = { settings: {}, connection: {}, companies: {}, confirmedOrders: {} };

/** One change in words, for the count and for the review before it is saved. */
export interface Change {
  label: string;
  before: string;
  after: string;
  /** it changes what Procore gets, so it is reviewed first */
  changesSending: boolean;
}

export function setSetting<K extends keyof Settings>(
  draft: SettingsDraft,
  stored: Stored,
  name: K,
  value: Settings[K],
): SettingsDraft {
  return { ...draft, settings: differing(stored.settings, { ...draft.settings, [name]: value }) };
}

export function setConnection(draft: SettingsDraft, stored: Stored, change: ConnectionChange): SettingsDraft {
  const { clientId, clientSecret, ...others } = { ...draft.connection, ...change };
  return {
    ...draft,
    connection: {
      ...(clientId !== undefined && clientId !== stored.connection.clientId && { clientId }),
      ...(clientSecret !== undefined && clientSecret !== '' && { clientSecret }),
      ...differing(stored.connection as ConnectionChange, others),
    },
  };
}

export function setCompany(draft: SettingsDraft, company: Company, change: CompanyChange): SettingsDraft {
  const next = differing(asChange(company), { ...draft.companies[company.id], ...change });
  const { [company.id]: _before, ...others } = draft.companies;
  return { ...draft, companies: Object.keys(next).length > 0 ? { ...others, [company.id]: next } : others };
}

/** Notes, or with null takes back, that somebody has seen what another master means for the orders of a company. */
export function confirmOrders(draft: SettingsDraft, companyId: string, confirmation: string | null): SettingsDraft {
  const { [companyId]: _before, ...others } = draft.confirmedOrders;
  return { ...draft, confirmedOrders: confirmation === null ? others : { ...others, [companyId]: confirmation } };
}

/** The company with what is not saved yet. */
export const withDraft = (company: Company, draft: SettingsDraft) => ({
  ...company,
  ...draft.companies[company.id],
  monitoredStageIds: draft.companies[company.id]?.monitoredStageIds ?? monitored(company),
});

/** Whether Procore is the target of invoices, as the page stands. */
export const isProcoreChosen = (draft: SettingsDraft, stored: Stored) =>
  ({ ...stored.settings, ...draft.settings }).invoicesInterface === 'procore';

export function changesOf(draft: SettingsDraft, stored: Stored): Change[] {
  const settings = (Object.keys(draft.settings) as (keyof Settings)[]).map((name) => ({
    label: LABELS[name],
    before: wordsOf(name, stored.settings[name]),
    after: wordsOf(name, draft.settings[name] ?? null),
    changesSending:
      name !== 'procoreSettingEdit' &&
      name !== 'linkedCodesOnly' &&
      name !== 'onlyApprovedVariations' &&
      name !== 'selfApproval',
  }));
  const connection: Change[] = [];
  if (draft.connection.clientId !== undefined) {
    const { clientId } = stored.connection;
    connection.push({
      label: 'Procore client id',
      before: clientId,
      after: draft.connection.clientId,
      changesSending: true,
    });
  }
  if (draft.connection.clientSecret !== undefined) {
    connection.push({ label: 'Procore client secret', before: 'Kept', after: 'Replaced', changesSending: true });
  }
  for (const name of Object.keys(CONNECTION_LABELS) as (keyof typeof CONNECTION_LABELS)[]) {
    const after = draft.connection[name];
    if (after === undefined) continue;
    const words = (value: string | null) => (value === null ? 'None' : (CHOICES[value] ?? value));
    const before = words(stored.connection[name]);
    connection.push({ label: CONNECTION_LABELS[name], before, after: words(after), changesSending: true });
  }
  const companies = stored.companies.flatMap((company) => companyChanges(company, draft.companies[company.id] ?? {}));
  return [...settings, ...connection, ...companies];
}

/** Where and how to sign in to Procore, in words. */
export const CONNECTION_LABELS = {
  environment: 'Procore to connect to',
  signIn: 'Sign in as',
  serviceCompanyId: 'Procore company id',
} as const;

export const ENVIRONMENTS = {
  installation: 'As set up for this installation',
  production: 'Production, with its on-demand sandboxes',
  developer_sandbox: 'Developer sandbox',
  monthly_sandbox: 'Monthly sandbox',
} as const;

export const SIGN_INS = {
  person: 'A person, who allows access',
  service_account: 'The service account of the app',
} as const;

const CHOICES: Record<string, string> = { ...ENVIRONMENTS, ...SIGN_INS };

/** The guide's words for each setting. */
export const LABELS: Record<keyof Settings, string> = {
  invoicesInterface: 'Invoices interface',
  procoreSettingEdit: 'Enable Procore setting edit',
  createMissingCodes: 'Create cost code and cost type in procore',
  checkCostType: 'Check cost type when checking invoice',
  linkedCodesOnly: 'Fetch cost code linked to cost type only',
  sendTimeSheetOnSubmission: 'Send time sheet on submission',
  sendTimeSheetAfterApproval: 'Send time sheet after approval',
  timeSheetApproval: 'Approval after which a time sheet is sent',
  onlyApprovedVariations: 'Only sync approved variation lines',
  prefixOnCreate: 'Always number new projects PROCORE and their Procore id',
  suffixOnCreate: 'Always end new codes and types with their Procore id',
  createMissingVendors: 'Create vendors that Procore does not have',
  roundingTolerance: 'Invoice rounding tolerance',
  taxTolerance: 'GST tolerance',
  quantityPlaces: 'Decimal places of a quantity',
  directCostStatus: 'Status of a new direct cost',
  postWithoutTax: 'Post direct costs without tax where a project has tax switched off',
  waitForClaimOnOrders: 'A claim on a purchase order waits for the one before it',
  waitForClaimOnSubContracts: 'A claim on a subcontract waits for the one before it',
  requisitionStatus: 'Status of a new claim',
  createBillingPeriod: 'Open a billing period where a project has none',
  sendAttachments: 'Send the files of an invoice with it',
  attachmentMaxMb: 'Largest file, in megabytes',
  selfApproval: 'People may approve invoices they entered',
};

export const SYNCHS = [
  {
    name: 'syncProjects',
    label: 'Procore projects',
    hint: 'Update Lentune Project when project is created or updated in Procore.',
  },
  {
    name: 'syncVendors',
    label: 'Procore company vendors',
    hint: 'Update Lentune Payable account when company vendor is created or updated in Procore.',
  },
  {
    name: 'syncStandardCostCodes',
    label: 'Procore standard cost codes',
    hint: 'Update Lentune Master Cost code when standard cost code is created or updated in Procore.',
  },
  {
    name: 'syncProjectCostCodes',
    label: 'Procore project cost codes',
    hint: 'Update Lentune Project Cost code when Project or its subjob cost code is created or updated in Procore.',
  },
  {
    name: 'syncSubContracts',
    label: 'Procore sub-contracts',
    hint: 'Update Lentune sub contract when sub contract is created or updated in Procore.',
  },
] as const;

/** The answers to whether records are created where an accounting system is connected. */
export const CREATE_WHERE_ERP: Record<Company['createWhereErp'], string> = {
  ask: 'Not answered yet: nothing is created',
  allow: 'Create them',
  refuse: 'Do not create them',
};

export const TIME_DEFAULTS = [
  { name: 'timeSheetGroupId', label: 'Procore default time sheet user group', list: 'groups' },
  { name: 'timeSheetEntryTypeId', label: 'Procore default time sheet entry type', list: 'entryTypes' },
  { name: 'timeSheetPersonaId', label: 'Procore default time sheet user access persona', list: 'personas' },
] as const;

function companyChanges(company: Company, change: CompanyChange): Change[] {
  const named = (label: string) => `${company.name}: ${label}`;
  const toggles = SYNCHS.filter(({ name }) => change[name] !== undefined).map(({ name, label }) => ({
    label: named(label),
    before: onOff(company[name]),
    after: onOff(change[name] === true),
    changesSending: false,
  }));
  const orders =
    change.purchaseOrderMaster === undefined
      ? []
      : [
          {
            label: named('Purchase orders'),
            before: masterName(company.purchaseOrderMaster),
            after: masterName(change.purchaseOrderMaster),
            changesSending: true,
          },
        ];
  const accounting =
    change.createWhereErp === undefined
      ? []
      : [
          {
            label: named('Create records beside the accounting system'),
            before: CREATE_WHERE_ERP[company.createWhereErp],
            after: CREATE_WHERE_ERP[change.createWhereErp],
            changesSending: true,
          },
        ];
  const zone =
    change.timeZone === undefined
      ? []
      : [{ label: named('Time zone'), before: company.timeZone, after: change.timeZone, changesSending: false }];
  const people =
    change.syncUsers === undefined
      ? []
      : [
          {
            label: named('Procore company users'),
            before: onOff(company.syncUsers),
            after: onOff(change.syncUsers),
            changesSending: false,
          },
        ];
  const defaults = TIME_DEFAULTS.filter(({ name }) => change[name] !== undefined).map(({ name, label }) => ({
    label: named(label),
    before: company[name] === null ? 'None' : 'Chosen',
    after: change[name] === null ? 'None' : 'Chosen anew',
    changesSending: false,
  }));
  const ticked = new Set(change.monitoredStageIds);
  const stages = company.stages
    .filter((stage) => change.monitoredStageIds !== undefined && ticked.has(stage.id) !== stage.isMonitored)
    .map((stage) => ({
      label: named(`Stage ${stage.name}`),
      before: stage.isMonitored ? 'Monitored' : 'Not monitored',
      after: stage.isMonitored ? 'Not monitored' : 'Monitored',
      changesSending: false,
    }));
  return [...toggles, ...people, ...defaults, ...orders, ...accounting, ...zone, ...stages];
}

function wordsOf(name: keyof Settings, value: Settings[keyof Settings]): string {
  if (name === 'invoicesInterface') return value === 'procore' ? 'Procore' : 'None';
  if (name === 'roundingTolerance' || name === 'taxTolerance') return `$${formatMoney(plainNumber(String(value)))}`;
  if (name === 'directCostStatus') return STATUS_WORDS[value as Settings['directCostStatus']];
  if (name === 'requisitionStatus') return CLAIM_STATUS_WORDS[value as Settings['requisitionStatus']];
  if (name === 'timeSheetApproval') return TIME_APPROVAL_WORDS[value as Settings['timeSheetApproval']];
  return typeof value === 'boolean' ? onOff(value) : String(value);
}

export const STATUS_WORDS: Record<Settings['directCostStatus'], string> = {
  draft: 'Draft',
  pending: 'Pending',
  approved: 'Approved',
};

export const TIME_APPROVAL_WORDS: Record<Settings['timeSheetApproval'], string> = {
  final: 'The last one',
  first: 'The first one',
};

export const CLAIM_STATUS_WORDS: Record<Settings['requisitionStatus'], string> = {
  draft: 'Draft',
  under_review: 'Under review',
  approved: 'Approved',
};

const masterName = (master: Company['purchaseOrderMaster']) =>
  MASTERS.find(({ value }) => value === master)?.label ?? master;

const onOff = (isOn: boolean) => (isOn ? 'On' : 'Off');

const monitored = (company: Company) => company.stages.filter((stage) => stage.isMonitored).map((stage) => stage.id);

const asChange = (company: Company): CompanyChange => ({ ...company, monitoredStageIds: monitored(company) });

/** Leaves out what is as it was; lists count as sets. */
function differing<T extends object>(stored: T, wanted: Partial<T>): Partial<T> {
  const text = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value);
  const entries = Object.entries(wanted).filter(([name, value]) => text(value) !== text(stored[name as keyof T]));
  return Object.fromEntries(entries) as Partial<T>;
}
