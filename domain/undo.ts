import type { BillUndoAction } from './bill-undo.ts';
import { Decimal, sum } from './decimal.ts';
import type { Agreed, DesiredDirectCost, Look, RemoteDirectCost } from './direct-cost.ts';
import { judgeRemoval } from './direct-cost-removal.ts';
import { lineStamp, withReference } from './stamp.ts';

/** What taking a record back comes to: it goes, a negative one is put beside it, or it is only let go of. */
export type UndoAction = 'delete' | 'reverse' | 'release';

export interface UndoJudgement {
  action: UndoAction;
  /** why it is not simply deleted; empty when it is */
  why: string;
}

/** What a person agreed to after the preview, by our id of the part. */
export interface UndoOrder {
  reason: string;
  actions: Readonly<Record<string, UndoAction>>;
  /** about the bill in accounting; left out where none stands there */
  bill?: BillUndoAction | undefined;
}

/** Works out what taking a record back comes to, from a look at it (design: compensation and undo). */
export function judgeUndo(agreed: Agreed | null, look: Look): UndoJudgement {
  if (agreed?.isLinkOnly) return { action: 'release', why: 'it was only linked, never written' };
  if (look.kind !== 'ours' || agreed === null) return { action: 'release', why: 'it is not there any more' };
  if (agreed.isAdopted) return { action: 'release', why: 'somebody else put it there, so it stays as it is' };
  const why = judgeRemoval(agreed, look.record, { evenApproved: true });
  return why === null ? { action: 'delete', why: '' } : { action: 'reverse', why };
}

/**
 * Why one of many invoices may not be taken back with the others, from a look at it; null when all of it is simply
 * removed. What has to be reversed or let go of is decided singly, where it is shown first.
 */
export function whyStays(preview: {
  parts: readonly { projectText: string; action: UndoAction; why: string }[];
  bill: { action: BillUndoAction | null; why: string } | null;
}): string | null {
  const { parts, bill } = preview;
  if (parts.length === 0 && bill === null) return 'Nothing of it stands in Procore or accounting.';
  if (bill?.action === null) return bill.why;
  const reversed = parts.find(({ action }) => action === 'reverse');
  if (reversed !== undefined)
    return `${reversed.projectText}: ${reversed.why}. Taken back singly, a reversal is put beside it.`;
  const released =
    parts.find(({ action }) => action === 'release')?.why ?? (bill?.action === 'release' ? bill.why : null);
  return released === null ? null : `Only to be let go of: ${released}. Take it back singly.`;
}

/** The number of the record that reverses another one. */
export const reversalNumber = (number: string): string => `${number}-REV`;

/**
 * The record that takes another one back to the cent: its lines as they stand there now, with the sign turned.
 *
 * @param today business day it is dated
 */
export function reversalOf(
  desired: DesiredDirectCost,
  record: RemoteDirectCost,
  today: string,
  documentId: string,
): DesiredDirectCost {
  const stamp = `${desired.stamp}-rev`;
  const turned = (value: string) => new Decimal(value).neg().toFixed();
  const { invoiceNumber, vendorId } = record.header;
  return {
    ...desired,
    stamp,
    header: {
      invoiceNumber: reversalNumber(invoiceNumber),
      vendorId,
      date: today,
      description: withReference(`Reverses ${invoiceNumber}.`, documentId),
    },
    // Only an approved one counts in budgets, and then its reversal must.
    status: record.status === 'approved' ? 'approved' : record.status === 'draft' ? 'draft' : 'pending',
    total: sum(record.lines.map((line) => line.amount))
      .neg()
      .toFixed(2),
    lines: record.lines.map((line, index) => ({
      stamp: lineStamp(stamp, index + 1),
      amount: turned(line.amount),
      quantity: line.quantity === null ? null : turned(line.quantity),
      unitCost: line.unitCost,
      uom: line.uom,
      costCodeId: line.costCodeId,
      lineItemTypeId: line.lineItemTypeId,
      taxCodeId: line.taxCodeId,
      description: line.description,
    })),
    files: [],
    scope: 'all',
    choice: null,
  };
}
