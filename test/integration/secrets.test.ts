import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDemoClient, type DemoClient } from '../../cli/demo-client.ts';
import { freePort } from '../../cli/ports.ts';
import { SEALED } from '../../db/queries/sealed-secrets.ts';
import type { Db } from '../../db/types.ts';
import { eventually, type Stack, startStack } from '../environment/stack.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The product logs all it can, so that whatever may be logged is. */
const LOG_LEVEL = 'trace';
/** Tables whose plain columns hold secrets on purpose: better-auth's own session tokens. */
const OWN_SECRETS = ['auth_session'];

let stack: Stack;
let app: string;
let log = '';
let demoOutput = '';
const children: ChildProcess[] = [];
const secrets = new Set<string>();
/** those of them that Procore gave us last */
const tokens = { access_token: '', refresh_token: '' };

/** Runs one of our processes and keeps what it writes. */
function run(entry: string, env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', entry], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

const logged = (child: ChildProcess) => {
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (log += text));
  return child;
};

beforeAll(async () => {
  const port = await freePort();
  app = `http://localhost:${port}`;
  stack = await startStack({
    hasWorker: false,
    hasDoorbell: false,
    simulator: { lastDay: new Date().toISOString().slice(0, 10) },
    env: { PORT: String(port), PUBLIC_URL: app },
  });
  logged(run('api/main.ts', { ...stack.env, LOG_LEVEL }));
  logged(run('workers/main.ts', { ...stack.env, LOG_LEVEL }));
  await eventually(async () => log.includes('The API listens') && log.includes('The worker is running'), 120_000);

  const demo = run('cli/demo.ts', {
    ...stack.env,
    PUBLIC_URL: app,
    SIMULATOR_PORT: new URL(stack.simulatorUrl).port,
  });
  demo.stdout?.on('data', (text) => (demoOutput += text));
  demo.stderr?.on('data', (text) => (demoOutput += text));
  const [code] = await once(demo, 'exit');
  expect([code, demoOutput]).toEqual([0, expect.stringContaining('All as expected.')]);
  await gatherSecrets();
  await loseTheGrant();
}, 300_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await stack?.close();
});

/** Everything that must stay with us, as it is now. */
async function gatherSecrets(): Promise<void> {
  const { db, secrets: box } = stack.deps;
  const { env } = stack;
  for (const name of ['PROCORE_CLIENT_SECRET', 'XERO_CLIENT_SECRET', 'BOOTSTRAP_ADMIN_PASSWORD', 'BOOTSTRAP_API_KEY'])
    secrets.add(env[name] ?? '');
  secrets.add(env.ENCRYPTION_KEYS?.split(':')[1] ?? '');
  for (const [table, columns] of Object.entries(SEALED)) {
    const rows = await db.execute<Record<string, string | null>>(sql`select * from ${sql.identifier(table)}`);
    for (const row of rows)
      for (const column of columns) {
        const sealed = row[column];
        if (sealed == null) continue;
        secrets.add(sealed);
        const opened = box.open(sealed, `${table}.${column}:${row.id}`);
        secrets.add(opened);
        if (table === 'procore_connection' && column in tokens) Object.assign(tokens, { [column]: opened });
      }
  }
  for (const { token } of await db.execute<{ token: string }>(sql`select token from auth_session`)) secrets.add(token);
  secrets.delete('');
}

/** Procore repeats our token in a refusal, a refresh works, and one is refused with an answer that repeats what it was asked with. */
async function loseTheGrant(): Promise<void> {
  const { db } = stack.deps;
  const person = await signIn();
  const [company] = await person.get<{ id: string }[]>('/api/companies');
  const connection = async () =>
    (await db.execute<{ v: number; state: string }>(sql`select token_version as v, state from procore_connection`))[0];
  const expire = () =>
    db.execute(sql`update procore_connection set access_token_expires_at = now() - interval '1 minute'`);
  const compare = () => person.send('POST', `/api/companies/${company?.id}/comparisons`, { mode: 'delta' });
  const breakNext = (path: string, status: number, body: object) =>
    stack.control<{ id: number }>('POST', '/faults', { match: { path }, effect: { kind: 'status', status, body } });
  const isHit = async (id: number) => {
    const { faults } = await stack.control<{ faults: { id: number; fired: number }[] }>('GET', '/faults');
    return faults.some((fault) => fault.id === id && fault.fired > 0);
  };

  const refused = await breakNext('^/rest/', 500, { errors: `Cannot serve Bearer ${tokens.access_token}` });
  await compare();
  await eventually(() => isHit(refused.id), 60_000);
  const before = (await connection())?.v ?? 0;
  await expire();
  await eventually(async () => ((await connection())?.v ?? 0) > before, 60_000);
  await gatherSecrets();
  for (const error of ['invalid_request', 'invalid_grant']) {
    const description = `Not ${tokens.refresh_token} of ${stack.env.PROCORE_CLIENT_SECRET}`;
    const asked = await breakNext('^/oauth/token$', 400, { error, error_description: description });
    await expire();
    await compare();
    await eventually(() => isHit(asked.id), 60_000);
  }
  await eventually(async () => (await connection())?.state === 'reconnect_needed', 60_000);
}

