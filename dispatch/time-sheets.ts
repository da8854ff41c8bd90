import {
  type DueTimeSheet,
  dueTimeSheets,
  holdSheet,
  markSheetDispatched,
  sheetsLongUnderWay,
  sheetsWaitingForSignIn,
} from '../db/queries/time-sheet-queue.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import { type DispatcherDeps, isOpen, lifeCheck, startAll, startRun, wakeAll } from './runs.ts';

const OPEN_PER_ACCOUNT = 25;
const LIFE_CHECKS = 50;

/** Starts the runs of queued time sheets, as documents.ts does for invoices, and holds those ended from outside. */
export function createTimeSheetDispatcher(deps: DispatcherDeps): { dispatch(): Promise<number> } {
  const { db, temporal, logger } = deps;
  const holdEnded = lifeCheck(deps, 'time sheets', async () => {
    for (const { account, id } of await sheetsLongUnderWay(db, LIFE_CHECKS))
      if (!(await isOpen(temporal, workflowIds.timeSheet(account, id)))) await holdSheet(db, account, id);
  });
  return {
    async dispatch() {
      await holdEnded();
      return startAll(
        await dueTimeSheets(db, OPEN_PER_ACCOUNT),
        (sheet) => start(deps, sheet),
        ({ id }, err) => logger.warn({ err, timeSheet: id }, 'Temporal did not take a time sheet; it stays queued'),
      );
    },
  };
}

async function start({ db, temporal }: DispatcherDeps, sheet: DueTimeSheet): Promise<boolean> {
  const { account, id, weekStart, companyId, companyProcoreId } = sheet;
  const isStarted = await startRun(temporal, {
    workflow: 'PostTimesheet',
    workflowId: workflowIds.timeSheet(account, id),
    input: { account, timeSheetId: id },
    summary: ['Time sheet', `week of ${weekStart}`],
    fairnessKey: companyId ?? account,
    kind: 'time_sheet',
    ref: weekStart,
    companyProcoreId,
  });
  if (isStarted) await markSheetDispatched(db, sheet);
  return isStarted;
}

/** After a new consent: wakes the runs that wait for it. */
export const wakeTimeSheets = (deps: DispatcherDeps, account: string): Promise<void> =>
  wakeAll(
    deps,
    (last) => sheetsWaitingForSignIn(deps.db, account, last),
    (id) => workflowIds.timeSheet(account, id),
  );
