import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { getLog } from '../../db/queries/integration-log.ts';
import type { BulkAction, BulkUndoPreview } from '../../schemas/bulk-actions.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import type { UndoPreview } from '../../schemas/undo.ts';
import { eventually } from '../environment/stack.ts';
import { type OverheadWorld, startOverheadWorld } from './overhead-world.ts';

let world: OverheadWorld;
beforeAll(async () => {
  world = await startOverheadWorld({ env: { SETTLE_DELAY_MS: '300' } });
}, 180_000);
afterAll(() => world?.stack.close());
afterEach(() => world.stack.control('DELETE', '/faults'));

const SLOW = 60_000;
const api = <T>(method: string, path: string, body?: unknown) => world.stack.api<T>(method, `/api/${path}`, body);
const change = (collection: string, id: number, fields: object) =>
  world.stack.control('PATCH', `/records/${collection}/${id}`, fields);

async function sent(number: string, lines = [{}]): Promise<string> {
  const id = await world.send({ number, lines });
  expect((await world.ended(id, SLOW)).problems).toEqual([]);
  return id;
}
const sentMixed = (number: string) => sent(number, [{}, world.overhead({ amount: '50.00' })]);
const look = async (id: string) => (await api<UndoPreview>('GET', `invoices/${id}/undo`)).body;
const billStates = async (number: string) => (await world.bills(number)).map(({ status }) => status);

async function undo(id: string, shown: UndoPreview) {
  const asked = await api<Invoice>('POST', `invoices/${id}/undo`, {
    reason: 'Wrong month.',
    parts: shown.parts.map(({ partId, action }) => ({ partId, action })),
    bill: shown.bill?.action,
  });
  world.stack.doorbell?.poke();
  return asked;
}

test('a mixed invoice is taken back in both systems, and sent anew it stands once in each', async () => {
  const id = await sentMixed('BACK-1');
  const shown = await look(id);
  expect(shown.parts.map(({ action }) => action)).toEqual(['delete']);
  expect(shown.bill).toEqual({
    system: 'Xero',
    number: 'BACK-1',
    kind: 'bill',
    total: '50.00',
    action: 'remove',
    why: '',
  });
  expect((await undo(id, shown)).status).toBe(202);
  const done = await world.ended(id, SLOW);
  expect([done.integration, done.problems, done.overhead?.remoteId]).toEqual(['ignored', [], null]);
  expect([await world.held('BACK-1'), await billStates('BACK-1')]).toEqual([[], ['DELETED']]);
  const log = await getLog(world.stack.deps.db, world.stack.account, 'invoice', id);
  expect(log.map(({ message }) => message)).toContain('Removed the bill in Xero.');

  await api('POST', `invoices/${id}/unignore`);
  await world.queue(id);
  expect((await world.ended(id, SLOW)).integration).toBe('sent');
  expect(await world.held('BACK-1')).toHaveLength(1);
  expect(await billStates('BACK-1')).toEqual(['DELETED', 'SUBMITTED']);
});

test('an approved bill of an invoice of overheads alone is voided', async () => {
  await world.settings({ billStatus: 'authorised' });
  const id = await sent('BACK-2', [world.overhead()]);
  expect((await api<Invoice>('GET', `invoices/${id}`)).body.may.undo).toBe(true);
  await undo(id, await look(id));
  expect((await world.ended(id, SLOW)).integration).toBe('ignored');
  expect(await billStates('BACK-2')).toEqual(['VOIDED']);
  await world.settings({ billStatus: 'submitted' });
});

test('a paid bill holds the whole invoice, in the words of the catalogue', async () => {
  const id = await sentMixed('BACK-3');
  const [bill] = await world.bills('BACK-3');
  await change('xero_invoices', bill!.id, { amount_paid: 10 });
  const shown = await look(id);
  expect(shown.bill).toMatchObject({
    action: null,
    why: 'BACK-3 can no longer be changed in Xero: something is paid on it. Undo the payment or unlock the period there, or enter a credit.',
  });
  expect((await undo(id, { ...shown, bill: { ...shown.bill!, action: 'remove' } })).status).toBe(202);
  const stopped = await world.ended(id, SLOW);
  expect([stopped.integration, stopped.problems.map(({ code }) => code)]).toEqual(['sent', ['BILL_LOCKED']]);
  expect([await world.held('BACK-3'), await billStates('BACK-3')]).toEqual([[expect.anything()], ['SUBMITTED']]);
});

