/**
 * Where the published contract is unsure (its section 18 and the conflicts it names), a switch decides.
 * The first value of each is the default; docs/simulator.md explains every one.
 */
export const SWITCHES = {
  origin_data: ['given back', 'dropped'],
  company_hooks_project_resources: ['accept', 'refuse'],
  multipart_patch_attachments: ['keeps', 'replaces'],
  upload_ids_attachments: ['keeps', 'replaces'],
  retry_after_on_429: ['sent', 'left out'],
  rate_limit_body: ['text', 'json'],
  unavailable_body: ['text', 'json'],
  missing_company_header: ['400', '403'],
  dead_grant_status: ['400', '401'],
  webhooks_v2: ['served', 'not found'],
  event_without_project: ['null', 'left out', 'empty'],
  directory_delete_events: ['no', 'yes'],
  vendor_needs_directory: ['yes', 'no'],
  updated_at_inclusive: ['yes', 'no'],
  segment_item_ids: ['different', 'equal'],
  inactive_vendors: ['separate list', 'in the list'],
  default_page_size: ['100', '20'],
  per_page_over_cap: ['clamp', 'refuse'],
  duplicate_origin_id: ['422', '400', '409'],
  duplicate_invoice_number: ['accept', 'refuse'],
  origin_id_locks_api: ['no', 'yes'],
  line_touches_parent: ['yes', 'no'],
  approved_timecards: ['locked', 'open'],
  split_origin_data: ['left out', 'copied'],
  idempotency_token: ['ignored', 'honoured'],
  xero_bill_numbers: ['any', 'unique'],
  xero_refresh_grace: ['30 minutes', 'none'],
  one_tier_package_lines: ['left out', 'shown'],
  second_open_requisition: ['accept', 'refuse'],
  same_package_twice: ['harmless', 'doubles'],
  item_packages: ['shown', 'left out'],
  order_numbers: ['unique', 'any'],
  order_attachments: ['the newest', 'a list'],
  approved_orders: ['locked', 'open'],
} as const;

export type SwitchName = keyof typeof SWITCHES;
export type Switches = { [N in SwitchName]: (typeof SWITCHES)[N][number] };

export type TaxMode = 'works' | 'dropped' | 'refused';

export interface RateWindow {
  limit: number;
  seconds: number;
}

export interface Settings {
  /** the two windows Procore counts at once; generous, so a demo never waits */
  rateHourly: RateWindow;
  rateSpike: RateWindow;
  accessTokenSeconds: number;
  authorizationCodeSeconds: number;
  /** apps that may ask for tokens; an empty list accepts any client id and secret; no redirectUris accepts any */
  clients: { clientId: string; clientSecret: string; redirectUris: string[] }[];
  webhooks: {
    /** how much faster than real time the backoff and the 12 h flush run */
    clockScale: number;
    timeoutMs: number;
    duplicateProbability: number;
    reorderProbability: number;
    delayProbability: number;
    delayMs: number;
  };
  /** by project id */
  taxMode: Record<string, TaxMode>;
  /** tools switched off, by project id: direct_costs, budget, directory, cost_codes, commitments */
  toolsOff: Record<string, string[]>;
  /** by company id: the host its API answers at, told by `/company_base_url`; without one only its web address is told */
  companyApiUrls: Record<string, string>;
  /** how long an upload's address takes a file, and how long the file is kept for a record */
  uploads: { ticketSeconds: number; attachSeconds: number };
  /** companies where the app is not installed any more */
  disconnectedCompanies: number[];
  /** projects that answer as if they did not exist */
  hiddenProjects: number[];
  /** private commitments are not shared with the app's person */
  privateCommitmentsHidden: boolean;
  /** what the app's person may do with commitments and their invoices */
  commitmentsPermission: 'admin' | 'standard';
  /** how a project counts time, by project id */
  timecardMode: Record<string, 'hours' | 'start-stop'>;
  /** hours of one entry beyond which the project's overtime rule splits it, by project id */
  overtimeAfter: Record<string, string>;
  /** how long a write of a direct cost keeps it locked against others */
  directCostWriteMs: number;
  latencyMs: number;
  /** apps that may sign in to the simulated Xero */
  xero: { accessTokenSeconds: number; clients: { clientId: string; clientSecret: string }[] };
}

export const defaultSettings = (): Settings => ({
  rateHourly: { limit: 100_000, seconds: 3600 },
  rateSpike: { limit: 1000, seconds: 10 },
  accessTokenSeconds: 5400,
  authorizationCodeSeconds: 600,
  clients: [{ clientId: 'lentune-sim-client', clientSecret: 'lentune-sim-secret', redirectUris: [] }],
  webhooks: {
    clockScale: 1,
    timeoutMs: 5000,
    duplicateProbability: 0,
    reorderProbability: 0,
    delayProbability: 0,
    delayMs: 2000,
  },
  taxMode: {},
  toolsOff: {},
  companyApiUrls: {},
  uploads: { ticketSeconds: 3600, attachSeconds: 7 * 86_400 },
  disconnectedCompanies: [],
  hiddenProjects: [],
  privateCommitmentsHidden: false,
  commitmentsPermission: 'admin',
  timecardMode: {},
  overtimeAfter: {},
  directCostWriteMs: 10,
  latencyMs: 0,
  xero: {
    accessTokenSeconds: 1800,
    clients: [{ clientId: 'lentune-sim-xero', clientSecret: 'lentune-sim-xero-secret' }],
  },
});

export const defaultSwitches = (): Switches =>
  Object.fromEntries(Object.entries(SWITCHES).map(([name, values]) => [name, values[0]])) as Switches;

/** @throws Error naming the switch or value that does not exist */
export function mergeSwitches(current: Switches, patch: Record<string, unknown>): Switches {
  for (const [name, value] of Object.entries(patch)) {
    const allowed = SWITCHES[name as SwitchName] as readonly string[] | undefined;
    if (allowed === undefined)
      throw new Error(`there is no switch "${name}"; known: ${Object.keys(SWITCHES).join(', ')}`);
    if (!allowed.includes(String(value))) throw new Error(`switch "${name}" takes: ${allowed.join(' | ')}`);
  }
  return { ...current, ...patch } as Switches;
}

/** Objects are merged one level deep; lists and per-project maps are replaced. @throws Error naming an unknown setting */
export function mergeSettings(current: Settings, patch: Record<string, unknown>): Settings {
  const known = defaultSettings();
  for (const [name, value] of Object.entries(patch)) {
    if (!(name in known)) throw new Error(`there is no setting "${name}"; known: ${Object.keys(known).join(', ')}`);
    const expected = known[name as keyof Settings];
    if (typeof value !== typeof expected || Array.isArray(value) !== Array.isArray(expected)) {
      throw new Error(`setting "${name}" looks like ${JSON.stringify(expected)}`);
    }
  }
  const merged = { ...current, ...patch } as Settings;
  for (const name of ['rateHourly', 'rateSpike', 'webhooks', 'uploads', 'xero'] as const) {
    Object.assign(merged, { [name]: { ...current[name], ...(patch[name] as object | undefined) } });
  }
  return merged;
}
