import {
  type DueDocument,
  dueDocuments,
  endCancelled,
  holdAbandoned,
  longUnderWay,
  markDispatched,
  waitingForSignIn,
} from '../db/queries/document-queue.ts';
import { formatMoney } from '../domain/decimal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import { createOverheadDispatcher } from './overheads.ts';
import { createOrderDispatcher, wakeOrders } from './purchase-orders.ts';
import { cancelOpen, type DispatcherDeps, isOpen, lifeCheck, startAll, startRun, wakeAll } from './runs.ts';
import { createTimeSheetDispatcher, wakeTimeSheets } from './time-sheets.ts';

export interface DocumentDispatcher {
  /** One look: starts what is queued and due. Called after each commit and by the sweep; returns how many were started. */
  dispatch(): Promise<number>;
}

const OPEN_PER_COMPANY = 25;
const LIFE_CHECKS = 50;

/**
 * Starts the runs of queued documents (design: sending is a row). With Temporal down they stay queued.
 * Two dispatchers, or one that dies between start and mark, do no harm: the workflow id admits one open run,
 * and the run itself notes that it began.
 */
export function createDocumentDispatcher(deps: DispatcherDeps): DocumentDispatcher {
  const { db, temporal, logger } = deps;
  const timeSheets = createTimeSheetDispatcher(deps);
  const overheads = createOverheadDispatcher(deps);
  const orders = createOrderDispatcher(deps);
  const holdEnded = lifeCheck(deps, 'invoices', async () => {
    for (const { account, id } of await longUnderWay(db, LIFE_CHECKS)) {
      const open = await Promise.all(runsOf(account, id).map((run) => isOpen(temporal, run)));
      if (!open.includes(true)) await holdAbandoned(db, account, id);
    }
  });
  return {
    async dispatch() {
      await holdEnded();
      const invoices = await startAll(
        await dueDocuments(db, OPEN_PER_COMPANY),
        (document) => start(deps, document),
        ({ number }, err) => logger.warn({ err, invoice: number }, 'Temporal did not take an invoice; it stays queued'),
      );
      return invoices + (await overheads.dispatch()) + (await orders.dispatch()) + (await timeSheets.dispatch());
    },
  };
}

async function start({ db, temporal }: DispatcherDeps, document: DueDocument): Promise<boolean> {
  const { account, id, number, vendorName, total, companyId, companyProcoreId, projectProcoreId } = document;
  const isStarted = await startRun(temporal, {
    workflow: 'PushInvoice',
    workflowId: workflowIds.invoice(account, id),
    input: { account, invoiceId: id },
    summary: [`Invoice ${number}`, vendorName ?? 'no supplier', `$${formatMoney(total)}`],
    fairnessKey: companyId ?? account,
    kind: 'invoice',
    ref: number,
    companyProcoreId,
    projectProcoreId,
  });
  if (isStarted) await markDispatched(db, document);
  return isStarted;
}

/** An invoice may go to Procore and to accounting side by side. */
const runsOf = (account: string, invoiceId: string): string[] => [
  workflowIds.invoice(account, invoiceId),
  workflowIds.overhead(account, invoiceId),
];

/** Cancels the run of an invoice that was started; the run itself says what became of it. */
export async function cancelRun(
  { db, temporal }: Pick<DispatcherDeps, 'db' | 'temporal'>,
  account: string,
  invoiceId: string,
): Promise<void> {
  const found = await Promise.all(runsOf(account, invoiceId).map((run) => cancelOpen(temporal, run)));
  if (!found.includes(true)) await endCancelled(db, account, invoiceId);
}

/** After a new consent: wakes the runs that wait for it. */
export async function wakeDocuments(deps: DispatcherDeps, account: string): Promise<void> {
  await wakeTimeSheets(deps, account);
  await wakeOrders(deps, account);
  await wakeAll(
    deps,
    (last) => waitingForSignIn(deps.db, account, last),
    (id) => workflowIds.invoice(account, id),
  );
}
