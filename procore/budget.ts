import { z } from 'zod';
import { type Call, type PageInput, segment } from './call.ts';
import { decimal, id, optionalId, text } from './fields.ts';

export const budgetView = z.object({ id, name: text });
export type BudgetView = z.infer<typeof budgetView>;

/**
 * A row of a budget view: one code with one type. `id` is null for what is spent without a budget.
 * Each customer's view adds columns of its own, named by the customer; they pass unread.
 */
export const budgetRow = z.object({
  id: optionalId,
  wbs_code_id: optionalId,
  cost_code_id: optionalId,
  /** the cost type */
  category_id: optionalId,
  biller_id: optionalId,
  /** `Project` or `SubJob` */
  biller_type: text,
  original_budget_amount: decimal,
});

/** Budget lines have no list of their own: any view of the project shows them (contract section 8). */
export const createBudget = (call: Call) => ({
  views: (projectId: string): Promise<BudgetView[]> =>
    call.all(budgetView, '/rest/v1.0/budget_views', { project_id: projectId, per_page: 100 }),
  detailRowsPage: ({ viewId, projectId, cursor }: PageInput & { viewId: string; projectId: string }) =>
    call.page(
      budgetRow,
      `/rest/v1.0/budget_views/${segment(viewId)}/detail_rows`,
      { project_id: projectId, per_page: 500 },
      { cursor },
    ),
});