async function signIn(): Promise<DemoClient> {
  const person = createDemoClient(app);
  const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = stack.env;
  await person.send('POST', '/api/auth/sign-in/email', { email, password });
  return person;
}

/** Which secrets a text holds, plain, in base64 or as an address carries them. */
const leaks = (text: string) =>
  [...secrets].filter((secret) =>
    [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)].some((form) =>
      text.includes(form),
    ),
  );

/** A header with a token in it, whosever it is. */
const authorizations = (text: string) => text.match(/\b(Bearer|Basic) (?!\[hidden\])[\w.~+/-]{8,}/g) ?? [];

test('the search for secrets finds them', async () => {
  expect(secrets.size).toBeGreaterThan(10);
  const [one = ''] = [...secrets].slice(-1);
  for (const text of [`x ${one} y`, `"${Buffer.from(one).toString('base64')}"`, `?t=${encodeURIComponent(one)}&`])
    expect(leaks(text)).toContain(one);
  expect(leaks('lentune-sim-secret')).toEqual(['lentune-sim-secret']);
  expect(authorizations('authorization: Bearer abcdefghij')).toHaveLength(1);
});

test('no secret is in the logs of API and worker, however much they log', () => {
  expect(log.split('\n').length).toBeGreaterThan(50);
  expect(log).toContain('/oauth/procore/callback');
  expect(leaks(log)).toEqual([]);
  expect(authorizations(log)).toEqual([]);
});

test('refused documents and the worker without workflows are no warnings; the line of a refusal names its code', () => {
  const lines = log.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const refused = lines.filter(({ msg, failureReason }) => msg === 'Workflow failed' && failureReason !== undefined);
  expect(new Set(refused.map(({ failureReason }) => failureReason))).toEqual(new Set(['CODE_MISSING', 'ROUNDING']));
  expect(refused.every(({ level, err }) => level === 30 && err.message.length > 20)).toBe(true);
  const loud = lines.filter(({ level }) => level >= 40).map(({ name, msg }) => `${name}: ${msg}`);
  expect(loud).not.toContainEqual(expect.stringMatching(/Workflow failed|No workflows registered/));
});

test('no secret is in any history of Temporal', async () => {
  const { temporal } = stack.deps;
  const texts: string[] = [];
  for await (const { workflowId, runId, ...rest } of temporal.workflow.list()) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    texts.push(readable({ ...rest, raw: undefined, workflowId, history }));
  }
  expect(texts.length).toBeGreaterThan(10);
  const all = texts.join('\n');
  expect(all).toContain('CODE_MISSING');
  expect(leaks(all)).toEqual([]);
  expect(authorizations(all)).toEqual([]);
});

/** With the bytes of payloads as the text they are. */
const readable = (value: unknown) =>
  JSON.stringify(value, (_, inner) =>
    inner instanceof Uint8Array
      ? Buffer.from(inner).toString('utf8')
      : typeof inner === 'bigint'
        ? String(inner)
        : inner,
  );

test('no secret is in any answer of the API', async () => {
  const person = await signIn();
  const { paths } = await person.get<{ paths: Record<string, Record<string, unknown>> }>('/api/openapi.json');
  const gets = Object.keys(paths).filter((path) => paths[path]?.get !== undefined && path !== '/api/events');
  const ids = await idsByNoun(stack.deps.db);
  const texts: string[] = [];
  for (const path of gets) {
    const noun = path.split('/')[2] ?? '';
    const targets = path.includes('{') ? (ids[noun] ?? []).map((id) => path.replaceAll(/\{\w+\}/g, id)) : [path];
    for (const target of targets) texts.push(await (await person.visit(app + target)).text());
  }
  expect(texts.length).toBeGreaterThan(gets.length / 2);
  const all = texts.join('\n');
  expect(all).toContain('CODE_MISSING');
  expect(leaks(all)).toEqual([]);
  expect(authorizations(all)).toEqual([]);
});

/** Ids to put into the addresses of each resource. */
async function idsByNoun(db: Db): Promise<Record<string, string[]>> {
  const tables = {
    invoices: 'payable_invoice',
    companies: 'procore_company',
    fetches: 'fetch_run',
    projects: 'project',
    vendors: 'payable_account',
    'sub-contracts': 'sub_contract',
    'purchase-orders': 'purchase_order',
  };
  const found = await Promise.all(
    Object.entries(tables).map(async ([noun, table]) => {
      const rows = await db.execute<{ id: string }>(sql`select id from ${sql.identifier(table)} limit 20`);
      return [noun, rows.map(({ id }) => id)] as const;
    }),
  );
  return Object.fromEntries(found);
}

test('no secret stands in the database unsealed', async () => {
  const { db } = stack.deps;
  const tables = await db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const plain = [...secrets].filter((secret) => !secret.startsWith('v1.'));
  expect(plain.length).toBeGreaterThan(5);
  for (const { name } of tables.filter((table) => !OWN_SECRETS.includes(table.name))) {
    const rows = await db.execute<{ text: string }>(sql`select t::text as text from ${sql.identifier(name)} t`);
    const text = rows.map((row) => row.text).join('\n');
    expect([name, leaks(text).filter((leak) => plain.includes(leak))]).toEqual([name, []]);
  }
});
