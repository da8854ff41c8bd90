import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClaimWorld, startClaimWorld } from '../integration/claim-world.ts';
import { type OverheadWorld, withBooks } from '../integration/overhead-world.ts';

let world: ClaimWorld;
let books: OverheadWorld;
beforeAll(async () => {
  world = await startClaimWorld();
  books = await withBooks(world);
  await world.stack.stopWorker();
}, 240_000);
afterAll(() => world?.stack.close());

const claim = async (number: string) =>
  world.sendClaim({ number, on: await world.commitment('PO-1007-03'), amounts: ['10.00', null, '5.00'] });
const bill = (number: string) => world.send({ number, lines: [books.overhead()] });

const claims = async (number: string) =>
  (await world.claims(number)).map(({ status, items }) => [
    status,
    items.reduce((sum, item) => sum + Number(item.work_completed_this_period), 0),
  ]);
const bills = async (number: string) =>
  (await books.bills(number)).map(({ status, lines }) => [
    status,
    lines.reduce((sum, line) => sum + line.LineAmount, 0),
  ]);

const WRITES = [
  {
    write: 'a new claim',
    method: 'POST',
    path: '/rest/v1\\.1/requisitions\\?',
    send: claim,
    found: claims,
    is: ['under_review', 15],
  },
  {
    write: 'the status of a claim',
    method: 'PATCH',
    path: '/rest/v1\\.1/requisitions/\\d+',
    send: claim,
    found: claims,
    is: ['under_review', 15],
  },
  { write: 'a new bill', method: 'PUT', path: '/xero/.*/Invoices$', send: bill, found: bills, is: ['SUBMITTED', 100] },
  {
    write: 'the status of a bill',
    method: 'POST',
    path: '/xero/.*/Invoices/[^/]+$',
    send: bill,
    found: bills,
    is: ['SUBMITTED', 100],
  },
];

test.each(WRITES)(
  'a worker killed after $write was committed leaves exactly one',
  async ({ write, method, path, send, found, is }) => {
    const victim = await world.stack.startWorkerProcess();
    const { id: hold } = await world.stack.control<{ id: number }>('POST', '/holds', {
      method,
      path,
      at: 'after-commit',
    });
    const id = await send(write);
    await world.stack.control('GET', `/holds/${hold}/wait?timeoutMs=120000`);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    await world.stack.control('POST', `/holds/${hold}/release`);
    const heir = await world.stack.startWorkerProcess();
    const invoice = await world.ended(id, 240_000);
    heir.kill('SIGTERM');
    await once(heir, 'exit');
    expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
    expect(await found(write)).toEqual([is]);
  },
  480_000,
);
