import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createChildren } from '../cli/children.ts';
import { freePort } from '../cli/ports.ts';
import { databaseUrl, ensureDatabase, preparePostgres } from '../cli/postgres.ts';
import { startTemporal } from '../cli/temporal.ts';
import { findTemporal } from '../cli/temporal-binary.ts';
import { migrate } from '../db/migrate.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import type { TimeSheet } from '../schemas/time-sheets.ts';
import { startTimeWorld, type TimeWorld } from '../test/integration/time-world.ts';

const HELP = `A week of a whole crew, submitted and then approved, with both send settings on.

  npm run bench:timesheets -- [options]

  --people <number>   people, each with one entry a day from Monday to Friday (200)

Prints the Procore calls and the Temporal actions of an entry, apart for the two steps. The last line is BENCH and one JSON
object; the exit code is 1 when an entry is missing or there twice.`;

const MONDAY = Date.parse('2026-03-16T00:00:00Z');
const DAYS = 5;
const dayOf = (n: number) => new Date(MONDAY + n * 86_400_000).toISOString().slice(0, 10);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { people: { type: 'string', default: '200' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return console.log(HELP);
  const services = await startServices();
  try {
    const world = await startTimeWorld({ on: services, simulator: { settings: GENEROUS } });
    try {
      process.exitCode = await measure(world, Number(values.people));
    } finally {
      await world.stack.close();
    }
  } finally {
    await services.stop();
  }
}

/** The figures are about what is done, not about waiting for an allowance. */
const GENEROUS = { rateSpike: { limit: 100_000, seconds: 10 }, rateHourly: { limit: 1_000_000, seconds: 3600 } };

async function measure(world: TimeWorld, people: number): Promise<number> {
  const sheets = await enterWeeks(world, people);
  const entries = people * DAYS;
  await world.settings({ sendTimeSheetOnSubmission: true, sendTimeSheetAfterApproval: true, selfApproval: true });
  const submitted = await step(world, sheets, 'submit');
  const actions = await countActions(world, sheets);
  const approved = await step(world, sheets, 'approve');
  const approvalActions = await countActions(world, sheets);
  const cards = await world.cards();
  const keys = cards.map((card) => `${card.party_id}/${card.date}/${card.project_id}`);
  const duplicates = keys.length - new Set(keys).size;
  const wrong = entries - cards.filter((card) => card.approval_status === 'approved').length;
  const per = (n: number) => Number((n / entries).toFixed(2));
  console.log(`${people} people, ${entries} entries, each one Procore call to read its day and one to write it.`);
  for (const [name, figures, acted] of [
    ['submission', submitted, actions],
    ['approval', approved, approvalActions],
  ] as const)
    console.log(
      `${name}: ${figures.calls} calls (${per(figures.calls)} per entry), ${acted} actions (${per(acted)} per entry), ` +
        `${figures.seconds.toFixed(1)} s, ${(entries / figures.seconds).toFixed(0)} entries/s`,
    );
  console.log(`entries in Procore ${cards.length}, not approved or missing ${wrong}, duplicates ${duplicates}`);
  const bench = { calls_per_entry: per(submitted.calls), actions_per_entry: per(actions), duplicates, wrong };
  console.log(`BENCH ${JSON.stringify(bench)}`);
  return duplicates === 0 && wrong === 0 ? 0 : 1;
}

/** Crew without a login, each in the directory of the project. */
async function enterWeeks(world: TimeWorld, people: number): Promise<string[]> {
  const { stack, company, projects } = world;
  const sheets: string[] = [];
  for (let n = 0; n < people; n++) {
    const employee_id = `B-${n}`;
    const person = { company_id: Number(company.procoreId), last_name: `Crew ${n}`, employee_id };
    const { id } = await stack.control<{ id: number }>('POST', '/records/people', person);
    await stack.control('POST', '/records/project_people', { project_id: projects[0]!.procoreId, party_id: id });
    const added = await world.person(employee_id);
    const sheet = await world.enter(
      added.id,
      Array.from({ length: DAYS }, (_, day) => ({ date: dayOf(day), hours: '8' })),
    );
    sheets.push(sheet.id);
  }
  await stack.deps.db.execute("update procore_directory set read_at = now() - interval '1 hour'");
  return sheets;
}

async function step(world: TimeWorld, sheets: readonly string[], name: string) {
  const count = async () => (await world.stack.control<{ count: number }>('GET', '/requests')).count;
  const before = await count();
  const began = performance.now();
  for (const id of sheets) await world.step(id, name);
  const isSent = async () => {
    const { body } = await world.stack.api<{ rows: { integration: TimeSheet['integration'] }[] }>(
      'GET',
      '/api/time-sheets',
    );
    return body.rows.filter((row) => row.integration === 'sent').length;
  };
  await world.settle(600_000);
  if ((await isSent()) < Math.min(sheets.length, 300)) throw new Error('Not every time sheet was sent');
  return { calls: (await count()) - before, seconds: (performance.now() - began) / 1000 };
}

/** Billed actions of the latest runs: the start, every activity, every search attribute upsert. */
async function countActions(world: TimeWorld, sheets: readonly string[]): Promise<number> {
  const ACTIONS = [
    'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
    'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
    'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
    'EVENT_TYPE_TIMER_STARTED',
  ];
  const { account, deps } = world.stack;
  let total = 0;
  for (const id of sheets) {
    const { events } = await deps.temporal.workflow.getHandle(workflowIds.timeSheet(account, id)).fetchHistory();
    total += (events ?? []).filter((event) => ACTIONS.includes(typeName(event.eventType))).length;
  }
  return total;
}

const TYPES: Record<number, string> = {
  1: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
  10: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
  17: 'EVENT_TYPE_TIMER_STARTED',
  40: 'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
};
const typeName = (type: unknown): string => (typeof type === 'number' ? (TYPES[type] ?? '') : String(type));

/** A database and a Temporal of this run's own. */
async function startServices() {
  const children = createChildren();
  const folder = mkdtempSync(join(tmpdir(), 'lentune-bench-'));
  chmodSync(folder, 0o755); // PostgreSQL's own user goes through it when we are root
  const options = {
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
    isThrowaway: true,
  };
  await preparePostgres(children, options)();
  await ensureDatabase(options, 'bench');
  await migrate(databaseUrl(options, 'bench'));
  const port = await freePort();
  const binary = await findTemporal(children, process.env, (line) => process.stderr.write(`${line}\n`));
  await startTemporal(children, { binary, port, uiPort: null, dbFile: null, namespaces: ['bench'] });
  return {
    databaseUrl: databaseUrl(options, 'bench'),
    address: `127.0.0.1:${port}`,
    namespace: 'bench',
    drop: async () => undefined,
    async stop() {
      await children.stopAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

await main();
