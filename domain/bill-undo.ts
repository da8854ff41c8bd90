import { type AgreedBill, type BillLook, type BillRefusal, nextBillWrite } from './bill.ts';

/** What taking a bill back comes to: it is deleted or voided there, or only let go of. */
export type BillUndoAction = 'remove' | 'release';

export type BillUndoJudgement =
  | { kind: 'take'; action: BillUndoAction /** empty when it is simply removed */; why: string }
  | BillRefusal;

/** Works out what taking the bill of an invoice back comes to, by the rule that decides the write itself. */
export function judgeBillUndo(agreed: AgreedBill | null, look: BillLook, system: string): BillUndoJudgement {
  if (agreed?.isLinkOnly) return { kind: 'take', action: 'release', why: 'it was only linked, never written' };
  const verdict = nextBillWrite(null, agreed, look);
  if (verdict.kind === 'refuse') return { ...verdict, facts: { ...verdict.facts, system } } as BillRefusal;
  if (verdict.kind === 'write') return { kind: 'take', action: 'remove', why: '' };
  return { kind: 'take', action: 'release', why: 'it is not there any more' };
}
