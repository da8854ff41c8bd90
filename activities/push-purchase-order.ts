import { activityInfo } from '@temporalio/activity';
import { endOrder } from '../db/queries/purchase-order-outcome.ts';
import type { OrderRef } from '../db/queries/purchase-order-queue.ts';
import type { Outcome } from '../db/queries/run-outcome.ts';
import type { InvoiceMark } from '../domain/invoice.ts';
import { convergeOrder } from './converge-purchase-order.ts';
import { createPrepareOrder } from './prepare-purchase-order.ts';
import type { PushInvoiceDeps } from './push-invoice.ts';

/** The steps of PushPurchaseOrder, beside `createMissing`, which is that of PushInvoice. */
export const createPushPurchaseOrderActivities = ({ db, procore, env }: Omit<PushInvoiceDeps, 'accounting'>) => ({
  prepareOrder: createPrepareOrder({ db, procore }),
  convergeOrder: (ref: OrderRef) => convergeOrder({ db, procore, settleDelayMs: env.SETTLE_DELAY_MS }, ref),
  /** Ends the push: mark, log, what it waits for. Gives back the mark the order ends with. */
  recordOrder: ({ outcome, ...ref }: OrderRef & { outcome: Outcome }): Promise<InvoiceMark | null> => {
    const { workflowExecution } = activityInfo();
    return endOrder(db, ref, outcome, {
      workflowId: workflowExecution?.workflowId ?? null,
      runId: workflowExecution?.runId ?? null,
    });
  },
});

export type PushPurchaseOrderActivities = ReturnType<typeof createPushPurchaseOrderActivities>;
