import { z } from 'zod';
import { Id, Moment, PageQuery } from './common.ts';

/** What a person can answer: it is this record, it is a new one, it stays as it is, or leave it out. */
export const MappingChoice = z.enum(['link', 'create', 'keep', 'ignore']);
export type MappingChoice = z.infer<typeof MappingChoice>;

/** GET /api/mapping-tasks?state=open|decided (a page): one question about a Procore record */
export const MappingTask = z.object({
  id: Id,
  kind: z.enum(['vendor', 'project', 'cost_code', 'cost_type', 'variation', 'user', 'purchase_order']),
  question: z.enum(['match', 'renamed', 'merged', 'cancelled']),
  companyName: z.string(),
  /** the record as Procore names it */
  subject: z.string(),
  /** what else Procore says of it, in the order to show it */
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  reason: z.string(),
  /** invoices that wait for the answer */
  waitingInvoices: z.number().int(),
  candidates: z.array(
    z.object({
      id: Id,
      name: z.string(),
      code: z.string().nullable(),
      /** why it is suggested */
      why: z.string(),
      /** what hangs on it: invoices not sent yet */
      openInvoices: z.number().int(),
    }),
  ),
  choices: z.array(MappingChoice),
  /** the candidate that is taken when the suggestion is accepted; null where a person must look */
  suggestedId: Id.nullable(),
  state: z.enum(['open', 'linked', 'created', 'kept', 'ignored']),
  /** who unlinked it, where a person raised the question */
  raisedBy: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: Moment.nullable(),
  note: z.string().nullable(),
  /** the record it was linked to, or that was made for it */
  chosenName: z.string().nullable(),
  createdAt: Moment,
});
export type MappingTask = z.infer<typeof MappingTask>;

export const MappingTaskQuery = PageQuery.extend({ state: z.enum(['open', 'decided']).default('open') });

/** GET /api/mapping-tasks/count */
export const MappingCount = z.object({ open: z.number().int() });

const Reason = z.string().trim().min(1, 'Give a reason.').max(500);

/**
 * POST /api/mapping-tasks/:id/decide, answered with the MappingTask. A decided one may be decided anew: that is re-linking.
 * POST /api/mapping-tasks/:id/undo `{}` opens it again and puts back what stood before.
 */
export const MappingDecision = z.discriminatedUnion('choice', [
  z.object({ choice: z.literal('link'), recordId: Id }),
  z.object({ choice: z.literal('create') }),
  z.object({ choice: z.literal('keep') }),
  z.object({ choice: z.literal('ignore'), reason: Reason }),
]);
export type MappingDecision = z.infer<typeof MappingDecision>;

/** POST /api/mapping-tasks/accept {ids}: links each to what is suggested */
export const MappingAccept = z.object({ ids: z.array(Id).min(1, 'Choose at least one.').max(1000) });
export const MappingAccepted = z.object({
  accepted: z.array(Id),
  refused: z.array(z.object({ id: Id, subject: z.string(), message: z.string() })),
});

/** POST /api/vendors/:id/unlink and /api/people/:id/unlink: answered with the MappingTask that asks what it is instead */
export const UnlinkRequest = z.object({ reason: Reason });
