import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { companyAddress } from '../../db/queries/companies.ts';
import { inboxEvent, inboxScope, integrationLog, webhookHook } from '../../db/schema/index.ts';
import { eventually } from '../environment/stack.ts';
import { type HeldDirectCost, type PushWorld, startPushWorld } from './push-world.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 240_000 });
const PATIENCE_MS = 90_000;

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld();
});
afterAll(() => world?.stack.close());

const forgetPacing = () =>
  world.stack.deps.db
    .update(inboxScope)
    .set({ paidUntil: sql`'-infinity'`, quietUntil: sql`'-infinity'` })
    .where(sql`paid_until > now()`);
const change = (collection: string, id: number, fields: object) =>
  world.stack.control('PATCH', `/records/${collection}/${id}`, fields);
const remove = (collection: string, id: number) => world.stack.control('DELETE', `/records/${collection}/${id}`);
const show = (id: string) => world.stack.api<{ parts: { drift: string | null }[] }>('GET', `/api/invoices/${id}`);
const drift = async (id: string) => (await show(id)).body.parts[0]?.drift;

/** An invoice that is in Procore, and the record it became. */
async function sent(wish: Parameters<PushWorld['send']>[0] = {}): Promise<{ id: string; cost: HeldDirectCost }> {
  const id = await world.send(wish);
  expect((await world.ended(id, PATIENCE_MS)).integration).toBe('sent');
  const [cost] = await world.held(world.numberOf(id));
  return { id, cost: cost! };
}

const comesTo = (id: string, said: string | null) =>
  eventually(async () => {
    await forgetPacing();
    return (await drift(id)) === said;
  }, PATIENCE_MS);

test('the echo of what we sent ourselves is not odd', async () => {
  const { id, cost } = await sent();
  const event = await eventually(async () => {
    await forgetPacing();
    const rows = await world.stack.deps.db
      .select()
      .from(inboxEvent)
      .where(eq(inboxEvent.recordId, String(cost.id)));
    return rows.length > 0 && rows.every(({ state }) => state !== 'pending') ? rows.at(-1) : undefined;
  }, PATIENCE_MS);
  expect(event).toMatchObject({ recordKind: 'direct_cost', state: 'unchanged' });
  expect(await drift(id)).toBeNull();
});

test('a direct cost somebody deletes is said to be deleted, beside the invoice and in its story; nothing is sent again', async () => {
  const { id, cost } = await sent();
  await remove('direct_costs', cost.id);
  const number = world.numberOf(id);
  await eventually(async () => {
    await forgetPacing();
    return (await drift(id))?.startsWith(`${number} was deleted`);
  }, PATIENCE_MS);
  const told = await world.stack.deps.db.select().from(integrationLog).where(eq(integrationLog.documentId, id));
  expect(told.filter(({ code }) => code === 'DELETED_REMOTELY')).toHaveLength(1);
  expect(await world.held(number)).toEqual([]);
  expect((await world.ended(id)).integration).toBe('sent');
});

test('an amount somebody edits is said, and no more once it is set back', async () => {
  const { id, cost } = await sent();
  const [line] = cost.lines;
  await change('direct_cost_line_items', line!.id, { amount: '90.00' });
  await eventually(async () => {
    await forgetPacing();
    return ((await drift(id)) ?? '') !== '';
  }, PATIENCE_MS);
  await change('direct_cost_line_items', line!.id, { amount: '100.00' });
  await comesTo(id, null);
});

test('a second record with our stamp that is in use is said to be double; one nobody uses goes', async () => {
  const { id, cost } = await sent();
  const twin = (fields: object) =>
    world.stack.control<{ id: number }>('POST', '/records/direct_costs', {
      project_id: cost.project_id,
      vendor_id: cost.vendor_id,
      invoice_number: cost.invoice_number,
      origin_data: cost.origin_data,
      ...fields,
    });
  await twin({ status: 'draft' });
  await eventually(async () => {
    await forgetPacing();
    return (await world.held(world.numberOf(id))).length === 1;
  }, PATIENCE_MS);
  expect(await drift(id)).toBeNull();
  await twin({ status: 'approved' });
  await comesTo(id, `${world.numberOf(id)} stands twice in Procore project ${await projectText(id)}.`);
  expect(await world.held(world.numberOf(id))).toHaveLength(2);
});

const projectText = async (id: string) =>
  (await world.stack.api<{ parts: { projectText: string }[] }>('GET', `/api/invoices/${id}`)).body.parts[0]
    ?.projectText;

test('a direct cost of somebody else is left alone', async () => {
  const { cost } = await sent();
  const { id } = await world.stack.control<{ id: number }>('POST', '/records/direct_costs', {
    project_id: cost.project_id,
    vendor_id: cost.vendor_id,
    invoice_number: 'THEIRS-1',
  });
  const row = await eventually(async () => {
    await forgetPacing();
    const [found] = await world.stack.deps.db
      .select()
      .from(inboxEvent)
      .where(eq(inboxEvent.recordId, String(id)));
    return found && found.state !== 'pending' ? found : undefined;
  }, PATIENCE_MS);
  expect(row).toMatchObject({ state: 'ignored', outcome: 'It is none of ours.' });
});

test('triggers follow what is sent: time cards with either tick, direct costs with the interface', async () => {
  const names = async () => {
    const { db, procore } = world.stack.deps;
    const api = procore.company({
      ...(await companyAddress(db, world.stack.account, world.company.id)),
      lane: 'person',
    });
    const [hook] = await db.select().from(webhookHook).where(eq(webhookHook.companyId, world.company.id));
    const triggers = await api.hooks.triggers.list({ hookId: hook!.procoreId! });
    return new Set(triggers.map((one) => one.resource_name));
  };
  const has = (name: string, isThere: boolean) =>
    eventually(async () => {
      await forgetPacing();
      return (await names()).has(name) === isThere;
    }, PATIENCE_MS);
  const set = (fields: object) => world.stack.api('PATCH', '/api/settings', fields);
  await has('Direct Costs', true);
  await has('Direct Cost Line Items', true);
  await has('Timecard Entries', false);
  await set({ sendTimeSheetAfterApproval: true });
  await has('Timecard Entries', true);
  await set({ sendTimeSheetAfterApproval: false });
  await has('Timecard Entries', false);
  await set({ invoicesInterface: null });
  await has('Direct Costs', false);
});
