import { Temporal } from 'temporal-polyfill';
import { findCompanyZone } from '../db/queries/companies.ts';
import { loadInvoice } from '../db/queries/invoice-document.ts';
import { planUndo, type UndoPlan, undoParts } from '../db/queries/invoice-undo.ts';
import { keepProblems } from '../db/queries/push-outcome.ts';
import type { Part } from '../db/queries/push-parts.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import { judgeUndo, reversalOf, type UndoAction, type UndoOrder } from '../domain/undo.ts';
import { failureOf } from '../platform/errors.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { lookAtRecord } from '../procore/direct-cost-look.ts';
import type { InvoiceRef, Trail } from './push-attempt.ts';
import { openPushCompany } from './push-company.ts';

/**
 * Looks at every record of an invoice that is taken back, and plans what becomes of it. What is there now must be what the
 * person agreed to; else nothing is done.
 *
 * @returns the parts to converge
 */
export async function prepareUndo(
  deps: { db: Db; procore: Pick<Procore, 'company'> },
  ref: InvoiceRef,
  trail: Trail,
): Promise<string[]> {
  const { db } = deps;
  const loaded = await loadInvoice(db, ref.account, ref.invoiceId);
  const order = loaded?.row.undoOrder as UndoOrder | null | undefined;
  if (!loaded || !order) throw new Error(`Invoice ${ref.invoiceId} is taken back without an order`);
  const plans: UndoPlan[] = [];
  for (const part of await undoParts(db, ref.account, ref.invoiceId)) {
    const { api } = await openPushCompany(deps, ref.account, part.companyId, trail);
    plans.push(await planOne(db, ref, part, api, order.actions[part.id]));
  }
  return db.transaction((tx) => planUndo(tx, ref.account, ref.invoiceId, plans));
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
  const seen = await lookAtRecord(api.directCosts, part);
  const { action, why } = judgeUndo(part.agreed, seen);
  if (action !== agreedTo) {
    const refusal = new DomainError('LOCKED', {
      number: part.desired?.header.invoiceNumber ?? 'The record',
      why: `it changed since the preview (${why === '' ? 'it can simply be deleted' : why})`,
    });
    await keepProblems(db, ref, [{ code: refusal.code, facts: refusal.facts, severity: 'blocks' }]);
    throw failureOf(refusal);
  }
  if (action !== 'reverse' || seen.kind !== 'ours' || part.desired === null) return { part, action, reversal: null };
  const zone = await findCompanyZone(db, ref.account, part.companyId);
  const today = Temporal.Now.plainDateISO(zone).toString();
  return { part, action, reversal: reversalOf(part.desired, seen.record, today, ref.invoiceId) };
}
