import { Connection } from '@temporalio/client';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';
import { createDatabase } from './database.ts';
import { claimNamespace } from './namespace.ts';

test('each test database is migrated and its own', async () => {
  const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
  const sql = postgres(first.url, { max: 1 });
  const tables = await sql`select table_name from information_schema.tables where table_schema = 'public'`;
  await sql.end();
  await Promise.all([first.drop(), second.drop()]);
  expect(tables.length).toBeGreaterThan(0);
  expect(first.url).not.toBe(second.url);
});

test('no namespace is handed out twice, and each knows the search attributes', async () => {
  const claims = await Promise.all([claimNamespace(), claimNamespace(), claimNamespace()]);
  expect(new Set(claims.map(({ namespace }) => namespace)).size).toBe(3);
  const connection = await Connection.connect({ address: claims[0]?.address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: claims[2]?.namespace,
  });
  await connection.close();
  expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining([...SEARCH_ATTRIBUTES]));
});
