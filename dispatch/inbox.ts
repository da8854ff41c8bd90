import { type NewInboxEvent, prepareStore } from '../db/queries/inbox.ts';
import type { Db } from '../db/types.ts';

/** Where the webhook receiver puts what it got. */
export interface InboxWriter {
  /** Resolves once the row is committed. */
  store(row: NewInboxEvent): Promise<void>;
}

interface Waiting {
  row: NewInboxEvent;
  resolve(): void;
  reject(error: unknown): void;
}

const ROWS_PER_INSERT = 200;
const INSERTS_IN_FLIGHT = 2;

/**
 * Commits rows in groups: what arrives while one insert runs forms the next. A group that fails is stored row by row,
 * so one bad row fails alone.
 *
 * @param onCommit called after each commit; it rings the doorbell
 */
export function createInboxWriter(db: Db, onCommit: () => void): InboxWriter {
  const store = prepareStore(db);
  const waiting: Waiting[] = [];
  let inFlight = 0;

  function next(): void {
    if (inFlight >= INSERTS_IN_FLIGHT || waiting.length === 0) return;
    inFlight += 1;
    void storeGroup(waiting.splice(0, ROWS_PER_INSERT)).finally(() => {
      inFlight -= 1;
      next();
    });
  }

  async function storeGroup(group: Waiting[]): Promise<void> {
    try {
      await store(group.map(({ row }) => row));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await storeGroup([one]);
    }
    onCommit();
  }

  return {
    store: (row) =>
      new Promise((resolve, reject) => {
        waiting.push({ row, resolve, reject });
        next();
      }),
  };
}
