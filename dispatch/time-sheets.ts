import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import {
  type DueTimeSheet,
  dueTimeSheets,
  holdSheet,
  markSheetDispatched,
  sheetsLongUnderWay,
  sheetsWaitingForSignIn,
} from '../db/queries/time-sheet-queue.ts';
import type { Deps } from '../platform/deps.ts';
import { searchAttribute } from '../platform/search-attributes.ts';
import { withDeadline } from '../platform/temporal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';

type TimeSheetDispatcherDeps = Pick<Deps, 'db' | 'temporal' | 'logger'>;

const OPEN_PER_ACCOUNT = 25;
const DEADLINE_MS = 2_000;
const STARTS_AT_ONCE = 16;
const LIFE_CHECK_MS = 60_000;
const LIFE_CHECKS = 50;

/**
 * Starts the runs of queued time sheets, as documents.ts does for invoices. Once a minute it holds sheets whose run was
 * ended from outside.
 */
export function createTimeSheetDispatcher(deps: TimeSheetDispatcherDeps): { dispatch(): Promise<number> } {
  let nextLifeCheck = 0;
  return {
    async dispatch() {
      if (Date.now() >= nextLifeCheck) {
        nextLifeCheck = Date.now() + LIFE_CHECK_MS;
        await holdEnded(deps);
      }
      return startAll(deps, await dueTimeSheets(deps.db, OPEN_PER_ACCOUNT));
    },
  };
}

/** Sixteen at a time. Once Temporal does not answer, the rest waits for the next look. */
async function startAll(deps: TimeSheetDispatcherDeps, due: readonly DueTimeSheet[]): Promise<number> {
  const queue = [...due];
  let started = 0;
  async function starter(): Promise<void> {
    for (let sheet = queue.shift(); sheet !== undefined; sheet = queue.shift()) {
      try {
        if (await start(deps, sheet)) started += 1;
      } catch (error) {
        deps.logger.warn({ err: error, timeSheet: sheet.id }, 'Temporal did not take a time sheet; it stays queued');
        queue.length = 0;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(STARTS_AT_ONCE, queue.length) }, starter));
  return started;
}

/** The summary and what runs are found by name a week, never a person. */
async function start({ db, temporal }: TimeSheetDispatcherDeps, sheet: DueTimeSheet): Promise<boolean> {
  const { account, id, weekStart, companyProcoreId } = sheet;
  try {
    await withDeadline(temporal, DEADLINE_MS, () =>
      temporal.workflow.start('PostTimesheet', {
        workflowId: workflowIds.timeSheet(account, id),
        taskQueue: 'sync',
        args: [{ account, timeSheetId: id }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `Time sheet, week of ${weekStart}`,
        priority: { fairnessKey: sheet.companyId ?? account },
        typedSearchAttributes: [
          { key: searchAttribute('Account'), value: account },
          { key: searchAttribute('EntityKind'), value: 'time_sheet' },
          { key: searchAttribute('EntityRef'), value: weekStart },
          ...(companyProcoreId === null ? [] : [{ key: searchAttribute('ProcoreCompany'), value: companyProcoreId }]),
        ],
      }),
    );
  } catch (error) {
    // A run of an earlier queueing is closing: the next look starts this one.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
  await markSheetDispatched(db, sheet);
  return true;
}

async function holdEnded({ db, temporal, logger }: TimeSheetDispatcherDeps): Promise<void> {
  try {
    for (const { account, id } of await sheetsLongUnderWay(db, LIFE_CHECKS)) {
      const isOpen = await withDeadline(temporal, DEADLINE_MS, () =>
        temporal.workflow.getHandle(workflowIds.timeSheet(account, id)).describe(),
      ).then(
        ({ status }) => status.name === 'RUNNING',
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return false;
          throw error;
        },
      );
      if (!isOpen) await holdSheet(db, account, id);
    }
  } catch (error) {
    logger.warn({ err: error }, 'Could not ask Temporal about time sheets under way');
  }
}

/** After a new consent: wakes the runs that wait for it. */
export async function wakeTimeSheets(
  { db, temporal, logger }: TimeSheetDispatcherDeps,
  account: string,
): Promise<void> {
  let after: string | null = null;
  for (;;) {
    const page: string[] = await sheetsWaitingForSignIn(db, account, after);
    for (const id of page)
      await withDeadline(temporal, DEADLINE_MS, () =>
        temporal.workflow.getHandle(workflowIds.timeSheet(account, id)).signal('wake'),
      ).catch((error: unknown) => logger.warn({ err: error, timeSheet: id }, 'A waiting time sheet was not woken'));
    after = page.at(-1) ?? null;
    if (after === null) return;
  }
}
