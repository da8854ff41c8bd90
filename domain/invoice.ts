import type { Held } from './accounting-systems.ts';
import type { DocumentAllocation, DocumentCommitment } from './allocations.ts';
import type { Problem } from './errors.ts';
import { normaliseName } from './matching.ts';

/** A line as it is entered. What it leaves blank comes from the header. */
export interface InvoiceLineDraft {
  projectId?: string | null | undefined;
  projectCostCodeId?: string | null | undefined;
  costTypeId?: string | null | undefined;
  /** where a line without a project is booked in accounting */
  glCode?: string | null | undefined;
  description?: string | null | undefined;
  quantity?: string | null | undefined;
  unitPrice?: string | null | undefined;
  unit?: string | null | undefined;
  amount: string;
  taxCodeId?: string | null | undefined;
}

/** An invoice as it is entered. Dollars excluding tax; a credit is entered positive. */
export interface InvoiceDraft {
  kind: 'invoice' | 'credit';
  invoiceType?: InvoiceType | undefined;
  /** the order number as the supplier wrote it */
  poNumber?: string | null | undefined;
  /** one of the two at most */
  purchaseOrderId?: string | null | undefined;
  subContractId?: string | null | undefined;
  number: string;
  payableAccountId?: string | null | undefined;
  invoiceDate: string;
  description?: string | null | undefined;
  projectId?: string | null | undefined;
  projectCostCodeId?: string | null | undefined;
  costTypeId?: string | null | undefined;
  total: string;
  tax: string;
  lines: readonly InvoiceLineDraft[];
}

/** A project as the rules of a document need it; `procoreId` is null until it is linked. */
export interface DocumentProject {
  id: string;
  code: string;
  name: string;
  companyId: string | null;
  procoreId: string | null;
  /** whether direct costs keep tax codes there; null until the first line told */
  keepsTax: boolean | null;
  /** custom segments of its budget codes: costs cannot be booked there */
  customSegments?: readonly string[];
  /** why vendors, codes and types are not created in its company unasked; null or left out where they may be */
  held?: Held;
}

export interface DocumentCode {
  id: string;
  code: string;
  /** the full code as Procore composes it */
  externalCode: string;
  description: string;
  procoreId: string | null;
  isPostable: boolean;
  isActive: boolean;
  subJobName: string | null;
  /** the sub job that has this code, when the project level has not */
  onlyInSubJob: string | null;
}

export interface DocumentCostType {
  id: string;
  code: string;
  name: string;
  procoreId: string | null;
  baseType: string | null;
}

export interface DocumentTaxCode {
  id: string;
  code: string;
  rate: string;
  /** what it is in the company of the line's project; null: not mapped */
  mapped: { procoreId: string; code: string; rate: string | null; isArchived: boolean } | null;
}

/** A line with the header's values filled in, and everything they stand for. */
export interface DocumentLine {
  /** 1-based */
  position: number;
  description: string | null;
  amount: string;
  quantity: string | null;
  unitPrice: string | null;
  unit: string | null;
  project: DocumentProject | null;
  code: DocumentCode | null;
  /** chosen on the line or header, else the single budgeted type of the code, else its default (domain.md Q13) */
  costType: DocumentCostType | null;
  /** chosen on the line, else that of the cost type; only lines without a project need one */
  glCode: string | null;
  taxCode: DocumentTaxCode | null;
  /** what of it is booked on purchase orders and subcontracts */
  allocations: DocumentAllocation[];
}

export interface DocumentVendor {
  id: string;
  name: string;
  isActive: boolean;
  /** Procore's id of it, by our id of the company */
  procoreIds: Readonly<Record<string, string>>;
}

/** A file of an invoice, such as the supplier's PDF. */
export interface DocumentFile {
  id: string;
  filename: string;
  /** bytes */
  size: number;
}

/** What a supplier invoice is to its subcontract; other invoices are standard. */
export type InvoiceType = 'standard' | 'claim' | 'retention_release';

/** A supplier invoice with all a rule may ask about it. */
export interface InvoiceDocument {
  id: string;
  account: string;
  revision: number;
  kind: 'invoice' | 'credit';
  type: InvoiceType;
  /** the purchase order or subcontract of the header */
  commitment: DocumentCommitment | null;
  /** the order number as the supplier wrote it */
  poNumber: string | null;
  /** whether purchase orders are exchanged with a Procore company it goes to; else they are only text */
  exchangesOrders: boolean;
  /** why an admin lets it book more than is left on a line */
  overAllocationReason: string | null;
  number: string;
  invoiceDate: string;
  description: string | null;
  total: string;
  tax: string;
  vendor: DocumentVendor | null;
  duplicateChoice: 'link_only' | 'take_over' | null;
  /** another invoice of the same supplier, kind and number in Lentune */
  hasTwin: boolean;
  /** its day and the go-live date it misses; null when it may leave, also because an admin said why */
  beforeGoLive: { date: string; goLive: string } | null;
  /** its day and the lock date it misses; null when it may be posted, also because an admin said why */
  inLockedPeriod: { date: string; lockDate: string; company: string } | null;
  files: DocumentFile[];
  lines: DocumentLine[];
}

/** A problem with what it does to the document. */
export interface Finding extends Problem {
  severity: 'blocks' | 'warning';
}

/** An invoice number as it is compared: leading zeros and dashes count (domain.md 3.7). */
export const matchNumber = normaliseName;

/** How projects are named to people: code and name. */
export const projectText = (project: { code: string; name: string }): string => `${project.code} ${project.name}`;

/**
 * The cost type of a line: chosen, else the only one Procore's budget has for the code, else the code's default.
 *
 * @see domain.md Q13
 */
export function resolveCostType<T extends { id: string; source: 'budget' | 'local'; isDefault: boolean }>(
  chosenId: string | null,
  typesOfCode: readonly T[],
): string | null {
  if (chosenId !== null) return chosenId;
  const budgeted = typesOfCode.filter((type) => type.source === 'budget');
  if (budgeted.length === 1) return budgeted[0]!.id;
  return (
    (typesOfCode.find((type) => type.isDefault) ?? (typesOfCode.length === 1 ? typesOfCode[0] : undefined))?.id ?? null
  );
}

export type InvoiceStatus = 'entered' | 'checked' | 'approved';
export type InvoiceMark =
  | 'queued'
  | 'sending'
  | 'waiting'
  | 'sent'
  | 'failed'
  | 'skipped'
  | 'partial'
  | 'held'
  | 'ignored';

const ON_ITS_WAY: readonly (InvoiceMark | null)[] = ['queued', 'sending', 'waiting'];

/** While an invoice is on its way nobody may change it. */
export const isOnItsWay = (mark: InvoiceMark | null): boolean => ON_ITS_WAY.includes(mark);

/** What the state of an invoice allows; the caller's rights and self approval come on top. */
export function allowedSteps(invoice: { status: InvoiceStatus; integration: InvoiceMark | null }) {
  const isIgnored = invoice.integration === 'ignored';
  const isFree = !isOnItsWay(invoice.integration) && !isIgnored;
  const isApproved = invoice.status === 'approved';
  return {
    edit: isFree,
    check: isFree && invoice.status === 'entered',
    approve: isFree && invoice.status === 'checked',
    unapprove: isFree && isApproved,
    send: isApproved && invoice.integration === null,
    retry: isApproved && ['failed', 'held', 'partial', 'skipped'].includes(invoice.integration ?? ''),
    cancel: isOnItsWay(invoice.integration),
    ignore: isFree && invoice.integration !== 'sent' && invoice.integration !== 'skipped',
    unignore: isIgnored,
  };
}
