import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CompanyView } from '../../db/queries/companies.ts';
import { inboxEvent, project, webhookHook } from '../../db/schema/index.ts';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import { connectStack, eventually, forgetPacing, type Stack, startStack } from '../environment/stack.ts';

let stack: Stack;
let company: CompanyView;

interface SimProject {
  id: number;
  name: string;
  project_stage_id: number | null;
}

beforeAll(async () => {
  stack = await startStack();
  [company] = (await connectStack(stack)) as [CompanyView];
});
afterAll(() => stack?.close());

const start = async (body: object, on = stack, of = company) => {
  await forgetPacing(on);
  const { status, body: fetched } = await on.api<FetchWithItems>('POST', '/api/fetches', { companyId: of.id, ...body });
  expect(status).toBe(202);
  return fetched.id;
};
const see = async (id: string, on = stack) => (await on.api<FetchWithItems>('GET', `/api/fetches/${id}`)).body;
const ended = (id: string, on = stack, timeoutMs = 30_000) =>
  eventually(async () => {
    await forgetPacing(on);
    const fetched = await see(id, on);
    return ['done', 'failed', 'cancelled'].includes(fetched.state) ? fetched : undefined;
  }, timeoutMs);
const everything = { startDate: '2025-04-01', endDate: '2026-04-01' };

test('a first connection ticks the usual stages and sets hooks and triggers', () => {
  const ticked = company.stages.filter(({ isMonitored }) => isMonitored).map(({ name }) => name);
  expect(ticked).toEqual(
    expect.arrayContaining([
      'Pre-construction',
      'Course of construction',
      'Construction',
      'Post-construction',
      'Warranty',
    ]),
  );
  expect(ticked).not.toEqual(expect.arrayContaining(['Bidding']));
  expect(ticked).not.toEqual(expect.arrayContaining(['Complete']));
  expect(ticked).not.toEqual(expect.arrayContaining(['Not awarded']));
  expect(company.webhooks).toMatch(/^1 hook, \d\d triggers$/);
  expect(company.problem).toBeNull();
});

test('a fetch by dates brings in what is ticked and says why the rest is skipped', async () => {
  const fetched = await ended(await start(everything));
  expect(fetched).toMatchObject({ state: 'done', problem: null });
  expect(fetched.projects.seen).toBeGreaterThan(5);
  expect(fetched.projects.done).toBeGreaterThan(2);
  expect(fetched.projects.pending + fetched.projects.failed + fetched.projects.cancelled).toBe(0);
  for (const item of fetched.items) if (item.state === 'skipped') expect(item.reason).toMatch(/\.$/);
  expect(fetched.items.map(({ reason }) => reason)).toContain('Its stage "Bidding" is not ticked.');
  const projects = await stack.deps.db.select().from(project).where(eq(project.companyId, company.id));
  expect(projects).toHaveLength(fetched.projects.done);
  expect(fetched.counts.vendors).toBeGreaterThan(0);
  expect(fetched.counts.master_cost_codes).toBeGreaterThan(0);
  expect(fetched.counts.cost_types).toBeGreaterThan(0);
  expect(fetched.counts.tax_codes).toBeGreaterThan(0);
  expect(fetched.callsUsed).toBeGreaterThan(0);
  console.log(`fetch: ${JSON.stringify(fetched.projects)}, ${fetched.callsUsed} calls`);
});

test('a fetch by an id nobody knows fails with a sentence', async () => {
  const fetched = await ended(await start({ projectId: '424242' }));
  expect(fetched).toMatchObject({
    state: 'failed',
    problem: `There is no project 424242 in ${company.name}, or our sign-in to Procore may not see it.`,
  });
});

test('a fetch by id fetches exactly that project, and a project that is not ticked is skipped', async () => {
  const earlier = await see((await stack.api<{ id: string }[]>('GET', '/api/fetches')).body.at(-1)?.id ?? '');
  const done = earlier.items.find(({ state }) => state === 'done');
  const skipped = earlier.items.find(({ reason }) => reason?.includes('Bidding'));
  const one = await ended(await start({ projectId: done?.projectProcoreId }));
  expect(one).toMatchObject({ state: 'done', projects: { seen: 1, done: 1 } });
  const other = await ended(await start({ projectId: skipped?.projectProcoreId }));
  expect(other).toMatchObject({ state: 'done', projects: { seen: 1, skipped: 1 } });
});

