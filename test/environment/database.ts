import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';

/** A migrated, empty database that only this test uses. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Clones the migrated template of this run; about 50 ms. */
export async function createDatabase(): Promise<TestDatabase> {
  const { postgresUrl, templateDatabase } = inject('services');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(postgresUrl, (sql) => sql`create database ${sql(name)} template ${sql(templateDatabase)}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => asAdmin(postgresUrl, (sql) => sql`drop database if exists ${sql(name)} with (force)`),
  };
}

async function asAdmin(url: string, run: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await run(sql);
  } finally {
    await sql.end();
  }
}
