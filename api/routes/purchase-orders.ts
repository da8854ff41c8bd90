import { z } from 'zod';
import { approvalLimits } from '../../db/queries/approval-limits.ts';
import { ensureConnection } from '../../db/queries/connections.ts';
import { getLog } from '../../db/queries/integration-log.ts';
import { namesOfPeople } from '../../db/queries/people-names.ts';
import { listOrders, orderEntry } from '../../db/queries/purchase-order-view.ts';
import { createOrder, updateOrder } from '../../db/queries/purchase-orders.ts';
import { limitOf } from '../../domain/purchase-order.ts';
import { Id, page } from '../../schemas/common.ts';
import { InvoiceLog } from '../../schemas/invoices.ts';
import {
  OrderEntry,
  PurchaseOrder,
  PurchaseOrderInput,
  PurchaseOrderQuery,
  PurchaseOrderRow,
} from '../../schemas/purchase-orders.ts';
import { connectionDefaults } from '../connection-defaults.ts';
import type { RouteContext } from '../context.ts';
import { acceptOrder, showOrder } from '../purchase-order-answers.ts';
import { temporalLink } from '../temporal-links.ts';

export const OrderParams = z.object({ id: Id });

/** The list, one order and its log, and entering and changing. What is done with it stands in purchase-order-steps.ts. */
export function purchaseOrderRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/purchase-orders',
      does: 'Purchase orders by number, with their marks and what is left of each',
      may: 'read',
      query: PurchaseOrderQuery,
      answer: page(PurchaseOrderRow),
    },
    ({ db, caller, query }) => listOrders(db, caller.account, query),
  );

  route(
    {
      method: 'get',
      path: '/api/purchase-orders/entry',
      does: 'Whether new purchase orders are entered here, and how much the caller may approve',
      may: 'read',
      answer: OrderEntry,
    },
    async ({ db, caller }) => {
      const { id } = await ensureConnection(db, caller.account, connectionDefaults(deps.env), deps.secrets.seal);
      const approvalLimit = limitOf(caller, await approvalLimits(db, caller.account));
      return { ...(await orderEntry(db, caller.account, id)), approvalLimit };
    },
  );

  route(
    {
      method: 'post',
      path: '/api/purchase-orders',
      does: 'Enters a purchase order; refused where Procore is the master',
      may: 'purchase-order.edit',
      body: PurchaseOrderInput,
      answer: PurchaseOrder,
      status: 201,
    },
    ({ db, caller, body }) =>
      db.transaction(async (tx) => {
        const outcome = acceptOrder(await createOrder(tx, caller.account, caller.actor, body));
        return showOrder(tx, deps, caller, (outcome as { id: string }).id);
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/purchase-orders/:id',
      does: 'One of the purchase orders with its lines, variations and problems',
      may: 'read',
      params: OrderParams,
      answer: PurchaseOrder,
    },
    ({ db, caller, params }) => showOrder(db, deps, caller, params.id),
  );

  route(
    {
      method: 'put',
      path: '/api/purchase-orders/:id',
      does: 'Changes a purchase order; it must then be approved again, and goes to Procore again if it stands there',
      may: 'purchase-order.edit',
      params: OrderParams,
      body: PurchaseOrderInput,
      answer: PurchaseOrder,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        acceptOrder(await updateOrder(tx, caller.account, params.id, caller.actor, body));
        return showOrder(tx, deps, caller, params.id);
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/purchase-orders/:id/log',
      does: 'What happened to a purchase order, newest first',
      may: 'read',
      params: OrderParams,
      answer: InvoiceLog,
    },
    async ({ db, caller, params }) => {
      // One of Procore's has no story of its own, and is there all the same.
      await showOrder(db, deps, caller, params.id);
      const entries = await getLog(db, caller.account, 'purchase_order', params.id);
      const nameOf = await namesOfPeople(
        db,
        entries.map(({ actor }) => actor),
      );
      return {
        entries: entries.map(({ workflowId, runId, actor, ...entry }) => ({
          ...entry,
          actor: actor && nameOf(actor),
          temporalUrl: temporalLink(deps.env, workflowId, runId),
        })),
      };
    },
  );
}