test('a cancelled fetch takes back what is not done', async () => {
  const { id: hold } = await stack.control<{ id: number }>('POST', '/holds', {
    method: 'GET',
    path: '/rest/v1.0/projects/\\d+',
    at: 'before',
  });
  const id = await start(everything);
  await stack.control('GET', `/holds/${hold}/wait?timeoutMs=20000`);
  const { status, body } = await stack.api<FetchWithItems>('POST', `/api/fetches/${id}/cancel`);
  await stack.control('POST', `/holds/${hold}/release`);
  expect(status).toBe(200);
  expect(body.state).toBe('cancelled');
  expect(body.projects.cancelled).toBeGreaterThan(0);
  expect(body.projects.pending).toBe(0);
  const rows = await stack.deps.db.select().from(inboxEvent).where(eq(inboxEvent.fetchRunId, id));
  expect(rows.filter(({ state }) => state === 'pending')).toEqual([]);
  expect((await stack.api('POST', `/api/fetches/${id}/cancel`)).status).toBe(409);
});

test('a project that moves into a ticked stage comes in by webhook', async () => {
  const projects = await stack.control<{ records: SimProject[] }>('GET', '/records/projects?limit=1000');
  const stages = await stack.control<{ stages: { id: number; name: string }[] }>('GET', '/sample');
  const bidding = stages.stages.find(({ name }) => name === 'Bidding');
  const building = stages.stages.find(({ name }) => name === 'Course of construction');
  const moved = projects.records.find((one) => one.project_stage_id === bidding?.id);
  const began = performance.now();
  await stack.control('PATCH', `/records/projects/${moved?.id}`, { project_stage_id: building?.id });
  await eventually(async () => {
    const rows = await stack.deps.db
      .select()
      .from(project)
      .where(eq(project.description, moved?.name ?? ''));
    return rows[0]?.isMonitored === true;
  });
  console.log(`stage change to project: ${(performance.now() - began).toFixed()} ms`);
});

test('where the company hook refuses project events, each monitored project has a hook of its own', async () => {
  const other = await startStack({ simulator: { switches: { company_hooks_project_resources: 'refuse' } } });
  try {
    const [of] = (await connectStack(other)) as [CompanyView];
    await ended(await start(everything, other, of), other);
    const hooks = () => other.deps.db.select().from(webhookHook).where(eq(webhookHook.companyId, of.id));
    const projects = await other.deps.db.select().from(project).where(eq(project.companyId, of.id));
    await eventually(async () => {
      const known = await hooks();
      return known.length === projects.length + 1 && known.every(({ triggerCount }) => triggerCount > 0);
    });
    expect((await other.api<CompanyView[]>('GET', '/api/companies')).body[0]?.problem).toBeNull();
  } finally {
    await other.close();
  }
}, 60_000);

test('a fetch whose worker is killed finishes from where it was', async () => {
  const other = await startStack();
  try {
    const [of] = (await connectStack(other)) as [CompanyView];
    await other.stopWorker();
    const first = await other.startWorkerProcess();
    const { id: hold } = await other.control<{ id: number }>('POST', '/holds', {
      method: 'GET',
      path: '/rest/v1.0/projects/\\d+',
      nth: 3,
      at: 'before',
    });
    const id = await start(everything, other, of);
    await other.control('GET', `/holds/${hold}/wait?timeoutMs=30000`);
    first.kill('SIGKILL');
    await other.control('POST', `/holds/${hold}/release`);
    const before = await see(id, other);
    await other.startWorkerProcess();
    const fetched = await ended(id, other, 90_000);
    console.log(`killed with ${before.projects.done} done, ended with ${fetched.projects.done}`);
    expect(before.state).toBe('running');
    expect(fetched).toMatchObject({ state: 'done', projects: { failed: 0, pending: 0, cancelled: 0 } });
    const projects = await other.deps.db.select().from(project).where(eq(project.companyId, of.id));
    expect(projects).toHaveLength(fetched.projects.done);
  } finally {
    await other.close();
  }
}, 180_000);
