import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { PostTimesheetActivities } from '../activities/post-timesheet.ts';
import { codeOf, failed, refused, tag } from './outcome.ts';
import { reconnecting } from './reconnect.ts';

export interface PostTimesheetInput {
  account: string;
  timeSheetId: string;
}

const { prepareTimeSheet, convergeDay, recordPosted } = proxyActivities<PostTimesheetActivities>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/**
 * Posts one person's week to Procore, day by day. Entries that are refused do not hold up the others; the run then fails
 * with the first one's code.
 */
export async function PostTimesheet(sheet: PostTimesheetInput): Promise<void> {
  const connected = reconnecting('AUTH_EXPIRED');
  let revision: number | null = null;
  try {
    const plan = await connected(() => prepareTimeSheet(sheet));
    if (!plan.isWanted) return;
    revision = plan.revision;
    for (const [index, day] of plan.days.entries()) {
      setCurrentDetails(`day ${index + 1} of ${plan.days.length}`);
      while (!(await connected(() => convergeDay({ ...sheet, day }))).done);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error; // cancelled, or a bug: not ours to name
    const { mark } = await recordPosted({ ...sheet, revision, code });
    tag(mark === 'partial' ? 'partial' : 'failed', code);
    throw failed(error);
  }
  const { mark, code } = await recordPosted({ ...sheet, revision, code: null });
  if (code !== null) {
    tag(mark === 'partial' ? 'partial' : 'failed', code);
    throw refused(code);
  }
  tag(mark === 'skipped' ? 'skipped' : 'sent');
}
