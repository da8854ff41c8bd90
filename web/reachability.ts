import { useSyncExternalStore } from 'react';

/** Whether the server answers, and when it last did. */
interface Reachability {
  isReachable: boolean;
  lastAnswerAt: string | null;
}

let state: Reachability = { isReachable: true, lastAnswerAt: null };
const listeners = new Set<() => void>();

function become(next: Reachability): void {
  const changed = next.isReachable !== state.isReachable;
  state = next;
  if (changed) for (const listener of listeners) listener();
}

export const reachability = {
  answered: () => become({ isReachable: true, lastAnswerAt: new Date().toISOString() }),
  failed: () => become({ ...state, isReachable: false }),
  get: () => state,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useReachability(): Reachability {
  return useSyncExternalStore(reachability.subscribe, reachability.get);
}
