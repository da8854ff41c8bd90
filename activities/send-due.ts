import { queueDueInvoices } from '../db/queries/automatic-sending.ts';
import { queueDueTimeSheets } from '../db/queries/time-sheets-due.ts';
import type { Db } from '../db/types.ts';

export interface AccountToSend {
  account: string;
}

export const createSendDueActivities = ({ db }: { db: Db }) => ({
  /** Queues the invoices that are due, as one bulk action, and the time sheets; a repeated try finds them queued already. Returns how many. */
  queueDue: ({ account }: AccountToSend): Promise<number> =>
    db.transaction(async (tx) => {
      const invoices = (await queueDueInvoices(tx, account, 'schedule'))?.total ?? 0;
      return invoices + (await queueDueTimeSheets(tx, account, 'schedule'));
    }),
});

export type SendDueActivities = ReturnType<typeof createSendDueActivities>;
