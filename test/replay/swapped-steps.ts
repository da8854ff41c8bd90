import { proxyActivities } from '@temporalio/workflow';
import type { FetchProjectsActivities, FetchRun } from '../../activities/fetch-projects.ts';

const { lookAtFetch, listProjects } = proxyActivities<FetchProjectsActivities>({ startToCloseTimeout: '60 seconds' });

/** FetchProjects with its first two steps the wrong way round; no recorded history may replay on it. */
export async function FetchProjects(run: FetchRun): Promise<void> {
  await listProjects({ ...run, cursor: null });
  await lookAtFetch(run);
}
