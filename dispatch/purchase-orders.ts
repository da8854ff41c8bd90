import {
  type DueOrder,
  dueOrders,
  endCancelledOrder,
  holdOrder,
  markOrderDispatched,
  type OrderRef,
  ordersLongUnderWay,
  ordersWaitingForSignIn,
} from '../db/queries/purchase-order-queue.ts';
import { formatMoney } from '../domain/decimal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import { cancelOpen, type DispatcherDeps, isOpen, lifeCheck, startAll, startRun, wakeAll } from './runs.ts';

const OPEN_PER_COMPANY = 25;
const LIFE_CHECKS = 50;

/** Starts the runs of queued purchase orders, as documents.ts does for invoices, and holds those ended from outside. */
export function createOrderDispatcher(deps: DispatcherDeps): { dispatch(): Promise<number> } {
  const { db, temporal, logger } = deps;
  const holdEnded = lifeCheck(deps, 'purchase orders', async () => {
    for (const { account, id } of await ordersLongUnderWay(db, LIFE_CHECKS))
      if (!(await isOpen(temporal, workflowIds.purchaseOrder(account, id))))
        await holdOrder(db, { account, purchaseOrderId: id });
  });
  return {
    async dispatch() {
      await holdEnded();
      return startAll(
        await dueOrders(db, OPEN_PER_COMPANY),
        (order) => start(deps, order),
        ({ number }, err) =>
          logger.warn({ err, order: number }, 'Temporal did not take a purchase order; it stays queued'),
      );
    },
  };
}

async function start({ db, temporal }: DispatcherDeps, order: DueOrder): Promise<boolean> {
  const { account, id, number, vendorName, total, companyId, companyProcoreId, projectProcoreId } = order;
  const isStarted = await startRun(temporal, {
    workflow: 'PushPurchaseOrder',
    workflowId: workflowIds.purchaseOrder(account, id),
    input: { account, purchaseOrderId: id },
    summary: [`Purchase order ${number}`, vendorName ?? 'no supplier', `$${formatMoney(total)}`],
    fairnessKey: companyId,
    kind: 'purchase_order',
    ref: number,
    companyProcoreId,
    projectProcoreId,
  });
  if (isStarted) await markOrderDispatched(db, order);
  return isStarted;
}

/** Cancels the run of an order that was started; the run itself says what became of it. */
export async function cancelOrderRun(
  { db, temporal }: Pick<DispatcherDeps, 'db' | 'temporal'>,
  ref: OrderRef,
): Promise<void> {
  if (!(await cancelOpen(temporal, workflowIds.purchaseOrder(ref.account, ref.purchaseOrderId))))
    await endCancelledOrder(db, ref);
}

/** After a new consent: wakes the runs that wait for it. */
export const wakeOrders = (deps: DispatcherDeps, account: string): Promise<void> =>
  wakeAll(
    deps,
    (last) => ordersWaitingForSignIn(deps.db, account, last),
    (id) => workflowIds.purchaseOrder(account, id),
  );
