import { CancellationScope, isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { PushInvoiceActivities } from '../activities/push-invoice.ts';
import { codeOf, failed, tag } from './outcome.ts';
import { reconnecting } from './reconnect.ts';

export interface PushInvoiceInput {
  account: string;
  invoiceId: string;
}

// Each attempt is a few HTTP round trips; waiting for Procore is unlimited (design: waiting).
const { prepare, createMissing, convergePart, takeBackBill, recordOutcome } = proxyActivities<PushInvoiceActivities>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/** Posts a checked and approved invoice to Procore, part by part. Fails with a catalogue code when a person must act. */
export async function PushInvoice(invoice: PushInvoiceInput): Promise<void> {
  const connected = reconnecting('AUTH_EXPIRED', 'ACCOUNTING_AUTH_EXPIRED');
  try {
    let plan = await connected(() => prepare(invoice));
    if (!plan.isWanted) return;
    for (const record of plan.missing) {
      setCurrentDetails(`creating what Procore lacks: ${record.kind.replaceAll('_', ' ')}`);
      while (!(await connected(() => createMissing({ ...invoice, record }))).done);
    }
    if (plan.missing.length > 0) plan = await connected(() => prepare({ ...invoice, isComplete: true }));
    // What accounting locks is only known once it is asked, so the bill goes first: nothing is half taken back.
    if (plan.takesBackBill) {
      setCurrentDetails('taking the bill back from accounting');
      while (!(await connected(() => takeBackBill(invoice))).done);
    }
    for (const [index, partId] of plan.partIds.entries()) {
      setCurrentDetails(`part ${index + 1} of ${plan.partIds.length}`);
      while (!(await connected(() => convergePart({ account: invoice.account, partId }))).done);
    }
  } catch (error) {
    if (isCancellation(error))
      await CancellationScope.nonCancellable(() => recordOutcome({ ...invoice, outcome: { kind: 'cancelled' } }));
    const code = codeOf(error);
    if (code === undefined) throw error; // cancelled, or a bug: not ours to name
    const mark = await recordOutcome({ ...invoice, outcome: { kind: 'failed', code } });
    tag(mark === 'partial' ? 'partial' : 'failed', code);
    throw failed(error);
  }
  const mark = await recordOutcome({ ...invoice, outcome: { kind: 'sent' } });
  tag(mark === 'skipped' ? 'skipped' : mark === 'ignored' ? 'undone' : 'sent');
}
