import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelBulk, getBulk, startBulk } from '../../db/queries/bulk-actions.ts';
import { chooseDeleted } from '../../db/queries/invoice-choices.ts';
import { approveInvoice, checkInvoice } from '../../db/queries/invoice-steps.ts';
import { payableInvoice } from '../../db/schema/index.ts';
import type { BulkAction, BulkPreview } from '../../schemas/bulk-actions.ts';
import type { ApiError } from '../../schemas/common.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import { eventually } from '../environment/stack.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld();
}, 120_000);
afterAll(() => world?.stack.close());

const db = () => world.stack.deps.db;
const api = <T = Invoice>(method: string, path: string, body?: unknown) =>
  world.stack.api<T>(method, `/api${path}`, body);

async function send(id: string) {
  await world.queue(id);
  return world.ended(id);
}

const goLive = (date: string) => api('PATCH', `/companies/${world.company.id}`, { goLiveDate: date });

test('an ignored invoice is not sent until that is taken back, and says why', async () => {
  const id = await world.approved({ number: 'IGN-1' });
  const ignored = await api('POST', `/invoices/${id}/ignore`, { reason: 'Paid by card.' });
  expect(ignored.body).toMatchObject({ integration: 'ignored', integrationText: 'Paid by card.' });
  expect(ignored.body.may).toMatchObject({ send: false, edit: false, ignore: false, unignore: true });
  const refused = await api<ApiError>('POST', `/invoices/${id}/send`);
  expect([refused.status, refused.body.error.message]).toEqual([409, 'IGN-1 is ignored.']);
  expect((await api('POST', `/invoices/${id}/unignore`)).body).toMatchObject({
    integration: null,
    may: { send: true },
  });
  expect((await send(id)).integration).toBe('sent');
  expect((await api<ApiError>('POST', `/invoices/${id}/ignore`, { reason: 'late' })).status).toBe(409);
});

async function failing(...numbers: string[]): Promise<string[]> {
  const [, place] = world.projects;
  const codeId = place!.codes.find(({ code }) => code === '03-888')?.id ?? (await world.addCode(1, '03-888'));
  const ids: string[] = [];
  for (const number of numbers)
    ids.push(await world.approved({ number, lines: [{ projectId: place!.id, projectCostCodeId: codeId }] }));
  await world.queue(...ids);
  for (const id of ids) expect((await world.ended(id)).problems[0]?.code).toBe('CODE_MISSING');
  return ids;
}

test('all that failed for one reason are retried at once: counted first, watched, and once each in Procore', async () => {
  const ids = await failing('BULK-1', 'BULK-2', 'BULK-3');
  const empty = await api<ApiError>('POST', '/bulk-actions/preview', { kind: 'retry', filter: {} });
  expect([empty.status, empty.body.error.message]).toEqual([400, 'Say which invoices: the filter is empty.']);
  const filter = { problem: 'CODE_MISSING' };
  const { body: preview } = await api<BulkPreview>('POST', '/bulk-actions/preview', { kind: 'retry', filter });
  expect(preview).toEqual({ count: 3, value: '300.00', oldestDate: '2026-03-18', beforeGoLive: 0 });
  expect((await api('POST', '/bulk-actions', { kind: 'retry', filter, expected: 2 })).status).toBe(409);

  await world.settings({ createMissingCodes: true });
  const started = await api<BulkAction>('POST', '/bulk-actions', { kind: 'retry', filter, expected: 3 });
  expect([started.status, started.body.total, started.body.value]).toEqual([202, 3, '300.00']);
  for (const id of ids) expect((await world.ended(id, 60_000)).integration).toBe('sent');
  await world.settings({ createMissingCodes: false });
  const { body: over } = await api<BulkAction>('GET', `/bulk-actions/${started.body.id}`);
  expect(over).toMatchObject({ queued: 0, underWay: 0, sent: 3, failed: 0, other: 0 });
  for (const number of ['BULK-1', 'BULK-2', 'BULK-3']) expect(await world.held(number)).toHaveLength(1);
  const { body: log } = await api<{ entries: { event: string }[] }>('GET', `/invoices/${ids[0]}/log`);
  expect(log.entries.map(({ event }) => event)).toContain('retried');
}, 90_000);

test('a bulk action is cancelled: what was not started goes back to where it stood', async () => {
  const ids = await Promise.all([1, 2, 3].map((n) => world.approved({ number: `TAKE-${n}` })));
  const filter = { search: 'TAKE-' };
  // As if Temporal had been down since: queued, and nothing started.
  await db().transaction(async (tx) => {
    const { account } = world.stack;
    const bulk = await startBulk(tx, account, 'clerk', { kind: 'send', filter });
    expect(bulk?.total).toBe(3);
    expect(await getBulk(tx, account, bulk!.id)).toMatchObject({ queued: 3, sent: 0, other: 0 });
    expect(await cancelBulk(tx, account, bulk!.id, 'clerk')).toBe(3);
    expect(await getBulk(tx, account, bulk!.id)).toMatchObject({ queued: 0, other: 3 });
  });
  for (const id of ids) expect((await api('GET', `/invoices/${id}`)).body).toMatchObject({ integration: null });
  expect(await world.held('TAKE-1')).toEqual([]);
});

