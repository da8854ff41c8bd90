import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
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
import type { Deps } from '../platform/deps.ts';
import { searchAttribute } from '../platform/search-attributes.ts';
import { withDeadline } from '../platform/temporal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import { createOverheadDispatcher } from './overheads.ts';
import { createOrderDispatcher, wakeOrders } from './purchase-orders.ts';
import { createTimeSheetDispatcher, wakeTimeSheets } from './time-sheets.ts';

export type DocumentDispatcherDeps = Pick<Deps, 'db' | 'temporal' | 'logger'>;

export interface DocumentDispatcher {
  /** One look: starts what is queued and due. Called after each commit and by the sweep; returns how many were started. */
  dispatch(): Promise<number>;
}

const OPEN_PER_COMPANY = 25;
const DEADLINE_MS = 2_000;
const STARTS_AT_ONCE = 16;
const LIFE_CHECK_MS = 60_000;
const LIFE_CHECKS = 50;

/**
 * Starts the runs of queued documents (design: sending is a row). With Temporal down they stay queued.
 * Two dispatchers, or one that dies between start and mark, do no harm: the workflow id admits one open run,
 * and the run itself notes that it began.
 */
export function createDocumentDispatcher(deps: DocumentDispatcherDeps): DocumentDispatcher {
  let nextLifeCheck = 0;
  const timeSheets = createTimeSheetDispatcher(deps);
  const overheads = createOverheadDispatcher(deps);
  const orders = createOrderDispatcher(deps);
  return {
    async dispatch() {
      if (Date.now() >= nextLifeCheck) {
        nextLifeCheck = Date.now() + LIFE_CHECK_MS;
        await holdEnded(deps);
      }
      const due = await dueDocuments(deps.db, OPEN_PER_COMPANY);
      const invoices = (await startAll(deps, due)) + (await overheads.dispatch());
      return invoices + (await orders.dispatch()) + (await timeSheets.dispatch());
    },
  };
}

/** Sixteen at a time. Once Temporal does not answer, the rest waits for the next look. */
async function startAll(deps: DocumentDispatcherDeps, due: readonly DueDocument[]): Promise<number> {
  const queue = [...due];
  let started = 0;
  async function starter(): Promise<void> {
    for (let document = queue.shift(); document !== undefined; document = queue.shift()) {
      try {
        if (await start(deps, document)) started += 1;
      } catch (error) {
        deps.logger.warn({ err: error, invoice: document.number }, 'Temporal did not take an invoice; it stays queued');
        queue.length = 0;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(STARTS_AT_ONCE, queue.length) }, starter));
  return started;
}

async function start({ db, temporal }: DocumentDispatcherDeps, document: DueDocument): Promise<boolean> {
  const { account, id, companyProcoreId, projectProcoreId } = document;
  try {
    await withDeadline(temporal, DEADLINE_MS, () =>
      temporal.workflow.start('PushInvoice', {
        workflowId: workflowIds.invoice(account, id),
        taskQueue: 'sync',
        args: [{ account, invoiceId: id }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        // Not USE_EXISTING: attaching to a run that is just closing would lose the retry that was clicked meanwhile.
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: summaryOf(document),
        priority: { fairnessKey: document.companyId ?? account },
        typedSearchAttributes: [
          { key: searchAttribute('Account'), value: account },
          { key: searchAttribute('EntityKind'), value: 'invoice' },
          { key: searchAttribute('EntityRef'), value: document.number },
          ...(companyProcoreId === null ? [] : [{ key: searchAttribute('ProcoreCompany'), value: companyProcoreId }]),
          ...(projectProcoreId === null ? [] : [{ key: searchAttribute('ProcoreProject'), value: projectProcoreId }]),
        ],
      }),
    );
  } catch (error) {
    // A run of an earlier queueing is closing, or ours was started and not marked: the next look, or the run, settles it.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
  await markDispatched(db, document);
  return true;
}

/** "Invoice INV-1042, Acme Steel, $12,400.00", within what Temporal takes. */
function summaryOf({ number, vendorName, total }: DueDocument): string {
  const parts = [`Invoice ${number}`, vendorName ?? 'no supplier', `$${formatMoney(total)}`];
  return parts.map((part) => part.slice(0, 60)).join(', ');
}

/** Finds invoices whose run was ended from outside, such as by Terminate in the Web UI, and holds them for a person. */
async function holdEnded({ db, temporal, logger }: DocumentDispatcherDeps): Promise<void> {
  try {
    for (const { account, id } of await longUnderWay(db, LIFE_CHECKS)) {
      const runs = [workflowIds.invoice(account, id), workflowIds.overhead(account, id)];
      const open = await Promise.all(runs.map((run) => isOpen(temporal, run)));
      if (!open.includes(true)) await holdAbandoned(db, account, id);
    }
  } catch (error) {
    logger.warn({ err: error }, 'Could not ask Temporal about invoices under way');
  }
}

async function isOpen(temporal: Deps['temporal'], workflowId: string): Promise<boolean> {
  try {
    const { status } = await withDeadline(temporal, DEADLINE_MS, () =>
      temporal.workflow.getHandle(workflowId).describe(),
    );
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Cancels the run of an invoice that was started; the run itself says what became of it. */
export async function cancelRun(
  { db, temporal }: Pick<Deps, 'db' | 'temporal'>,
  account: string,
  invoiceId: string,
): Promise<void> {
  const runs = [workflowIds.invoice(account, invoiceId), workflowIds.overhead(account, invoiceId)];
  const found = await Promise.all(runs.map((run) => cancelOne(temporal, run)));
  if (!found.includes(true)) await endCancelled(db, account, invoiceId);
}

/** False when there is no such run. */
async function cancelOne(temporal: Deps['temporal'], workflowId: string): Promise<boolean> {
  try {
    await withDeadline(temporal, DEADLINE_MS, () => temporal.workflow.getHandle(workflowId).cancel());
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** After a new consent: wakes the runs that wait for it. Those not reached now look for themselves once a day. */
export async function wakeDocuments({ db, temporal, logger }: DocumentDispatcherDeps, account: string): Promise<void> {
  await wakeTimeSheets({ db, temporal, logger }, account);
  await wakeOrders({ db, temporal, logger }, account);
  let after: string | null = null;
  for (;;) {
    const page: string[] = await waitingForSignIn(db, account, after);
    for (const id of page) {
      await withDeadline(temporal, DEADLINE_MS, () =>
        temporal.workflow.getHandle(workflowIds.invoice(account, id)).signal('wake'),
      ).catch((error: unknown) => logger.warn({ err: error, invoice: id }, 'A waiting invoice was not woken'));
    }
    after = page.at(-1) ?? null;
    if (after === null) return;
  }
}
