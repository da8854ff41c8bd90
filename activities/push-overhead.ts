import { activityInfo } from '@temporalio/activity';
import type { Accounting } from '../accounting/port.ts';
import { endOverhead } from '../db/queries/overhead-outcome.ts';
import type { Outcome } from '../db/queries/run-outcome.ts';
import type { Db } from '../db/types.ts';
import type { InvoiceMark } from '../domain/invoice.ts';
import { convergeBill } from './converge-bill.ts';
import { findContact } from './find-contact.ts';
import { type PreparedOverhead, prepareOverhead } from './prepare-overhead.ts';
import type { InvoiceRef } from './push-attempt.ts';

export interface PushOverheadDeps {
  db: Db;
  accounting: Accounting;
  env: { SETTLE_DELAY_MS: number; PUBLIC_URL: string };
}

/** The steps of PushOverheadInvoice. Each makes at most one write that could double. */
export const createPushOverheadActivities = ({ db, accounting, env }: PushOverheadDeps) => {
  const deps = { db, accounting, settleDelayMs: env.SETTLE_DELAY_MS, publicUrl: env.PUBLIC_URL };
  return {
    prepareOverhead: (ref: InvoiceRef): Promise<PreparedOverhead> => prepareOverhead(deps, ref),
    findContact: (ref: InvoiceRef): Promise<{ done: boolean }> => findContact(deps, ref),
    convergeBill: (ref: InvoiceRef): Promise<{ done: boolean }> => convergeBill(deps, ref),
    /** Ends the overhead part: mark and log, and the invoice where Procore's part is over. Gives back the mark of this part. */
    recordOverhead: ({ outcome, ...ref }: InvoiceRef & { outcome: Outcome }): Promise<InvoiceMark | null> => {
      const { workflowExecution } = activityInfo();
      return endOverhead(db, ref, outcome, {
        workflowId: workflowExecution?.workflowId ?? null,
        runId: workflowExecution?.runId ?? null,
      });
    },
  };
};

export type PushOverheadActivities = ReturnType<typeof createPushOverheadActivities>;
