import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
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
import type { Deps } from '../platform/deps.ts';
import { searchAttribute } from '../platform/search-attributes.ts';
import { withDeadline } from '../platform/temporal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';

type OrderDispatcherDeps = Pick<Deps, 'db' | 'temporal' | 'logger'>;

const OPEN_PER_COMPANY = 25;
const DEADLINE_MS = 2_000;
const LIFE_CHECK_MS = 60_000;
const LIFE_CHECKS = 50;

/** Starts the runs of queued purchase orders, as documents.ts does for invoices, and holds those ended from outside. */
export function createOrderDispatcher(deps: OrderDispatcherDeps): { dispatch(): Promise<number> } {
  let nextLifeCheck = 0;
  return {
    async dispatch() {
      if (Date.now() >= nextLifeCheck) {
        nextLifeCheck = Date.now() + LIFE_CHECK_MS;
        await holdEnded(deps);
      }
      let started = 0;
      for (const due of await dueOrders(deps.db, OPEN_PER_COMPANY)) {
        try {
          if (await start(deps, due)) started += 1;
        } catch (error) {
          deps.logger.warn(
            { err: error, order: due.number },
            'Temporal did not take a purchase order; it stays queued',
          );
          return started;
        }
      }
      return started;
    },
  };
}

async function start({ db, temporal }: OrderDispatcherDeps, due: DueOrder): Promise<boolean> {
  const { account, id, number, vendorName, total, companyProcoreId, projectProcoreId } = due;
  const summary = [`Purchase order ${number}`, vendorName ?? 'no supplier', `$${formatMoney(total)}`];
  try {
    await withDeadline(temporal, DEADLINE_MS, () =>
      temporal.workflow.start('PushPurchaseOrder', {
        workflowId: workflowIds.purchaseOrder(account, id),
        taskQueue: 'sync',
        args: [{ account, purchaseOrderId: id }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: summary.map((part) => part.slice(0, 60)).join(', '),
        priority: { fairnessKey: due.companyId },
        typedSearchAttributes: [
          { key: searchAttribute('Account'), value: account },
          { key: searchAttribute('EntityKind'), value: 'purchase_order' },
          { key: searchAttribute('EntityRef'), value: number },
          { key: searchAttribute('ProcoreCompany'), value: companyProcoreId },
          ...(projectProcoreId === null ? [] : [{ key: searchAttribute('ProcoreProject'), value: projectProcoreId }]),
        ],
      }),
    );
  } catch (error) {
    // A run of an earlier queueing is closing, or ours was started and not noted: the next look, or the run, settles it.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
  await markOrderDispatched(db, due);
  return true;
}

async function holdEnded({ db, temporal, logger }: OrderDispatcherDeps): Promise<void> {
  try {
    for (const { account, id } of await ordersLongUnderWay(db, LIFE_CHECKS)) {
      const isOpen = await unlessGone(
        withDeadline(temporal, DEADLINE_MS, () =>
          temporal.workflow.getHandle(workflowIds.purchaseOrder(account, id)).describe(),
        ).then(({ status }) => status.name === 'RUNNING'),
      );
      if (!isOpen) await holdOrder(db, { account, purchaseOrderId: id });
    }
  } catch (error) {
    logger.warn({ err: error }, 'Could not ask Temporal about purchase orders under way');
  }
}

/** False where there is no such run. */
async function unlessGone(answer: Promise<boolean>): Promise<boolean> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Cancels the run of an order that was started; the run itself says what became of it. */
export async function cancelOrderRun({ db, temporal }: Pick<Deps, 'db' | 'temporal'>, ref: OrderRef): Promise<void> {
  const isFound = await unlessGone(
    withDeadline(temporal, DEADLINE_MS, () =>
      temporal.workflow.getHandle(workflowIds.purchaseOrder(ref.account, ref.purchaseOrderId)).cancel(),
    ).then(() => true),
  );
  if (!isFound) await endCancelledOrder(db, ref);
}

/** After a new consent: wakes the runs that wait for it. */
export async function wakeOrders({ db, temporal, logger }: OrderDispatcherDeps, account: string): Promise<void> {
  let after: string | null = null;
  do {
    const page: string[] = await ordersWaitingForSignIn(db, account, after);
    for (const id of page)
      await withDeadline(temporal, DEADLINE_MS, () =>
        temporal.workflow.getHandle(workflowIds.purchaseOrder(account, id)).signal('wake'),
      ).catch((error: unknown) => logger.warn({ err: error, order: id }, 'A waiting purchase order was not woken'));
    after = page.at(-1) ?? null;
  } while (after !== null);
}
