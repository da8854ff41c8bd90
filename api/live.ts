import { changedCommitments, changedInvoices, type FetchSignature, runningFetches } from '../db/queries/changes.ts';
import type { Deps } from '../platform/deps.ts';
import type { LiveEvent } from '../schemas/events.ts';

type Listener = (event: LiveEvent) => void;

/** What of one account is being watched, and what was seen last. */
interface Watched {
  listeners: Set<Listener>;
  /** of what was told about lately, what told one state from another, by list and id */
  told: Record<LiveEvent['type'], Map<string, string>>;
}

const LOOK_MS = 1000;

/**
 * Tells whoever listens what changed in an account; at first what changed of late, since a screen reads before its stream
 * opens. The database is asked once a second per watched account, however many listen.
 */
export interface Live {
  listen(account: string, listener: Listener): () => void;
}

export function createLive({ db, logger }: Pick<Deps, 'db' | 'logger'>): Live {
  const accounts = new Map<string, Watched>();
  let isLooking = false;

  async function look(): Promise<void> {
    if (accounts.size === 0) {
      isLooking = false;
      return;
    }
    for (const [account, watched] of accounts) {
      await lookAt(account, watched).catch((error: unknown) =>
        logger.warn({ err: error }, 'Changes could not be read; looking again'),
      );
    }
    setTimeout(() => void look(), LOOK_MS);
  }

  async function lookAt(account: string, watched: Watched): Promise<void> {
    const news = await Promise.all(
      LISTS.map(async ([type, read]) => [type, unseen(watched.told[type], await read(db, account))] as const),
    );
    for (const [type, ids] of news) if (ids.length > 0) tell(watched, { type, ids });
  }

  return {
    listen(account, listener) {
      const watched = accounts.get(account) ?? {
        listeners: new Set(),
        told: { invoices: new Map(), fetches: new Map(), 'purchase-orders': new Map(), subcontracts: new Map() },
      };
      accounts.set(account, watched);
      watched.listeners.add(listener);
      if (!isLooking) void look();
      isLooking = true;
      return () => {
        watched.listeners.delete(listener);
        if (watched.listeners.size === 0) accounts.delete(account);
      };
    },
  };
}

type Marks = [id: string, mark: string][];

const byTime = (rows: { id: string; updatedAt: string }[]): Marks => rows.map(({ id, updatedAt }) => [id, updatedAt]);

/** How each list is looked at: ids of what may have changed, each with a mark that differs when it did. */
const LISTS: [LiveEvent['type'], (db: Deps['db'], account: string) => Promise<Marks>][] = [
  ['invoices', async (db, account) => byTime(await changedInvoices(db, account))],
  ['purchase-orders', async (db, account) => byTime(await changedCommitments(db, account, 'purchase_order'))],
  ['subcontracts', async (db, account) => byTime(await changedCommitments(db, account, 'sub_contract'))],
  [
    'fetches',
    async (db, account) =>
      (await runningFetches(db, account)).map(({ id, ...rest }: FetchSignature) => [id, JSON.stringify(rest)]),
  ],
];

/** Ids whose mark differs from the one remembered; the memory then holds exactly what was seen now. */
function unseen(memory: Map<string, string>, seen: Marks): string[] {
  const ids = seen.filter(([id, mark]) => memory.get(id) !== mark).map(([id]) => id);
  memory.clear();
  for (const [id, mark] of seen) memory.set(id, mark);
  return ids;
}

function tell({ listeners }: Watched, event: LiveEvent): void {
  for (const listener of listeners) listener(event);
}
