import { afterAll, beforeAll, expect, test } from 'vitest';
import { addLog } from '../../db/queries/integration-log.ts';
import { addTimeLog } from '../../db/queries/time-sheets.ts';
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

test('another account sees nothing of it', async () => {
  const other = await world.person(['admin'], await world.otherAccount());
  expect((await other.get('/api/activity')).body.rows).toEqual([]);
});
