import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { breaches, type SourceFile } from './import-rules.ts';
import { checkWorkflowBundle } from './workflow-wall.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
const NOT_SOURCE = /(^|\/)(node_modules|dist|out|migrations)\//;

const found = [...breaches(sourceFiles()), ...(await checkWorkflowBundle(ROOT))];
for (const line of found) console.error(line);
if (found.length > 0) process.exit(1);

/** Every TypeScript file in the rooms, tests included; the rules leave those out themselves. */
function sourceFiles(): SourceFile[] {
  const rooms = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map((entry) => entry.name);
  return rooms
    .flatMap((room) => readdirSync(join(ROOT, room), { recursive: true }).map((file) => `${room}/${file}`))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path) && !NOT_SOURCE.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}
