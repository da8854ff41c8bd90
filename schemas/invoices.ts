import { z } from 'zod';
import { CompanyPageQuery, Day, Id, Moment, Money, ProblemView, Quantity } from './common.ts';

const InvoiceLineInput = z.object({
  projectId: Id.nullish(),
  projectCostCodeId: Id.nullish(),
  costTypeId: Id.nullish(),
  /** where a line without a project is booked in accounting; blank: that of the cost type */
  glCode: z.string().max(20).nullish(),
  description: z.string().max(500).nullish(),
  quantity: Quantity.nullish(),
  unitPrice: Quantity.nullish(),
  unit: z.string().max(20).nullish(),
  amount: Money,
  taxCodeId: Id.nullish(),
});

export const InvoiceType = z.enum(['standard', 'claim', 'retention_release']);

/**
 * POST /api/invoices (201), PUT /api/invoices/:id, both answered with the Invoice; DELETE /api/invoices/:id answers 204.
 * Header project, code and type stand for lines that leave theirs blank.
 */
export const InvoiceInput = z.object({
  kind: z.enum(['invoice', 'credit']).default('invoice'),
  /** claims and releases of retention name a subcontract */
  invoiceType: InvoiceType.default('standard'),
  /** the order number as the supplier wrote it; it names the order while none is chosen */
  poNumber: z.string().max(255).nullish(),
  /** a purchase order or a subcontract, not both */
  purchaseOrderId: Id.nullish(),
  subContractId: Id.nullish(),
  number: z.string().trim().min(1, 'Enter the invoice number.').max(255),
  payableAccountId: Id.nullish(),
  invoiceDate: Day,
  description: z.string().max(500).nullish(),
  projectId: Id.nullish(),
  projectCostCodeId: Id.nullish(),
  costTypeId: Id.nullish(),
  total: Money,
  tax: Money,
  lines: z.array(InvoiceLineInput).max(500),
});
export type InvoiceInput = z.infer<typeof InvoiceInput>;

export const Integration = z.enum([
  'queued',
  'sending',
  'waiting',
  'sent',
  'failed',
  'skipped',
  'partial',
  'held',
  'ignored',
]);
export type Integration = z.infer<typeof Integration>;

/** GET /api/invoices?tab=&problem=&search=&cursor=&limit= : one row of the list */
export const InvoiceRow = z.object({
  id: Id,
  kind: z.enum(['invoice', 'credit']),
  number: z.string(),
  vendorName: z.string().nullable(),
  /** "P-1007 Harbour Apartments", or "3 projects" */
  projectName: z.string().nullable(),
  /** "Direct cost", "PO-2210 claim 3", "Accounting" */
  route: z.string(),
  invoiceDate: Day,
  total: Money,
  tax: Money,
  status: z.enum(['entered', 'checked', 'approved']),
  /** null: not processed */
  integration: Integration.nullable(),
  /** the sentence beside the mark: the reason of a failure, what it waits for, or where it went */
  integrationText: z.string().nullable(),
  /** code of the first problem, for its fix button */
  problemCode: z.string().nullable(),
});
export type InvoiceRow = z.infer<typeof InvoiceRow>;
export const InvoiceTab = z.enum(['all', 'to-check', 'ready', 'failed', 'sent']);
/** `problem`: only invoices that stand still because of this code of the catalogue */
export const InvoiceQuery = CompanyPageQuery.extend({
  tab: InvoiceTab.default('all'),
  problem: z.string().max(50).optional(),
});
/** GET /api/invoices/counts */
export const InvoiceCountsQuery = CompanyPageQuery.pick({ companyId: true });
export const InvoiceCounts = z.object({
  all: z.number().int(),
  'to-check': z.number().int(),
  ready: z.number().int(),
  failed: z.number().int(),
  sent: z.number().int(),
});

const InvoiceLine = InvoiceLineInput.extend({
  id: Id,
  position: z.number().int(),
  codeText: z.string().nullable(),
  costTypeText: z.string().nullable(),
  projectText: z.string().nullable(),
  taxCodeText: z.string().nullable(),
});

const InvoicePart = z.object({
  id: Id,
  projectText: z.string(),
  /** "purchase order PO-2210" where the record is a claim; null for a direct cost */
  commitmentText: z.string().nullable(),
  state: z.enum(['planned', 'sending', 'sent', 'failed', 'reversed']),
  total: Money,
  /** what people in Procore did to it since it was sent; null while nothing is odd */
  drift: z.string().nullable(),
  procoreUrl: z.url().nullable(),
});

export const LogEntry = z.object({
  id: Id,
  at: Moment,
  event: z.string(),
  result: z.enum(['success', 'fail', 'info']),
  code: z.string().nullable(),
  message: z.string(),
  actor: z.string().nullable(),
  request: z.unknown(),
  response: z.unknown(),
  procoreRequestId: z.string().nullable(),
  durationMs: z.number().int().nullable(),
  temporalUrl: z.url().nullable(),
});
export type LogEntry = z.infer<typeof LogEntry>;

