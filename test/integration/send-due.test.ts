import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { procoreCompany } from '../../db/schema/index.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import type { AutomaticSending } from '../../schemas/automatic-sending.ts';
import type { BulkAction, BulkPreview } from '../../schemas/bulk-actions.ts';
import type { ApiError } from '../../schemas/common.ts';
import { eventually } from '../environment/stack.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ hasSchedules: true });
  await world.stack.api('PATCH', `/api/companies/${world.company.id}`, { goLiveDate: '2026-04-01' });
  await addOldInvoices(1000);
}, 180_000);
afterAll(() => world?.stack.close());

const db = () => world.stack.deps.db;
const path = () => `/api/companies/${world.company.id}/automatic-sending`;
const show = async () => (await world.stack.api<AutomaticSending>('GET', path())).body;
const schedule = () => world.stack.deps.temporal.schedule.getHandle(workflowIds.sendDue(world.stack.account));
const isScheduled = () =>
  schedule()
    .describe()
    .then(
      () => true,
      () => false,
    );

/** A customer's history: approved invoices of before go-live, as like as eggs to one that could be sent. */
async function addOldInvoices(count: number): Promise<void> {
  const model = await world.approved({ number: 'OLD-0' });
  await db().execute(sql`
    with made as (
      insert into payable_invoice (account, kind, number, match_number, payable_account_id, invoice_date, total, tax,
        status, entered_by, approved_by, approved_at)
      select account, kind, 'OLD-' || n, 'old-' || n, payable_account_id, date '2026-03-31' - n % 300, total, tax,
        status, entered_by, approved_by, approved_at - interval '1 year'
      from payable_invoice, generate_series(1, ${count - 1}::int) n where id = ${model}
      returning id
    )
    insert into payable_invoice_line (account, invoice_id, position, project_id, project_cost_code_id, amount, tax_code_id)
    select l.account, made.id, l.position, l.project_id, l.project_cost_code_id, l.amount, l.tax_code_id
    from made, payable_invoice_line l where l.invoice_id = ${model}`);
}

async function approvedSince(number: string): Promise<string> {
  const id = await world.approved({ number });
  await db().execute(sql`update payable_invoice set invoice_date = '2026-04-02' where id = ${id}`);
  return id;
}

const sentSoFar = async () =>
  (await world.stack.control<{ records: { invoice_number: string }[] }>('GET', '/records/direct_costs')).records
    .map((cost) => cost.invoice_number)
    .sort();

async function runSchedule(): Promise<void> {
  await world.stack.deps.temporal.workflow.execute('SendDue', {
    workflowId: `${workflowIds.sendDue(world.stack.account)}/test`,
    taskQueue: 'sync',
    args: [{ account: world.stack.account }],
  });
  world.stack.doorbell?.poke();
}

test('it is off at first: nothing is scheduled, and nothing leaves', async () => {
  const before = await sentSoFar();
  expect(await show()).toMatchObject({ isOn: false, everyMinutes: 15, due: { count: 0, beforeGoLive: 1000 } });
  expect(await isScheduled()).toBe(false);
  await approvedSince('NEW-1');
  await runSchedule();
  expect(await db().execute(sql`select 1 from payable_invoice where queued_at is not null`)).toHaveLength(0);
  expect(await sentSoFar()).toEqual(before);
});

test('of 1,000 old approved invoices none leaves by schedule or bulk, only what is from after go-live', async () => {
  const before = await sentSoFar();
  const { due } = await show();
  expect(due).toEqual({ count: 1, value: '100.00', oldestDate: '2026-04-02', beforeGoLive: 1000 });
  const stale = await world.stack.api<ApiError>('PUT', path(), { isOn: true, seen: { count: 7, value: '700.00' } });
  expect(stale.status).toBe(409);
  const on = await world.stack.api<AutomaticSending>('PUT', path(), {
    isOn: true,
    seen: { count: due.count, value: due.value },
  });
  expect([on.status, on.body.isOn]).toEqual([200, true]);
  await eventually(isScheduled, 30_000);

  await schedule().trigger('SKIP');
  await eventually(async () => (await sentSoFar()).includes('NEW-1'), 60_000);
  await approvedSince('NEW-2');
  await runSchedule();
  await eventually(async () => (await sentSoFar()).includes('NEW-2'), 60_000);

  const { body: bulk } = await world.stack.api<BulkPreview>('POST', '/api/bulk-actions/preview', {
    kind: 'send',
    filter: { search: 'OLD-' },
  });
  expect(bulk).toMatchObject({ count: 0, beforeGoLive: 1000 });
  await runSchedule();
  expect(await sentSoFar()).toEqual([...before, 'NEW-1', 'NEW-2'].sort());
  const [{ touched } = { touched: null }] = await db().execute<{ touched: number }>(
    sql`select count(*)::int as touched from payable_invoice where number like 'OLD-%' and integration is not null`,
  );
  expect(touched).toBe(0);
}, 120_000);

test('"send now" does what the schedule would, and says when nothing is due', async () => {
  const none = await world.stack.api<ApiError>('POST', '/api/automatic-sending/run');
  expect([none.status, none.body.error.message]).toEqual([409, 'Nothing is due.']);
  const id = await approvedSince('NEW-3');
  const { status, body } = await world.stack.api<BulkAction>('POST', '/api/automatic-sending/run');
  expect([status, body.kind, body.total]).toEqual([202, 'schedule', 1]);
  expect((await world.ended(id)).integration).toBe('sent');
});

test('an ignored invoice, and one of a company that is not switched on, stays', async () => {
  const ignored = await approvedSince('NEW-4');
  await world.stack.api('POST', `/api/invoices/${ignored}/ignore`, { reason: 'Paid by card.' });
  await runSchedule();
  await db().update(procoreCompany).set({ sendBySchedule: false }).where(eq(procoreCompany.id, world.company.id));
  await approvedSince('NEW-5');
  await runSchedule();
  expect(await sentSoFar()).not.toEqual(expect.arrayContaining(['NEW-4']));
  expect(await sentSoFar()).not.toEqual(expect.arrayContaining(['NEW-5']));
});

test('turned off, the schedule goes; and who turned it on is kept', async () => {
  await world.stack.api('PUT', path(), { isOn: false });
  await eventually(async () => !(await isScheduled()), 30_000);
  const rows = await db().execute<{ after: unknown }>(
    sql`select after from audit_event where action = 'company.automatic-sending' order by id`,
  );
  expect(rows.map(({ after }) => after)).toEqual([
    { isOn: true, firstSends: { count: 1, value: '100.00', oldestDate: '2026-04-02', beforeGoLive: 1000 } },
    { isOn: false },
  ]);
});
