import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAudit } from '../../db/queries/audit.ts';
import { addLog } from '../../db/queries/integration-log.ts';
import { addTimeLog } from '../../db/queries/time-sheets.ts';
import { payableInvoice } from '../../db/schema/index.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
  await world.admin.send('PATCH', '/api/settings', { roundingTolerance: '0.10' });
  const { account } = world;
  const document = { account, documentId: crypto.randomUUID(), result: 'success' as const };
  await addLog(world.deps.db, { ...document, event: 'sent', message: 'Sent as direct cost 4417.' });
  await addLog(world.deps.db, { ...document, event: 'call', message: 'Made the direct cost.' });
  await addTimeLog(world.deps.db, account, crypto.randomUUID(), 'sent', 'success', 'Sent.');
});
afterAll(() => world.close());

test('a change is told with who made it and what stood before', async () => {
  const { body } = await world.admin.get('/api/activity?show=changes');
  expect(body.rows[0]).toMatchObject({
    actor: 'admin@lentune.test',
    action: 'settings.changed',
    changes: [{ field: 'roundingTolerance', before: '0.00', after: '0.10' }],
  });
});

test('the steps of documents are told, without their calls; time sheets keep their story to themselves', async () => {
  const { body } = await world.admin.get('/api/activity?show=documents');
  expect(body.rows.map((row: { message: string }) => row.message)).toEqual(['Sent as direct cost 4417.']);
});

test('pages follow one another without a gap, and a search finds words of who, what and whom', async () => {
  const first = (await world.admin.get('/api/activity?limit=1')).body;
  const second = (await world.admin.get(`/api/activity?limit=1&cursor=${first.nextCursor}`)).body;
  expect([first.rows[0].action, second.rows[0].action]).toEqual(['invoice.sent', 'settings.changed']);
  const found = (await world.admin.get('/api/activity?search=4417')).body;
  expect(found.rows).toHaveLength(1);
  expect((await world.admin.get('/api/activity?search=100%25')).body.rows).toEqual([]);
});

test('each step of a document is told once, by whom people know: the audit of it, old ones too, is not told beside it', async () => {
  const { deps, account, admin } = world;
  const invoiceId = await addInvoice('INV-1042', 'checked');
  await admin.post(`/api/invoices/${invoiceId}/approve`, {});
  await deps.db.transaction(async (tx) => {
    const document = { account, documentId: invoiceId, event: 'sent' as const, result: 'success' as const };
    await addLog(tx, { ...document, message: 'Sent.' });
    await addLog(tx, { ...document, documentKind: 'purchase_order', message: 'Sent with its lines.' });
    const audit = { account, actor: 'push', subject: 'INV-1042', after: { mark: 'sent' } };
    for (const noun of ['invoice', 'overhead', 'purchase_order', 'purchase-order'])
      await writeAudit(tx, { ...audit, action: `${noun}.sent` });
  });
  await admin.send('DELETE', `/api/invoices/${await addInvoice('WRONG', 'entered')}`);

  const told = async (show: string) => {
    const { body } = await admin.get(`/api/activity?show=${show}&limit=4`);
    return body.rows.map((row: { actor: string | null; action: string; message: string | null }) =>
      [row.actor ?? '', row.action, row.message ?? ''].join(' | '),
    );
  };
  const approved = 'admin@lentune.test | invoice.approved | Approved.';
  const deleted = 'admin@lentune.test | invoice.deleted | ';
  const sent = [' | purchase-order.sent | Sent with its lines.', ' | invoice.sent | Sent.'];
  expect(await told('all')).toEqual([deleted, ...sent, approved]);
  expect((await told('changes')).slice(0, 2)).toEqual([deleted, approved]);
  expect(await told('documents')).toEqual([...sent, approved, ' | invoice.sent | Sent as direct cost 4417.']);
});

async function addInvoice(number: string, status: 'entered' | 'checked'): Promise<string> {
  const { account, deps } = world;
  const ordinary = { account, invoiceDate: '2026-11-18', total: '100', tax: '15', enteredBy: 'a clerk' };
  const row = { ...ordinary, number, matchNumber: number.toLowerCase(), status };
  const [{ id } = { id: '' }] = await deps.db.insert(payableInvoice).values(row).returning();
  return id;
}

test('another account sees nothing of it', async () => {
  const other = await world.person(['admin'], await world.otherAccount());
  expect((await other.get('/api/activity')).body.rows).toEqual([]);
});