/**
 * GET /api/invoices/:id, and the answer of POST /api/invoices/:id/{check,approve,unapprove,send,retry,cancel,duplicate}
 * (send and retry with 202)
 */
export const Invoice = InvoiceRow.extend({
  payableAccountId: Id.nullable(),
  description: z.string().nullable(),
  projectId: Id.nullable(),
  projectCostCodeId: Id.nullable(),
  costTypeId: Id.nullable(),
  invoiceType: InvoiceType,
  poNumber: z.string().nullable(),
  purchaseOrderId: Id.nullable(),
  subContractId: Id.nullable(),
  /** the order or subcontract the header names, also by the supplier's number alone */
  commitment: z
    .object({ kind: z.enum(['purchase_order', 'sub_contract']), id: Id, number: z.string(), text: z.string() })
    .nullable(),
  /** why an admin lets it book more than is left on a line */
  overAllocationReason: z.string().nullable(),
  projectText: z.string().nullable(),
  codeText: z.string().nullable(),
  costTypeText: z.string().nullable(),
  /** people by name where they are known, else as whoever acted was known */
  enteredBy: z.string(),
  checkedBy: z.string().nullable(),
  approvedBy: z.string().nullable(),
  revision: z.number().int(),
  lines: z.array(InvoiceLine),
  /** its PDFs; the content is answered by GET /api/invoices/:id/attachments/:attachmentId */
  files: z.array(z.object({ id: Id, filename: z.string(), size: z.number().int() })),
  problems: z.array(ProblemView),
  /** the smallest rounding tolerance that would pass; null when it passes at the present one */
  smallestTolerance: Money.nullable(),
  parts: z.array(InvoicePart),
  /** the lines without a project, which go to accounting; null where there are none */
  overhead: z
    .object({
      project: Money,
      projectTax: Money,
      overhead: Money,
      overheadTax: Money,
      /** both sides sum to the invoice, GST too */
      sumsUp: z.boolean(),
      kind: z.enum(['bill', 'credit_note']).nullable(),
      mark: z.enum(['queued', 'sending', 'waiting', 'sent', 'failed']).nullable(),
      /** the sentence beside the mark; null where the mark says all */
      text: z.string().nullable(),
      /** what people call the accounting system; null until it was planned */
      system: z.string().nullable(),
      url: z.url().nullable(),
    })
    .nullable(),
  temporalUrl: z.url().nullable(),
  /** what the signed-in person may do now */
  may: z.object({
    edit: z.boolean(),
    check: z.boolean(),
    approve: z.boolean(),
    send: z.boolean(),
    retry: z.boolean(),
    cancel: z.boolean(),
    unapprove: z.boolean(),
    delete: z.boolean(),
    /** files of a sent invoice are not in Procore: they can go alone */
    sendFiles: z.boolean(),
    ignore: z.boolean(),
    /** something of it stands in Procore that can be taken back */
    undo: z.boolean(),
    unignore: z.boolean(),
    /** it is from before go-live: an admin may send it with a reason */
    sendEarly: z.boolean(),
    sendLocked: z.boolean(),
  }),
});
export type Invoice = z.infer<typeof Invoice>;

/** POST /api/invoices/:id/attachments?filename= (application/pdf): 201 with the Invoice; DELETE .../:attachmentId answers it too */
export const AttachmentQuery = z.object({ filename: z.string().trim().min(1, 'Name the file.').max(200) });

/** GET /api/invoices/:id/log */
export const InvoiceLog = z.object({ entries: z.array(LogEntry) });

/** POST /api/invoices/send {ids}: 202 with what was queued and what was not */
export const SendRequest = z.object({ ids: z.array(Id).min(1, 'Choose at least one invoice.').max(1000) });
export const SendResult = z.object({
  queued: z.array(Id),
  refused: z.array(z.object({ id: Id, number: z.string(), message: z.string() })),
});

/** POST /api/invoices/:id/ignore {reason}, and /send-early {reason} for one from before go-live, /send-locked {reason} for one in a closed period */
export const WithReason = z.object({ reason: z.string().trim().min(1, 'Say why.').max(500) });

/** POST /api/invoices/:id/deleted {choice}: what to do about what was deleted in Procore */
export const DeletedChoice = z.object({ choice: z.enum(['recreate', 'unlink']) });

/** POST /api/invoices/:id/edited {choice}: what to do about edits people made in Procore to what is ours */
export const EditedChoice = z.object({ choice: z.enum(['keep_theirs', 'take_ours']) });

/** POST /api/invoices/import (text/csv), 200: all rows, or none and every error with its row as a spreadsheet counts them */
export const ImportResult = z.object({
  imported: z.number().int(),
  errors: z.array(z.object({ row: z.number().int(), column: z.string().nullable(), message: z.string() })),
});
export type ImportResult = z.infer<typeof ImportResult>;

/** POST /api/invoices/:id/duplicate {choice} : what to do about a record found in Procore */
export const DuplicateChoice = z.object({
  choice: z.enum(['link_only', 'take_over']),
  reason: z.string().trim().min(1).optional(),
});
