import type { CommitmentKind } from './commitments.ts';
import { Decimal, sum, toCents } from './decimal.ts';
import type { VariationState } from './variations.ts';

/** A line of a purchase order, subcontract or variation as the rules of an invoice need it. */
export interface CommitmentLine {
  id: string;
  /** null: Procore does not know it yet */
  procoreId: string | null;
  /** null: a line of the commitment itself */
  variation: { number: string; procoreId: string | null; state: VariationState } | null;
  position: number;
  description: string | null;
  /** excluding tax */
  amount: string;
  unitPrice: string | null;
  unit: string | null;
  /** what other invoices of Lentune book on it, excluding tax; credits count negative */
  booked: string;
  /** Procore does not have it any more */
  isRemoved: boolean;
  /** null: none; of a variation it is not always told */
  taxCodeProcoreId: string | null;
  /** per cent of that code in Procore; null where it is not known */
  taxRate: string | null;
}

/** A purchase order or subcontract as the rules of an invoice need it. */
export interface DocumentCommitment {
  id: string;
  kind: CommitmentKind;
  number: string;
  procoreId: string | null;
  companyId: string;
  projectId: string;
  /** the supplier here; null until its vendor has come in */
  vendorId: string | null;
  vendorName: string | null;
  status: string;
  isAccepted: boolean;
  /** whether its kind is exchanged with Procore; else it is only text on the invoice */
  isSynced: boolean;
  accountingMethod: 'amount' | 'unit';
  retention: RetentionPolicy;
  lines: CommitmentLine[];
}

/** What is kept back of a claim. */
export interface RetentionPolicy {
  /** per cent; null keeps nothing back */
  percent: string | null;
  /** dollars kept back in all; null is without end */
  limit: string | null;
  /** dollars kept back by earlier claims and not released */
  held: string;
  /** per cent Procore keeps back by itself where nothing is said */
  procorePercent: string | null;
}

/** What of an invoice line is booked on a line of a commitment. Dollars excluding tax, positive also on a credit. */
export interface DocumentAllocation {
  commitment: DocumentCommitment;
  line: CommitmentLine;
  amount: string;
  quantity: string | null;
}

/** What is left of a line for invoices; negative once more was booked. */
export const remainingOfLine = ({ amount, booked }: Pick<CommitmentLine, 'amount' | 'booked'>): string =>
  toCents(new Decimal(amount).minus(booked));

/** What of an invoice line is not allocated yet; negative when too much is. */
export const unallocated = (amount: string, allocations: readonly { amount: string }[]): string =>
  toCents(new Decimal(amount).minus(sum(allocations.map((one) => one.amount))));

/** An allocation by quantity, at the price of the commitment's line. */
export const amountOf = (quantity: string, line: Pick<CommitmentLine, 'unitPrice'>): string =>
  toCents(new Decimal(quantity).mul(line.unitPrice ?? 0));

/** An allocation by value, as the quantity a commitment that counts units needs; null without a price to divide by. */
export function quantityOf(amount: string, line: Pick<CommitmentLine, 'unitPrice'>, places: number): string | null {
  if (line.unitPrice === null || new Decimal(line.unitPrice).isZero()) return null;
  return new Decimal(amount).div(line.unitPrice).toDecimalPlaces(places).toFixed();
}

/** An invoice line and what it is allocated to. */
export interface AllocatedLine {
  position: number;
  amount: string;
  projectId: string | null;
  allocations: readonly { amount: string }[];
}

/** An allocation that can be made without asking: the commitment has one line only. */
export interface AutomaticAllocation {
  position: number;
  lineId: string;
  amount: string;
}

/**
 * Allocates whole lines of the invoice to the only line of the commitment. Lines of other projects, and those that are
 * allocated already, are left alone (domain.md 3.1).
 */
export function allocateSingle(
  commitment: Pick<DocumentCommitment, 'projectId' | 'lines'>,
  lines: readonly AllocatedLine[],
): AutomaticAllocation[] {
  const [only, second] = commitment.lines.filter((line) => !line.isRemoved);
  if (only === undefined || second !== undefined) return [];
  return lines
    .filter((line) => line.projectId === commitment.projectId && line.allocations.length === 0)
    .filter((line) => !new Decimal(line.amount).isZero())
    .map(({ position, amount }) => ({ position, lineId: only.id, amount }));
}

/**
 * How an invoice compares with its purchase order, on totals excluding tax: equal green, less orange, more red.
 * An order of nothing is always red (domain.md 3.1).
 */
export function trafficLight(order: string, invoice: string): 'green' | 'orange' | 'red' {
  const [ordered, invoiced] = [new Decimal(order), new Decimal(invoice)];
  if (ordered.isZero() || invoiced.gt(ordered)) return 'red';
  return invoiced.equals(ordered) ? 'green' : 'orange';
}

/**
 * What is kept back of the items of one claim, in cents each. A credit gives back at the same rate; the limit cuts the
 * last items first.
 */
export function retain(works: readonly string[], { percent, limit, held }: RetentionPolicy): string[] {
  let left = limit === null ? null : Decimal.max(new Decimal(limit).minus(held), 0);
  return works.map((work) => {
    const wanted = new Decimal(toCents(new Decimal(work).mul(percent ?? 0).div(100)));
    const kept = left === null || wanted.isNegative() ? wanted : Decimal.min(wanted, left);
    if (left !== null) left = left.minus(kept);
    return kept.toFixed(2);
  });
}
