import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { CompanyToConnect, ConnectCompanyActivities } from '../activities/connect-company.ts';
import { ring } from './drain.ts';

const { readCompanyLists, reconcileHooks, reconcileProjectHook, finishConnect } =
  proxyActivities<ConnectCompanyActivities>({
    startToCloseTimeout: '60 seconds',
    heartbeatTimeout: '10 seconds',
    retry: { maximumInterval: '5 minutes' },
  });

/**
 * Makes a company ready: its stages and tax codes, and hooks that match what is ticked. What fails stands beside the
 * company in words. Settings saved meanwhile ring, and it begins again.
 */
export async function ConnectCompany(company: CompanyToConnect): Promise<void> {
  let isRung = false;
  setHandler(ring, () => {
    isRung = true;
  });
  do {
    isRung = false;
    const { mark, problems } = await readCompanyLists(company);
    const hooks = await reconcileHooks(company);
    problems.push(...hooks.problems);
    for (const projectId of hooks.projectIds)
      problems.push(...(await reconcileProjectHook({ ...company, projectId })).problems);
    await finishConnect({ ...company, mark, problems });
  } while (isRung);
}
