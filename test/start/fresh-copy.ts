import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The product as a fresh clone has it, in a folder no other user may enter. */
export interface FreshCopy {
  folder: string;
  remove(): void;
}

export function freshCopy(): FreshCopy {
  const closed = mkdtempSync(join(tmpdir(), 'lentune-start-'));
  chmodSync(closed, 0o700);
  const folder = join(closed, 'clone');
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, file), join(folder, file));
  }
  // Hard links stand in for `npm ci`: the same files, in the same places, in a second.
  execFileSync('cp', ['-al', join(ROOT, 'node_modules'), folder]);
  return {
    folder,
    remove() {
      const cluster = join(folder, '.data', 'pg');
      const isOutside = lstatSync(cluster, { throwIfNoEntry: false })?.isSymbolicLink() === true;
      if (isOutside) rmSync(realpathSync(cluster), { recursive: true, force: true });
      rmSync(dirname(folder), { recursive: true, force: true });
    },
  };
}
