import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { desc } from 'drizzle-orm';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { setAutomatic } from '../db/queries/automatic-sending.ts';
import { requestConnect } from '../db/queries/companies.ts';
import { insertEvents } from '../db/queries/inbox.ts';
import { taxTest } from '../db/schema/index.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import type { Fetch } from '../schemas/fetches.ts';
import startServices from '../test/environment/services.ts';
import { connectStack, eventually, type Services, type Stack, startStack } from '../test/environment/stack.ts';
import { type OrderWish, startOrderWorld } from '../test/integration/order-world.ts';
import { startOverheadWorld } from '../test/integration/overhead-world.ts';
import { type PushWorld, startPushWorld, type Wish } from '../test/integration/push-world.ts';
import { MONDAY, partyOf, startTimeWorld } from '../test/integration/time-world.ts';
import { scrub } from './scrub-history.ts';

const FOLDER = fileURLToPath(new URL('../test/replay', import.meta.url));

/** Records the history of every workflow shape on a real product, for the replay test; `npm run histories -- invoices` only those. */
async function main(): Promise<void> {
  const [only] = process.argv.slice(2);
  const groups: Record<string, (servers: Servers) => Promise<void>> = {
    inbound: (on) => record(on, {}, recordUsual),
    comparisons: (on) => record(on, {}, recordComparisons),
    hooks: (on) => record(on, { company_hooks_project_resources: 'refuse' }, recordProjectHooks),
    invoices: recordPushes,
    'time-sheets': recordTimeSheets,
    overheads: recordOverheads,
    'purchase-orders': recordOrders,
    'send-due': recordSendDue,
  };
  const servers = await startServers();
  try {
    for (const [name, run] of Object.entries(groups)) if (only === undefined || only === name) await run(servers);
  } finally {
    await servers.stop();
  }
}

async function record(
  servers: Servers,
  switches: Record<string, string>,
  shapes: (stack: Stack) => Promise<void>,
): Promise<void> {
  const stack = await startStack({ on: await servers.claim(), simulator: { switches } });
  try {
    await shapes(stack);
  } finally {
    await stack.close();
  }
}

async function recordUsual(stack: Stack): Promise<void> {
  const { account } = stack;
  const [company] = await connectStack(stack);
  if (!company) throw new Error('The simulator has no company');
  await save(stack, workflowIds.connect(account, company.id), 'connect-company/first');

  const byDates = await fetchAll(stack, { companyId: company.id, startDate: '2025-04-01', endDate: '2026-04-01' });
  await save(stack, workflowIds.fetch(account, byDates.id), 'fetch-projects/by-dates');
  const byId = await fetchAll(stack, { companyId: company.id, projectId: '424242' });
  await save(stack, workflowIds.fetch(account, byId.id), 'fetch-projects/unknown-project');
  const projectId = byDates.items.find(({ state }) => state === 'done')?.projectProcoreId ?? '';

  const changed = { account, companyId: company.id, source: 'webhook', eventType: 'update' } as const;
  const project = { ...changed, flow: 'project', scope: `${company.id}/${projectId}` } as const;
  await insertEvents(stack.deps.db, [{ ...project, recordKind: 'project', recordId: projectId }]);
  await insertEvents(stack.deps.db, [
    { ...changed, flow: 'vendors', scope: company.id, recordKind: 'vendor', recordId: null },
  ]);
  const isOver = (id: string) => stack.deps.temporal.workflow.getHandle(id).result();
  const drains = {
    'import-project/fetched-then-changed': workflowIds.project(account, company.id, projectId),
    'sync-vendor/fetched-then-changed': workflowIds.vendors(account, company.id),
    'sync-cost-codes/fetched': workflowIds.costCodes(account, company.id),
  };
  for (const [shape, id] of Object.entries(drains)) {
    await isOver(id);
    await save(stack, id, shape);
  }
}

/** Comparisons with Procore, keeping tidy, and a fetch that is paused. */
async function recordComparisons(stack: Stack): Promise<void> {
  const { account, deps } = stack;
  const [company] = await connectStack(stack);
  if (!company) throw new Error('The simulator has no company');
  const body = { companyId: company.id, startDate: '2025-04-01', endDate: '2026-04-01' };
  const { body: paused } = await stack.api<Fetch>('POST', '/api/fetches', body);
  await stack.api('POST', `/api/fetches/${paused.id}/pause`);
  const fetchId = workflowIds.fetch(account, paused.id);
  await eventually(async () =>
    (await deps.temporal.workflow.getHandle(fetchId).fetchHistory()).events?.some(
      (event) => event.activityTaskCompletedEventAttributes,
    ),
  );
  await stack.api('POST', `/api/fetches/${paused.id}/resume`);
  await save(stack, fetchId, 'fetch-projects/paused');

  for (const mode of ['delta', 'full'] as const) {
    await stack.api('POST', `/api/companies/${company.id}/comparisons`, { mode });
    const id = workflowIds.reconcile(account, company.id, mode);
    await eventually(async () =>
      deps.temporal.workflow
        .getHandle(id)
        .describe()
        .catch(() => undefined),
    );
    await save(stack, id, `reconcile/${mode}`);
  }
  const id = workflowIds.maintain(account);
  await deps.temporal.workflow.start('Maintain', { workflowId: id, taskQueue: 'sync', args: [{ account }] });
  await save(stack, id, 'maintain/usual');
}

