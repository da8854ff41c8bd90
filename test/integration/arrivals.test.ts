import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeQueued } from '../../db/queries/document-queue.ts';
import { requeueWaiting } from '../../db/queries/document-waits.ts';
import { endPush, keepProblems } from '../../db/queries/push-outcome.ts';
import { authOrganization, payableAccount, payableInvoice } from '../../db/schema/index.ts';
import { waitKeys } from '../../domain/waits.ts';
import { type DatabaseHandle, openDatabase } from '../../platform/database.ts';
import { createDatabase, type TestDatabase } from '../environment/database.ts';

const ACCOUNT = 'acme';
const KEY = waitKeys.vendor('Sleepy Roofing');
let database: TestDatabase;
let handle: DatabaseHandle;
let vendorId: string;

beforeAll(async () => {
  database = await createDatabase();
  handle = openDatabase(database.url);
  await handle.db.insert(authOrganization).values({ id: ACCOUNT, name: 'Acme', slug: 'acme' });
  const [vendor] = await handle.db
    .insert(payableAccount)
    .values({ account: ACCOUNT, code: 'S1', description: 'Sleepy Roofing', matchName: 'sleepy roofing' })
    .returning();
  vendorId = vendor!.id;
});
afterAll(async () => {
  await handle?.close();
  await database?.drop();
});

test('what came in while an invoice was under way queues it again when it fails', async () => {
  const invoice = await underWay('A-1');
  await handle.db.transaction((tx) => requeueWaiting(tx, ACCOUNT, [KEY]));
  await fail(invoice);
  expect(await markOf(invoice)).toBe('queued');
});

test('what came in before it was queued does not: it was read', async () => {
  await handle.db.transaction((tx) => requeueWaiting(tx, ACCOUNT, [KEY]));
  const invoice = await underWay('A-2');
  await fail(invoice);
  expect(await markOf(invoice)).toBe('failed');
  await handle.db.transaction((tx) => requeueWaiting(tx, ACCOUNT, [KEY]));
  expect(await markOf(invoice)).toBe('queued');
});

test('a failure waits for what is just coming in', async () => {
  const invoice = await underWay('A-3');
  let failing: Promise<void> | undefined;
  let hasFailed = false;
  await handle.db.transaction(async (tx) => {
    await requeueWaiting(tx, ACCOUNT, [KEY]);
    failing = fail(invoice).then(() => {
      hasFailed = true;
    });
    await handle.db.execute('select pg_sleep(0.2)');
    expect(hasFailed).toBe(false);
  });
  await failing;
  expect(await markOf(invoice)).toBe('queued');
});

test('a run reads only after what is just coming in', async () => {
  const invoice = await queued('A-4');
  let taking: Promise<unknown> | undefined;
  let hasTaken = false;
  await handle.db.transaction(async (tx) => {
    await requeueWaiting(tx, ACCOUNT, [KEY]);
    taking = take(invoice).then(() => {
      hasTaken = true;
    });
    await handle.db.execute('select pg_sleep(0.2)');
    expect(hasTaken).toBe(false);
  });
  await taking;
  expect(hasTaken).toBe(true);
});

async function queued(number: string): Promise<string> {
  const [row] = await handle.db
    .insert(payableInvoice)
    .values({
      account: ACCOUNT,
      number,
      matchNumber: number,
      payableAccountId: vendorId,
      invoiceDate: '2026-11-01',
      total: '10.00',
      tax: '0.00',
      status: 'approved',
      integration: 'queued',
      queuedAt: new Date().toISOString(),
      enteredBy: 'jane',
    })
    .returning();
  return row!.id;
}

const take = (id: string) => handle.db.transaction((tx) => takeQueued(tx, ACCOUNT, id));

async function underWay(number: string): Promise<string> {
  const id = await queued(number);
  expect(await take(id)).toBe('send');
  return id;
}

async function fail(invoiceId: string): Promise<void> {
  const ref = { account: ACCOUNT, invoiceId };
  await keepProblems(handle.db, ref, [
    { code: 'VENDOR_INACTIVE', facts: { vendor: 'Sleepy Roofing' }, severity: 'blocks' },
  ]);
  const run = { workflowId: 'push', runId: 'run' };
  expect(await endPush(handle.db, ref, { kind: 'failed', code: 'VENDOR_INACTIVE' }, run)).toBe('failed');
}

async function markOf(id: string): Promise<string | null> {
  const [row] = await handle.db.select().from(payableInvoice).where(eq(payableInvoice.id, id));
  return row!.integration;
}
