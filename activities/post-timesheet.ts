import { activityInfo } from '@temporalio/activity';
import { endSheet, type SheetMark, type SheetRef } from '../db/queries/time-sheet-queue.ts';
import type { Db } from '../db/types.ts';
import type { Procore } from '../procore/client.ts';
import { type ConvergeDayInput, convergeDay } from './converge-day.ts';
import { prepareTimeSheet, type TimeSheetPlan } from './prepare-time-sheet.ts';

export interface PostTimesheetDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
  env: { SETTLE_DELAY_MS: number };
}

/** The steps of PostTimesheet. Each makes at most one write, and what goes through Temporal names no person and no hours. */
export const createPostTimesheetActivities = ({ db, procore, env }: PostTimesheetDeps) => {
  const deps = { db, procore, settleDelayMs: env.SETTLE_DELAY_MS };
  return {
    prepareTimeSheet: (ref: SheetRef): Promise<TimeSheetPlan> => prepareTimeSheet(deps, ref),
    convergeDay: (input: ConvergeDayInput): Promise<{ done: boolean }> => convergeDay(deps, input),
    /** Ends the posting: mark and log. Gives back the mark, and the code where entries were refused. */
    recordPosted: ({
      revision,
      code,
      ...ref
    }: SheetRef & { revision: number | null; code: string | null }): Promise<{
      mark: SheetMark;
      code: string | null;
    }> => {
      const { workflowExecution } = activityInfo();
      return endSheet(db, ref, revision, code, {
        workflowId: workflowExecution?.workflowId ?? null,
        runId: workflowExecution?.runId ?? null,
      });
    },
  };
};

export type PostTimesheetActivities = ReturnType<typeof createPostTimesheetActivities>;
