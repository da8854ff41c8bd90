import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import sdk from '@procore/js-sdk';
import { and, eq, sql } from 'drizzle-orm';
import { Pool } from 'undici';
import type { CompanyView } from '../db/queries/companies.ts';
import { procoreLink } from '../db/schema/index.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import type { FetchWithItems } from '../schemas/fetches.ts';
import { connectStack, eventually, type Stack, startStack } from '../test/environment/stack.ts';
import { rounded, startServers } from './servers.ts';

const CODES = 300;
const STAGE = 'Course of construction';
/** One part of the data, and ten of it. */
const PART = { projects: 10, vendors: 500 };
const TIMES = 10;
/** Each brings a part more, and reads the ones before again. */
const WARM_UPS = 5;

/** A first fetch of 100 projects with 300 codes each and 5,000 vendors: calls, rows a second, activities, memory. */
async function main(): Promise<void> {
  const servers = await startServers();
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      on: servers.services,
      hasWorker: false,
      env: { PUBLIC_URL: 'http://localhost:9' },
      simulator: {
        settings: { rateHourly: { limit: 10_000_000, seconds: 3600 }, rateSpike: { limit: 1_000_000, seconds: 10 } },
      },
    });
    const worker = await stack.startWorkerProcess();
    const [company] = (await connectStack(stack)) as [CompanyView];
    const sample = await createSample(stack, company);

    for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) {
      await sample.grow('Warranty', PART.projects, 0);
      await fetchOnce(stack, company, 'Warranty');
    }
    await sample.grow('Post-construction', PART.projects, PART.vendors);
    resetPeak(worker);
    await fetchOnce(stack, company, 'Post-construction');
    const peakOfPart = peakMb(worker);
    await sample.grow(STAGE, PART.projects * TIMES, PART.vendors * (TIMES - 1));
    resetPeak(worker);
    const since = new Date();
    const first = await fetchOnce(stack, company, STAGE);
    const peakOfAll = peakMb(worker);
    const rowsPerSecond = first.rows / first.seconds;
    console.log(
      `${first.projects} projects, ${first.rows} rows in ${first.seconds.toFixed(1)} s: ${rowsPerSecond.toFixed()} rows/s, ${first.calls} calls`,
    );
    if (process.env.BENCH_PATHS) console.log(await pathsAsked(stack));
    const minimum = await computedMinimum(stack, company, first.projects);
    console.log(`computed minimum: ${minimum.formula} = ${minimum.calls} calls`);
    const activities = await activitiesPerProject(stack, company, since);
    console.log(`at most ${activities} activities a project`);
    const peer = await readAsPeer(stack, company, first.projectIds);
    console.log(
      `@procore/js-sdk, one page after the other, reading only: ${peer.rows} rows in ${peer.seconds.toFixed(1)} s, ${(peer.rows / peer.seconds).toFixed()} rows/s`,
    );
    console.log(`peak memory of the worker: ${peakOfPart} MB with a tenth of the data, ${peakOfAll} MB with all of it`);
    console.log(
      `BENCH ${JSON.stringify({
        calls_ratio: rounded(first.calls / minimum.calls, 3),
        rows_per_s: Math.round(rowsPerSecond),
        peer_rows_per_s: Math.round(peer.rows / peer.seconds),
        memory_ratio_10x: rounded(peakOfAll / peakOfPart),
        activities_per_project: activities,
      })}`,
    );
  } finally {
    await stack?.close();
    await servers.stop();
  }
}

