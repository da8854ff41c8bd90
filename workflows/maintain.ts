import { proxyActivities } from '@temporalio/workflow';
import type { AccountToMaintain, MaintainActivities } from '../activities/maintain.ts';

const { pruneOld, companiesToCheck, checkDeliveries } = proxyActivities<MaintainActivities>({
  taskQueue: 'bulk',
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/** Shares deleted by one run; what is left waits for the next. */
const SHARES = 50;

/** Keeps an account tidy: asks how Procore's deliveries fare, and deletes what is old. */
export async function Maintain(account: AccountToMaintain): Promise<void> {
  for (const companyId of await companiesToCheck(account)) await checkDeliveries({ ...account, companyId });
  for (let share = 0; share < SHARES && (await pruneOld(account)); share += 1);
}
