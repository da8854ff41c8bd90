import { and, eq } from 'drizzle-orm';
import { bringInKinds } from '../../db/queries/commitments.ts';
import { replaceAllocations } from '../../db/queries/invoice-allocations.ts';
import { loadCommitment } from '../../db/queries/invoice-commitments.ts';
import { approveInvoice, checkInvoice } from '../../db/queries/invoice-steps.ts';
import { createInvoice } from '../../db/queries/invoices.ts';
import { payableInvoice, procoreCompany, purchaseOrder, subContract } from '../../db/schema/index.ts';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import type { CommitmentKind } from '../../domain/commitments.ts';
import type { InvoiceDraft, InvoiceType } from '../../domain/invoice.ts';
import { eventually, type StackOptions } from '../environment/stack.ts';
import { type PushWorld, startPushWorld, totalsOf } from './push-world.ts';

/** A claim as the simulator holds it. */
export interface HeldClaim {
  id: number;
  commitment_id: number;
  number: number;
  invoice_number: string;
  status: string;
  origin_data: string | null;
  items: HeldItem[];
}

export interface HeldItem {
  id: number;
  requisition_id: number;
  item_type: string;
  line_item_id: number;
  change_order_package_id: number | null;
  work_completed_this_period: string;
  work_completed_this_period_quantity: string;
  materials_presently_stored: string;
  work_completed_retainage_retained_this_period: string;
  work_completed_retainage_released_this_period: string;
}

/** What a test says about an invoice on a commitment; amounts are booked on its lines in order. */
export interface ClaimWish {
  number?: string;
  on: DocumentCommitment;
  type?: InvoiceType;
  kind?: 'invoice' | 'credit';
  /** by line of the commitment: dollars */
  amounts: (string | null)[];
  overAllocationReason?: string;
  tax?: string;
}

export interface ClaimWorld extends PushWorld {
  commitment(number: string): Promise<DocumentCommitment>;
  /** Enters, allocates, checks and approves an invoice on a commitment. */
  claim(wish: ClaimWish): Promise<string>;
  sendClaim(wish: ClaimWish): Promise<string>;
  claims(number: string): Promise<HeldClaim[]>;
  openPeriod(): Promise<{ id: number }>;
}

let count = 0;

/** A push world whose commitments have come in. */
export async function startClaimWorld(options: StackOptions = {}): Promise<ClaimWorld> {
  const world = await startPushWorld(options);
  try {
    return await describe(world);
  } catch (error) {
    await world.stack.close();
    throw error;
  }
}

async function describe(world: PushWorld): Promise<ClaimWorld> {
  const { stack, company } = world;
  const { db } = stack.deps;
  const { account } = stack;
  await db
    .update(procoreCompany)
    .set({ syncSubContracts: true, purchaseOrderMaster: 'procore' })
    .where(eq(procoreCompany.id, company.id));
  await db.transaction((tx) => bringInKinds(tx, account, company.id, ['purchase_order', 'sub_contract']));
  stack.doorbell?.poke();
  await eventually(async () => (await db.$count(purchaseOrder)) >= 5 && (await db.$count(subContract)) >= 4, 30_000);

  const find = async (kind: CommitmentKind, number: string) => {
    const table = kind === 'purchase_order' ? purchaseOrder : subContract;
    const [row] = await db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.account, account), eq(table.number, number)));
    return row === undefined ? null : loadCommitment(db, account, { kind, id: row.id }, null);
  };
  const records = async <T>(collection: string) =>
    (await stack.control<{ records: T[] }>('GET', `/records/${collection}`)).records;

  const claims: ClaimWorld = {
    ...world,
    async commitment(number) {
      const found = (await find('purchase_order', number)) ?? (await find('sub_contract', number));
      if (found === null) throw new Error(`There is no commitment ${number}`);
      return found;
    },
    async claim(wish) {
      const draft = draftOf(world, wish);
      const created = await createInvoice(db, account, 'clerk', draft);
      if (created.kind !== 'created') throw new Error(`${created.path}: ${created.message}`);
      const { id } = created;
      await db.transaction((tx) => replaceAllocations(tx, account, id, [wish.on], allocationsOf(wish)));
      if (wish.overAllocationReason !== undefined)
        await db
          .update(payableInvoice)
          .set({ overAllocationReason: wish.overAllocationReason })
          .where(eq(payableInvoice.id, id));
      const checked = await checkInvoice(db, account, id, 'clerk');
      if (checked.kind !== 'done') throw new Error(`Not checked: ${JSON.stringify(checked)}`);
      await approveInvoice(db, account, id, 'approver');
      return id;
    },
    async sendClaim(wish) {
      const id = await claims.claim(wish);
      await world.queue(id);
      return id;
    },
    async claims(number) {
      const rows = await records<HeldClaim>('requisitions');
      const items = await records<HeldItem>('requisition_items');
      return rows
        .filter((row) => row.invoice_number === number)
        .map((row) => ({ ...row, items: items.filter((item) => item.requisition_id === row.id) }));
    },
    async openPeriod() {
      const periods = await records<{ id: number; project_id: number }>('billing_periods');
      const own = periods.find(({ project_id }) => project_id === world.projects[0]!.procoreId);
      if (own === undefined) throw new Error('The project has no billing period');
      return own;
    },
  };
  return claims;
}

const isSaid = (amount: string | null): amount is string => amount !== null;

function draftOf(world: PushWorld, wish: ClaimWish): InvoiceDraft {
  const amounts = wish.amounts.filter(isSaid);
  const { total, tax } = totalsOf(amounts);
  count += 1;
  if (wish.on.vendorId === null) throw new Error(`${wish.on.number} has no supplier`);
  return {
    kind: wish.kind ?? 'invoice',
    invoiceType: wish.type ?? 'standard',
    number: wish.number ?? `CLAIM-${count}`,
    payableAccountId: wish.on.vendorId,
    ...(wish.on.kind === 'purchase_order' ? { purchaseOrderId: wish.on.id } : { subContractId: wish.on.id }),
    invoiceDate: '2026-03-18',
    total,
    tax: wish.tax ?? tax,
    lines: amounts.map((amount) => ({
      projectId: wish.on.projectId,
      projectCostCodeId: world.projects[0]!.codes[0]!.id,
      taxCodeId: world.taxCodeId,
      amount,
    })),
  };
}

/** One line of the invoice for each line of the commitment that is claimed. */
const allocationsOf = ({ on, amounts }: ClaimWish) =>
  amounts
    .map((amount, at) => ({ amount, lineId: on.lines[at]!.id }))
    .filter((one): one is { amount: string; lineId: string } => one.amount !== null)
    .map((one, at) => ({ ...one, position: at + 1, quantity: null }));
