import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDocumentDispatcher } from '../../dispatch/documents.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';
import { type OverheadWorld, withBooks } from './overhead-world.ts';

/** However a document is sent again, one record of it stands. Lost answers are played in the lost-answers tests. */
let world: ClaimWorld;
let books: OverheadWorld;
beforeAll(async () => {
  world = await startClaimWorld({ env: { SETTLE_DELAY_MS: '400' } });
  books = await withBooks(world);
}, 180_000);
afterAll(() => world?.stack.close());

const cents = (amounts: readonly (string | number)[]) =>
  amounts.reduce<number>((sum, amount) => sum + Math.round(Number(amount) * 100), 0);

const KINDS = [
  {
    kind: 'direct cost',
    approved: (number: string) => world.approved({ number }),
    totals: async (number: string) =>
      (await world.held(number)).map(({ lines }) => cents(lines.map((line) => line.amount))),
    total: 10_000,
    create: { method: 'POST', path: '/rest/v1\\.0/projects/\\d+/direct_costs$' },
    written: /^direct_cost/,
    runOf: (id: string) => workflowIds.invoice(world.stack.account, id),
  },
  {
    kind: 'claim',
    approved: async (number: string) =>
      world.claim({ number, on: await world.commitment('PO-1007-03'), amounts: ['10.00', null, '5.00'] }),
    totals: async (number: string) =>
      (await world.claims(number)).map(({ items }) => cents(items.map((item) => item.work_completed_this_period))),
    total: 1_500,
    create: { method: 'POST', path: '/rest/v1\\.1/requisitions\\?' },
    written: /^requisition/,
    runOf: (id: string) => workflowIds.invoice(world.stack.account, id),
  },
  {
    kind: 'bill',
    approved: (number: string) => world.approved({ number, lines: [books.overhead()] }),
    totals: async (number: string) =>
      (await books.bills(number)).map(({ lines }) => cents(lines.map((line) => line.LineAmount))),
    total: 10_000,
    create: { method: 'PUT', path: '/xero/.*/Invoices$' },
    written: /^xero_invoice/,
    runOf: (id: string) => workflowIds.overhead(world.stack.account, id),
  },
];

const sent = async (id: string) => {
  const invoice = await world.ended(id, 90_000);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
};
const lastSeq = async () => ((await world.ledger()) as unknown as { seq: number }[]).at(-1)?.seq ?? 0;

/** Somebody sends it again, whatever it says of itself. */
async function sendAgain(id: string): Promise<void> {
  await world.stack.deps.db.execute(`update payable_invoice set integration = 'held' where id = '${id}'`);
  await world.queue(id);
}

describe.each(KINDS)('one $kind', ({ kind, approved, totals, total, create, written, runOf }) => {
  const numberFor = (shape: string) => `${kind} ${shape}`;

  test('sent twice, one after the other: nothing is written the second time', async () => {
    const id = await approved(numberFor('twice'));
    await world.queue(id);
    await sent(id);
    const seq = await lastSeq();
    await sendAgain(id);
    await sent(id);
    expect((await world.ledger(seq)).filter(({ resource }) => written.test(resource))).toEqual([]);
    expect(await totals(numberFor('twice'))).toEqual([total]);
  }, 200_000);

  test('started by several dispatchers at once', async () => {
    const id = await approved(numberFor('at once'));
    const dispatchers = [0, 1, 2].map(() => createDocumentDispatcher(world.stack.deps));
    await world.queue(id);
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.dispatch()));
    await sent(id);
    expect(await totals(numberFor('at once'))).toEqual([total]);
  }, 200_000);

  test('its run is ended while it is created, and another run goes on', async () => {
    const { id: hold } = await world.stack.control<{ id: number }>('POST', '/holds', { ...create, at: 'after-commit' });
    const id = await approved(numberFor('two runs'));
    await world.queue(id);
    await world.stack.control('GET', `/holds/${hold}/wait?timeoutMs=90000`);
    await world.stack.deps.temporal.workflow.getHandle(runOf(id)).terminate('ended from outside');
    await sendAgain(id);
    await world.stack.control('POST', `/holds/${hold}/release`);
    await sent(id);
    expect(await totals(numberFor('two runs'))).toEqual([total]);
  }, 200_000);
});
