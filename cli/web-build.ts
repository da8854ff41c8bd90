import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Children } from './children.ts';
import { StartError } from './start-error.ts';

/** What the web app is built from. */
const SOURCES = ['web', 'schemas', 'domain', 'package-lock.json'];

/** Builds the web app unless web/dist is newer than everything it is made of. */
export async function buildWebIfStale(children: Children, root: string, say: (line: string) => void): Promise<void> {
  const built = join(root, 'web', 'dist', 'index.html');
  if (existsSync(built) && statSync(built).mtimeMs > newestChange(root)) return;
  say('Building the web app.');
  const build = await children.spawn({
    name: 'The web build',
    command: process.execPath,
    args: [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', 'web/vite.config.ts'],
    cwd: root,
    // A test's environment would make a development build, which names the files it came from.
    env: { ...process.env, NODE_ENV: 'production' },
    logFile: join(root, '.data', 'logs', 'web-build.log'),
  });
  const how = await build.ended;
  if (how === 'exit code 0') return;
  const reason = build.tail().find((line) => /^\w*Error: /.test(line)) ?? build.tail().at(-1) ?? '';
  throw new StartError(`The web app could not be built (${how}): ${reason.trim()}. See .data/logs/web-build.log.`);
}

function newestChange(root: string): number {
  return Math.max(...SOURCES.map((source) => newestIn(join(root, source))));
}

function newestIn(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.name !== 'dist');
  return Math.max(0, ...entries.map((entry) => newestIn(join(path, entry.name))));
}
