import { changedInvoices, type FetchSignature, runningFetches } from '../db/queries/changes.ts';
import type { Deps } from '../platform/deps.ts';
import type { LiveEvent } from '../schemas/events.ts';

type Listener = (event: LiveEvent) => void;

/** What of one account is being watched, and what was seen last. */
interface Watched {
  listeners: Set<Listener>;
  /** `updated_at` of the invoices told about lately, by id */
  toldInvoices: Map<string, string>;
  fetches: Map<string, string>;
  isFirstLook: boolean;
}

const LOOK_MS = 1000;

/** Tells whoever listens what changed in an account. The database is asked once a second per watched account, however many listen. */
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
    const [invoices, fetches] = await Promise.all([changedInvoices(db, account), runningFetches(db, account)]);
    const invoiceIds = news(
      watched.toldInvoices,
      invoices.map(({ id, updatedAt }) => [id, updatedAt]),
    );
    const fetchIds = news(
      watched.fetches,
      fetches.map(({ id, ...rest }: FetchSignature) => [id, JSON.stringify(rest)]),
    );
    if (watched.isFirstLook) {
      // Whoever just came reads everything anyway.
      watched.isFirstLook = false;
      return;
    }
    if (invoiceIds.length > 0) tell(watched, { type: 'invoices', ids: invoiceIds });
    if (fetchIds.length > 0) tell(watched, { type: 'fetches', ids: fetchIds });
  }

  return {
    listen(account, listener) {
      const watched = accounts.get(account) ?? {
        listeners: new Set(),
        toldInvoices: new Map(),
        fetches: new Map(),
        isFirstLook: true,
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

/** Ids whose mark differs from the one remembered; the memory then holds exactly what was seen now. */
function news(memory: Map<string, string>, seen: [string, string][]): string[] {
  const ids = seen.filter(([id, mark]) => memory.get(id) !== mark).map(([id]) => id);
  memory.clear();
  for (const [id, mark] of seen) memory.set(id, mark);
  return ids;
}

function tell({ listeners }: Watched, event: LiveEvent): void {
  for (const listener of listeners) listener(event);
}
