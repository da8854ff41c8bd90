import { z } from 'zod';
import { Day, Id, Money } from './common.ts';

const Standing = {
  /** in Procore */
  posted: Money,
  /** entered, checked, approved or on its way */
  pending: Money,
  /** stands still until a person acts */
  failed: Money,
  /** ignored on purpose */
  leftOut: Money,
  total: Money,
};

export const ProjectCostRow = z.object({
  /** null: lines without a project, which go to accounting */
  projectId: Id.nullable(),
  projectCode: z.string().nullable(),
  projectName: z.string().nullable(),
  costTypeCode: z.string().nullable(),
  costTypeName: z.string().nullable(),
  glCode: z.string().nullable(),
  ...Standing,
});
export type ProjectCostRow = z.infer<typeof ProjectCostRow>;

/** GET /api/reports/project-costs?from=&to=&projectId= : invoice lines by project, cost type and GL code, excluding tax */
export const ProjectCosts = z.object({
  rows: z.array(ProjectCostRow),
  totals: z.object(Standing),
  /** what the headers of the invoices of the period add up to; null where only one project was asked for */
  invoiceTotal: Money.nullable(),
  /** headers less lines: cents within the tolerance, and invoices whose lines are not all entered */
  difference: Money.nullable(),
});
export type ProjectCosts = z.infer<typeof ProjectCosts>;

/** Invoice dates, both included. GET /api/reports/project-costs.csv takes the same and answers text/csv. */
export const ProjectCostsQuery = z
  .object({ from: Day.optional(), to: Day.optional(), projectId: Id.optional() })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    message: 'The end date is before the start date.',
  });
