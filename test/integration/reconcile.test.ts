import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CompanyView } from '../../db/queries/companies.ts';
import {
  inboxEvent,
  payableAccount,
  procoreCompany,
  procoreConnection,
  procoreLink,
  project,
  rateWindow,
  syncCursor,
  webhookHook,
} from '../../db/schema/index.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import type { Comparisons } from '../../schemas/reconcile.ts';
import { connectStack, eventually, forgetPacing, type Stack, startStack } from '../environment/stack.ts';

/** Whole comparisons, and schedules that follow within seconds, on a machine others work on, too. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const PATIENCE_MS = 60_000;

let stack: Stack;
let company: CompanyView;

interface SimRow {
  id: number;
  name: string;
  project_id?: number;
  full_code?: string;
}

beforeAll(async () => {
  stack = await startStack({ hasSchedules: true });
  [company] = (await connectStack(stack)) as [CompanyView];
  const body = { companyId: company.id, startDate: '2025-04-01', endDate: '2026-04-01' };
  const { body: started } = await stack.api<FetchWithItems>('POST', '/api/fetches', body);
  await eventually(async () => {
    const { body: seen } = await stack.api<FetchWithItems>('GET', `/api/fetches/${started.id}`);
    return seen.state === 'done';
  }, 60_000);
  await withoutWebhooks();
  await stack.deps.db
    .insert(rateWindow)
    .values({
      connectionId: stack.connectionId,
      kind: 'hour',
      allowed: 100_000,
      resetsAt: sql`now() + interval '1 hour'`,
    })
    .onConflictDoUpdate({ target: [rateWindow.connectionId, rateWindow.kind], set: { allowed: 100_000 } });
}, 90_000);
afterAll(() => stack?.close());

/** Procore loses every event from now on. */
const withoutWebhooks = () => stack.deps.db.update(webhookHook).set({ key: sql`'lost-' || ${webhookHook.id}` });
const path = () => `/api/companies/${company.id}/comparisons`;
const see = async () => (await stack.api<Comparisons>('GET', path())).body;
const compare = async (mode: 'delta' | 'full') => {
  const before = (await see()).runs[0]?.id;
  expect((await stack.api('POST', path(), { mode })).status).toBe(202);
  return eventually(async () => {
    await forgetPacing(stack);
    const [run] = (await see()).runs;
    return run && run.id !== before && run.state !== 'running' && run.pending === 0 ? run : undefined;
  }, 60_000);
};
const records = async (collection: string) =>
  (await stack.control<{ records: SimRow[] }>('GET', `/records/${collection}?companyId=${company.procoreId}`)).records;
const rename = (collection: string, row: SimRow | undefined, fields: object) =>
  stack.control('PATCH', `/records/${collection}/${row?.id}`, fields);
