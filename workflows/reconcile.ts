import { proxyActivities, setCurrentDetails, setHandler, sleep } from '@temporalio/workflow';
import type { CompanyToReconcile, ReconcileActivities } from '../activities/reconcile.ts';
import { ring } from './drain.ts';

const { beginReconcile, compareList, compareProjects, endReconcile } = proxyActivities<ReconcileActivities>({
  taskQueue: 'bulk',
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/**
 * Compares a company with Procore, kind by kind, and puts what may differ into the inbox; it changes nothing itself.
 * A full comparison asks for the insides of its projects, too, spread over as many hours as the allowance takes.
 */
export async function Reconcile(company: CompanyToReconcile): Promise<void> {
  // A ring only starts the run; whoever rings one that is running gets what it finds.
  setHandler(ring, () => undefined);
  const run = await beginReconcile(company);
  if (run === null) return;
  const step = { account: company.account, runId: run.runId };
  for (const kind of run.kinds) {
    setCurrentDetails(`Comparing ${kind}`);
    let cursor: string | null = null;
    do cursor = await compareList({ ...step, kind, cursor });
    while (cursor !== null);
  }
  while (company.mode === 'full') {
    const { left, waitMs } = await compareProjects(step);
    if (left === 0) break;
    setCurrentDetails(`${left} projects to compare`);
    await sleep(waitMs);
  }
  await endReconcile(step);
}
