import { sum } from '../../domain/decimal.ts';
import type { Tx } from '../types.ts';
import { replaceAllocations } from './invoice-allocations.ts';
import { loadCommitment } from './invoice-commitments.ts';
import { createInvoice, type UnknownReference } from './invoices.ts';

/** A claim as it is entered against the lines of a subcontract. Dollars excluding tax. */
export interface ClaimDraft {
  number: string;
  invoiceDate: string;
  type: 'claim' | 'retention_release';
  tax: string;
  taxCodeId?: string | null | undefined;
  lines: readonly { lineId: string; amount: string }[];
}

/**
 * Enters an invoice with one line for each line of the subcontract or its variations that is claimed, allocated to it.
 * What may be claimed is for the check of the invoice.
 */
export async function enterClaim(
  tx: Tx,
  account: string,
  actor: string,
  subContractId: string,
  claim: ClaimDraft,
): Promise<{ kind: 'created'; id: string } | { kind: 'not-found' } | UnknownReference> {
  const on = await loadCommitment(tx, account, { kind: 'sub_contract', id: subContractId }, null);
  if (on === null) return { kind: 'not-found' };
  const unknown = claim.lines.findIndex(({ lineId }) => !on.lines.some(({ id }) => id === lineId));
  if (unknown >= 0)
    return { kind: 'unknown-reference', path: `lines.${unknown}.lineId`, message: 'The subcontract has no such line.' };
  const created = await createInvoice(tx, account, actor, {
    kind: 'invoice',
    invoiceType: claim.type,
    number: claim.number,
    payableAccountId: on.vendorId,
    subContractId,
    invoiceDate: claim.invoiceDate,
    total: sum(claim.lines.map(({ amount }) => amount)).toFixed(2),
    tax: claim.tax,
    lines: claim.lines.map(({ lineId, amount }) => ({
      projectId: on.projectId,
      description: on.lines.find(({ id }) => id === lineId)?.description ?? null,
      taxCodeId: claim.taxCodeId ?? null,
      amount,
    })),
  });
  if (created.kind !== 'created') return created;
  const allocations = claim.lines.map((line, at) => ({ ...line, position: at + 1, quantity: null }));
  await replaceAllocations(tx, account, created.id, [on], allocations);
  return created;
}
