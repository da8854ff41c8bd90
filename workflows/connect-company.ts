import { proxyActivities } from '@temporalio/workflow';
import type { CompanyToConnect, ConnectCompanyActivities } from '../activities/connect-company.ts';

const { readCompanyLists, reconcileHooks, noteProblem } = proxyActivities<ConnectCompanyActivities>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/** Makes a company ready: its stages and tax codes, and hooks that match what is ticked. What fails stands beside the company in words. */
export async function ConnectCompany(company: CompanyToConnect): Promise<void> {
  const lists = await readCompanyLists(company);
  const hooks = await reconcileHooks(company);
  const problems = [lists.problem, hooks.problem].filter((problem) => problem !== null);
  await noteProblem({ ...company, problem: problems.length === 0 ? null : problems.join(' ') });
}
