import {
  type DueOverhead,
  dueOverheads,
  markOverheadDispatched,
  overheadsWaitingForSignIn,
  undosWaitingForSignIn,
} from '../db/queries/overhead-push.ts';
import { formatMoney } from '../domain/decimal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import { type DispatcherDeps, startAll, startRun, wake, wakeAll } from './runs.ts';

/** As many calls as Xero takes of an organisation at once. */
const OPEN_PER_ACCOUNT = 5;

/** Starts the overhead part of queued invoices, as documents.ts does for Procore's part. The two run side by side. */
export function createOverheadDispatcher(deps: DispatcherDeps): { dispatch(): Promise<number> } {
  return {
    dispatch: async () =>
      startAll(
        await dueOverheads(deps.db, OPEN_PER_ACCOUNT),
        (due) => start(deps, due),
        ({ number }, err) => deps.logger.warn({ err, invoice: number }, 'Temporal did not take an overhead invoice'),
      ),
  };
}

async function start({ db, temporal }: DispatcherDeps, due: DueOverhead): Promise<boolean> {
  const { account, id, number, vendorName, total } = due;
  const isStarted = await startRun(temporal, {
    workflow: 'PushOverheadInvoice',
    workflowId: workflowIds.overhead(account, id),
    input: { account, invoiceId: id },
    summary: [`Overheads of ${number}`, vendorName ?? 'no supplier', `$${formatMoney(total)}`],
    fairnessKey: account,
    kind: 'overhead',
    ref: number,
  });
  if (isStarted) await markOverheadDispatched(db, due);
  return isStarted;
}

/** After a new consent: wakes the runs that wait for it. */
export async function wakeOverheads(deps: DispatcherDeps, account: string): Promise<void> {
  await wakeAll(
    deps,
    (last) => overheadsWaitingForSignIn(deps.db, account, last),
    (id) => workflowIds.overhead(account, id),
  );
  for (const id of await undosWaitingForSignIn(deps.db, account)) await wake(deps, workflowIds.invoice(account, id));
}
