import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Company, TaxMappings } from '../schemas/connection.ts';
import type { FetchWithItems } from '../schemas/fetches.ts';
import type { Invoice } from '../schemas/invoices.ts';
import type { CostType, Project, ProjectCostCode, TaxCode, Vendor } from '../schemas/records.ts';
import { createDemoClient, type DemoClient, until } from './demo-client.ts';
import {
  COMPANY,
  type ExpectedInvoice,
  INVOICES,
  MISSING_CODE,
  MISSING_CODES,
  MOVED_PROJECT,
  PROJECT,
} from './demo-expected.ts';
import { compare, printTable, type Records, type Row } from './demo-table.ts';
import { type LocalSecrets, readLocalSettings } from './local-settings.ts';
import { ADMIN_EMAIL } from './stack.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { ports, dataDir } = readLocalSettings(process.env, ROOT);
const APP = process.env.PUBLIC_URL ?? `http://localhost:${ports.app}`;
const SIMULATOR = `http://localhost:${ports.simulator}`;

interface Listed<T> {
  rows: T[];
}

/** What the demo drives: our API as a machine and as a person, and Procore's people through the simulator. */
interface Stage {
  machine: DemoClient;
  person: DemoClient;
  procore: DemoClient;
  company: Company;
}

/** `npm run demo`: the main job from consent to Procore's ledger, compared with literals. Exits 1 on any difference. */
async function demo(): Promise<number> {
  const own = (await isUp()) ? null : await startOwn();
  try {
    const stage = await connect();
    await mapTaxes(stage);
    await fetchProjects(stage);
    await moveStage(stage);
    const prefix = `D${Math.floor(Date.now() / 1000 - 1_790_000_000)
      .toString(36)
      .toUpperCase()}-`;
    const rows: Row[] = [];
    const missing = await missingCode(stage);
    for (const invoice of INVOICES) {
      const lines = invoice.lines.map((line) => (line.code === MISSING_CODE ? { ...line, code: missing } : line));
      rows.push(await driveInvoice(stage, prefix, { ...invoice, lines }));
    }
    printTable(rows);
    const differences = rows.flatMap((row) => row.differences);
    console.log(differences.length === 0 ? '\nAll as expected.' : `\n${differences.join('\n')}`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    own?.kill('SIGINT');
    if (own) await new Promise((resolve) => own.once('exit', resolve));
  }
}

const say = (line: string) => console.log(`- ${line}`);

const isUp = () =>
  fetch(`${APP}/health`, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  );

async function startOwn(): Promise<ChildProcess> {
  say('The product is not running; starting it for the demo');
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/start.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  await until('the product to start', async () => ended || (await isUp()), 240_000);
  if (ended) throw new Error('The product did not start; `npm start` says why.');
  return child;
}

async function connect(): Promise<Stage> {
  const secrets = JSON.parse(readFileSync(`${dataDir}/secrets.json`, 'utf8')) as LocalSecrets;
  const machine = createDemoClient(APP, process.env.BOOTSTRAP_API_KEY ?? secrets.apiKey);
  const person = createDemoClient(APP);
  await person.send('POST', '/api/auth/sign-in/email', {
    email: process.env.BOOTSTRAP_ADMIN_EMAIL ?? ADMIN_EMAIL,
    password: process.env.BOOTSTRAP_ADMIN_PASSWORD ?? secrets.adminPassword,
  });
  await person.send('PATCH', '/api/settings', {
    invoicesInterface: 'procore',
    procoreSettingEdit: true,
    createMissingCodes: false,
    roundingTolerance: '0.00',
  });
  const { authorizeUrl } = await person.send<{ authorizeUrl: string }>('POST', '/api/connection/connect');
  await consent(person, authorizeUrl);
  say(`Connected to Procore as ${(await person.get<{ procoreUserName: string }>('/api/connection')).procoreUserName}`);
  const company = await until('the company and its stages', async () => {
    const companies = await person.get<Company[]>('/api/companies');
    return companies.find(
      ({ name, stages, webhooks }) =>
        name === COMPANY && stages.length > 0 && !(webhooks ?? ' 0 triggers').includes(' 0 triggers'),
    );
  });
  await person.send('PATCH', `/api/companies/${company.id}`, { goLiveDate: daysAgo(30) });
  say(
    `${company.name}: ${company.webhooks}, ${company.stages.filter((stage) => stage.isMonitored).length} of ${company.stages.length} stages ticked`,
  );
  return { machine, person, procore: createDemoClient(SIMULATOR), company };
}

/** What a browser does on Procore's consent page: send its form, follow it back to us. */
async function consent(person: DemoClient, authorizeUrl: string): Promise<void> {
  const page = await (await person.visit(authorizeUrl)).text();
  const form = new URLSearchParams({ decision: 'allow' });
  for (const [, name = '', value = ''] of page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
    form.set(name, value.replaceAll('&amp;', '&'));
  }
  form.set('user_id', /<option value="(\d+)"/.exec(page)?.[1] ?? '');
  const allowed = await person.visit(new URL('/oauth/authorize', authorizeUrl).href, { method: 'POST', body: form });
  const back = await person.visit(allowed.headers.get('location') ?? '');
  const landed = back.headers.get('location') ?? '';
  if (!landed.includes('connected=1')) throw new Error(`Procore was not connected: ${decodeURIComponent(landed)}`);
}

async function mapTaxes({ person, company }: Stage): Promise<void> {
  const path = `/api/companies/${company.id}/tax-mappings`;
  const { procoreTaxCodes, mappings } = await until('the tax codes', async () => {
    const found = await person.get<TaxMappings>(path);
    return found.procoreTaxCodes.length > 0 && found;
  });
  const gst = procoreTaxCodes.find((code) => code.code === 'GST');
  await person.send('PUT', path, {
    mappings: mappings.map(({ taxCodeId, code, procoreTaxCodeId }) => ({
      taxCodeId,
      procoreTaxCodeId: code === 'GST' ? gst?.id : procoreTaxCodeId,
    })),
  });
  say('Mapped GST 15 %');
}

async function fetchProjects({ person, company }: Stage): Promise<void> {
  const { id } = await person.send<{ id: string }>('POST', '/api/fetches', {
    companyId: company.id,
    startDate: daysAgo(365),
    endDate: daysAgo(0),
  });
  const run = await until('the fetch', async () => {
    const found = await person.get<FetchWithItems>(`/api/fetches/${id}`);
    if (found.state === 'failed') throw new Error(`The fetch failed: ${found.problem}`);
    return found.state === 'done' && found;
  });
  const { seen, done, skipped, failed } = run.projects;
  say(`Fetched: ${seen} projects seen, ${done} in, ${skipped} skipped, ${failed} failed, ${run.callsUsed} calls`);
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** Out of the ticked stages and in again, as a person in Procore would; only webhooks tell us. */
async function moveStage({ person, procore }: Stage): Promise<void> {
  const { records: projects } =
    await procore.get<Records<{ id: number; project_number: string }>>('/control/records/projects');
  const { records: stages } = await procore.get<Records<{ id: number; name: string }>>(
    '/control/records/project_stages',
  );
  const { number, name, fromStage, toStage } = MOVED_PROJECT;
  const project = projects.find((row) => row.project_number === number);
  const move = (to: string) =>
    procore.send('PATCH', `/control/records/projects/${project?.id}`, {
      project_stage_id: stages.find((row) => row.name === to)?.id,
    });
  const isMonitored = async () => {
    const found = await person.get<Listed<Project>>(`/api/projects?search=${number}`);
    return found.rows.some((row) => row.code === number && row.isMonitored);
  };
  await move(fromStage);
  await until(`${number} to be no longer monitored`, async () => !(await isMonitored()));
  const movedAt = Date.now();
  await move(toStage);
  await until(`${number} to come in by webhook`, isMonitored);
  say(`${number} ${name} moved to ${toStage} in Procore; here within ${Date.now() - movedAt} ms`);
}

async function missingCode({ procore }: Stage): Promise<string> {
  const { codes } = await codesOfProject(procore);
  const full = MISSING_CODES.codes.map((code) => `${MISSING_CODES.division}-${code}`);
  const missing = full.find((code) => !codes.some((row) => row.full_code === code));
  if (missing === undefined)
    throw new Error('Every code the demo could miss exists by now. Delete .data to start afresh.');
  return missing;
}

async function codesOfProject(procore: DemoClient) {
  const { records: projects } =
    await procore.get<Records<{ id: number; project_number: string }>>('/control/records/projects');
  const projectId = projects.find((row) => row.project_number === PROJECT.number)?.id;
  const { records: codes } = await procore.get<Records<{ id: number; full_code: string }>>(
    `/control/records/cost_codes?projectId=${projectId}`,
  );
  return { projectId, codes };
}

async function driveInvoice(stage: Stage, prefix: string, expected: ExpectedInvoice): Promise<Row> {
  const { machine, person } = stage;
  const number = `${prefix}${expected.suffix}`;
  const { id } = await machine.send<Invoice>('POST', '/api/invoices', await draftOf(stage, number, expected));
  for (const step of ['check', 'approve'] as const) {
    const after = await person.send<Invoice>('POST', `/api/invoices/${id}/${step}`);
    const wanted = step === 'check' ? 'checked' : 'approved';
    if (after.status !== wanted)
      throw new Error(
        `${number} did not become ${wanted}: ${after.problems.map((problem) => problem.message).join(' ')}`,
      );
  }
  await person.send('POST', `/api/invoices/${id}/send`);
  let sent = await settled(person, id, number);
  const firstRun = sent.temporalUrl;
  const failure = sent.integration === 'failed' ? sent.problemCode : null;
  if (failure !== null) {
    say(`${number} (${expected.shows}) failed: ${sent.integrationText}`);
    await fix(stage, id, failure, expected.lines[0]?.code ?? '');
    sent = await settled(person, id, number, 'sent');
  }
  say(`${number} (${expected.shows}): ${sent.integration}`);
  return compare(stage.procore, {
    number,
    expected,
    failure,
    mark: sent.integration,
    runs: [firstRun, sent.temporalUrl],
  });
}

async function settled(person: DemoClient, id: string, number: string, wanted?: string): Promise<Invoice> {
  return until(`${number} to be ${wanted ?? 'sent or failed'}`, async () => {
    const invoice = await person.get<Invoice>(`/api/invoices/${id}`);
    return (wanted ? [wanted] : ['sent', 'failed']).includes(invoice.integration ?? '') && invoice;
  });
}

/** What a person would do about each failure. */
async function fix({ person, procore }: Stage, id: string, failure: string, code: string): Promise<void> {
  if (failure === 'ROUNDING') {
    await person.send('PATCH', '/api/settings', { roundingTolerance: '0.10' });
    await person.send('POST', `/api/invoices/${id}/retry`);
    return;
  }
  if (failure !== 'CODE_MISSING') throw new Error(`Nothing here fixes ${failure}`);
  const { projectId, codes } = await codesOfProject(procore);
  await procore.send('POST', '/control/records/cost_codes', {
    project_id: projectId,
    code: code.slice(MISSING_CODES.division.length + 1),
    name: MISSING_CODES.name,
    parent_id: codes.find((row) => row.full_code === MISSING_CODES.division)?.id,
  });
  say(`Added ${code} to ${PROJECT.number} in Procore; its webhook queues the invoice again by itself`);
}

/** The invoice as the clerk would enter it, by names and codes. */
async function draftOf({ machine }: Stage, number: string, expected: ExpectedInvoice) {
  const project = await only<Project>(
    machine,
    `/api/projects?search=${PROJECT.number}`,
    (row) => row.code === PROJECT.number,
  );
  const vendor = await only<Vendor>(
    machine,
    `/api/vendors?search=${encodeURIComponent(expected.vendor)}`,
    (row) => row.description === expected.vendor,
  );
  const types = await machine.get<CostType[]>('/api/cost-types');
  const gst = (await machine.get<TaxCode[]>('/api/tax-codes')).find((code) => code.code === 'GST');
  const lines = [];
  for (const line of expected.lines) {
    const typeId = types.find((type) => type.code === line.costType)?.id;
    lines.push({
      projectId: project.id,
      projectCostCodeId: (await codeOf(machine, project.id, line.code, typeId)).id,
      costTypeId: typeId,
      description: `${number} ${line.code}`,
      amount: line.amount,
      // The quantity of a line priced by unit is left blank where the product works it out.
      quantity: line.quantity?.includes('.') ? null : line.quantity,
      unitPrice: line.unitPrice,
      taxCodeId: gst?.id,
    });
  }
  return {
    number,
    payableAccountId: vendor.id,
    invoiceDate: daysAgo(1),
    total: expected.total,
    tax: expected.tax,
    lines,
  };
}

/** A code of the project; one that came from nowhere yet is entered here, as a clerk would. */
async function codeOf(
  machine: DemoClient,
  projectId: string,
  code: string,
  costTypeId: string | undefined,
): Promise<ProjectCostCode> {
  const found = await machine.get<Listed<ProjectCostCode>>(
    `/api/project-cost-codes?projectId=${projectId}&search=${code}`,
  );
  const known = found.rows.find((row) => row.code === code);
  if (known) return known;
  const made = await machine.send<ProjectCostCode>('POST', '/api/project-cost-codes', {
    projectId,
    code,
    description: MISSING_CODES.name,
  });
  return machine.send<ProjectCostCode>('POST', `/api/project-cost-codes/${made.id}/cost-types`, { costTypeId });
}

async function only<T>(client: DemoClient, path: string, is: (row: T) => boolean): Promise<T> {
  return until(path, async () => (await client.get<Listed<T>>(path)).rows.find(is));
}

process.exitCode = await demo().catch((error: unknown) => {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