async function recordProjectHooks(stack: Stack): Promise<void> {
  const { account } = stack;
  const [company] = await connectStack(stack);
  if (!company) throw new Error('The simulator has no company');
  await fetchAll(stack, { companyId: company.id, startDate: '2025-04-01', endDate: '2026-04-01' });
  await stack.deps.db.transaction((tx) => requestConnect(tx, account, company.id));
  const id = workflowIds.connect(account, company.id);
  await eventually(
    async () => (await stack.deps.temporal.workflow.getHandle(id).describe()).status.name === 'COMPLETED',
  );
  await save(stack, id, 'connect-company/hooks-per-project');
}

async function recordPushes(servers: Servers): Promise<void> {
  const world = await startPushWorld({ on: await servers.claim() });
  const push = async (shape: string, wish: Wish = {}) => {
    const id = await world.send(wish);
    await world.ended(id);
    await save(world.stack, workflowIds.invoice(world.stack.account, id), `push-invoice/${shape}`);
  };
  try {
    const [first, second] = world.projects;
    await push('one-project');
    await push('two-projects', { lines: [{ projectId: first?.id }, { projectId: second?.id }] });
    const missing = await world.addCode(0, '99-999');
    await push('code-missing', { lines: [{ projectCostCodeId: missing }] });
    await world.settings({ createMissingCodes: true });
    await push('code-created', { lines: [{ projectCostCodeId: missing }] });
    for (const [at, mode] of ['works', 'dropped'].entries()) await recordTaxTest(world, at, mode);
  } finally {
    await world.stack.close();
  }
}

async function recordOverheads(servers: Servers): Promise<void> {
  const world = await startOverheadWorld({ on: await servers.claim() });
  const { stack } = world;
  const push = async (shape: string, wish: Wish) => {
    const id = await world.send(wish);
    await world.ended(id);
    await save(stack, workflowIds.overhead(stack.account, id), `push-overhead-invoice/${shape}`);
  };
  try {
    await push('new-contact', { lines: [world.overhead()] });
    await push('known-contact', { lines: [world.overhead()] });
    await push('mixed', { lines: [{}, world.overhead()] });
    await push('code-unknown', { lines: [world.overhead({ glCode: '999' })] });
    await stack.control('POST', '/faults', {
      match: { method: 'PUT', path: '/xero/.*/Invoices$', times: 1 },
      effect: { kind: 'lost-response' },
    });
    await push('lost-answer', { lines: [world.overhead()] });
    await stack.deps.db.execute(`update accounting_connection set state = 'reconnect_needed'`);
    const waiting = await world.send({ lines: [world.overhead()] });
    await eventually(async () => {
      const rows = await stack.deps.db.execute(
        `select 1 from overhead_push where waiting_for = 'ACCOUNTING_AUTH_EXPIRED'`,
      );
      return rows.length > 0;
    });
    await world.signIn();
    await world.ended(waiting);
    await save(stack, workflowIds.overhead(stack.account, waiting), 'push-overhead-invoice/signed-in-again');
  } finally {
    await stack.close();
  }
}

async function recordOrders(servers: Servers): Promise<void> {
  const world = await startOrderWorld({ on: await servers.claim() });
  const { stack } = world;
  const push = async (shape: string, wish: OrderWish = {}) => {
    const id = await world.sendOrder(wish);
    await world.orderEnded(id);
    await save(stack, workflowIds.purchaseOrder(stack.account, id), `push-purchase-order/${shape}`);
    return id;
  };
  try {
    const id = await push('plain', { number: 'PO-1' });
    await world.change(id, (draft) => ({ ...draft, description: 'Fittings' }));
    await world.orderEnded(id);
    await save(stack, workflowIds.purchaseOrder(stack.account, id), 'push-purchase-order/changed');
    await stack.control('POST', '/records/purchase_order_contracts', {
      project_id: world.projects[0]!.procoreId,
      number: 'PO-2',
    });
    await push('number-taken', { number: 'PO-2' });
    await push('supplier-created', { payableAccountId: await world.addVendor('Tui Fixings') });
    await stack.control('POST', '/faults', {
      match: { method: 'PATCH', path: '/line_items/sync', times: 1 },
      effect: { kind: 'lost-response' },
    });
    await push('lost-answer');
  } finally {
    await stack.close();
  }
}

