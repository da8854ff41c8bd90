import { queueDueInvoices } from '../db/queries/automatic-sending.ts';
import type { Db } from '../db/types.ts';

export interface AccountToSend {
  account: string;
}

export const createSendDueActivities = ({ db }: { db: Db }) => ({
  /** Queues what is due, as one bulk action; a repeated try finds it queued already. Returns how many. */
  queueDue: ({ account }: AccountToSend): Promise<number> =>
    db.transaction(async (tx) => (await queueDueInvoices(tx, account, 'schedule'))?.total ?? 0),
});

export type SendDueActivities = ReturnType<typeof createSendDueActivities>;
