import { Decimal, toCents } from './decimal.ts';
import type { ErrorCode, Facts } from './errors.ts';
import {
  type DocumentCode,
  type DocumentCostType,
  type DocumentFile,
  type DocumentProject,
  type DocumentTaxCode,
  type DocumentVendor,
  type Finding,
  type InvoiceMark,
  isOnItsWay,
  projectText,
} from './invoice.ts';

/** Who entered a commitment or a line of one. */
export const COMMITMENT_ORIGINS = ['procore', 'lentune'] as const;
export type CommitmentOrigin = (typeof COMMITMENT_ORIGINS)[number];

/** The life of a purchase order that was entered here. A cancelled one stays, here and in Procore. */
export const ORDER_STATUSES = ['draft', 'approved', 'cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export type AccountingMethod = 'amount' | 'unit';

/** A line as it is entered. Decimal strings, excluding tax. */
export interface OrderLineDraft {
  /** of a line that is there already; without one it is new */
  id?: string | undefined;
  projectCostCodeId?: string | null | undefined;
  costTypeId?: string | null | undefined;
  description?: string | null | undefined;
  quantity?: string | null | undefined;
  unitPrice?: string | null | undefined;
  unit?: string | null | undefined;
  amount: string;
  taxCodeId?: string | null | undefined;
}

/** A purchase order as it is entered. */
export interface OrderDraft {
  number: string;
  projectId: string;
  payableAccountId?: string | null | undefined;
  description?: string | null | undefined;
  /** `YYYY-MM-DD` */
  orderDate: string;
  deliveryDate?: string | null | undefined;
  lines: readonly OrderLineDraft[];
}

/** A line of ours with everything it stands for. Decimal strings, excluding tax. */
export interface OrderLine {
  /** our own, which the stamp in Procore names */
  id: string;
  /** 1-based, as people count them */
  position: number;
  description: string | null;
  quantity: string | null;
  unitPrice: string | null;
  unit: string | null;
  amount: string;
  /** Procore's id of it; null until it is there */
  procoreId: string | null;
  code: DocumentCode | null;
  costType: DocumentCostType | null;
  taxCode: DocumentTaxCode | null;
}

/** A purchase order that was entered here, with all a rule may ask about it. */
export interface OrderDocument {
  id: string;
  account: string;
  revision: number;
  /** the revision that last arrived in Procore whole; null: none has */
  sentRevision: number | null;
  number: string;
  description: string | null;
  orderDate: string | null;
  deliveryDate: string | null;
  status: OrderStatus;
  /** decided when it is first queued (accountingMethodOf) */
  accountingMethod: AccountingMethod;
  /** Procore has the record, or may have it: the method stays */
  isMethodFixed: boolean;
  /** our id of the Procore company, and what it is called */
  company: { id: string; name: string };
  /** whether the company has "Lentune purchase orders" on */
  isSendingOn: boolean;
  project: DocumentProject;
  vendor: DocumentVendor | null;
  /** our own; those people added in Procore are not among them */
  lines: OrderLine[];
  files: DocumentFile[];
}

type PricedLine = Pick<OrderLine, 'quantity' | 'unitPrice'>;

/**
 * How Procore shall account for an order: by amount, unless every line has a quantity and a price. It is decided when the
 * order first goes out and stays, because Procore never changes it afterwards (domain.md section 5).
 */
export function accountingMethodOf(lines: readonly PricedLine[]): AccountingMethod {
  return lines.length > 0 && lines.every(isPriced) ? 'unit' : 'amount';
}

const isPriced = ({ quantity, unitPrice }: PricedLine): boolean => quantity !== null && unitPrice !== null;

/** What an order that goes by units comes to on a line: quantity times price, in dollars and cents. */
const extendedOf = (line: OrderLine): string => toCents(new Decimal(line.quantity ?? 0).mul(line.unitPrice ?? 0));

/**
 * What keeps an order from being approved, all at once: what only its own lines and header can mend. What Procore must
 * have for it is the business of sending.
 */
export function orderGaps(order: OrderDocument): Finding[] {
  const findings: Finding[] = [];
  const add = <C extends ErrorCode>(code: C, facts: Facts<C>, line?: number) =>
    void findings.push({ code, facts, severity: 'blocks', ...(line === undefined ? {} : { line }) } as Finding);
  const { number, vendor, lines } = order;
  if (vendor === null) add('PO_VENDOR_BLANK', { number });
  if (lines.length === 0) add('PO_LINES_MISSING', { number });
  // Before it went out the method follows the lines, so a line without a price makes the order go by amount.
  const method = order.isMethodFixed ? order.accountingMethod : accountingMethodOf(lines);
  for (const line of lines) {
    const { position, code, costType } = line;
    if (code === null) add('CODE_BLANK', { line: position }, position);
    else if (!code.isPostable) add('CODE_NOT_CHARGEABLE', { code: code.code }, position);
    else if (costType === null) add('TYPE_MISSING', { code: code.code, project: projectText(order.project) }, position);
    if (method !== 'unit') continue;
    if (!isPriced(line)) add('PO_LINE_UNPRICED', { line: position }, position);
    else if (!new Decimal(extendedOf(line)).equals(line.amount))
      add('PO_LINE_DIFFERS', { line: position, extended: extendedOf(line), amount: line.amount }, position);
  }
  return findings;
}

/** Where an order stands, as far as it decides what may be done with it. */
export interface OrderStanding {
  origin: CommitmentOrigin;
  orderStatus: OrderStatus | null;
  integration: InvoiceMark | null;
  revision: number;
  sentRevision: number | null;
}

/** What the state of an order allows; the caller's rights, limits and self approval come on top. */
export function allowedOrderSteps(order: OrderStanding) {
  const isOurs = order.origin === 'lentune';
  const isCancelled = order.orderStatus === 'cancelled';
  const isIgnored = order.integration === 'ignored';
  const isFree = isOurs && !isCancelled && !isIgnored && !isOnItsWay(order.integration);
  const isApproved = order.orderStatus === 'approved';
  return {
    edit: isFree,
    attach: isFree,
    approve: isFree && order.orderStatus === 'draft',
    unapprove: isFree && isApproved,
    send: isFree && isApproved && order.integration === null,
    /** the files of one that is complete, alone */
    sendFiles: isFree && order.integration === 'sent',
    retry: isFree && isApproved && ['failed', 'held', 'partial', 'skipped'].includes(order.integration ?? ''),
    /** takes it back that is on its way */
    stop: isOurs && isOnItsWay(order.integration),
    cancel: isOurs && !isCancelled && !isOnItsWay(order.integration),
    ignore: isFree && order.integration !== 'sent' && order.integration !== 'skipped',
    unignore: isOurs && isIgnored,
  };
}

/** A limit of one person or of everybody of a role; null is without limit. Dollars excluding tax. */
export interface ApprovalLimit {
  role: string | null;
  userId: string | null;
  amount: string | null;
}

/**
 * The most somebody may approve in one order: their own limit, else the highest of those of their roles; null is without
 * limit, which is also what holds where nobody set one.
 */
export function limitOf(
  person: { id: string; roles: readonly string[] },
  limits: readonly ApprovalLimit[],
): string | null {
  const own = limits.find(({ userId }) => userId === person.id);
  if (own !== undefined) return own.amount;
  const ofRoles = limits.filter(({ role }) => role !== null && person.roles.includes(role));
  if (ofRoles.length === 0) return null;
  return ofRoles.reduce<string | null>(
    (highest, { amount }) => (highest === null || amount === null ? null : Decimal.max(highest, amount).toFixed(2)),
    ofRoles[0]!.amount,
  );
}