async function recordTimeSheets(servers: Servers): Promise<void> {
  const world = await startTimeWorld({ on: await servers.claim() });
  const { stack, company, setup } = world;
  const id = (sheetId: string) => workflowIds.timeSheet(stack.account, sheetId);
  try {
    await world.settings({ sendTimeSheetOnSubmission: true });
    const person = await world.person('E-101');
    const sheet = await world.enter(person.id, [{}, { date: MONDAY.replace('16', '17') }]);
    await world.step(sheet.id, 'submit');
    await world.ended(sheet.id);
    await save(stack, id(sheet.id), 'post-timesheet/two-days');
    await world.step(sheet.id, 'reject', { reason: 'Wrong day' });
    await world.ended(sheet.id);
    await save(stack, id(sheet.id), 'post-timesheet/rejected-after-sending');
    await stack.control('POST', '/records/timecard_entries', {
      project_id: world.projects[0]!.procoreId,
      party_id: await partyOf(stack, 'E-201'),
      date: MONDAY,
      hours: '8',
    });
    const other = await world.enter((await world.person('E-201')).id, [{}, { date: MONDAY.replace('16', '17') }]);
    await world.step(other.id, 'submit');
    await world.ended(other.id);
    await save(stack, id(other.id), 'post-timesheet/partly-refused');
    const { status } = await stack.api('PATCH', `/api/companies/${company.id}`, {
      syncUsers: true,
      timeSheetGroupId: setup.groups[0]!.id,
      timeSheetEntryTypeId: setup.entryTypes[0]!.id,
      timeSheetPersonaId: setup.personas[0]!.id,
    });
    if (status !== 200) throw new Error(`Users were not switched on: ${status}`);
    const users = workflowIds.users(stack.account, company.id);
    await eventually(
      async () => (await stack.deps.temporal.workflow.getHandle(users).describe()).status.name === 'COMPLETED',
      90_000,
    );
    await save(stack, users, 'sync-user/switched-on');
  } finally {
    await stack.close();
  }
}

async function recordTaxTest({ stack, projects }: PushWorld, at: number, mode: string): Promise<void> {
  const place = projects[at];
  await stack.control('PUT', '/settings', { taxMode: { [place?.procoreId ?? 0]: mode } });
  await stack.api('POST', `/api/projects/${place?.id}/test-tax`, {});
  const [test] = await stack.deps.db.select({ id: taxTest.id }).from(taxTest).orderBy(desc(taxTest.id)).limit(1);
  const id = workflowIds.taxTest(stack.account, test?.id ?? '');
  await eventually(() =>
    stack.deps.temporal.workflow
      .getHandle(id)
      .describe()
      .catch(() => undefined),
  );
  await save(stack, id, `test-project-tax/${mode}`);
}

async function recordSendDue(servers: Servers): Promise<void> {
  const { stack, company, ...world } = await startPushWorld({ on: await servers.claim() });
  try {
    await setAutomatic(stack.deps.db, stack.account, company.id, true);
    const id = await world.approved();
    const workflowId = workflowIds.sendDue(stack.account);
    const args = [{ account: stack.account }];
    await stack.deps.temporal.workflow.execute('SendDue', { workflowId, taskQueue: 'sync', args });
    await save(stack, workflowId, 'send-due/one-due');
    await world.ended(id);
  } finally {
    await stack.close();
  }
}

type FetchedWithItems = Fetch & { items: { state: string; projectProcoreId: string }[] };

async function fetchAll(stack: Stack, body: object): Promise<FetchedWithItems> {
  const { body: started } = await stack.api<Fetch>('POST', '/api/fetches', body);
  return eventually(async () => {
    const { body: seen } = await stack.api<FetchedWithItems>('GET', `/api/fetches/${started.id}`);
    return seen.finishedAt === null ? undefined : seen;
  }, 60_000);
}

async function save(stack: Stack, workflowId: string, shape: string): Promise<void> {
  const handle = stack.deps.temporal.workflow.getHandle(workflowId);
  await eventually(async () => (await handle.describe()).status.name !== 'RUNNING', 60_000);
  const history = scrub(JSON.parse(historyToJSON(await handle.fetchHistory())));
  const file = join(FOLDER, `${shape}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(history, null, 1)}\n`);
  console.log(`${shape}: ${(history as { events: unknown[] }).events.length} events`);
}

interface Servers {
  claim(): Promise<Services>;
  stop(): Promise<void>;
}

/** The servers of a test run, outside of one. */
async function startServers(): Promise<Servers> {
  let provided: TestProject['provide'] extends (key: 'services', value: infer V) => void ? V : never;
  const stop = await startServices({
    provide: (_: string, value: typeof provided) => {
      provided = value;
    },
  } as unknown as TestProject);
  let claimed = 0;
  return {
    stop,
    async claim() {
      claimed += 1;
      const name = `histories_${claimed}`;
      const sql = postgres(provided.postgresUrl, { max: 1, onnotice: () => undefined });
      await sql`create database ${sql(name)} template ${sql(provided.templateDatabase)}`;
      await sql.end();
      const url = new URL(provided.postgresUrl);
      url.pathname = `/${name}`;
      return {
        databaseUrl: url.href,
        address: provided.temporalAddress,
        namespace: `test-${claimed}`,
        drop: async () => undefined,
      };
    },
  };
}

await main();
