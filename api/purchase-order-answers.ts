import type { z } from 'zod';
import type { StepResult, UnknownReference } from '../db/queries/invoices.ts';
import { findOrder } from '../db/queries/purchase-order-view.ts';
import type { Queryable } from '../db/types.ts';
import type { Deps } from '../platform/deps.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import type { PurchaseOrder } from '../schemas/purchase-orders.ts';
import type { Caller } from './caller.ts';
import { accept, problemView } from './invoice-answers.ts';
import { isAllowed, type Right } from './permissions.ts';
import { notFound } from './refusal.ts';
import { temporalLink } from './temporal-links.ts';

/** Lets an outcome through, or refuses the request with the sentence it carries. */
export function acceptOrder<T extends StepResult | UnknownReference | { kind: string }>(outcome: T) {
  if (outcome.kind === 'not-found') throw notFound('purchase order');
  return accept(outcome);
}

/** A purchase order as the API answers it: problems in sentences, links, and what this caller may do now. */
export async function showOrder(
  db: Queryable,
  { env }: Deps,
  caller: Caller,
  id: string,
): Promise<z.input<typeof PurchaseOrder>> {
  const found = await findOrder(db, caller.account, id);
  if (found === null) throw notFound('purchase order');
  const { problems, lastRun, allowed, ...order } = found;
  const may = (right: Right) => isAllowed(caller.roles, right);
  return {
    ...order,
    problems: problems.map(problemView),
    temporalUrl:
      lastRun === null ? null : temporalLink(env, workflowIds.purchaseOrder(caller.account, id), lastRun.runId),
    may: {
      edit: allowed.edit && may('purchase-order.edit'),
      attach: allowed.attach && may('purchase-order.edit'),
      sendFiles: allowed.sendFiles && may('purchase-order.send'),
      approve: allowed.approve && may('purchase-order.approve'),
      unapprove: allowed.unapprove && may('purchase-order.approve'),
      send: allowed.send && may('purchase-order.send'),
      retry: allowed.retry && may('purchase-order.send'),
      stop: allowed.stop && may('purchase-order.send'),
      cancel: allowed.cancel && may('purchase-order.cancel'),
      ignore: allowed.ignore && may('purchase-order.send'),
      unignore: allowed.unignore && may('purchase-order.send'),
    },
  };
}
