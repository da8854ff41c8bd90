import { afterAll, beforeAll, expect, test } from 'vitest';
import { updateInvoice } from '../../db/queries/invoices.ts';
import type { BulkUndoPreview } from '../../schemas/bulk-actions.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import { draft } from './error-rows/row.ts';
import { type OverheadWorld, startOverheadWorld } from './overhead-world.ts';

let world: OverheadWorld;
beforeAll(async () => {
  world = await startOverheadWorld();
}, 180_000);
afterAll(() => world?.stack.close());

const lock = async (lockDate: string | null) => {
  const { status } = await world.stack.api('PATCH', `/api/companies/${world.company.id}`, { lockDate });
  expect(status).toBe(200);
};
const api = <T = Invoice>(method: string, path: string, body?: unknown) =>
  world.stack.api<T>(method, `/api/invoices/${path}`, body);

test('an invoice dated on the lock date leaves in neither direction; a day later it does', async () => {
  await lock('2026-03-18');
  const id = await world.send({ number: 'LOCK-1', lines: [{}, world.overhead()] });
  const refused = await world.ended(id);
  expect([refused.integration, refused.problems.map(({ code }) => code)]).toEqual(['failed', ['PERIOD_LOCKED']]);
  const { body } = await api('GET', id);
  expect(body.problems[0]).toMatchObject({
    message: expect.stringMatching(
      /^Dated 2026-03-18, in an accounting period of .+ that is closed up to 2026-03-18\.$/,
    ),
    fix: 'Change the date, or let an administrator send it with a reason.',
  });
  expect(body.may.sendLocked).toBe(true);
  expect([await world.held('LOCK-1'), await world.bills('LOCK-1')]).toEqual([[], []]);

  await lock('2026-03-17');
  await world.queue(id);
  expect(await world.ended(id)).toMatchObject({ integration: 'sent', problems: [] });
});

test('a check warns before approval', async () => {
  await lock('2026-03-31');
  const id = await world.approved({ number: 'LOCK-2' });
  expect((await api('GET', id)).body.problems).toEqual([
    expect.objectContaining({ code: 'PERIOD_LOCKED', severity: 'warning' }),
  ]);
});

test('an administrator sends one all the same with a reason, which is audited; an edit takes that back', async () => {
  await lock('2026-03-31');
  const id = await world.send({ number: 'LOCK-3' });
  expect((await world.ended(id)).problems.map(({ code }) => code)).toEqual(['PERIOD_LOCKED']);
  expect((await api('POST', `${id}/send-locked`, {})).status).toBe(400);
  expect((await api('POST', `${id}/send-locked`, { reason: 'Agreed with the auditor.' })).status).toBe(202);
  world.stack.doorbell?.poke();
  expect((await world.ended(id)).integration).toBe('sent');
  expect(await world.held('LOCK-3')).toHaveLength(1);
  const { db } = world.stack.deps;
  const [entry] = await db.execute(
    `select actor, subject, after from audit_event where action = 'invoice.sent-locked'`,
  );
  expect(entry).toMatchObject({
    subject: 'LOCK-3',
    after: { reason: 'Agreed with the auditor.', date: '2026-03-18', lockDate: '2026-03-31' },
  });
  expect((await api('POST', `${id}/send-locked`, { reason: 'Again.' })).status).toBe(409);

  await updateInvoice(db, world.stack.account, id, 'clerk', draft(world, 'LOCK-3'));
  const [row] = await db.execute(`select locked_reason from payable_invoice where id = '${id}'`);
  expect(row).toEqual({ locked_reason: null });
});

test('many taken back at once leave out what is dated in a closed period', async () => {
  await lock(null);
  const id = await world.send({ number: 'LOCK-4' });
  await world.ended(id);
  await lock('2026-03-18');
  const { body } = await world.stack.api<BulkUndoPreview>('POST', '/api/bulk-actions/undo-preview', { ids: [id] });
  expect(body).toMatchObject({
    count: 0,
    staying: [{ number: 'LOCK-4', why: expect.stringContaining('is closed up to') }],
  });
});
