import { CancellationScope, isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { PushOverheadActivities } from '../activities/push-overhead.ts';
import { codeOf, failed, tag } from './outcome.ts';
import type { PushInvoiceInput } from './push-invoice.ts';
import { reconnecting } from './reconnect.ts';

// Each attempt is a few HTTP round trips; waiting for the accounting system is unlimited (design: waiting).
const { prepareOverhead, findContact, convergeBill, recordOverhead } = proxyActivities<PushOverheadActivities>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/** Posts the overhead lines of an invoice to accounting as a bill or credit note. Fails with a catalogue code when a person must act. */
export async function PushOverheadInvoice(invoice: PushInvoiceInput): Promise<void> {
  const connected = reconnecting('ACCOUNTING_AUTH_EXPIRED');
  try {
    let plan = await connected(() => prepareOverhead(invoice));
    if (!plan.isWanted) return;
    if (plan.needsContact) {
      setCurrentDetails('looking for the supplier in accounting');
      await connected(() => findContact(invoice));
      plan = await connected(() => prepareOverhead(invoice));
    }
    setCurrentDetails('writing the bill');
    while (!(await connected(() => convergeBill(invoice))).done);
  } catch (error) {
    if (isCancellation(error))
      await CancellationScope.nonCancellable(() => recordOverhead({ ...invoice, outcome: { kind: 'cancelled' } }));
    const code = codeOf(error);
    if (code === undefined) throw error; // cancelled, or a bug: not ours to name
    await recordOverhead({ ...invoice, outcome: { kind: 'failed', code } });
    tag('failed', code);
    throw failed(error);
  }
  const mark = await recordOverhead({ ...invoice, outcome: { kind: 'sent' } });
  tag(mark === 'skipped' ? 'skipped' : 'sent');
}