/** Fills the simulator as a person would, many hands at once. */
async function createSample(stack: Stack, company: CompanyView) {
  const pool = new Pool(stack.simulatorUrl, { connections: 16 });
  const create = async (collection: string, fields: object): Promise<{ id: number }> => {
    const answer = await pool.request({
      path: `/control/records/${collection}`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ company_id: Number(company.procoreId), ...fields }),
    });
    return (await answer.body.json()) as { id: number };
  };
  const { stages } = await stack.control<{ stages: { id: number; name: string }[] }>('GET', '/sample');
  let projects = 0;
  let vendors = 0;
  const addProject = async (n: number, stage: number | undefined) => {
    const { id } = await create('projects', { name: `Tower ${n}`, project_number: `T-${n}`, project_stage_id: stage });
    const divisions = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        create('cost_codes', { project_id: id, code: String(at + 1).padStart(2, '0'), name: `Division ${at + 1}` }),
      ),
    );
    for (let at = 0; at < CODES - divisions.length; at += 1) {
      const parent = divisions[at % divisions.length];
      await create('cost_codes', { project_id: id, parent_id: parent?.id, code: String(100 + at), name: `Code ${at}` });
    }
  };
  return {
    async grow(stageName: string, moreProjects: number, moreVendors: number) {
      const stage = stages.find(({ name }) => name === stageName)?.id;
      const began = performance.now();
      const work = [
        ...Array.from({ length: moreProjects }, () => () => addProject(++projects, stage)),
        ...Array.from({ length: moreVendors }, () => () => create('vendors', { name: `Supplier ${++vendors} Ltd` })),
      ];
      const hand = async () => {
        for (let next = work.shift(); next; next = work.shift()) await next();
      };
      await Promise.all(Array.from({ length: 12 }, hand));
      console.log(
        `sample: ${projects} projects, ${vendors} vendors more (${((performance.now() - began) / 1000).toFixed()} s)`,
      );
    },
  };
}

const linked = (stack: Stack, company: CompanyView) =>
  stack.deps.db.$count(procoreLink, and(eq(procoreLink.companyId, company.id), eq(procoreLink.state, 'linked')));

/** Fetches the sample's projects of one stage, and whatever the company has of vendors and lists. */
async function fetchOnce(stack: Stack, company: CompanyView, stageName: string) {
  const today = new Date().toISOString().slice(0, 10);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await stack.deps.db.execute(sql`update inbox_scope set paid_until = '-infinity', quiet_until = '-infinity'`);
  const linkedBefore = await linked(stack, company);
  const callsBefore = await calls(stack);
  const began = performance.now();
  const { body: started } = await stack.api<FetchWithItems>('POST', '/api/fetches', {
    companyId: company.id,
    startDate: today,
    endDate: tomorrow,
    stageIds: company.stages.filter(({ name }) => name === stageName).map(({ id }) => id),
  });
  const done = await eventually(async () => {
    const { body } = await stack.api<FetchWithItems>('GET', `/api/fetches/${started.id}`);
    return ['done', 'failed'].includes(body.state) ? body : undefined;
  }, 900_000);
  const seconds = (performance.now() - began) / 1000;
  if (done.state !== 'done' || done.projects.failed > 0) throw new Error(`The fetch ended ${done.state}`);
  return {
    seconds,
    rows: (await linked(stack, company)) - linkedBefore,
    calls: (await calls(stack)) - callsBefore,
    projects: done.projects.done,
    projectIds: done.items.filter(({ state }) => state === 'done').map(({ projectProcoreId }) => projectProcoreId),
  };
}

/** How often each kind of address was asked for. */
async function pathsAsked(stack: Stack): Promise<Record<string, number>> {
  const { entries } = await stack.control<{ entries: { path: string }[] }>('GET', '/requests?since=0');
  const paths: Record<string, number> = {};
  for (const { path } of entries) {
    const kind = path.replaceAll(/\d{6,}/g, 'N');
    paths[kind] = (paths[kind] ?? 0) + 1;
  }
  return paths;
}

const calls = async (stack: Stack) =>
  (await stack.control<{ count: number }>('GET', '/requests?since=999999999')).count;

