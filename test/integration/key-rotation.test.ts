import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addHook, hookSecretPlace } from '../../db/queries/companies.ts';
import { resealSecrets, SEALED } from '../../db/queries/sealed-secrets.ts';
import { ACCOUNTING_TOKENS, createTokenStore, saveTokens } from '../../db/queries/tokens.ts';
import { accountingConnection, procoreCompany, procoreConnection } from '../../db/schema/index.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { type ApiWorld, startApi } from './api-world.ts';

const OLD = { id: 'test', bytes: Buffer.alloc(32, 7) };
const NEW = { id: 'next', bytes: randomBytes(32) };

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());

/** Rows whose text names a key, by table. */
async function sealedBy(key: string): Promise<string[]> {
  const { db } = world.deps;
  const tables = await db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await db.execute(
      sql`select 1 from ${sql.identifier(name)} t where t::text like ${`%v1.${key}.%`} limit 1`,
    );
    if (rows.length > 0) found.push(name);
  }
  return found.sort();
}

test('every column for secrets is known to the rotation', async () => {
  const columns = await world.deps.db.execute<{ name: string }>(sql`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and table_name not like 'auth\\_%' and column_name ~ '(secret|_token)$'
      and column_name <> 'sending_token' order by 1`);
  const sealed = Object.entries(SEALED).flatMap(([table, names]) => names.map((name) => `${table}.${name}`));
  expect(sealed.sort()).toEqual(columns.map(({ name }) => name));
});

test('after the rotation the newest key alone opens everything, and the old one is used nowhere', async () => {
  const { db, secrets } = world.deps;
  const pair = { accessToken: 'access', refreshToken: 'refresh', expiresInSeconds: 5400 };
  await world.admin.get('/api/accounting');
  const [connection] = await db.select().from(procoreConnection);
  const [books] = await db.select().from(accountingConnection);
  await saveTokens(db, secrets, connection!.id, pair);
  await saveTokens(db, secrets, books!.id, pair, ACCOUNTING_TOKENS);
  const [company] = await db
    .insert(procoreCompany)
    .values({ account: world.account, connectionId: connection!.id, procoreId: '8089', name: 'Kauri Builders' })
    .returning();
  const hook = await addHook(db, {
    account: world.account,
    companyId: company!.id,
    key: 'hook',
    payloadVersion: 'v3.0',
    seal: (id) => secrets.seal('hook secret', hookSecretPlace(id)),
  });
  expect(await sealedBy('test')).toEqual(['accounting_connection', 'procore_connection', 'webhook_hook']);

  expect(await resealSecrets(db, createSecretBox([NEW, OLD]))).toEqual({ count: 7, lost: [] });
  expect(await resealSecrets(db, createSecretBox([NEW, OLD]))).toEqual({ count: 0, lost: [] });
  expect(await sealedBy('test')).toEqual([]);

  const newest = createSecretBox([NEW]);
  const never = () => Promise.reject(new Error('no refresh is needed'));
  for (const holder of [undefined, ACCOUNTING_TOKENS] as const) {
    const id = holder === undefined ? connection!.id : books!.id;
    expect(await createTokenStore(db, newest, holder).accessToken(id, never)).toMatchObject({ value: 'access' });
  }
  const [row] = await db.execute<{ secret: string }>(sql`select secret from webhook_hook where id = ${hook.id}`);
  expect(newest.open(row?.secret ?? '', hookSecretPlace(hook.id))).toBe('hook secret');
});

test('a secret no key opens is named, and the others are sealed anew', async () => {
  const { db } = world.deps;
  const other = createSecretBox([{ id: 'other', bytes: randomBytes(32) }]);
  await db.execute(sql`update webhook_hook set secret = ${other.seal('x', 'elsewhere')}`);
  const third = createSecretBox([{ id: 'third', bytes: randomBytes(32) }, NEW]);
  const { count, lost } = await resealSecrets(db, third);
  expect(count).toBe(6);
  expect(lost).toEqual([expect.stringMatching(/^webhook_hook\.secret:/)]);
});
