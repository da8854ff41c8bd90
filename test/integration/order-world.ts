import { eq } from 'drizzle-orm';
import { loadOrder, type OrderRow } from '../../db/queries/purchase-order-document.ts';
import { approveOrder, queueOrders } from '../../db/queries/purchase-order-steps.ts';
import { createOrder, updateOrder } from '../../db/queries/purchase-orders.ts';
import { procoreCompany, purchaseOrder } from '../../db/schema/index.ts';
import type { OrderDraft, OrderLineDraft } from '../../domain/purchase-order.ts';
import { eventually, type StackOptions } from '../environment/stack.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

/** A purchase order as the simulator holds it. */
export interface HeldOrder {
  id: number;
  project_id: number;
  vendor_id: number;
  number: string;
  title: string | null;
  description: string | null;
  status: string;
  accounting_method: string;
  origin_id: string | null;
  origin_data: string | null;
  lines: HeldOrderLine[];
}

export interface HeldOrderLine {
  id: number;
  holder_id: number;
  amount: string;
  quantity: string | null;
  unit_cost: string | null;
  description: string | null;
  wbs_code_id: number | null;
  tax_code_id: number | null;
  origin_data: string | null;
}

/** What a test says about an order; the rest is ordinary. */
export interface OrderWish extends Partial<Omit<OrderDraft, 'lines'>> {
  lines?: Partial<OrderLineDraft>[];
}

/** A push world that is the master of its purchase orders. */
export interface OrderWorld extends PushWorld {
  /** Enters and approves an order; a line is $100 of the first code with GST unless the test says otherwise. */
  entered(wish?: OrderWish): Promise<string>;
  sendOrder(wish?: OrderWish): Promise<string>;
  queueOrder(...ids: string[]): Promise<void>;
  /** Changes an order and approves it again, which queues it where it stands in Procore. */
  change(id: string, change: (draft: OrderDraft) => OrderDraft): Promise<void>;
  /** Waits until it is no longer on its way. */
  orderEnded(id: string, timeoutMs?: number): Promise<OrderRow>;
  /** Every order of that number Procore holds, with its lines. */
  heldOrders(number: string): Promise<HeldOrder[]>;
  orderNumber(id: string): string;
}

let count = 0;

export async function startOrderWorld(options: StackOptions = {}): Promise<OrderWorld> {
  const world = await startPushWorld(options);
  const { stack, company } = world;
  const { db } = stack.deps;
  const { account } = stack;
  await db.update(procoreCompany).set({ purchaseOrderMaster: 'lentune' }).where(eq(procoreCompany.id, company.id));
  const numbers = new Map<string, string>();
  const approver = { id: 'approver', actor: 'approver', roles: ['approver'] };
  const records = async <T>(collection: string) =>
    (await stack.control<{ records: T[] }>('GET', `/records/${collection}`)).records;

  const orders: OrderWorld = {
    ...world,
    async entered(wish = {}) {
      const draft = draftOf(world, wish);
      const created = await createOrder(db, account, 'clerk', draft);
      if (created.kind !== 'created') throw new Error(JSON.stringify(created));
      const approved = await approveOrder(db, account, created.id, approver);
      if (approved.kind !== 'done') throw new Error(JSON.stringify(approved));
      numbers.set(created.id, draft.number);
      return created.id;
    },
    async queueOrder(...ids) {
      const { refused } = await queueOrders(db, account, ids, 'clerk');
      if (refused.length > 0) throw new Error(JSON.stringify(refused));
      stack.doorbell?.poke();
    },
    async sendOrder(wish) {
      const id = await orders.entered(wish);
      await orders.queueOrder(id);
      return id;
    },
    async change(id, change) {
      const loaded = await loadOrder(db, account, id);
      if (loaded === null) throw new Error(`There is no order ${id}`);
      const { document, row } = loaded;
      const draft: OrderDraft = {
        number: document.number,
        projectId: document.project.id,
        payableAccountId: document.vendor?.id ?? null,
        description: document.description,
        orderDate: row.orderDate ?? '2026-03-18',
        deliveryDate: document.deliveryDate,
        lines: document.lines.map((line) => ({
          id: line.id,
          projectCostCodeId: line.code?.id ?? null,
          costTypeId: line.costType?.id ?? null,
          description: line.description,
          quantity: line.quantity,
          unitPrice: line.unitPrice,
          unit: line.unit,
          amount: line.amount,
          taxCodeId: line.taxCode?.id ?? null,
        })),
      };
      const changed = await db.transaction((tx) => updateOrder(tx, account, id, 'clerk', change(draft)));
      if (changed.kind !== 'done') throw new Error(JSON.stringify(changed));
      const approved = await db.transaction((tx) => approveOrder(tx, account, id, approver));
      if (approved.kind !== 'done') throw new Error(JSON.stringify(approved));
      stack.doorbell?.poke();
    },
    orderEnded: (id, timeoutMs = 60_000) =>
      eventually(async () => {
        const [row] = await db.select().from(purchaseOrder).where(eq(purchaseOrder.id, id));
        return row && !['queued', 'sending', 'waiting'].includes(row.integration ?? '') ? row : undefined;
      }, timeoutMs),
    async heldOrders(number) {
      const held = await records<HeldOrder>('purchase_order_contracts');
      const lines = await records<HeldOrderLine>('purchase_order_contract_line_items');
      return held
        .filter((order) => order.number === number)
        .map((order) => ({ ...order, lines: lines.filter((line) => line.holder_id === order.id) }));
    },
    orderNumber: (id) => numbers.get(id) ?? '',
  };
  return orders;
}

function draftOf(world: PushWorld, { lines = [{}], ...wish }: OrderWish): OrderDraft {
  const place = world.projects.find(({ id }) => id === wish.projectId) ?? world.projects[0]!;
  count += 1;
  return {
    number: `PO-9${String(count).padStart(3, '0')}`,
    projectId: place.id,
    payableAccountId: world.vendorId,
    description: 'Pipes and fittings',
    orderDate: '2026-03-18',
    ...wish,
    lines: lines.map((line) => ({
      amount: '100.00',
      taxCodeId: world.taxCodeId,
      projectCostCodeId: place.codes[0]!.id,
      ...line,
    })),
  };
}
