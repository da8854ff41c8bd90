import { z } from 'zod';
import { COMMITMENT_ORIGINS, ORDER_STATUSES } from '../domain/purchase-order.ts';
import { Commitment, CommitmentDetail, CommitmentLine } from './commitments.ts';
import { CompanyPageQuery, Day, Id, Moment, Money, ProblemView, Quantity } from './common.ts';
import { Integration } from './invoices.ts';
import { Role } from './session.ts';

const OrderLineInput = z.object({
  /** of a line that is there already; it keeps what is booked on it, here and in Procore */
  id: Id.optional(),
  projectCostCodeId: Id.nullish(),
  costTypeId: Id.nullish(),
  description: z.string().max(500).nullish(),
  quantity: Quantity.nullish(),
  unitPrice: Quantity.nullish(),
  unit: z.string().max(20).nullish(),
  /** excluding tax */
  amount: Money,
  taxCodeId: Id.nullish(),
});

/** POST /api/purchase-orders (201), PUT /api/purchase-orders/:id, both answered with the PurchaseOrder. */
export const PurchaseOrderInput = z.object({
  number: z.string().trim().min(1, 'Enter the number of the purchase order.').max(255),
  projectId: Id,
  payableAccountId: Id.nullish(),
  description: z.string().max(500).nullish(),
  orderDate: Day,
  deliveryDate: Day.nullish(),
  lines: z.array(OrderLineInput).max(500),
});
export type PurchaseOrderInput = z.infer<typeof PurchaseOrderInput>;

/** GET /api/purchase-orders?tab=&projectId=&search=&cursor=&limit= (a page): one row of the list */
export const PurchaseOrderRow = Commitment.extend({
  origin: z.enum(COMMITMENT_ORIGINS),
  /** of an order entered here; null for one of Procore's */
  orderStatus: z.enum(ORDER_STATUSES).nullable(),
  orderDate: Day.nullable(),
  /** null: not processed */
  integration: Integration.nullable(),
  /** the sentence beside the mark */
  integrationText: z.string().nullable(),
  /** code of the first problem, for its fix button */
  problemCode: z.string().nullable(),
});
export type PurchaseOrderRow = z.infer<typeof PurchaseOrderRow>;

export const PurchaseOrderTab = z.enum(['all', 'draft', 'ready', 'failed', 'sent', 'procore']);
export type PurchaseOrderTab = z.infer<typeof PurchaseOrderTab>;
export const PurchaseOrderQuery = CompanyPageQuery.extend({
  projectId: Id.optional(),
  tab: PurchaseOrderTab.default('all'),
});

/** GET /api/purchase-orders/entry: whether new purchase orders are entered here, and what this caller may approve. */
export const OrderEntry = z.object({
  isAvailable: z.boolean(),
  /** why not, or in which companies not */
  why: z.string().nullable(),
  /** the most this caller may approve in one order; null is without limit */
  approvalLimit: Money.nullable(),
});
export type OrderEntry = z.infer<typeof OrderEntry>;

const PurchaseOrderLine = CommitmentLine.extend({
  /** who entered it; those of Procore are shown and never written */
  origin: z.enum(COMMITMENT_ORIGINS),
  projectCostCodeId: Id.nullable(),
  costTypeId: Id.nullable(),
  costTypeText: z.string().nullable(),
  taxCodeId: Id.nullable(),
  taxCodeText: z.string().nullable(),
  /** whether it stands in Procore */
  isInProcore: z.boolean(),
});
export type PurchaseOrderLine = z.infer<typeof PurchaseOrderLine>;

/**
 * GET /api/purchase-orders/:id, and the answer of POST /api/purchase-orders/:id/{approve,unapprove,cancel,send,send-files,
 * retry,stop,ignore,unignore,deleted,edited} (send, send-files and retry with 202)
 */
export const PurchaseOrder = CommitmentDetail.extend({
  ...PurchaseOrderRow.shape,
  deliveryDate: Day.nullable(),
  projectText: z.string(),
  lines: z.array(PurchaseOrderLine),
  /** people by name where they are known, else as whoever acted was known */
  enteredBy: z.string().nullable(),
  approvedBy: z.string().nullable(),
  cancelledBy: z.string().nullable(),
  cancelReason: z.string().nullable(),
  revision: z.number().int(),
  /** the revision that last arrived in Procore whole */
  sentRevision: z.number().int().nullable(),
  sentAt: Moment.nullable(),
  needsVariation: z.boolean(),
  files: z.array(z.object({ id: Id, filename: z.string(), size: z.number().int() })),
  /** what keeps it from being approved, kept it from being sent, or it was sent without */
  problems: z.array(ProblemView),
  temporalUrl: z.url().nullable(),
  /** why nothing of it can be changed here; null where something can */
  whyFixed: z.string().nullable(),
  /** what the signed-in person may do now */
  may: z.object({
    edit: z.boolean(),
    /** add and remove files */
    attach: z.boolean(),
    /** files of a sent order are not in Procore: they can go alone */
    sendFiles: z.boolean(),
    approve: z.boolean(),
    unapprove: z.boolean(),
    send: z.boolean(),
    retry: z.boolean(),
    stop: z.boolean(),
    cancel: z.boolean(),
    ignore: z.boolean(),
    unignore: z.boolean(),
  }),
});
export type PurchaseOrder = z.infer<typeof PurchaseOrder>;

/** POST /api/purchase-orders/send {ids}: 202 with what was queued and what was not */
export const OrderSendRequest = z.object({
  ids: z.array(Id).min(1, 'Choose at least one purchase order.').max(1000),
});

/** GET /api/approval-limits, PUT /api/approval-limits (all of them at once): the most that is approved in one purchase order */
export const ApprovalLimits = z.object({
  roles: z.array(z.object({ role: Role, amount: Money.nullable() })),
  people: z.array(z.object({ userId: z.string(), name: z.string(), amount: Money.nullable() })),
});
export type ApprovalLimits = z.infer<typeof ApprovalLimits>;

const Limit = Money.refine((amount) => !amount.startsWith('-'), 'A limit is not negative.');
export const ApprovalLimitsChange = z
  .object({
    roles: z.array(z.object({ role: Role, amount: Limit })),
    people: z.array(z.object({ userId: z.string(), amount: Limit.nullable() })),
  })
  .strict();
export type ApprovalLimitsChange = z.infer<typeof ApprovalLimitsChange>;
