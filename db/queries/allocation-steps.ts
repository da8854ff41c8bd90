import { eq, sql } from 'drizzle-orm';
import {
  amountOf,
  type CommitmentLine,
  type DocumentCommitment,
  remainingOfLine,
  trafficLight,
  unallocated,
} from '../../domain/allocations.ts';
import { Decimal, sum } from '../../domain/decimal.ts';
import { type InvoiceDocument, isOnItsWay } from '../../domain/invoice.ts';
import { payableInvoice } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';
import { addLog } from './integration-log.ts';
import { type AllocationDraft, replaceAllocations } from './invoice-allocations.ts';
import { loadInvoice } from './invoice-document.ts';
import { IS_ON_ITS_WAY, lockInvoice, type StepResult, type UnknownReference } from './invoices.ts';

/** The allocations of an invoice as the screen shows them. */
export interface AllocationsView {
  commitments: {
    kind: DocumentCommitment['kind'];
    id: string;
    projectId: string;
    procoreId: string | null;
    number: string;
    status: string;
    isSynced: boolean;
    light: ReturnType<typeof trafficLight>;
    lines: {
      id: string;
      position: number;
      description: string | null;
      variation: string | null;
      amount: string;
      unitPrice: string | null;
      unit: string | null;
      remaining: string;
      whyNot: string | null;
    }[];
  }[];
  lines: { position: number; description: string | null; amount: string; left: string }[];
  allocations: { position: number; lineId: string; amount: string; quantity: string | null }[];
}

/** What an invoice is allocated to, and what it could be; null when the account has none of that id. */
export async function viewAllocations(db: Queryable, account: string, id: string): Promise<AllocationsView | null> {
  const loaded = await loadInvoice(db, account, id);
  if (loaded === null) return null;
  const { document } = loaded;
  return {
    commitments: commitmentsOf(document).map((one) => ({
      kind: one.kind,
      id: one.id,
      projectId: one.projectId,
      procoreId: one.procoreId,
      number: one.number,
      status: one.status,
      isSynced: one.isSynced,
      light: trafficLight(sum(one.lines.filter(isUsable).map(({ amount }) => amount)).toFixed(2), document.total),
      lines: one.lines.map((line) => ({
        id: line.id,
        position: line.position,
        description: line.description,
        variation: line.variation?.number ?? null,
        amount: line.amount,
        unitPrice: line.unitPrice === null ? null : new Decimal(line.unitPrice).toFixed(),
        unit: line.unit,
        remaining: remainingOfLine(line),
        whyNot: whyNot(line),
      })),
    })),
    lines: document.lines.map(({ position, description, amount, allocations }) => ({
      position,
      description,
      amount,
      left: unallocated(amount, allocations),
    })),
    allocations: document.lines.flatMap(({ position, allocations }) =>
      allocations.map(({ line, amount, quantity }) => ({
        position,
        lineId: line.id,
        amount,
        quantity: quantity === null ? null : new Decimal(quantity).toFixed(),
      })),
    ),
  };
}

const commitmentsOf = ({ commitment, lines }: InvoiceDocument): DocumentCommitment[] => {
  const all = lines.flatMap(({ allocations }) => allocations.map((one) => one.commitment));
  return [...new Map([...(commitment === null ? [] : [commitment]), ...all].map((one) => [one.id, one])).values()];
};

const isUsable = (line: CommitmentLine): boolean => whyNot(line) === null;

function whyNot({ isRemoved, variation }: CommitmentLine): string | null {
  if (isRemoved) return 'Removed in Procore.';
  if (variation !== null && variation.state !== 'approved') return `Variation ${variation.number} is not approved.`;
  return null;
}

/** Allocates an invoice anew. As after any edit, it must be checked and approved again. */
export async function allocate(
  tx: Tx,
  account: string,
  id: string,
  actor: string,
  drafts: readonly { position: number; lineId: string; amount?: string | null; quantity?: string | null }[],
): Promise<StepResult | UnknownReference> {
  const row = await lockInvoice(tx, account, id);
  const loaded = await loadInvoice(tx, account, id);
  if (row === null || loaded === null) return { kind: 'not-found' };
  if (isOnItsWay(row.integration)) return { kind: 'conflict', message: IS_ON_ITS_WAY };
  const commitments = commitmentsOf(loaded.document);
  const lines = commitments.flatMap((one) => one.lines);
  const wanted: AllocationDraft[] = [];
  for (const [at, draft] of drafts.entries()) {
    const line = lines.find((one) => one.id === draft.lineId);
    if (line === undefined)
      return { kind: 'unknown-reference', path: `allocations.${at}.lineId`, message: 'There is no such line.' };
    if (!loaded.document.lines.some(({ position }) => position === draft.position))
      return { kind: 'unknown-reference', path: `allocations.${at}.position`, message: 'There is no such line.' };
    const quantity = draft.quantity ?? null;
    const amount = draft.amount ?? (quantity === null ? '0' : amountOf(quantity, line));
    if (!new Decimal(amount).isZero())
      wanted.push({ position: draft.position, lineId: draft.lineId, amount, quantity });
  }
  await replaceAllocations(tx, account, id, commitments, wanted);
  await tx
    .update(payableInvoice)
    .set({
      ...NOT_APPROVED,
      problems: [],
      overAllocationReason: null,
      revision: sql`${payableInvoice.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(payableInvoice.id, id));
  await addLog(tx, { account, documentId: id, event: 'changed', result: 'info', actor, message: 'Allocated.' });
  return { kind: 'done' };
}

const NOT_APPROVED = {
  status: 'entered',
  checkedBy: null,
  checkedAt: null,
  approvedBy: null,
  approvedAt: null,
  integration: null,
} as const;

/** Lets an invoice book more than is left on a line; audited (design: overrides). */
export async function allowOverAllocation(
  tx: Tx,
  account: string,
  id: string,
  actor: string,
  reason: string,
): Promise<StepResult> {
  const row = await lockInvoice(tx, account, id);
  if (row === null) return { kind: 'not-found' };
  if (isOnItsWay(row.integration)) return { kind: 'conflict', message: IS_ON_ITS_WAY };
  await tx
    .update(payableInvoice)
    .set({ overAllocationReason: reason, updatedAt: sql`now()` })
    .where(eq(payableInvoice.id, id));
  const message = `May book more than is left: ${reason}`;
  await addLog(tx, { account, documentId: id, event: 'changed', result: 'info', actor, message });
  await writeAudit(tx, {
    account,
    actor,
    action: 'invoice.over-allocation-allowed',
    subject: row.number,
    before: { reason: row.overAllocationReason },
    after: { reason },
  });
  return { kind: 'done' };
}
