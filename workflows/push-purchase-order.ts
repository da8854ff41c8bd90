import { CancellationScope, isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { PushInvoiceActivities } from '../activities/push-invoice.ts';
import type { PushPurchaseOrderActivities } from '../activities/push-purchase-order.ts';
import { codeOf, failed, tag } from './outcome.ts';
import { reconnecting } from './reconnect.ts';

export interface PushPurchaseOrderInput {
  account: string;
  purchaseOrderId: string;
}

type Activities = PushPurchaseOrderActivities & Pick<PushInvoiceActivities, 'createMissing'>;

// Each attempt is a few HTTP round trips; waiting for Procore is unlimited (design: waiting).
const { prepareOrder, createMissing, convergeOrder, recordOrder } = proxyActivities<Activities>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/** Brings an approved purchase order of Lentune to Procore. Fails with a catalogue code when a person must act. */
export async function PushPurchaseOrder(order: PushPurchaseOrderInput): Promise<void> {
  const connected = reconnecting('AUTH_EXPIRED');
  try {
    let plan = await connected(() => prepareOrder(order));
    for (const record of plan.missing) {
      setCurrentDetails(`creating what Procore lacks: ${record.kind.replaceAll('_', ' ')}`);
      while (!(await connected(() => createMissing({ ...order, record }))).done);
    }
    if (plan.missing.length > 0) plan = await connected(() => prepareOrder({ ...order, isComplete: true }));
    if (!plan.isWanted) return;
    setCurrentDetails('writing the purchase order');
    while (!(await connected(() => convergeOrder(order))).done);
  } catch (error) {
    if (isCancellation(error))
      await CancellationScope.nonCancellable(() => recordOrder({ ...order, outcome: { kind: 'cancelled' } }));
    const code = codeOf(error);
    if (code === undefined) throw error; // cancelled, or a bug: not ours to name
    await recordOrder({ ...order, outcome: { kind: 'failed', code } });
    tag('failed', code);
    throw failed(error);
  }
  await recordOrder({ ...order, outcome: { kind: 'sent' } });
  tag('sent');
}
