import { useEffect } from 'react';
import { LiveEvent } from '../schemas/events.ts';
import { queryClient } from './api.ts';
import { reachability } from './reachability.ts';

const POLL_MS = 10_000;
/** Events come in bursts while a fetch runs; one refresh of each list per window is enough. */
const GATHER_MS = 400;

/** The first words of the query keys an event makes old. */
const AFFECTED: Record<LiveEvent['type'], readonly string[]> = {
  invoices: ['invoices', 'overview'],
  'purchase-orders': ['purchase-orders', 'mapping-tasks'],
  subcontracts: ['subcontracts', 'mapping-tasks'],
  fetches: [
    'fetches',
    'projects',
    'vendors',
    'cost-codes',
    'purchase-orders',
    'subcontracts',
    'companies',
    'mapping-tasks',
    'overview',
  ],
};

/** Keeps what is on screen current: server-sent events while they flow, polling while they do not. */
export function useLiveUpdates(): void {
  useEffect(() => {
    const gathered = new Set<string>();
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      gathering = undefined;
      for (const type of gathered) void queryClient.invalidateQueries({ queryKey: [type] });
      gathered.clear();
    };
    const source = new EventSource('/api/events');
    // What happened before the stream opened, or while it was closed, is not told again.
    source.onopen = () => void queryClient.invalidateQueries();
    source.onmessage = (message: MessageEvent<string>) => {
      const event = LiveEvent.safeParse(parse(message.data));
      if (!event.success) return;
      for (const list of AFFECTED[event.data.type]) gathered.add(list);
      gathering ??= setTimeout(flush, GATHER_MS);
    };
    const poll = setInterval(() => {
      const isLive = source.readyState === EventSource.OPEN && reachability.get().isReachable;
      if (!isLive) void queryClient.invalidateQueries();
    }, POLL_MS);
    return () => {
      source.close();
      clearInterval(poll);
      clearTimeout(gathering);
    };
  }, []);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
