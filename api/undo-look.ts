import { lookAtBill } from '../accounting/bill-look.ts';
import { asClaimPart } from '../db/queries/claim-parts.ts';
import { undoParts } from '../db/queries/invoice-undo.ts';
import { loadBillPart, standsInBooks } from '../db/queries/overhead-push.ts';
import type { Part } from '../db/queries/push-parts.ts';
import { totalOf } from '../domain/bill.ts';
import { judgeBillUndo } from '../domain/bill-undo.ts';
import { judgeClaimUndo, undoneTotal } from '../domain/claim-undo.ts';
import { sum } from '../domain/decimal.ts';
import { CATALOGUE, messageOf, type Problem } from '../domain/errors.ts';
import { judgeUndo, reversalNumber, type UndoJudgement } from '../domain/undo.ts';
import type { Deps } from '../platform/deps.ts';
import { lookForUndo } from '../procore/claim-look.ts';
import { lookAtRecord } from '../procore/direct-cost-look.ts';
import type { UndoPreview } from '../schemas/undo.ts';
import { companyApiFor } from './live-records.ts';

/** What looking at the records of an invoice needs. */
export type UndoDeps = Pick<Deps, 'db' | 'procore' | 'accounting'>;

/** What taking an invoice back would come to, from a look at each record of it now. Writes nothing. */
export async function lookAtUndo(deps: UndoDeps, account: string, id: string): Promise<UndoPreview> {
  const parts = await undoParts(deps.db, account, id);
  const shown = parts.map((part) =>
    part.target === 'requisition' ? claimPreview(deps, part) : costPreview(deps, part),
  );
  return { parts: await Promise.all(shown), bill: await billPreview(deps, account, id) };
}

async function billPreview({ db, accounting }: UndoDeps, account: string, invoiceId: string): Promise<BillPreview> {
  const part = await loadBillPart(db, { account, invoiceId });
  if (part === null || !standsInBooks(part)) return null;
  const { connectionId, apiUrl, organisationId, agreed, desired } = part;
  const { system } = accounting;
  const look = await lookAtBill(accounting.organisation({ connectionId, apiUrl, organisationId }), part, null);
  const judged = judgeBillUndo(agreed, look, system);
  const bill = look.kind === 'ours' ? look.record.bill : (agreed?.got ?? desired?.bill);
  return {
    system,
    number: bill?.number ?? '',
    kind: agreed?.kind ?? desired?.kind ?? 'bill',
    total: bill === undefined ? '0.00' : totalOf(bill),
    ...(judged.kind === 'take'
      ? { action: judged.action, why: judged.why }
      : { action: null, why: `${messageOf(judged as Problem)} ${CATALOGUE[judged.code].fix}` }),
  };
}

type BillPreview = UndoPreview['bill'];

async function costPreview(deps: UndoDeps, part: Part): Promise<PartPreview> {
  const seen = await lookAtRecord(companyApiFor(deps, part).directCosts, part);
  const lines = seen.kind === 'ours' ? seen.record.lines : [];
  return preview(part, judgeUndo(part.agreed, seen), sum(lines.map(({ amount }) => amount)).toFixed(2));
}

async function claimPreview(deps: UndoDeps, part: Part): Promise<PartPreview> {
  const claim = asClaimPart(part);
  const seen = await lookForUndo(companyApiFor(deps, part), claim);
  const place = claim.desired === null ? '' : ` on ${claim.desired.commitment.text}`;
  const shown = preview(part, judgeClaimUndo(claim.agreed, seen), undoneTotal(claim.agreed, seen.own));
  return { ...shown, projectText: `Claim${place}, ${shown.projectText}` };
}

type PartPreview = UndoPreview['parts'][number];

const preview = (part: Part, judged: UndoJudgement, total: string): PartPreview => ({
  partId: part.id,
  projectText: part.desired?.projectText ?? '',
  procoreId: part.procoreId ?? '',
  total,
  ...judged,
  reversal: judged.action === 'reverse' ? reversalNumber(part.desired?.header.invoiceNumber ?? '') : null,
});