test('before go-live one leaves only by an admin with a reason, and none with others', async () => {
  await goLive('2026-06-01');
  const id = await world.approved({ number: 'OLD-1' });
  const other = await world.approved({ number: 'OLD-2' });
  const click = await api<ApiError>('POST', `/invoices/${id}/send`);
  expect([click.status, click.body.error.message]).toEqual([
    409,
    'OLD-1: Dated 2026-03-18, before the go-live date 2026-06-01. Send it by itself with a reason.',
  ]);
  const many = await api<{ queued: string[]; refused: unknown[] }>('POST', '/invoices/send', { ids: [id, other] });
  expect([many.body.queued, many.body.refused.length]).toEqual([[], 2]);
  const { body: preview } = await api<BulkPreview>('POST', '/bulk-actions/preview', {
    kind: 'send',
    filter: { search: 'OLD-' },
  });
  expect(preview).toMatchObject({ count: 0, beforeGoLive: 2 });

  expect((await api('GET', `/invoices/${id}`)).body.may.sendEarly).toBe(true);
  expect((await api<ApiError>('POST', `/invoices/${id}/send-early`, {})).status).toBe(400);
  const early = await api('POST', `/invoices/${id}/send-early`, { reason: 'Missed in the old system.' });
  expect(early.status).toBe(202);
  expect((await world.ended(id)).integration).toBe('sent');
  expect(await world.held('OLD-2')).toEqual([]);
  const [audit] = await db().execute(sql`select after from audit_event where action = 'invoice.sent-early'`);
  expect(audit?.after).toEqual({ reason: 'Missed in the old system.' });
  await goLive('2020-01-01');
});

test('one queued before the go-live date was moved does not leave either', async () => {
  const id = await world.approved({ number: 'OLD-3' });
  await goLive('2026-06-01');
  await db()
    .update(payableInvoice)
    .set({ integration: 'queued', queuedAt: sql`now()` })
    .where(eq(payableInvoice.id, id));
  world.stack.doorbell?.poke();
  expect((await world.ended(id)).problems.map(({ code }) => code)).toEqual(['BEFORE_GO_LIVE']);
  expect(await world.held('OLD-3')).toEqual([]);
  await goLive('2020-01-01');
});

const deleteThere = async (collection: string, id: number) =>
  world.stack.control('DELETE', `/records/${collection}/${id}`);
const retry = async (id: string) => {
  await world.again(id);
  return world.ended(id);
};
const decide = async (id: string, choice: 'recreate' | 'unlink') => {
  const result = await db().transaction((tx) => chooseDeleted(tx, world.stack.account, id, 'clerk', choice));
  expect(result).toEqual({ kind: 'done' });
  world.stack.doorbell?.poke();
};

test('a record deleted in Procore is made again when a person says so, once', async () => {
  const id = await world.approved({ number: 'DEL-1' });
  await send(id);
  await deleteThere('direct_costs', (await world.held('DEL-1'))[0]!.id);
  expect((await retry(id)).problems.map(({ code }) => code)).toEqual(['DELETED_REMOTELY']);
  await decide(id, 'recreate');
  expect(await eventually(async () => (await world.ended(id)).integration)).toBe('sent');
  const [cost, ...others] = await world.held('DEL-1');
  expect([others, cost?.status, cost?.lines.length]).toEqual([[], 'approved', 1]);
});

test('a line deleted in Procore is made again when a person says so, beside the others', async () => {
  await world.settings({ directCostStatus: 'pending' });
  const id = await world.approved({ number: 'DEL-2', lines: [{ amount: '60.00' }, { amount: '40.00' }] });
  await send(id);
  const [before] = await world.held('DEL-2');
  await deleteThere('direct_cost_line_items', before!.lines[0]!.id);
  expect((await retry(id)).problems.map(({ code }) => code)).toEqual(['DELETED_REMOTELY']);
  await decide(id, 'recreate');
  expect((await world.ended(id)).problems).toEqual([]);
  const [cost, ...others] = await world.held('DEL-2');
  expect([others, cost?.lines.map((line) => Number(line.amount)).sort()]).toEqual([[], [40, 60]]);
  await world.settings({ directCostStatus: 'approved' });
});

test('a record deleted in Procore is let go of: the invoice is ignored, and sent anew only when that is taken back', async () => {
  const id = await world.approved({ number: 'DEL-3' });
  await send(id);
  await deleteThere('direct_costs', (await world.held('DEL-3'))[0]!.id);
  await retry(id);
  await decide(id, 'unlink');
  const { body } = await api('GET', `/invoices/${id}`);
  expect(body).toMatchObject({ integration: 'ignored', integrationText: 'Deleted in Procore.', parts: [] });
  expect(await world.held('DEL-3')).toEqual([]);
  await api('POST', `/invoices/${id}/unignore`);
  expect((await send(id)).integration).toBe('sent');
  expect(await world.held('DEL-3')).toHaveLength(1);
});

test('an invoice changed after it was sent is checked, approved and sent again: the same record, changed', async () => {
  await world.settings({ directCostStatus: 'pending' });
  const id = await world.approved({ number: 'EDIT-9', lines: [{ amount: '60.00' }, { amount: '40.00' }] });
  await send(id);
  const [before] = await world.held('EDIT-9');
  const { body: now } = await api('GET', `/invoices/${id}`);
  const [first] = now.lines;
  const { body: edited } = await api('PUT', `/invoices/${id}`, {
    number: now.number,
    payableAccountId: now.payableAccountId,
    invoiceDate: now.invoiceDate,
    total: '75.00',
    tax: '11.25',
    lines: [{ ...first, amount: '75.00' }],
  });
  expect([edited.status, edited.integration, edited.may.send]).toEqual(['entered', null, false]);
  const { account } = world.stack;
  await db().transaction((tx) => checkInvoice(tx, account, id, 'clerk'));
  await db().transaction((tx) => approveInvoice(tx, account, id, 'approver'));
  expect((await send(id)).problems).toEqual([]);
  const [cost, ...others] = await world.held('EDIT-9');
  expect(others).toEqual([]);
  expect(cost).toMatchObject({ id: before!.id, status: 'pending' });
  expect(cost?.lines.map((line) => Number(line.amount))).toEqual([75]);
  await world.settings({ directCostStatus: 'approved' });
});
