import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { DrainActivities, DrainFlow, DrainProgress } from '../activities/drain.ts';

/** The doorbell: something is due in the inbox. It carries nothing; the inbox knows. */
export const ring = defineSignal('ring');

export interface DrainScope {
  account: string;
  companyId: string;
  scope: string;
  /** where the activities of the first round run; what rings later is someone's change and goes first */
  queue: 'sync' | 'bulk';
  /** how far the run before this one was */
  progress?: DrainProgress | null;
}

const QUIET = '30 seconds';

/**
 * The loop of every inbound workflow: drains its scope of the inbox round by round and closes when it stays quiet.
 * A new run always drains first, and a scope with due rows is rung until it is drained, so no ring can be lost.
 */
export async function drainScope(flow: DrainFlow, input: DrainScope): Promise<void> {
  let isRung = false;
  setHandler(ring, () => {
    isRung = true;
  });
  let { queue, progress = null } = input;
  do {
    isRung = false;
    const { drain } = proxyActivities<DrainActivities>({
      taskQueue: queue,
      startToCloseTimeout: '60 seconds',
      heartbeatTimeout: '10 seconds',
      retry: { maximumInterval: '5 minutes' },
    });
    do {
      progress = await drain({
        account: input.account,
        companyId: input.companyId,
        flow,
        scope: input.scope,
        progress,
      });
      if (workflowInfo().continueAsNewSuggested) {
        await condition(allHandlersFinished);
        await continueAsNew({ ...input, queue, progress });
      }
    } while (progress !== null);
    queue = 'sync';
  } while (await condition(() => isRung, QUIET));
}