const vendorOf = async (id: number | undefined) => {
  const [row] = await stack.deps.db
    .select({ description: payableAccount.description, isActive: payableAccount.isActive })
    .from(payableAccount)
    .innerJoin(procoreLink, eq(procoreLink.localId, payableAccount.id))
    .where(and(eq(procoreLink.kind, 'vendor'), eq(procoreLink.procoreId, String(id))));
  return row;
};
const linkedProject = async () => {
  const [row] = await stack.deps.db
    .select({ procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .innerJoin(project, eq(project.id, procoreLink.localId))
    .where(and(eq(procoreLink.kind, 'project'), eq(project.isMonitored, true)))
    .orderBy(procoreLink.procoreId);
  return Number(row?.procoreId);
};

test('a look for changes brings what webhooks missed, counts it, and the next one finds nothing', async () => {
  const [vendor] = await records('vendors');
  await rename('vendors', vendor, { name: 'Renamed while nobody listened' });
  const projectId = await linkedProject();
  await rename('projects', { id: projectId, name: '' }, { name: 'A project renamed in silence' });
  const run = await compare('delta');
  expect(run).toMatchObject({ state: 'done', problem: null, missed: { vendor: 1, project: 1 }, missedCount: 2 });
  expect((await vendorOf(vendor?.id))?.description).toBe('Renamed while nobody listened');
  expect((await compare('delta')).missedCount).toBe(0);
  expect((await stack.api<{ missedChanges: number }>('GET', '/api/overview')).body.missedChanges).toBe(2);
});

test('a deactivated vendor, which only the other list shows, is found too', async () => {
  const [, vendor] = await records('vendors');
  await rename('vendors', vendor, { is_active: false });
  expect((await compare('delta')).missed).toEqual({ vendor: 1 });
  expect((await vendorOf(vendor?.id))?.isActive).toBe(false);
});

test('a change stamped by a clock behind ours is not skipped: the look goes back behind its cursor', async () => {
  const [, , vendor] = await records('vendors');
  const fourMinutesAgo = new Date(Date.now() - 4 * 60_000).toISOString();
  await rename('vendors', vendor, { name: 'Stamped late', updated_at: fourMinutesAgo });
  expect((await compare('delta')).missed).toEqual({ vendor: 1 });
  expect((await vendorOf(vendor?.id))?.description).toBe('Stamped late');
});

test('the cursor moves only once the whole kind is in the inbox', async () => {
  const at = async () =>
    (
      await stack.deps.db
        .select()
        .from(syncCursor)
        .where(and(eq(syncCursor.companyId, company.id), eq(syncCursor.kind, 'vendors')))
    )[0]?.at;
  const before = await at();
  const { id: hold } = await stack.control<{ id: number }>('POST', '/faults', {
    match: { method: 'GET', path: '/rest/v1.0/companies/\\d+/vendors/inactive', times: 'always' },
    effect: { kind: 'status', status: 403, body: { errors: 'No permission' } },
  });
  const run = await compare('delta');
  expect(run).toMatchObject({ state: 'failed', problem: expect.stringContaining('No permission') });
  expect(await at()).toBe(before);
  await stack.control('DELETE', `/faults/${hold}`);
  expect((await compare('delta')).state).toBe('done');
  expect(Date.parse((await at()) ?? '')).toBeGreaterThan(Date.parse(before ?? ''));
});

test('a full comparison finds changed and deleted codes, deleted vendors and new types', async () => {
  const projectId = await linkedProject();
  const codes = (await records('cost_codes')).filter((row) => row.project_id === projectId);
  await rename('cost_codes', codes.at(-1), { name: 'Renamed code' });
  await stack.control('DELETE', `/records/cost_codes/${codes.at(-2)?.id}`);
  const gone = (await records('vendors')).at(-1);
  await stack.control('DELETE', `/records/vendors/${gone?.id}`);
  await stack.control('POST', '/records/line_item_types', {
    company_id: Number(company.procoreId),
    name: 'Scaffolding',
    code: 'SCF',
    base_type: 'other',
  });
  const run = await compare('full');
  expect(run).toMatchObject({ state: 'done', problem: null });
  expect(run.missed).toMatchObject({ vendor: 1, cost_code: 2, cost_type: 1 });
  expect((await vendorOf(gone?.id))?.isActive).toBe(false);
  const again = await compare('full');
  expect(again.missedCount).toBe(0);
  expect(again.projects).toBeGreaterThan(1);
  console.log(`full comparison: ${again.calls} calls, ${again.projects} projects, ${again.found} records looked at`);
});

test('when a whole list seems to have vanished nothing is believed', async () => {
  await stack.control('POST', '/faults', {
    match: { method: 'GET', path: '/rest/v1.0/vendors\\?', times: 'always' },
    effect: { kind: 'status', status: 200, body: [] },
  });
  const run = await compare('full');
  await stack.control('DELETE', '/faults');
  expect(run).toMatchObject({ state: 'failed', problem: expect.stringContaining('are missing from its list at once') });
  expect(run.missed.vendor).toBeUndefined();
});

const scheduleOf = (mode: 'delta' | 'full') =>
  stack.deps.temporal.schedule.getHandle(workflowIds.reconcile(stack.account, company.id, mode)).describe();
const minutesOf = (schedule: Awaited<ReturnType<typeof scheduleOf>>) =>
  (schedule.spec.intervals?.[0]?.every ?? 0) / 60_000;

test('each company has two schedules that follow its settings', async () => {
  await eventually(async () => minutesOf(await scheduleOf('delta')) === 15, PATIENCE_MS);
  expect(minutesOf(await scheduleOf('full'))).toBe(24 * 60);
  expect((await scheduleOf('delta')).policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 15 * 60_000 });
  const { body } = await stack.api<Comparisons>('PATCH', path(), { changesEveryMinutes: 60, sweepEveryHours: 6 });
  expect(body).toMatchObject({ changesEveryMinutes: 60, sweepEveryHours: 6 });
  await eventually(async () => minutesOf(await scheduleOf('delta')) === 60, PATIENCE_MS);
  await eventually(async () => minutesOf(await scheduleOf('full')) === 6 * 60, PATIENCE_MS);
  expect((await stack.api('PATCH', path(), { changesEveryMinutes: 1 })).status).toBe(400);
});

test('a small allowance stretches the schedules, and the screen says how long everything takes', async () => {
  const allow = (allowed: number) =>
    stack.deps.db.update(rateWindow).set({ allowed }).where(eq(rateWindow.kind, 'hour'));
  try {
    await allow(40);
    await stack.api('PATCH', path(), { changesEveryMinutes: 5, sweepEveryHours: 1 });
    await allow(40);
    const { plan } = await see();
    expect(plan).toMatchObject({ hourlyLimit: 40, isStretched: true });
    expect(plan.callsPerHour).toBeLessThanOrEqual(10);
    expect(plan.changesEveryMinutes).toBeGreaterThan(5);
    expect(plan.sweepMinutes).toBeGreaterThan(60);
    await eventually(async () => {
      // An answer of Procore that comes meanwhile says its own allowance.
      await allow(40);
      return minutesOf(await scheduleOf('delta')) === plan.changesEveryMinutes;
    }, PATIENCE_MS);
  } finally {
    await allow(100_000);
  }
}, 90_000);

test('schedules pause while the sign-in is dead, and go on after reconnecting', async () => {
  const set = (state: 'connected' | 'reconnect_needed') =>
    stack.deps.db.update(procoreConnection).set({ state }).where(eq(procoreConnection.id, stack.connectionId));
  await set('reconnect_needed');
  await eventually(async () => (await scheduleOf('delta')).state.paused, PATIENCE_MS);
  await eventually(async () => (await scheduleOf('full')).state.paused, PATIENCE_MS);
  expect((await scheduleOf('full')).state.note).toBe('Procore needs to be connected again.');
  expect((await see()).plan.isPaused).toBe(true);
  await set('connected');
  await eventually(async () => !(await scheduleOf('delta')).state.paused, PATIENCE_MS);
});

test('what a schedule starts does the same as the button', async () => {
  const before = (await see()).runs[0]?.id;
  await stack.deps.temporal.schedule
    .getHandle(workflowIds.reconcile(stack.account, company.id, 'delta'))
    .trigger('SKIP');
  await eventually(async () => {
    const [run] = (await see()).runs;
    return run?.id !== before && run?.state === 'done';
  }, PATIENCE_MS);
});

test('a run that was terminated loses nothing: its cursor stays, and the next finds the same', async () => {
  const [vendor] = await records('vendors');
  const { id: hold } = await stack.control<{ id: number }>('POST', '/holds', {
    method: 'GET',
    path: '/rest/v1.0/vendors',
    at: 'before',
  });
  await rename('vendors', vendor, { name: 'Renamed before the end' });
  await stack.api('POST', path(), { mode: 'delta' });
  await stack.control('GET', `/holds/${hold}/wait?timeoutMs=20000`);
  await stack.deps.temporal.workflow.getHandle(workflowIds.reconcile(stack.account, company.id, 'delta')).terminate();
  await stack.deps.db.execute(
    sql`update reconcile_run set alive_at = now() - interval '1 hour' where state = 'running'`,
  );
  expect((await compare('delta')).missed).toEqual({ vendor: 1 });
  expect((await vendorOf(vendor?.id))?.description).toBe('Renamed before the end');
  await stack.control('POST', `/holds/${hold}/release`);
  await stack.control('POST', `/holds/${hold}/release`);
});

test('deliveries Procore gave up are shown, and have the company looked at', async () => {
  await stack.deps.temporal.schedule.getHandle(workflowIds.maintain(stack.account)).trigger('SKIP');
  await eventually(async () => (await see()).deliveries.checkedAt !== null, PATIENCE_MS);
  const { failing, discarded } = (await see()).deliveries;
  expect(failing + discarded).toBeGreaterThan(0);
  const overview = (await stack.api<{ failingDeliveries: number; discardedDeliveries: number }>('GET', '/api/overview'))
    .body;
  expect(overview).toMatchObject({ failingDeliveries: failing, discardedDeliveries: discarded });
});

test('what is old is pruned; what still waits never is', async () => {
  const old = sql<string>`now() - interval '100 days'`;
  const row = { account: stack.account, companyId: company.id, source: 'webhook', receivedAt: old } as const;
  await stack.deps.db.insert(inboxEvent).values([
    { ...row, state: 'applied', outcome: 'long ago' },
    { ...row, state: 'pending', outcome: 'still waits' },
  ]);
  await stack.deps.temporal.schedule.getHandle(workflowIds.maintain(stack.account)).trigger('SKIP');
  const left = () =>
    stack.deps.db
      .select({ outcome: inboxEvent.outcome })
      .from(inboxEvent)
      .where(sql`received_at < now() - interval '1 day'`);
  await eventually(async () => (await left()).length === 1, PATIENCE_MS);
  expect(await left()).toEqual([{ outcome: 'still waits' }]);
});

test('schedules of a company that is gone are deleted', async () => {
  await stack.deps.db.update(procoreCompany).set({ isActive: false }).where(eq(procoreCompany.id, company.id));
  await eventually(async () => {
    const names: string[] = [];
    for await (const { scheduleId } of stack.deps.temporal.schedule.list()) names.push(scheduleId);
    return names.every((name) => !name.includes(`/reconcile/${company.id}/`));
  }, PATIENCE_MS);
});
