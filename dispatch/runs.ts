import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Deps } from '../platform/deps.ts';
import { searchAttribute } from '../platform/search-attributes.ts';
import { withDeadline } from '../platform/temporal.ts';

export type DispatcherDeps = Pick<Deps, 'db' | 'temporal' | 'logger'>;
type Temporal = Deps['temporal'];

const DEADLINE_MS = 2_000;
const STARTS_AT_ONCE = 16;
const LIFE_CHECK_MS = 60_000;

/** The run of one queued document: what is started, and what it is found by. */
export interface DocumentRun {
  workflow: 'PushInvoice' | 'PushOverheadInvoice' | 'PushPurchaseOrder' | 'PostTimesheet';
  workflowId: string;
  input: { account: string } & Record<string, string>;
  /** what it is called in Temporal's Web UI: each part is cut to what fits there */
  summary: string[];
  fairnessKey: string;
  kind: 'invoice' | 'overhead' | 'purchase_order' | 'time_sheet';
  /** how people call the document; never a person */
  ref: string;
  companyProcoreId?: string | null;
  projectProcoreId?: string | null;
}

/**
 * Starts a run.
 *
 * @returns false where one of an earlier queueing is closing, or ours was started and not noted: the next look, or the
 * run itself, settles it
 */
export async function startRun(temporal: Temporal, run: DocumentRun): Promise<boolean> {
  const { companyProcoreId, projectProcoreId } = run;
  try {
    await withDeadline(temporal, DEADLINE_MS, () =>
      temporal.workflow.start(run.workflow, {
        workflowId: run.workflowId,
        taskQueue: 'sync',
        args: [run.input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        // Not USE_EXISTING: attaching to a run that is just closing would lose the retry that was clicked meanwhile.
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: run.summary.map((part) => part.slice(0, 60)).join(', '),
        priority: { fairnessKey: run.fairnessKey },
        typedSearchAttributes: [
          { key: searchAttribute('Account'), value: run.input.account },
          { key: searchAttribute('EntityKind'), value: run.kind },
          { key: searchAttribute('EntityRef'), value: run.ref },
          ...(companyProcoreId ? [{ key: searchAttribute('ProcoreCompany'), value: companyProcoreId }] : []),
          ...(projectProcoreId ? [{ key: searchAttribute('ProcoreProject'), value: projectProcoreId }] : []),
        ],
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/**
 * Starts what is due, sixteen at a time. Once Temporal does not answer, the rest waits for the next look.
 *
 * @returns how many were started
 */
export async function startAll<T>(
  due: readonly T[],
  start: (one: T) => Promise<boolean>,
  onRefusal: (one: T, error: unknown) => void,
): Promise<number> {
  const queue = [...due];
  let started = 0;
  async function starter(): Promise<void> {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      try {
        if (await start(one)) started += 1;
      } catch (error) {
        onRefusal(one, error);
        queue.length = 0;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(STARTS_AT_ONCE, queue.length) }, starter));
  return started;
}

/** Looks once a minute for documents whose run was ended from outside, such as by Terminate in the Web UI. */
export function lifeCheck({ logger }: DispatcherDeps, what: string, check: () => Promise<void>): () => Promise<void> {
  let next = 0;
  return async () => {
    if (Date.now() < next) return;
    next = Date.now() + LIFE_CHECK_MS;
    await check().catch((error: unknown) =>
      logger.warn({ err: error }, `Could not ask Temporal about ${what} under way`),
    );
  };
}

export const isOpen = (temporal: Temporal, workflowId: string): Promise<boolean> =>
  unlessGone(
    withDeadline(temporal, DEADLINE_MS, () => temporal.workflow.getHandle(workflowId).describe()).then(
      ({ status }) => status.name === 'RUNNING',
    ),
  );

/** Asks a run to end; false when there is none. */
export const cancelOpen = (temporal: Temporal, workflowId: string): Promise<boolean> =>
  unlessGone(
    withDeadline(temporal, DEADLINE_MS, () => temporal.workflow.getHandle(workflowId).cancel()).then(() => true),
  );

async function unlessGone(answer: Promise<boolean>): Promise<boolean> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/**
 * Wakes the runs that wait for a new consent. One not reached now looks for itself once a day.
 *
 * @param pageAfter the next documents that wait, after the last one of the page before
 */
export async function wakeAll(
  { temporal, logger }: DispatcherDeps,
  pageAfter: (last: string | null) => Promise<string[]>,
  workflowIdOf: (id: string) => string,
): Promise<void> {
  let last: string | null = null;
  do {
    const page: string[] = await pageAfter(last);
    for (const id of page) await wake({ temporal, logger }, workflowIdOf(id));
    last = page.at(-1) ?? null;
  } while (last !== null);
}

/** Signals one run that waits; it is no error when it does not hear. */
export async function wake({ temporal, logger }: Omit<DispatcherDeps, 'db'>, workflowId: string): Promise<void> {
  await withDeadline(temporal, DEADLINE_MS, () => temporal.workflow.getHandle(workflowId).signal('wake')).catch(
    (error: unknown) => logger.warn({ err: error, workflowId }, 'A waiting run was not woken'),
  );
}
