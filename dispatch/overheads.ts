import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import {
  type DueOverhead,
  dueOverheads,
  markOverheadDispatched,
  overheadsWaitingForSignIn,
  undosWaitingForSignIn,
} from '../db/queries/overhead-push.ts';
import { formatMoney } from '../domain/decimal.ts';
import type { Deps } from '../platform/deps.ts';
import { searchAttribute } from '../platform/search-attributes.ts';
import { withDeadline } from '../platform/temporal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';

type OverheadDispatcherDeps = Pick<Deps, 'db' | 'temporal' | 'logger'>;

/** As many calls as Xero takes of an organisation at once. */
const OPEN_PER_ACCOUNT = 5;
const DEADLINE_MS = 2_000;

/** Starts the overhead part of queued invoices, as documents.ts does for Procore's part. The two run side by side. */
export function createOverheadDispatcher(deps: OverheadDispatcherDeps): { dispatch(): Promise<number> } {
  return {
    async dispatch() {
      let started = 0;
      for (const due of await dueOverheads(deps.db, OPEN_PER_ACCOUNT)) {
        try {
          if (await start(deps, due)) started += 1;
        } catch (error) {
          deps.logger.warn({ err: error, invoice: due.number }, 'Temporal did not take an overhead invoice');
          return started;
        }
      }
      return started;
    },
  };
}

async function start({ db, temporal }: OverheadDispatcherDeps, due: DueOverhead): Promise<boolean> {
  const { account, id, number, vendorName, total } = due;
  const summary = [`Overheads of ${number}`, vendorName ?? 'no supplier', `$${formatMoney(total)}`];
  try {
    await withDeadline(temporal, DEADLINE_MS, () =>
      temporal.workflow.start('PushOverheadInvoice', {
        workflowId: workflowIds.overhead(account, id),
        taskQueue: 'sync',
        args: [{ account, invoiceId: id }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: summary.map((part) => part.slice(0, 60)).join(', '),
        priority: { fairnessKey: account },
        typedSearchAttributes: [
          { key: searchAttribute('Account'), value: account },
          { key: searchAttribute('EntityKind'), value: 'overhead' },
          { key: searchAttribute('EntityRef'), value: number },
        ],
      }),
    );
  } catch (error) {
    // A run of an earlier queueing is closing, or ours was started and not noted: the next look, or the run, settles it.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
  await markOverheadDispatched(db, due);
  return true;
}

/** After a new consent: wakes the runs that wait for it. */
export async function wakeOverheads({ db, temporal, logger }: OverheadDispatcherDeps, account: string): Promise<void> {
  const wake = async (workflowId: string) =>
    withDeadline(temporal, DEADLINE_MS, () => temporal.workflow.getHandle(workflowId).signal('wake')).catch(
      (error: unknown) => logger.warn({ err: error, workflowId }, 'A waiting overhead was not woken'),
    );
  let after: string | null = null;
  do {
    const page: string[] = await overheadsWaitingForSignIn(db, account, after);
    for (const id of page) await wake(workflowIds.overhead(account, id));
    after = page.at(-1) ?? null;
  } while (after !== null);
  for (const id of await undosWaitingForSignIn(db, account)) await wake(workflowIds.invoice(account, id));
}
