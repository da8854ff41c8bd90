import { z } from 'zod';
import {
  type AllocationsView,
  allocate,
  allowOverAllocation,
  viewAllocations,
} from '../../db/queries/allocation-steps.ts';
import { claimQueue } from '../../db/queries/claim-queue.ts';
import { Allocations, AllocationsInput, ClaimQueue, OverAllocation } from '../../schemas/allocations.ts';
import { Id } from '../../schemas/common.ts';
import { Invoice } from '../../schemas/invoices.ts';
import type { RouteContext } from '../context.ts';
import { accept, showInvoice } from '../invoice-answers.ts';
import { notFound } from '../refusal.ts';
import { InvoiceParams } from './invoices.ts';

/** What an invoice books on purchase orders and subcontracts, and the claims of one of these. */
export function allocationRoutes({ route, deps }: RouteContext): void {
  const path = '/api/invoices/:id/allocations';
  const found = (view: AllocationsView | null): AllocationsView => {
    if (view === null) throw notFound('invoice');
    return view;
  };

  route(
    {
      method: 'get',
      path,
      does: 'What an invoice books on purchase orders and subcontracts, and what is left of their lines',
      may: 'read',
      params: InvoiceParams,
      answer: Allocations,
    },
    async ({ db, caller, params }) => found(await viewAllocations(db, caller.account, params.id)),
  );

  route(
    {
      method: 'put',
      path,
      does: 'Allocates an invoice anew; it must then be checked and approved again',
      may: 'invoice.edit',
      params: InvoiceParams,
      body: AllocationsInput,
      answer: Allocations,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        accept(await allocate(tx, caller.account, params.id, caller.actor, body.allocations));
        return found(await viewAllocations(tx, caller.account, params.id));
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/invoices/:id/over-allocation',
      does: 'Lets an invoice book more than is left on a line, with a reason',
      may: 'invoice.over-allocate',
      params: InvoiceParams,
      body: OverAllocation,
      answer: Invoice,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        accept(await allowOverAllocation(tx, caller.account, params.id, caller.actor, body.reason));
        return showInvoice(tx, deps, caller, params.id);
      }),
  );

  for (const [kind, base] of [
    ['purchase_order', '/api/purchase-orders'],
    ['sub_contract', '/api/subcontracts'],
  ] as const)
    route(
      {
        method: 'get',
        path: `${base}/:id/claims`,
        does: 'Claims made here, the next to go first',
        may: 'read',
        params: z.object({ id: Id }),
        answer: ClaimQueue,
      },
      async ({ db, caller, params }) => ({ claims: await claimQueue(db, caller.account, kind, params.id) }),
    );
}
