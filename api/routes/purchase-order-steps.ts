import type { StepResult } from '../../db/queries/invoices.ts';
import { chooseDeletedOrder, chooseEditedOrder } from '../../db/queries/purchase-order-choices.ts';
import {
  approveOrder,
  cancelOrder,
  ignoreOrder,
  queueOrders,
  sendOrderFiles,
  stopOrder,
  unapproveOrder,
  unignoreOrder,
} from '../../db/queries/purchase-order-steps.ts';
import type { Tx } from '../../db/types.ts';
import { cancelOrderRun } from '../../dispatch/purchase-orders.ts';
import { DeletedChoice, EditedChoice, SendResult, WithReason } from '../../schemas/invoices.ts';
import { OrderSendRequest, PurchaseOrder } from '../../schemas/purchase-orders.ts';
import type { Caller } from '../caller.ts';
import type { RouteContext } from '../context.ts';
import type { Right } from '../permissions.ts';
import { acceptOrder, showOrder } from '../purchase-order-answers.ts';
import { conflict } from '../refusal.ts';
import { OrderParams } from './purchase-orders.ts';

/** What a caller asked of one order. */
interface Step {
  tx: Tx;
  caller: Caller;
  id: string;
}

/** The way of a purchase order: approve, send, and back. Sending only queues; the dispatcher starts it. */
export function purchaseOrderStepRoutes({ route, deps }: RouteContext): void {
  const step = (
    name: string,
    does: string,
    may: Right,
    take: (step: Step) => Promise<StepResult | { kind: string }>,
    status: 200 | 202 = 200,
  ) =>
    route(
      {
        method: 'post',
        path: `/api/purchase-orders/:id/${name}`,
        does,
        may,
        params: OrderParams,
        answer: PurchaseOrder,
        status,
      },
      async ({ db, caller, params: { id } }) => {
        const { order, outcome } = await db.transaction(async (tx) => {
          const outcome = acceptOrder(await take({ tx, caller, id }));
          return { outcome, order: await showOrder(tx, deps, caller, id) };
        });
        if (outcome.kind === 'running') await cancelOrderRun(deps, { account: caller.account, purchaseOrderId: id });
        return order;
      },
    );

  step(
    'approve',
    'Approves a purchase order, within the limit of whoever approves',
    'purchase-order.approve',
    ({ tx, caller, id }) => approveOrder(tx, caller.account, id, caller),
  );
  step('unapprove', 'Takes an approval back', 'purchase-order.approve', ({ tx, caller, id }) =>
    unapproveOrder(tx, caller.account, id, caller.actor),
  );
  step('send', 'Queues an approved purchase order for Procore', 'purchase-order.send', send, 202);
  step('retry', 'Queues a failed purchase order again', 'purchase-order.send', send, 202);
  step(
    'send-files',
    'Sends the files of a sent purchase order that are not in Procore',
    'purchase-order.send',
    ({ tx, caller, id }) => sendOrderFiles(tx, caller.account, id, caller.actor),
    202,
  );
  step('stop', 'Takes a purchase order back that is on its way', 'purchase-order.send', ({ tx, caller, id }) =>
    stopOrder(tx, caller.account, id, caller.actor),
  );
  step(
    'unignore',
    'Takes "ignored" back: the purchase order stands where it stood before',
    'purchase-order.send',
    ({ tx, caller, id }) => unignoreOrder(tx, caller.account, id, caller.actor),
  );

  route(
    {
      method: 'post',
      path: '/api/purchase-orders/send',
      does: 'Queues several approved or failed purchase orders; answers which were and which were not',
      may: 'purchase-order.send',
      body: OrderSendRequest,
      answer: SendResult,
      status: 202,
    },
    ({ db, caller, body }) => db.transaction((tx) => queueOrders(tx, caller.account, body.ids, caller.actor)),
  );

  route(
    {
      method: 'post',
      path: '/api/purchase-orders/:id/deleted',
      does: 'Decides about what was deleted in Procore: make it again, or let go of it',
      may: 'purchase-order.send',
      params: OrderParams,
      body: DeletedChoice,
      answer: PurchaseOrder,
    },
    ({ db, caller, params: { id }, body }) =>
      db.transaction(async (tx) => {
        acceptOrder(await chooseDeletedOrder(tx, caller.account, id, caller.actor, body.choice));
        return showOrder(tx, deps, caller, id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/purchase-orders/:id/edited',
      does: 'Decides about edits people made in Procore to what is ours: keep theirs, or write ours over them',
      may: 'purchase-order.send',
      params: OrderParams,
      body: EditedChoice,
      answer: PurchaseOrder,
    },
    ({ db, caller, params: { id }, body }) =>
      db.transaction(async (tx) => {
        acceptOrder(await chooseEditedOrder(tx, caller.account, id, caller.actor, body.choice));
        return showOrder(tx, deps, caller, id);
      }),
  );

  const reasoned = (
    name: string,
    does: string,
    may: Right,
    take: (step: Step, reason: string) => Promise<StepResult>,
  ) =>
    route(
      {
        method: 'post',
        path: `/api/purchase-orders/:id/${name}`,
        does,
        may,
        params: OrderParams,
        body: WithReason,
        answer: PurchaseOrder,
      },
      ({ db, caller, params: { id }, body: { reason } }) =>
        db.transaction(async (tx) => {
          acceptOrder(await take({ tx, caller, id }, reason));
          return showOrder(tx, deps, caller, id);
        }),
    );
  reasoned(
    'cancel',
    'Cancels a purchase order; in Procore it stays, and somebody is asked to change its status there',
    'purchase-order.cancel',
    ({ tx, caller, id }, reason) => cancelOrder(tx, caller.account, id, caller.actor, reason),
  );
  reasoned('ignore', 'Keeps a purchase order from being sent', 'purchase-order.send', ({ tx, caller, id }, reason) =>
    ignoreOrder(tx, caller.account, id, caller.actor, reason),
  );
}

async function send({ tx, caller, id }: Step): Promise<{ kind: string }> {
  const { refused } = await queueOrders(tx, caller.account, [id], caller.actor);
  const [no] = refused;
  if (no?.number === '') return { kind: 'not-found' };
  if (no) throw conflict(no.message);
  return { kind: 'done' };
}
