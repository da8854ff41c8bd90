import { createServer, type Server } from 'node:http';
import { inject } from 'vitest';
import { createApp } from '../../api/app.ts';
import { createAuth } from '../../api/auth.ts';
import { bootstrap } from '../../api/bootstrap.ts';
import { addUser } from '../../api/passwords.ts';
import { freePort } from '../../cli/ports.ts';
import { keepApiKey } from '../../db/queries/api-keys.ts';
import { addMember } from '../../db/queries/members.ts';
import { seedTaxCodes } from '../../db/queries/tax-codes.ts';
import { authOrganization } from '../../db/schema/index.ts';
import { sha256 } from '../../platform/crypto.ts';
import { createDeps, type Deps } from '../../platform/deps.ts';
import { readEnv } from '../../platform/env.ts';
import type { Role } from '../../schemas/session.ts';
import { createDatabase } from '../environment/database.ts';

const ADMIN = { email: 'admin@lentune.test', password: 'correct horse battery' };
export const FIRST_KEY = 'lk_the-first-key-of-this-test-installation';
export const CLIENT_SECRET = 'lentune-sim-secret';

/** A browser or a machine that talks to the API. */
export interface ApiClient {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** the raw answer of a route that keeps it open */
  stream(path: string): Promise<Response>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
  text: string;
}

export interface ApiWorld {
  url: string;
  deps: Deps;
  account: string;
  app: ReturnType<typeof createApp>;
  /** nobody: no cookie, no key */
  stranger: ApiClient;
  /** every role, in the first account */
  admin: ApiClient;
  machine(key: string): ApiClient;
  signIn(email: string, password: string): Promise<ApiClient>;
  /** a person with these roles in an account, signed in */
  person(roles: Role[], account?: string): Promise<ApiClient>;
  /** another customer of the same installation */
  otherAccount(): Promise<string>;
  close(): Promise<void>;
}

/** The API on a database of its own. Temporal is the run's, Procore wherever `procoreUrl` says. */
export async function startApi(procoreUrl = 'http://127.0.0.1:9'): Promise<ApiWorld> {
  const [database, port] = await Promise.all([createDatabase(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const env = readEnv({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('services').temporalAddress,
    TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
    PUBLIC_URL: url,
    PROCORE_API_URL: procoreUrl,
    PROCORE_LOGIN_URL: procoreUrl,
    PROCORE_CLIENT_ID: 'lentune-sim-client',
    PROCORE_CLIENT_SECRET: CLIENT_SECRET,
    XERO_API_URL: `${procoreUrl}/xero`,
    XERO_LOGIN_URL: `${procoreUrl}/xero`,
    XERO_IDENTITY_URL: `${procoreUrl}/xero`,
    XERO_CLIENT_ID: 'lentune-sim-xero',
    XERO_CLIENT_SECRET: 'lentune-sim-xero-secret',
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    BOOTSTRAP_ADMIN_EMAIL: ADMIN.email,
    BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
    BOOTSTRAP_API_KEY: FIRST_KEY,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
  });
  const deps = createDeps(env, 'test');
  const { account } = await bootstrap(deps);
  const app = createApp(deps);
  const server = await listen(app, port);

  return {
    url,
    deps,
    account,
    app,
    stranger: client(url),
    admin: await signInAt(url, ADMIN.email, ADMIN.password),
    machine: (key) => client(url, { authorization: `Bearer ${key}` }),
    signIn: (email, password) => signInAt(url, email, password),
    async person(roles, inAccount = account) {
      const email = `${crypto.randomUUID()}@lentune.test`;
      await addPerson(deps, inAccount, email, roles);
      return signInAt(url, email, ADMIN.password);
    },
    otherAccount: () => addAccount(deps),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await deps.close();
      await database.drop();
    },
  };
}

/** A person signed in to the product at an address, as a browser would. */
export async function signInAt(url: string, email: string, password: string): Promise<ApiClient> {
  const answer = await client(url).post('/api/auth/sign-in/email', { email, password });
  if (answer.status !== 200) throw new Error(`Sign-in was answered ${answer.status}: ${answer.text}`);
  return client(url, { cookie: cookieOf(answer), origin: url });
}

/** The cookie an answer gave, as a browser sends it back. */
export const cookieOf = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

async function listen(app: ApiWorld['app'], port: number): Promise<Server> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

async function addPerson(deps: Deps, account: string, email: string, roles: Role[]): Promise<void> {
  const auth = createAuth(deps);
  const hash = await (await auth.$context).password.hash(ADMIN.password);
  const userId = await addUser(auth, { email, name: roles.join(' and '), hash });
  await addMember(deps.db, { account, userId, roles });
}

async function addAccount({ db }: Deps): Promise<string> {
  const id = crypto.randomUUID();
  await db.insert(authOrganization).values({ id, name: 'Another builder', slug: id });
  await seedTaxCodes(db, id);
  return id;
}

/** A machine key of an account, stored as the product stores it. */
export async function addKey({ db }: Deps, account: string, scopes: Role[]): Promise<string> {
  const key = `lk_${crypto.randomUUID()}`;
  await keepApiKey(db, { account, name: 'A machine', prefix: key.slice(0, 8), hash: sha256(key), scopes });
  return key;
}

function client(url: string, always: Record<string, string> = {}): ApiClient {
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const isText = typeof body === 'string';
    const answer = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...always,
        ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: asJson(text) };
  };
  return {
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    stream: (path) => fetch(`${url}${path}`, { headers: always }),
  };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
