import { condition, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { codeOf } from './outcome.ts';

/** Somebody signed in again, to Procore or to accounting. */
const wake = defineSignal('wake');

const SYSTEMS = { AUTH_EXPIRED: 'Procore', ACCOUNTING_AUTH_EXPIRED: 'accounting' } as const;

/**
 * Lets a run outlast a dead grant: a step that fails with one of `expired` runs again once somebody has signed in, or after a
 * day. Called once, before the first step: it takes the signal.
 */
export function reconnecting(...expired: (keyof typeof SYSTEMS)[]): <T>(step: () => Promise<T>) => Promise<T> {
  let wakes = 0;
  setHandler(wake, () => void wakes++);
  return async (step) => {
    for (;;) {
      // Counting from before the step loses no wake.
      const heard = wakes;
      try {
        return await step();
      } catch (error) {
        const code = expired.find((one) => one === codeOf(error));
        if (code === undefined) throw error;
        setCurrentDetails(`waiting for somebody to reconnect ${SYSTEMS[code]}`);
        await condition(() => wakes > heard, '1 day');
      }
    }
  };
}
