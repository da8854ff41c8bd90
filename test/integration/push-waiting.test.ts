import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { holdAbandoned } from '../../db/queries/document-queue.ts';
import { listInvoices } from '../../db/queries/invoice-list.ts';
import { approveInvoice, cancelInvoice, queueInvoices, retryInvoice } from '../../db/queries/invoice-steps.ts';
import { getInvoice, updateInvoice } from '../../db/queries/invoices.ts';
import { procoreConnection } from '../../db/schema/index.ts';
import { cancelRun, wakeDocuments } from '../../dispatch/documents.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { eventually } from '../environment/stack.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld();
}, 120_000);
afterAll(() => world?.stack.close());

const see = async (id: string) => (await getInvoice(world.stack.deps.db, world.stack.account, id))!;
const retry = async (id: string) => {
  await world.stack.deps.db.transaction((tx) => retryInvoice(tx, world.stack.account, id, 'clerk'));
  world.stack.doorbell?.poke();
};
const waiting = (id: string) =>
  eventually(async () => {
    const invoice = await see(id);
    return invoice.integration === 'waiting' ? invoice : undefined;
  });
const down = (path = '/rest/v1\\.1/projects/\\d+/direct_costs\\?') =>
  world.stack.control<{ id: number }>('POST', '/faults', {
    match: { method: 'GET', path, times: 'always' },
    effect: { kind: 'status', status: 500 },
  });

async function signIn(state: 'connected' | 'reconnect_needed'): Promise<void> {
  const { db } = world.stack.deps;
  await db.update(procoreConnection).set({ state }).where(eq(procoreConnection.id, world.stack.connectionId));
}

test('while nobody is signed in an invoice waits, and the next sign-in wakes it', async () => {
  await signIn('reconnect_needed');
  const id = await world.send();
  const invoice = await waiting(id);
  expect(invoice.integrationText).toBe('Waiting for Procore to be reconnected');
  expect(invoice.waitingSince).not.toBeNull();
  await signIn('connected');
  await wakeDocuments(world.stack.deps, world.stack.account);
  expect((await world.ended(id)).integration).toBe('sent');
}, 60_000);

test('while Procore is down an invoice says since when it waits; it goes by itself afterwards', async () => {
  const fault = await down();
  const id = await world.send();
  expect((await waiting(id)).integrationText).toBe('Waiting for Procore');
  await world.stack.control('DELETE', `/faults/${fault.id}`);
  expect((await world.ended(id)).integration).toBe('sent');
}, 60_000);

test('on its way an invoice cannot be changed; cancelled before Procore has anything it is free again', async () => {
  const { db } = world.stack.deps;
  const { account } = world.stack;
  const fault = await down();
  const id = await world.send();
  await waiting(id);
  const { lines, ...draft } = await see(id);
  expect(await updateInvoice(db, account, id, 'clerk', { ...draft, lines })).toMatchObject({ kind: 'conflict' });
  const cancelled = await db.transaction((tx) => cancelInvoice(tx, account, id, 'clerk'));
  expect(cancelled).toEqual({ kind: 'running' });
  await cancelRun(world.stack.deps, account, id);
  const free = await world.ended(id);
  expect(free.integration).toBeNull();
  await world.stack.control('DELETE', `/faults/${fault.id}`);
  expect(await world.held(world.numberOf(id))).toEqual([]);
  expect(await updateInvoice(db, account, id, 'clerk', { ...draft, lines })).toEqual({ kind: 'done' });
}, 60_000);

test('a queued invoice is taken back without a run', async () => {
  const { db } = world.stack.deps;
  const id = await world.approved();
  await db.transaction(async (tx) => {
    await queueInvoices(tx, world.stack.account, [id], 'clerk');
    expect(await cancelInvoice(tx, world.stack.account, id, 'clerk')).toEqual({ kind: 'done' });
  });
  expect((await see(id)).integration).toBeNull();
});

test('nobody approves what they entered, unless the account allows it', async () => {
  const { db } = world.stack.deps;
  const { account } = world.stack;
  const id = await world.approved();
  await db.execute(`update payable_invoice set status = 'checked' where id = '${id}'`);
  expect(await approveInvoice(db, account, id, 'clerk')).toMatchObject({ kind: 'forbidden' });
  await world.settings({ selfApproval: true });
  expect(await approveInvoice(db, account, id, 'clerk')).toEqual({ kind: 'done' });
  await world.settings({ selfApproval: false });
});

test('a run that was cancelled half way holds the invoice; a retry goes on from the draft', async () => {
  const fault = await world.stack.control<{ id: number }>('POST', '/faults', {
    match: { method: 'PATCH', path: '/direct_costs/line_items/sync$', times: 'always' },
    effect: { kind: 'status', status: 409 },
  });
  const id = await world.send();
  expect((await waiting(id)).integrationText).toBe('Waiting for another document to finish in Procore');
  await world.stack.deps.temporal.workflow.getHandle(workflowIds.invoice(world.stack.account, id)).cancel();
  expect((await world.ended(id)).integration).toBe('held');
  await world.stack.control('DELETE', `/faults/${fault.id}`);
  await retry(id);
  expect((await world.ended(id)).integration).toBe('sent');
  expect(await world.held(world.numberOf(id))).toHaveLength(1);
}, 60_000);

test('an invoice whose run vanished is held and says how to go on', async () => {
  const fault = await down();
  const id = await world.send();
  await waiting(id);
  const { db, temporal } = world.stack.deps;
  await temporal.workflow.getHandle(workflowIds.invoice(world.stack.account, id)).terminate('lost');
  await holdAbandoned(db, world.stack.account, id);
  const [row] = (await listInvoices(db, world.stack.account, { tab: 'failed', limit: 10 })).rows;
  expect(row).toMatchObject({
    id,
    integrationText: 'Stopped before it was finished. Retry goes on from what stands there already',
  });
  await world.stack.control('DELETE', `/faults/${fault.id}`);
  await retry(id);
  expect((await world.ended(id)).integration).toBe('sent');
}, 60_000);