test('a lock date that accounting tells only when asked leaves both parts as they are', async () => {
  const id = await sentMixed('BACK-4');
  const Message = 'The document date cannot be before the lock date.';
  await world.stack.control('POST', '/faults', {
    match: { method: 'POST', path: '/xero/.*/Invoices/[^/]+$', times: 1 },
    effect: { kind: 'status', status: 400, body: { Elements: [{ ValidationErrors: [{ Message }] }] } },
  });
  await undo(id, await look(id));
  const stopped = await world.ended(id, SLOW);
  expect([stopped.integration, stopped.problems.map(({ code }) => code)]).toEqual(['sent', ['BILL_LOCKED']]);
  expect([await world.held('BACK-4'), await billStates('BACK-4')]).toEqual([[expect.anything()], ['SUBMITTED']]);
  await undo(id, await look(id));
  expect((await world.ended(id, SLOW)).integration).toBe('ignored');
  expect([await world.held('BACK-4'), await billStates('BACK-4')]).toEqual([[], ['DELETED']]);
});

test('when the answer to the removal is lost, the bill is gone all the same', async () => {
  const id = await sentMixed('BACK-5');
  await world.stack.control('POST', '/faults', {
    match: { method: 'POST', path: '/xero/.*/Invoices/[^/]+$', times: 1 },
    effect: { kind: 'lost-response' },
  });
  await undo(id, await look(id));
  expect((await world.ended(id, SLOW)).integration).toBe('ignored');
  expect([await world.held('BACK-5'), await billStates('BACK-5')]).toEqual([[], ['DELETED']]);
});

test('while nobody is signed in to accounting it waits, and goes on after the sign-in', async () => {
  const id = await sentMixed('BACK-6');
  const shown = await look(id);
  await world.stack.deps.db.execute(`update accounting_connection set state = 'reconnect_needed'`);
  await undo(id, shown);
  await eventually(async () => {
    const { body } = await api<Invoice>('GET', `invoices/${id}`);
    return body.integrationText === 'Waiting for accounting to be reconnected';
  }, SLOW);
  expect(await world.held('BACK-6')).toHaveLength(1);
  await world.signIn();
  expect((await world.ended(id, SLOW)).integration).toBe('ignored');
  expect([await world.held('BACK-6'), await billStates('BACK-6')]).toEqual([[], ['DELETED']]);
});

test('many are taken back at once; what may not be touched is named with its reason, and stays', async () => {
  const [plain, mixed, paid, edited] = [
    await sent('MANY-1'),
    await sentMixed('MANY-2'),
    await sent('MANY-3'),
    await sent('MANY-4'),
  ];
  const never = await world.approved({ number: 'MANY-5' });
  await change('direct_costs', (await world.held('MANY-3'))[0]!.id, { payment_date: '2026-04-20' });
  await change('direct_cost_line_items', (await world.held('MANY-4'))[0]!.lines[0]!.id, { amount: '75' });
  const ids = [plain, mixed, paid, edited, never];
  const { body: shown } = await api<BulkUndoPreview>('POST', 'bulk-actions/undo-preview', { ids });
  expect(shown).toEqual({
    count: 2,
    value: '250.00',
    ids: [plain, mixed],
    staying: [
      expect.objectContaining({ number: 'MANY-3', why: expect.stringMatching(/paid.*a reversal is put beside it\.$/) }),
      expect.objectContaining({ number: 'MANY-4', total: '100.00', why: expect.stringContaining('P-1007') }),
      expect.objectContaining({ number: 'MANY-5', why: 'Nothing of it stands in Procore or accounting.' }),
    ],
  });
  const byFilter = await api<BulkUndoPreview>('POST', 'bulk-actions/undo-preview', { filter: { search: 'MANY-' } });
  expect(byFilter.body).toEqual({ ...shown, staying: shown.staying.filter(({ number }) => number !== 'MANY-5') });
  expect((await api('POST', 'bulk-actions/undo-preview', { filter: {} })).status).toBe(400);

  // Paid between preview and run: its run looks again, and it stays.
  await change('direct_costs', (await world.held('MANY-1'))[0]!.id, { payment_date: '2026-04-21' });
  const started = await api<BulkAction>('POST', 'bulk-actions/undo', { ids: shown.ids, reason: 'Wrong company.' });
  expect([started.status, started.body]).toEqual([
    202,
    expect.objectContaining({ kind: 'undo', total: 2, value: '250.00' }),
  ]);
  world.stack.doorbell?.poke();
  await world.ended(plain, SLOW);
  const gone = await world.ended(mixed, SLOW);
  expect(gone.integrationText).toBe('Taken back: Wrong company.');
  const { body: over } = await api<BulkAction>('GET', `bulk-actions/${started.body.id}`);
  expect(over).toMatchObject({ queued: 0, underWay: 0, sent: 1, failed: 1, other: 0 });
  expect([await world.held('MANY-1'), await world.held('MANY-2')]).toEqual([[expect.anything()], []]);
  expect((await api<Invoice>('GET', `invoices/${plain}`)).body).toMatchObject({
    integration: 'sent',
    problems: [expect.objectContaining({ code: 'LOCKED' })],
  });
  const again = await api('POST', 'bulk-actions/undo', { ids: [never], reason: 'x' });
  expect(again.status).toBe(409);
});
