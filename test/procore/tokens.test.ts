import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTokenStore, saveTokens } from '../../db/queries/tokens.ts';
import { procoreConnection } from '../../db/schema/index.ts';
import { ProcoreError } from '../../procore/errors.ts';
import type { Grant, RefreshResult } from '../../procore/ports.ts';
import { secrets, startDatabase } from './connection.ts';

/** Procore's side of a grant: the refresh token is good once, also when its answer is lost. */
class Issuer {
  issued = 1;
  asked = 0;
  current = 'refresh-1';
  losesAnswer = false;
  refresh = async (grant: Grant): Promise<RefreshResult> => {
    this.asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (grant.refreshToken !== this.current) return { kind: 'dead' };
    this.issued += 1;
    this.current = `refresh-${this.issued}`;
    if (this.losesAnswer) {
      throw new ProcoreError({
        kind: 'network',
        method: 'POST',
        path: '/oauth/token',
        status: null,
        said: 'no answer',
      });
    }
    return {
      kind: 'refreshed',
      accessToken: `access-${this.issued}`,
      refreshToken: this.current,
      expiresInSeconds: 5400,
    };
  };
}

let database: Awaited<ReturnType<typeof startDatabase>>;
let issuer: Issuer;
const stateOf = async () =>
  (await database.db.select().from(procoreConnection).where(eq(procoreConnection.id, database.connectionId)))[0];
const consent = (expiresInSeconds: number, pair = { accessToken: 'access-1', refreshToken: 'refresh-1' }) =>
  saveTokens(database.db, secrets, database.connectionId, { ...pair, expiresInSeconds });
/** As many workers: each store stands for a process of its own. */
const workers = (count: number) => Array.from({ length: count }, () => createTokenStore(database.db, secrets));

beforeEach(async () => {
  database = await startDatabase(20);
  issuer = new Issuer();
});
afterEach(() => database.close());

test('a token with time left is used as it is', async () => {
  await consent(3600);
  const [store] = workers(1);
  expect(await store?.accessToken(database.connectionId, issuer.refresh)).toEqual({ value: 'access-1', version: 1 });
  expect(issuer.asked).toBe(0);
});

test('tokens are sealed to their row', async () => {
  await consent(3600);
  const row = await stateOf();
  expect(JSON.stringify(row)).not.toMatch(/access-1|refresh-1/);
  expect(secrets.open(row?.refreshToken ?? '', `procore_connection.refresh_token:${row?.id}`)).toBe('refresh-1');
});

test('a token near its end is replaced early', async () => {
  await consent(90);
  const [store] = workers(1);
  expect(await store?.accessToken(database.connectionId, issuer.refresh)).toEqual({ value: 'access-2', version: 2 });
  expect(await store?.accessToken(database.connectionId, issuer.refresh)).toEqual({ value: 'access-2', version: 2 });
  expect(issuer.asked).toBe(1);
});

test('eight workers that meet an expired token at once refresh it once, twenty-five times in a row', async () => {
  await consent(3600);
  for (let round = 1; round <= 25; round++) {
    await database.db.update(procoreConnection).set({ accessTokenExpiresAt: sql`now() - interval '1 minute'` });
    const stores = workers(8);
    const tokens = await Promise.all(
      stores.flatMap((store) => [1, 2].map(() => store.accessToken(database.connectionId, issuer.refresh))),
    );
    expect(new Set(tokens.map(({ value }) => value))).toEqual(new Set([`access-${round + 1}`]));
    expect(issuer.asked).toBe(round);
  }
  expect((await stateOf())?.state).toBe('connected');
});

test('a token refused by Procore is replaced once for all who were refused', async () => {
  await consent(3600);
  const tokens = await Promise.all(
    workers(4).map((store) => store.accessToken(database.connectionId, issuer.refresh, 1)),
  );
  expect(tokens).toEqual(Array(4).fill({ value: 'access-2', version: 2 }));
  expect(issuer.asked).toBe(1);
});

test('waiting for a refresh leaves the database pool free', async () => {
  await consent(10);
  const [store] = workers(1);
  const tokens = await Promise.all(
    Array.from({ length: 60 }, () => store?.accessToken(database.connectionId, issuer.refresh)),
  );
  expect(tokens).toHaveLength(60);
  expect(issuer.asked).toBe(1);
});

test('a lost answer kills the grant: the next refresh asks for a reconnect, and a new consent resumes', async () => {
  await consent(10);
  issuer.losesAnswer = true;
  const [store] = workers(1);
  await expect(store?.accessToken(database.connectionId, issuer.refresh)).rejects.toMatchObject({ kind: 'network' });
  expect((await stateOf())?.state).toBe('connected');
  issuer.losesAnswer = false;
  await expect(store?.accessToken(database.connectionId, issuer.refresh)).rejects.toMatchObject({
    code: 'AUTH_EXPIRED',
  });
  expect((await stateOf())?.state).toBe('reconnect_needed');
  await expect(store?.accessToken(database.connectionId, issuer.refresh)).rejects.toMatchObject({
    code: 'AUTH_EXPIRED',
  });
  expect(issuer.asked).toBe(2);
  await consent(3600, { accessToken: 'access-new', refreshToken: 'refresh-new' });
  expect(await store?.accessToken(database.connectionId, issuer.refresh)).toMatchObject({ value: 'access-new' });
});

test('a service account has no refresh token and asks anew', async () => {
  await saveTokens(database.db, secrets, database.connectionId, {
    accessToken: 'a',
    refreshToken: null,
    expiresInSeconds: 1,
  });
  const [store] = workers(1);
  const token = await store?.accessToken(database.connectionId, async (grant) => {
    expect(grant).toMatchObject({ refreshToken: null, clientId: 'client', clientSecret: 'client secret' });
    return { kind: 'refreshed', accessToken: 'b', refreshToken: null, expiresInSeconds: 5400 };
  });
  expect(token).toEqual({ value: 'b', version: 2 });
});

test('a connection nobody signed in to needs a person', async () => {
  const [store] = workers(1);
  await expect(store?.accessToken(database.connectionId, issuer.refresh)).rejects.toMatchObject({
    code: 'AUTH_EXPIRED',
  });
});
