import { condition, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { FetchProjectsActivities, FetchRun } from '../activities/fetch-projects.ts';
import { ring } from './drain.ts';

const { lookAtFetch, listProjects } = proxyActivities<FetchProjectsActivities>({
  taskQueue: 'bulk',
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/** Rings come when the last project is in; this is for a ring that never came. */
const LOOK_AGAIN = '15 minutes';

/**
 * One press of Fetch: the company's own lists first, then every project that matches, a page an activity. It imports
 * nothing itself: it puts rows into the inbox and is rung when the last of them is done.
 */
export async function FetchProjects(run: FetchRun): Promise<void> {
  let isRung = false;
  setHandler(ring, () => {
    isRung = true;
  });
  let cursor: string | null = null;

  /** Lists page by page, going on where it stopped; false when the sign-in to Procore died meanwhile. */
  async function listAll(): Promise<boolean> {
    for (let page = 1; ; page += 1) {
      const listed = await listProjects({ ...run, cursor });
      if (listed.kind === 'waits') return false;
      setCurrentDetails(`Listed ${page} pages of projects`);
      cursor = listed.next;
      if (cursor === null) return true;
    }
  }

  for (;;) {
    isRung = false;
    const { phase } = await lookAtFetch(run);
    setCurrentDetails(DETAILS[phase]);
    if (phase === 'ended') return;
    if (phase === 'list' && (await listAll())) continue;
    await condition(() => isRung, LOOK_AGAIN);
  }
}

const DETAILS = {
  paused: 'Paused',
  company: 'Waiting for vendors, cost codes, cost types and tax codes',
  list: 'Listing projects',
  projects: 'Waiting for the projects',
  ended: 'Ended',
} as const;
