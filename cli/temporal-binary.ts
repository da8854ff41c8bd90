import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Children } from './children.ts';
import { StartError } from './start-error.ts';

/** The newest Temporal CLI that `go install` can build: later ones replace a module by a folder in their go.mod. */
const VERSION = '1.5.1';
/** Fairness, which keeps one company from holding up the others, came with this server. */
const OLDEST_SERVER = [1, 29] as const;

/**
 * Finds a Temporal dev server: TEMPORAL_CLI_PATH, `temporal` on PATH, the copy of an earlier start, built with Go,
 * or at last downloaded from Temporal.
 *
 * @param say shows progress, since building takes minutes the first time
 * @throws StartError naming what is missing and what to do
 */
export async function findTemporal(
  children: Children,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<string> {
  const given = env.TEMPORAL_CLI_PATH;
  if (given !== undefined && given !== '') {
    if (serverVersion(given) === null) throw new StartError(`TEMPORAL_CLI_PATH is ${given}, which is no Temporal CLI.`);
    return given;
  }
  if (isRecentEnough(serverVersion('temporal'))) return 'temporal';
  const cached = cachedTemporal(env);
  if (serverVersion(cached) !== null) return cached;
  mkdirSync(dirname(cached), { recursive: true });
  if (await buildWithGo(children, cached, say)) return cached;
  if (await download(cached, say)) return cached;
  throw new StartError(
    `The Temporal CLI is missing: install it (https://docs.temporal.io/cli) or Go, or set TEMPORAL_CLI_PATH or TEMPORAL_ADDRESS.`,
  );
}

function cachedTemporal(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'lentune-procore', `temporal-${VERSION}`, 'temporal');
}

/** The server a CLI holds, as `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)` tells it; null when it does not run. */
function serverVersion(binary: string): [number, number] | null {
  const result = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  const found = /Server (\d+)\.(\d+)/.exec(result.stdout ?? '');
  return found === null ? null : [Number(found[1]), Number(found[2])];
}

function isRecentEnough(version: [number, number] | null): boolean {
  if (version === null) return false;
  const [major, minor] = OLDEST_SERVER;
  return version[0] > major || (version[0] === major && version[1] >= minor);
}

async function buildWithGo(children: Children, target: string, say: (line: string) => void): Promise<boolean> {
  if (spawnSync('go', ['version']).status !== 0) return false;
  const folder = mkdtempSync(join(dirname(target), 'build-'));
  const since = Date.now();
  say('Building the Temporal server with Go. This happens once and takes about three minutes.');
  const progress = setInterval(() => say(`  still building, ${Math.round((Date.now() - since) / 1000)} s`), 20_000);
  try {
    const build = await children.spawn({
      name: 'go install',
      command: 'go',
      args: ['install', `github.com/temporalio/cli/cmd/temporal@v${VERSION}`],
      env: { ...process.env, GOBIN: folder },
      cwd: folder,
    });
    const how = await build.ended;
    if (how !== 'exit code 0') {
      say(`Go could not build it (${how}): ${build.tail().at(-1) ?? ''}`);
      return false;
    }
    renameSync(join(folder, 'temporal'), target);
    return true;
  } finally {
    clearInterval(progress);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function download(target: string, say: (line: string) => void): Promise<boolean> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/v${VERSION}?platform=${platform}&arch=${arch}`;
  say('Downloading the Temporal server.');
  const folder = mkdtempSync(join(dirname(target), 'download-'));
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const archive = join(folder, 'temporal.tar.gz');
    writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
    execFileSync('tar', ['-xzf', archive, '-C', folder]);
    const unpacked = join(folder, 'temporal');
    if (!existsSync(unpacked)) return false;
    chmodSync(unpacked, 0o755);
    renameSync(unpacked, target);
    return true;
  } catch (error) {
    say(`It could not be downloaded: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
