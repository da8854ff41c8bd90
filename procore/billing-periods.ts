import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { id, text } from './fields.ts';

/** Business dates are `YYYY-MM-DD`. */
export const billingPeriod = z.object({ id, start_date: text, end_date: text, due_date: text, status: text });
export type BillingPeriod = z.infer<typeof billingPeriod>;

export interface NewBillingPeriod {
  projectId: string;
  startDate: string;
  endDate: string;
  dueDate: string;
}

/** Billing periods of a project, contract section 12. One at most is open. */
export const createBillingPeriods = (call: Call) => {
  const path = (projectId: string) => `/rest/v1.0/projects/${segment(projectId)}/billing_periods`;
  return {
    all: (projectId: string): Promise<BillingPeriod[]> => call.all(billingPeriod, path(projectId), { per_page: 200 }),
    /** An open one. */
    create: ({ projectId, startDate, endDate, dueDate }: NewBillingPeriod): Promise<BillingPeriod> =>
      call.one(billingPeriod, {
        method: 'POST',
        path: path(projectId),
        body: { billing_period: { start_date: startDate, end_date: endDate, due_date: dueDate, status: 'open' } },
      }),
  };
};
