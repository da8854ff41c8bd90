import { activityInfo } from '@temporalio/activity';
import type { Accounting } from '../accounting/port.ts';
import { endPush } from '../db/queries/push-outcome.ts';
import type { Outcome } from '../db/queries/run-outcome.ts';
import type { Db } from '../db/types.ts';
import type { InvoiceMark } from '../domain/invoice.ts';
import type { Procore } from '../procore/client.ts';
import { type ConvergePartInput, convergePart } from './converge-part.ts';
import { type CreateMissingInput, createMissing } from './create-missing.ts';
import { createPrepare } from './prepare-invoice.ts';
import type { InvoiceRef } from './push-attempt.ts';
import { takeBackBill } from './take-back-bill.ts';

/** What a push needs, named by use, so that a test can hand in the simulator's. */
export interface PushInvoiceDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
  accounting: Accounting;
  env: { SETTLE_DELAY_MS: number };
}

/** The steps of PushInvoice. Each makes at most one write that could double. */
export const createPushInvoiceActivities = ({ db, procore, accounting, env }: PushInvoiceDeps) => {
  const deps = { db, procore, accounting, settleDelayMs: env.SETTLE_DELAY_MS };
  return {
    prepare: createPrepare(deps),
    createMissing: (input: CreateMissingInput) => createMissing(deps, input),
    convergePart: (input: ConvergePartInput) => convergePart(deps, input),
    takeBackBill: (ref: InvoiceRef) => takeBackBill(deps, ref),
    /** Ends the push: mark, log, what it waits for. Gives back the mark the invoice ends with. */
    recordOutcome: ({ outcome, ...ref }: InvoiceRef & { outcome: Outcome }): Promise<InvoiceMark | null> => {
      const { workflowExecution } = activityInfo();
      return endPush(db, ref, outcome, {
        workflowId: workflowExecution?.workflowId ?? null,
        runId: workflowExecution?.runId ?? null,
      });
    },
  };
};

export type PushInvoiceActivities = ReturnType<typeof createPushInvoiceActivities>;
