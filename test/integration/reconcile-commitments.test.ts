import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createReconcileActivities } from '../../activities/reconcile.ts';
import type { CompanyView } from '../../db/queries/companies.ts';
import { beginRun, endRun, type ReconcileRunRow } from '../../db/queries/reconcile.ts';
import {
  accessPersona,
  inboxEvent,
  lentuneUser,
  procoreLink,
  purchaseOrder,
  rateWindow,
  subContract,
  syncCursor,
  userGroup,
  webhookHook,
} from '../../db/schema/index.ts';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import type { Comparisons } from '../../schemas/reconcile.ts';
import { connectStack, eventually, type Stack, startStack } from '../environment/stack.ts';

/** Whole comparisons, on a machine others work on, too. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const PATIENCE_MS = 120_000;

let stack: Stack;
let company: CompanyView;

interface SimRow {
  id: number;
  project_id: number;
  title: string;
  is_active: boolean;
  can_sign_in: boolean;
  is_service_account: boolean;
}

beforeAll(async () => {
  stack = await startStack({
    simulator: {
      seed: 7,
      settings: { rateHourly: { limit: 100_000, seconds: 3600 }, rateSpike: { limit: 1_000_000, seconds: 10 } },
    },
  });
  [company] = (await connectStack(stack)) as [CompanyView];
  const { db } = stack.deps;
  const [group] = await db.insert(userGroup).values({ account: stack.account, name: 'Site' }).returning();
  const [persona] = await db.insert(accessPersona).values({ account: stack.account, name: 'Crew' }).returning();
  await stack.api('PATCH', `/api/companies/${company.id}`, {
    syncSubContracts: true,
    purchaseOrderMaster: 'procore',
    syncUsers: true,
    timeSheetGroupId: group?.id,
    timeSheetPersonaId: persona?.id,
  });
  const body = { companyId: company.id, startDate: '2025-04-01', endDate: '2026-04-01' };
  const { body: started } = await stack.api<FetchWithItems>('POST', '/api/fetches', body);
  await eventually(async () => {
    const { body: seen } = await stack.api<FetchWithItems>('GET', `/api/fetches/${started.id}`);
    return seen.state === 'done';
  }, PATIENCE_MS);
  await settle();
  await allow(100_000);
  // Procore loses every event from now on.
  await db.update(webhookHook).set({ key: sql`'lost-' || ${webhookHook.id}` });
});
afterAll(() => stack?.close());

/** Procore tells an allowance with each answer; a test decides what is known of it. */
const allow = (allowed: number) =>
  stack.deps.db
    .insert(rateWindow)
    .values({ connectionId: stack.connectionId, kind: 'hour', allowed, resetsAt: sql`now() + interval '1 hour'` })
    .onConflictDoUpdate({
      target: [rateWindow.connectionId, rateWindow.kind],
      set: { allowed, used: 0, resetsAt: sql`now() + interval '1 hour'` },
    });
const path = () => `/api/companies/${company.id}/comparisons`;
const forgetPacing = () =>
  stack.deps.db.execute(
    sql`update inbox_scope set paid_until = '-infinity', quiet_until = '-infinity' where paid_until > now()`,
  );
const settle = () =>
  eventually(async () => {
    await forgetPacing();
    return (await stack.deps.db.$count(inboxEvent, eq(inboxEvent.state, 'pending'))) === 0;
  }, PATIENCE_MS);
const newest = async () => (await stack.api<Comparisons>('GET', path())).body.runs[0];
const compare = async (mode: 'delta' | 'full') => {
  const before = (await newest())?.id;
  await stack.api('POST', path(), { mode });
  return eventually(async () => {
    await forgetPacing();
    const run = await newest();
    return run && run.id !== before && run.state !== 'running' && run.pending === 0 ? run : undefined;
  }, PATIENCE_MS);
};
const records = async (collection: string) =>
  (await stack.control<{ records: SimRow[] }>('GET', `/records/${collection}?companyId=${company.procoreId}`)).records;
const linked = async (kind: 'sub_contract' | 'purchase_order' | 'user') =>
  new Map(
    (
      await stack.deps.db
        .select({ procoreId: procoreLink.procoreId, localId: procoreLink.localId })
        .from(procoreLink)
        .where(and(eq(procoreLink.companyId, company.id), eq(procoreLink.kind, kind)))
    ).map(({ procoreId, localId }) => [procoreId, localId ?? '']),
  );

