import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Journal, Op, Store } from './store.ts';

/**
 * Keeps a store in a folder: a snapshot, and a journal with one line per commit made since.
 * The snapshot names its journal, so both change in one rename whenever a crash may come.
 * A line cut short by a crash belongs to a commit nobody was answered for, and is left out.
 */
export class FileJournal implements Journal {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /** Fills the store with what the folder holds. Returns whether there was anything. */
  static load(store: Store, folder: string): boolean {
    const snapshot = join(folder, 'snapshot.jsonl');
    if (!existsSync(snapshot)) return false;
    const [head, ...rows] = readLines(snapshot);
    for (const op of rows) store.load([op as Op]);
    for (const ops of readLines(join(folder, (head as { journal: string }).journal))) store.load(ops as Op[]);
    return true;
  }

  /** Writes the whole state as a new snapshot and journals every commit from here on. */
  static start(store: Store, folder: string): void {
    store.journal?.close();
    mkdirSync(folder, { recursive: true });
    const older = readdirSync(folder).filter((name) => name.startsWith('journal-'));
    const name = `journal-${Date.now()}-${older.length}.jsonl`;
    store.journal = new FileJournal(openSync(join(folder, name), 'w'));
    const lines = [{ journal: name }, ...store.dump()].map((line) => JSON.stringify(line));
    writeFileSync(join(folder, 'snapshot.next'), `${lines.join('\n')}\n`);
    renameSync(join(folder, 'snapshot.next'), join(folder, 'snapshot.jsonl'));
    for (const old of older) rmSync(join(folder, old));
  }

  append(ops: Op[]): void {
    if (ops.length > 0) writeSync(this.#file, `${JSON.stringify(ops)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

function readLines(path: string): unknown[] {
  if (!existsSync(path)) return [];
  const lines: unknown[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    try {
      lines.push(JSON.parse(line));
    } catch {
      break;
    }
  }
  return lines;
}