/** What Procore's pages make necessary: one call a page of each list, and one a project for what no list tells. */
async function computedMinimum(stack: Stack, company: CompanyView, projects: number) {
  const count = async (collection: string) =>
    (
      await stack.control<{ records: { is_active?: boolean }[] }>(
        'GET',
        `/records/${collection}?companyId=${company.procoreId}`,
      )
    ).records;
  const vendors = await count('vendors');
  const active = Math.ceil(vendors.filter((vendor) => vendor.is_active !== false).length / 200);
  const inactive = Math.max(1, Math.ceil(vendors.filter((vendor) => vendor.is_active === false).length / 200));
  const standard = 1 + Math.max(1, Math.ceil((await count('standard_cost_codes')).length / 1000));
  const lists = 1 + 1;
  const listed = Math.ceil(projects / 300);
  const each = 1 + Math.ceil(CODES / 1000) + 1 + 1 + 1;
  return {
    calls: active + inactive + standard + lists + listed + projects * each,
    formula: `${active} pages of vendors + ${inactive} of inactive ones + ${standard} of standard codes + ${lists} (cost types, tax codes) + ${listed} of projects + ${projects} x ${each} (the project, its codes, its sub jobs, the budget views, the rows of one)`,
  };
}

async function activitiesPerProject(stack: Stack, company: CompanyView, since: Date): Promise<number> {
  const { temporal } = stack.deps;
  let most = 0;
  await sleep(2_000);
  const prefix = workflowIds.project(stack.account, company.id, '');
  for await (const run of temporal.workflow.list({ query: `WorkflowType = 'ImportProject'` })) {
    if (!run.workflowId.startsWith(prefix) || run.startTime < since) continue;
    const { events } = await temporal.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    most = Math.max(most, (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes).length);
  }
  return most;
}

/** The same pages, read one after the other by Procore's own client; nothing is written. */
async function readAsPeer(stack: Stack, company: CompanyView, projectIds: readonly string[]) {
  const { access_token: token } = await stack.control<{ access_token: string }>('POST', '/tokens', {});
  const peer = sdk.client(
    sdk.oauth(token),
    {},
    { apiHostname: stack.simulatorUrl, defaultCompanyId: company.procoreId },
  );
  const company_id = company.procoreId;
  let rows = 0;
  const all = async (base: string, version: string, qs: object, size: number) => {
    for (let page = 1; ; page += 1) {
      const { body } = await peer.get({ base, version, qs: { ...qs, page, per_page: size } });
      const list = Array.isArray(body) ? body : [body];
      rows += list.length;
      if (list.length < size) return list as { id: number }[];
    }
  };
  const began = performance.now();
  await all('/vendors', 'v1.0', { company_id }, 200);
  await all(`/companies/${company_id}/vendors/inactive`, 'v1.0', {}, 200);
  const lists = await all('/standard_cost_code_lists', 'v1.0', { company_id }, 100);
  for (const list of lists)
    await all(
      '/standard_cost_codes',
      'v1.0',
      { company_id, standard_cost_code_list_id: list.id, view: 'extended' },
      1000,
    );
  await all('/line_item_types', 'v1.0', { company_id }, 100);
  await all('/tax_codes', 'v1.0', { company_id }, 100);
  await all('/projects', 'v1.1', { company_id, 'filters[by_status]': 'All', view: 'extended' }, 300);
  for (const project_id of projectIds) {
    await peer.get({ base: `/projects/${project_id}`, qs: { company_id } });
    await all('/cost_codes', 'v1.0', { project_id }, 1000);
    await all('/sub_jobs', 'v1.0', { project_id }, 100);
    await all('/budget_views', 'v1.0', { project_id }, 100);
  }
  return { rows, seconds: (performance.now() - began) / 1000 };
}

/** Linux keeps the highest resident set of a process; writing 5 starts it anew. */
const resetPeak = ({ pid }: ChildProcess) => writeFileSync(`/proc/${pid}/clear_refs`, '5');
const peakMb = ({ pid }: ChildProcess) =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);

await main();
