import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { AccountToSend, SendDueActivities } from '../activities/send-due.ts';

const { queueDue } = proxyActivities<SendDueActivities>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
});

/** Queues what is due in the companies where automatic sending is on; the dispatcher starts it, after what people clicked. */
export async function SendDue(account: AccountToSend): Promise<void> {
  const queued = await queueDue(account);
  setCurrentDetails(queued === 1 ? '1 document queued' : `${queued} documents queued`);
}
