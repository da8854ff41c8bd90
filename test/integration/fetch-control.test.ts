import { and, eq, ne } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CompanyView } from '../../db/queries/companies.ts';
import { inboxEvent } from '../../db/schema/index.ts';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import type { ProjectsPreview } from '../../schemas/previews.ts';
import { connectStack, eventually, forgetPacing, type Stack, startStack } from '../environment/stack.ts';

/** Whole fetches on a machine others work on, too. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let stack: Stack;
let company: CompanyView;

beforeAll(async () => {
  stack = await startStack();
  [company] = (await connectStack(stack)) as [CompanyView];
});
afterAll(() => stack?.close());

const everything = { startDate: '2025-04-01', endDate: '2026-04-01' };
const post = <T>(path: string, body?: unknown) => stack.api<T>('POST', `/api/fetches${path}`, body);
const start = async (body: object = everything) =>
  (await post<FetchWithItems>('', { companyId: company.id, ...body })).body.id;
const see = async (id: string) => (await stack.api<FetchWithItems>('GET', `/api/fetches/${id}`)).body;
const ended = (id: string) =>
  eventually(async () => {
    await forgetPacing(stack);
    const fetched = await see(id);
    return ['done', 'failed', 'cancelled'].includes(fetched.state) ? fetched : undefined;
  }, 100_000);
/** Freezes the first project that is read. */
async function holdFirstProject() {
  const { id } = await stack.control<{ id: number }>('POST', '/holds', {
    method: 'GET',
    path: '/rest/v1.0/projects/\\d+',
    at: 'before',
  });
  return {
    frozen: () => stack.control('GET', `/holds/${id}/wait?timeoutMs=20000`),
    release: () => stack.control('POST', `/holds/${id}/release`),
  };
}

test('a preview says what would come and what is skipped, and changes nothing', async () => {
  const { status, body } = await post<ProjectsPreview>('/preview', { companyId: company.id, ...everything });
  expect(status).toBe(200);
  expect(body.counts.new).toBeGreaterThan(2);
  expect(body.counts.skipped).toBeGreaterThan(0);
  expect(body.projects.map(({ text }) => text)).toContain('Its stage "Bidding" is not ticked.');
  expect((await stack.api<unknown[]>('GET', '/api/fetches')).body).toEqual([]);
});

test('a paused fetch stands still, also across what is under way, and goes on where it stopped', async () => {
  const hold = await holdFirstProject();
  const id = await start();
  await hold.frozen();
  const paused = await post<FetchWithItems>(`/${id}/pause`);
  expect(paused.status).toBe(200);
  expect(paused.body.pausedAt).not.toBeNull();
  expect((await post(`/${id}/pause`)).status).toBe(409);
  await hold.release();
  await eventually(async () => (await see(id)).projects.pending < paused.body.projects.pending, 60_000);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const standing = await see(id);
  expect(standing).toMatchObject({ state: 'running', finishedAt: null });
  expect(standing.projects.pending).toBeGreaterThan(0);
  expect(standing.progress.secondsLeft).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect((await see(id)).projects.pending).toBe(standing.projects.pending);
  expect((await post(`/${id}/resume`)).status).toBe(200);
  expect((await post(`/${id}/resume`)).status).toBe(409);
  const fetched = await ended(id);
  expect(fetched).toMatchObject({ state: 'done', pausedAt: null });
  expect(fetched.projects.pending + fetched.projects.failed).toBe(0);
  expect(fetched.progress.costCodes).toBeGreaterThan(50);
  expect(fetched.progress.vendors).toBeGreaterThan(10);
});

test('a fetch paused before it listed anything lists once it goes on', async () => {
  const { id: hold } = await stack.control<{ id: number }>('POST', '/holds', {
    method: 'GET',
    path: '/rest/v1.1/projects',
    at: 'before',
  });
  const id = await start();
  await stack.control('GET', `/holds/${hold}/wait?timeoutMs=20000`);
  await post(`/${id}/pause`);
  await stack.control('POST', `/holds/${hold}/release`);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect((await see(id)).projects.seen).toBe(0);
  await post(`/${id}/resume`);
  expect((await ended(id)).projects.seen).toBeGreaterThan(5);
});

test('while it runs a fetch tells its rate and the time left', async () => {
  const { id: fault } = await stack.control<{ id: number }>('POST', '/faults', {
    match: { method: 'GET', path: '/rest/v1.0/cost_codes', times: 'always' },
    effect: { kind: 'slow', ms: 700 },
  });
  const id = await start();
  const midway = await eventually(async () => {
    await forgetPacing(stack);
    const fetched = await see(id);
    return fetched.progress.secondsLeft !== null && fetched.projects.pending > 0 ? fetched : undefined;
  }, 60_000);
  expect(midway.progress.projectsPerMinute).toBeGreaterThan(0);
  expect(midway.progress.secondsLeft).toBeGreaterThan(0);
  await stack.control('DELETE', `/faults/${fault}`);
  await ended(id);
});

test('only chosen stages are fetched; the others are listed as left out', async () => {
  const stage = company.stages.find(({ name }) => name === 'Warranty');
  const fetched = await ended(await start({ ...everything, stageIds: [stage?.id] }));
  expect(fetched.projects.done).toBeGreaterThan(0);
  const reasons = fetched.items.filter(({ state }) => state === 'skipped').map(({ reason }) => reason);
  expect(reasons).toContain('Its stage was left out of this fetch.');
  const { body } = await post<ProjectsPreview>('/preview', {
    companyId: company.id,
    ...everything,
    stageIds: [stage?.id],
  });
  expect(body.counts.stays + body.counts.new).toBe(fetched.projects.done);
});

test('what failed is named with its reason and is fetched once more alone', async () => {
  const whole = await ended(await start());
  const broken = whole.items.find(({ state }) => state === 'done')?.projectProcoreId ?? '';
  const { id: refusal } = await stack.control<{ id: number }>('POST', '/faults', {
    match: { method: 'GET', path: `/rest/v1.0/projects/${broken}`, times: 'always' },
    effect: { kind: 'status', status: 403, body: { errors: 'You do not have permission' } },
  });
  const fetched = await ended(await start());
  expect(fetched).toMatchObject({ state: 'done', projects: { failed: 1 } });
  expect(fetched.failures).toEqual([{ reason: expect.stringContaining('permission'), count: 1 }]);
  const history = (await stack.api<FetchWithItems[]>('GET', '/api/fetches')).body;
  expect(history[0]?.failures).toEqual(fetched.failures);
  await stack.control('DELETE', `/faults/${refusal}`);
  const again = await post<FetchWithItems>(`/${fetched.id}/retry-failed`);
  expect(again.status).toBe(202);
  expect(again.body.retryOf).toBe(fetched.id);
  expect(await ended(again.body.id)).toMatchObject({ state: 'done', projects: { seen: 1, done: 1 } });
  expect((await post(`/${again.body.id}/retry-failed`)).status).toBe(409);
});

test('cancelling a paused fetch leaves nothing behind', async () => {
  const hold = await holdFirstProject();
  const id = await start();
  await hold.frozen();
  await post(`/${id}/pause`);
  expect((await post<FetchWithItems>(`/${id}/cancel`)).body.state).toBe('cancelled');
  await hold.release();
  const open = and(eq(inboxEvent.fetchRunId, id), eq(inboxEvent.state, 'pending'), ne(inboxEvent.flow, 'fetch'));
  expect(await stack.deps.db.$count(inboxEvent, open)).toBe(0);
});