test('a look for changes finds commitments and users whose webhooks were lost, and the next finds nothing', async () => {
  await compare('delta');
  const contracts = await linked('sub_contract');
  const orders = await linked('purchase_order');
  const users = await linked('user');
  const contract = (await records('work_order_contracts')).find(({ id }) => contracts.has(String(id)));
  const order = (await records('purchase_order_contracts')).find(({ id }) => orders.has(String(id)));
  const person = (await records('company_users')).find(({ id }) => users.has(String(id)));
  await stack.control('PATCH', `/records/work_order_contracts/${contract?.id}`, { title: 'Renamed in silence' });
  await stack.control('PATCH', `/records/purchase_order_contracts/${order?.id}`, { status: 'Closed' });
  await stack.control('PATCH', `/records/company_users/${person?.id}`, { employee_id: 'K-4711' });
  const run = await compare('delta');
  expect(run).toMatchObject({ state: 'done', problem: null, missed: { sub_contract: 1, purchase_order: 1, user: 1 } });
  const { db } = stack.deps;
  expect(
    await db
      .select()
      .from(subContract)
      .where(eq(subContract.id, contracts.get(String(contract?.id)) ?? '')),
  ).toMatchObject([{ description: 'Renamed in silence' }]);
  expect(
    await db
      .select()
      .from(purchaseOrder)
      .where(eq(purchaseOrder.id, orders.get(String(order?.id)) ?? '')),
  ).toMatchObject([{ procoreStatus: 'Closed' }]);
  expect(
    await db
      .select()
      .from(lentuneUser)
      .where(eq(lentuneUser.id, users.get(String(person?.id)) ?? '')),
  ).toMatchObject([{ employeeId: 'K-4711' }]);
  expect((await compare('delta')).missedCount).toBe(0);
});

test('users who left the list are found by the full comparison: one deactivated, one deleted', async () => {
  const users = await linked('user');
  const [gone, left] = (await records('company_users')).filter(
    (row) => users.has(String(row.id)) && row.is_active && !row.can_sign_in && !row.is_service_account,
  );
  await stack.control('DELETE', `/records/company_users/${gone?.id}`);
  await stack.control('PATCH', `/records/company_users/${left?.id}`, { is_active: false });
  const run = await compare('full');
  expect(run.missed).toMatchObject({ user: 2 });
  for (const row of [gone, left])
    expect(
      await stack.deps.db
        .select()
        .from(lentuneUser)
        .where(eq(lentuneUser.id, users.get(String(row?.id)) ?? '')),
    ).toMatchObject([{ isActive: false }]);
});

test('a look that may ask one project asks the one longest unasked, and the next look another', async () => {
  const asked = async () =>
    (
      await stack.deps.db
        .select({ kind: syncCursor.kind, at: syncCursor.at })
        .from(syncCursor)
        .where(sql`${syncCursor.companyId} = ${company.id} and kind like 'commitments/%'`)
    ).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const before = await asked();
  expect(before.length).toBeGreaterThan(2);
  const { compareList } = createReconcileActivities(stack.deps);
  for (const turn of [1, 2]) {
    const run = await stack.deps.db.transaction((tx) => beginRun(tx, stack.account, company.id, 'delta'));
    const step = { account: stack.account, runId: run?.id ?? '' };
    expect(await compareList({ ...step, kind: 'commitments', cursor: '1' })).toBeNull();
    await stack.deps.db.transaction((tx) => endRun(tx, run as ReconcileRunRow));
    const moved = (await asked()).filter(({ kind, at }) => before.find((one) => one.kind === kind)?.at !== at);
    expect(moved).toHaveLength(turn);
  }
});

test('a project that hides its commitments holds up no other', async () => {
  const contracts = await linked('sub_contract');
  const [hidden, other] = (await records('work_order_contracts')).filter(
    ({ id, project_id }, _, all) => contracts.has(String(id)) && all.some((one) => one.project_id !== project_id),
  );
  const elsewhere = (await records('work_order_contracts')).find(
    ({ id, project_id }) => contracts.has(String(id)) && project_id !== hidden?.project_id,
  );
  expect(other).toBeDefined();
  await stack.control('POST', '/faults', {
    match: { method: 'GET', path: `work_order_contracts\\?.*project_id=${hidden?.project_id}`, times: 'always' },
    effect: { kind: 'status', status: 403, body: { errors: 'No permission' } },
  });
  await stack.control('PATCH', `/records/work_order_contracts/${elsewhere?.id}`, { title: 'Renamed elsewhere' });
  const run = await compare('delta');
  expect(run).toMatchObject({ state: 'done', missed: { sub_contract: 1 } });
});
