import { Temporal } from 'temporal-polyfill';
import { asClaimPart } from '../db/queries/claim-parts.ts';
import { findCompanyZone } from '../db/queries/companies.ts';
import { loadInvoice } from '../db/queries/invoice-document.ts';
import { planUndo, type UndoPlan, undoParts } from '../db/queries/invoice-undo.ts';
import { forgetWish } from '../db/queries/overhead-push.ts';
import { keepProblems } from '../db/queries/push-outcome.ts';
import type { Part } from '../db/queries/push-parts.ts';
import type { Db } from '../db/types.ts';
import { correctionOf, judgeClaimUndo } from '../domain/claim-undo.ts';
import { DomainError } from '../domain/errors.ts';
import { judgeUndo, reversalOf, type UndoAction, type UndoJudgement, type UndoOrder } from '../domain/undo.ts';
import { failureOf } from '../platform/errors.ts';
import { lookForUndo } from '../procore/claim-look.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { lookAtRecord } from '../procore/direct-cost-look.ts';
import type { BooksDeps } from './overhead-problems.ts';
import type { InvoiceRef, Trail } from './push-attempt.ts';
import { openPushCompany } from './push-company.ts';
import { prepareBillUndo } from './take-back-bill.ts';

/**
 * Looks at every record of an invoice that is taken back, and plans what becomes of it. What is there now must be what the
 * person agreed to; else nothing is done.
 *
 * @returns the parts to converge, and whether a bill has to go before them
 */
export async function prepareUndo(
  deps: BooksDeps & { procore: Pick<Procore, 'company'> },
  ref: InvoiceRef,
  trail: Trail,
): Promise<{ partIds: string[]; takesBackBill: boolean }> {
  const { db } = deps;
  const loaded = await loadInvoice(db, ref.account, ref.invoiceId);
  const order = loaded?.row.undoOrder as UndoOrder | null | undefined;
  if (!loaded || !order) throw new Error(`Invoice ${ref.invoiceId} is taken back without an order`);
  const plans: UndoPlan[] = [];
  for (const part of await undoParts(db, ref.account, ref.invoiceId)) {
    const { api } = await openPushCompany(deps, ref.account, part.companyId, trail);
    plans.push(await planOne(db, ref, part, api, order.actions[part.id]));
  }
  const takesBackBill = await prepareBillUndo(deps, ref, order.bill);
  return db.transaction(async (tx) => {
    if (takesBackBill) await forgetWish(tx, ref);
    return { partIds: await planUndo(tx, ref.account, ref.invoiceId, plans), takesBackBill };
  });
}

async function planOne(
  db: Db,
  ref: InvoiceRef,
  part: Part,
  api: CompanyApi,
  agreedTo: UndoAction | undefined,
): Promise<UndoPlan> {
  // Deleted by an earlier try of this order: there is nothing left to look at.
  if (part.removal !== null) return { part, action: 'delete', reversal: null };
  const { action, why, reversal } =
    part.target === 'requisition' ? await claimUndo(db, part, api) : await directCostUndo(db, ref, part, api);
  if (action !== agreedTo) {
    const refusal = new DomainError('LOCKED', {
      number: part.desired?.header.invoiceNumber ?? 'The record',
      why: `it changed since the preview (${why === '' ? 'it can simply be deleted' : why})`,
    });
    await keepProblems(db, ref, [{ code: refusal.code, facts: refusal.facts, severity: 'blocks' }]);
    throw failureOf(refusal);
  }
  return { part, action, reversal: action === 'reverse' ? reversal : null };
}

type Found = UndoJudgement & Pick<UndoPlan, 'reversal'>;

async function directCostUndo(db: Db, ref: InvoiceRef, part: Part, api: CompanyApi): Promise<Found> {
  const seen = await lookAtRecord(api.directCosts, part);
  const judged = judgeUndo(part.agreed, seen);
  if (seen.kind !== 'ours' || part.desired === null) return { ...judged, reversal: null };
  const today = await todayIn(db, part);
  return { ...judged, reversal: reversalOf(part.desired, seen.record, today, ref.invoiceId) };
}

async function claimUndo(db: Db, part: Part, api: CompanyApi): Promise<Found> {
  const claim = asClaimPart(part);
  const seen = await lookForUndo(api, claim);
  const judged = judgeClaimUndo(claim.agreed, seen);
  if (seen.own === null || claim.desired === null || claim.agreed === null) return { ...judged, reversal: null };
  return { ...judged, reversal: correctionOf(claim.desired, claim.agreed, seen.own, await todayIn(db, part)) };
}

async function todayIn(db: Db, { account, companyId }: Part): Promise<string> {
  return Temporal.Now.plainDateISO(await findCompanyZone(db, account, companyId)).toString();
}
