import { companyAddress, type HookRow, listHooks, requestConnect } from '../db/queries/companies.ts';
import {
  connectedCompanies,
  type Deliveries,
  noteDeliveries,
  PRUNABLE,
  prune,
  pruneArrivals,
  pruneOauthStates,
} from '../db/queries/maintain.ts';
import { requestReconcile } from '../db/queries/reconcile.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import { refusalOf, waitsByItself } from '../platform/errors.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';

export interface AccountToMaintain {
  account: string;
}

export interface MaintainDeps {
  db: Db;
  procore: Procore;
}

export const createMaintainActivities = ({ db, procore }: MaintainDeps) => ({
  /** Deletes a share of what is old; true when there is more. */
  async pruneOld({ account }: AccountToMaintain): Promise<boolean> {
    await pruneOauthStates(db, account);
    await pruneArrivals(db, account);
    let isMore = false;
    for (const what of PRUNABLE) isMore = (await prune(db, account, what)) || isMore;
    return isMore;
  },

  /** The companies Procore can be asked about. */
  companiesToCheck: ({ account }: AccountToMaintain): Promise<string[]> => connectedCompanies(db, account),

  /**
   * Asks how Procore's deliveries to the hooks of a company fare. Deliveries it gave up since the last check have the
   * company looked at for changes; a hook that is gone has the hooks set up anew.
   */
  async checkDeliveries({ account, companyId }: AccountToMaintain & { companyId: string }): Promise<void> {
    const api = procore.company({ ...(await companyAddress(db, account, companyId)), lane: 'backfill' });
    for (const hook of await listHooks(db, account, companyId)) {
      if (hook.procoreId === null) continue;
      const deliveries = await deliveriesOf(api, hook, hook.procoreId);
      await db.transaction(async (tx) => {
        if (deliveries === 'hook gone') return requestConnect(tx, account, companyId);
        if (deliveries !== 'not ours to read' && (await noteDeliveries(tx, hook, deliveries)))
          await requestReconcile(tx, account, companyId, 'delta');
      });
    }
  },
});

export type MaintainActivities = ReturnType<typeof createMaintainActivities>;

async function deliveriesOf(
  api: CompanyApi,
  { projectProcoreId }: HookRow,
  hookId: string,
): Promise<Deliveries | 'hook gone' | 'not ours to read'> {
  const hook = { hookId, ...(projectProcoreId === null ? {} : { projectId: projectProcoreId }) };
  try {
    const failed = await api.deliveries.newest({ ...hook, status: 'failed' });
    const retrying = await api.deliveries.newest({ ...hook, status: 'retrying' });
    const discarded = await api.deliveries.newest({ ...hook, status: 'discarded' });
    return {
      failing: failed.length + retrying.length,
      discarded: discarded.length,
      newestDiscardedId: discarded[0] ?? null,
    };
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return 'hook gone';
    const refusal = error instanceof ProcoreError ? refusalOf(error) : error;
    if (!(refusal instanceof DomainError) || waitsByItself(refusal.code)) throw error;
    return 'not ours to read';
  }
}
