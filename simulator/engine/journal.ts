import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Journal, Op, Store } from './store.ts';

/**
 * Keeps a store in a folder: a snapshot taken at start, then one line per commit.
 * A line cut short by a crash belongs to a commit nobody was answered for, and is left out.
 */
export class FileJournal implements Journal {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /** Loads what the folder holds into the store and starts journalling. Returns whether there was anything. */
  static attach(store: Store, folder: string): { found: boolean } {
    mkdirSync(folder, { recursive: true });
    const snapshot = join(folder, 'snapshot.jsonl');
    const journal = join(folder, 'journal.jsonl');
    const found = existsSync(snapshot);
    if (found) store.load(readLines(snapshot).flat());
    for (const ops of readLines(journal)) store.load(ops);
    writeSnapshot(store, folder);
    store.journal = new FileJournal(openSync(journal, 'w'));
    return { found };
  }

  /** Writes the whole state again, after a reset. */
  static rewrite(store: Store, folder: string): void {
    writeSnapshot(store, folder);
    (store.journal as FileJournal | null)?.close();
    store.journal = new FileJournal(openSync(join(folder, 'journal.jsonl'), 'w'));
  }

  append(ops: Op[]): void {
    if (ops.length > 0) writeSync(this.#file, `${JSON.stringify(ops)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The new snapshot takes the old one's place in one rename; replaying an older journal over it changes nothing. */
function writeSnapshot(store: Store, folder: string): void {
  const next = join(folder, 'snapshot.next');
  writeFileSync(
    next,
    `${store
      .dump()
      .map((op) => JSON.stringify([op]))
      .join('\n')}\n`,
  );
  renameSync(next, join(folder, 'snapshot.jsonl'));
}

function readLines(path: string): Op[][] {
  if (!existsSync(path)) return [];
  const lines: Op[][] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    try {
      lines.push(JSON.parse(line) as Op[]);
    } catch {
      break;
    }
  }
  return lines;
}
