import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  beginPage,
  claimScopes,
  findMark,
  freeScope,
  insertEvents,
  type NewInboxEvent,
  ringsFailed,
  soonestRing,
} from '../../db/queries/inbox.ts';
import { authOrganization, inboxEvent, inboxScope } from '../../db/schema/index.ts';
import { createInboxWriter } from '../../dispatch/inbox.ts';
import { type DatabaseHandle, openDatabase } from '../../platform/database.ts';
import { createDatabase, type TestDatabase } from '../environment/database.ts';

let database: TestDatabase;
let handle: DatabaseHandle;
const account = 'acme';
const companyId = crypto.randomUUID();

beforeAll(async () => {
  database = await createDatabase();
  handle = openDatabase(database.url);
  await handle.db.insert(authOrganization).values({ id: account, name: 'Acme', slug: 'acme' });
});
afterAll(async () => {
  await handle?.close();
  await database?.drop();
});
beforeEach(async () => {
  await handle.db.execute(sql`truncate inbox_event, inbox_scope`);
});

const row = (scope: string, source: NewInboxEvent['source'] = 'webhook'): NewInboxEvent => ({
  account,
  companyId,
  source,
  flow: 'project',
  scope: `${companyId}/${scope}`,
  recordKind: 'project',
  recordId: scope,
});
const claimed = async () => (await claimScopes(handle.db)).map(({ scope }) => scope.split('/')[1]).toSorted();
const key = (scope: string) => ({ flow: 'project', scope: `${companyId}/${scope}` }) as const;
const quietSeconds = async (scope: string) => {
  const [found] = await handle.db
    .select({ left: sql<number>`extract(epoch from quiet_until - now())::float8` })
    .from(inboxScope)
    .where(eq(inboxScope.scope, `${companyId}/${scope}`));
  return Math.round(found?.left ?? Number.NaN);
};

test('a scope is rung once, until its lease ends', async () => {
  await insertEvents(handle.db, [row('1'), row('1'), row('2')]);
  expect(await claimed()).toEqual(['1', '2']);
  expect(await claimed()).toEqual([]);
});

test('ten dispatchers at once ring each scope once', async () => {
  await insertEvents(
    handle.db,
    Array.from({ length: 40 }, (_, n) => row(`${n}`)),
  );
  const all = (await Promise.all(Array.from({ length: 10 }, claimed))).flat();
  expect(all).toHaveLength(40);
  expect(new Set(all).size).toBe(40);
});

test('the lease doubles while nobody answers, ten minutes at most, and starts anew with a drain', async () => {
  await insertEvents(handle.db, [row('1')]);
  const leases: number[] = [];
  for (let ring = 0; ring < 7; ring += 1) {
    await handle.db.update(inboxScope).set({ quietUntil: sql`now()` });
    await claimed();
    leases.push(await quietSeconds('1'));
  }
  expect(leases).toEqual([20, 40, 80, 160, 320, 600, 600]);
  await beginPage(handle.db, key('1'));
  await handle.db.update(inboxScope).set({ quietUntil: sql`now()` });
  await claimed();
  expect(await quietSeconds('1')).toBe(20);
});

test('a fetch keeps eight scopes of a company busy at most; a webhook is rung regardless', async () => {
  await insertEvents(
    handle.db,
    Array.from({ length: 20 }, (_, n) => row(`${n + 10}`, 'fetch')),
  );
  const first = await claimScopes(handle.db);
  expect(first).toHaveLength(8);
  expect(first.every(({ bulk }) => bulk)).toBe(true);
  expect(await claimed()).toEqual([]);
  await insertEvents(handle.db, [row('29')]);
  expect(await claimed()).toEqual(['29']);
  const done = first[0]?.scope ?? '';
  await handle.db.update(inboxEvent).set({ state: 'applied' }).where(eq(inboxEvent.scope, done));
  await handle.db.transaction((tx) => freeScope(tx, { flow: 'project', scope: done }, 4));
  expect(await claimed()).toHaveLength(1);
});

test('rows that came or fell due after a round began are not part of it', async () => {
  await insertEvents(handle.db, [row('1')]);
  const mark = await findMark(handle.db, key('1'));
  await insertEvents(handle.db, [row('1')]);
  const rows = await handle.db.select().from(inboxEvent);
  expect(rows).toHaveLength(2);
  expect(mark?.rowId).toBe(String(rows.map(({ id }) => id).sort((a, b) => Number(a - b))[0]));
});

test('ten calls run ahead, then each is paid for with two seconds', async () => {
  await insertEvents(handle.db, [row('1')]);
  await claimed();
  await handle.db.transaction((tx) => freeScope(tx, key('1'), 10));
  expect(await quietSeconds('1')).toBeCloseTo(0);
  await handle.db.transaction((tx) => freeScope(tx, key('1'), 30));
  expect(await quietSeconds('1')).toBe(60);
});

test('a ring that failed is tried again in two seconds', async () => {
  await insertEvents(handle.db, [row('1')]);
  await claimed();
  await ringsFailed(handle.db, [key('1')]);
  expect(await quietSeconds('1')).toBe(2);
  await handle.db.update(inboxScope).set({ quietUntil: sql`now() + interval '500 milliseconds'` });
  expect(await soonestRing(handle.db)).toBeGreaterThan(0);
});

test('of a group that cannot be stored only the bad row fails', async () => {
  let commits = 0;
  const writer = createInboxWriter(handle.db, () => {
    commits += 1;
  });
  const rows = Array.from({ length: 30 }, (_, n) => row(`${n}`));
  const bad = { ...row('bad'), account: 'nobody' };
  const results = await Promise.allSettled([...rows, bad].map((one) => writer.store(one)));
  expect(results.map(({ status }) => status)).toEqual([...rows.map(() => 'fulfilled'), 'rejected']);
  expect(await handle.db.$count(inboxEvent)).toBe(30);
  expect(commits).toBeGreaterThan(0);
});

test('many rows at once are committed in few groups', async () => {
  let commits = 0;
  const writer = createInboxWriter(handle.db, () => {
    commits += 1;
  });
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => writer.store(row(`${n % 10}`))));
  expect(await handle.db.$count(inboxEvent)).toBe(1_000);
  expect(commits).toBeLessThan(12);
});
