import { z } from 'zod';
import { getLog } from '../../db/queries/integration-log.ts';
import { deleteInvoice } from '../../db/queries/invoice-delete.ts';
import { countInvoices, listInvoices } from '../../db/queries/invoice-list.ts';
import { createInvoice, updateInvoice } from '../../db/queries/invoices.ts';
import { namesOfPeople } from '../../db/queries/people-names.ts';
import { Id, page } from '../../schemas/common.ts';
import {
  Invoice,
  InvoiceCounts,
  InvoiceCountsQuery,
  InvoiceInput,
  InvoiceLog,
  InvoiceQuery,
  InvoiceRow,
} from '../../schemas/invoices.ts';
import type { RouteContext } from '../context.ts';
import { accept, showInvoice } from '../invoice-answers.ts';
import { notFound } from '../refusal.ts';
import { temporalLink } from '../temporal-links.ts';

export const InvoiceParams = z.object({ id: Id });

/** The list, one invoice and its log, and entering, changing and deleting. What is done with it stands in invoice-steps.ts. */
export function invoiceRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/invoices',
      does: 'Invoices, newest first',
      may: 'read',
      query: InvoiceQuery,
      answer: page(InvoiceRow),
    },
    ({ db, caller, query }) => listInvoices(db, caller.account, query),
  );

  route(
    {
      method: 'get',
      path: '/api/invoices/counts',
      does: 'How many invoices each tab of the list holds',
      may: 'read',
      query: InvoiceCountsQuery,
      answer: InvoiceCounts,
    },
    ({ db, caller, query }) => countInvoices(db, caller.account, query.companyId),
  );

  route(
    {
      method: 'post',
      path: '/api/invoices',
      does: 'Enters an invoice',
      may: 'invoice.edit',
      body: InvoiceInput,
      answer: Invoice,
      status: 201,
    },
    ({ db, caller, body }) =>
      db.transaction(async (tx) => {
        const { id } = accept(await createInvoice(tx, caller.account, caller.actor, body));
        return showInvoice(tx, deps, caller, id);
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/invoices/:id',
      does: 'One invoice with its lines, problems and parts',
      may: 'read',
      params: InvoiceParams,
      answer: Invoice,
    },
    ({ db, caller, params }) => showInvoice(db, deps, caller, params.id),
  );

  route(
    {
      method: 'put',
      path: '/api/invoices/:id',
      does: 'Changes an invoice; it must then be checked and approved again',
      may: 'invoice.edit',
      params: InvoiceParams,
      body: InvoiceInput,
      answer: Invoice,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        accept(await updateInvoice(tx, caller.account, params.id, caller.actor, body));
        return showInvoice(tx, deps, caller, params.id);
      }),
  );

  route(
    {
      method: 'delete',
      path: '/api/invoices/:id',
      does: 'Deletes an invoice that never went to Procore',
      may: 'invoice.edit',
      params: InvoiceParams,
    },
    ({ db, caller, params }) =>
      db.transaction(async (tx) => {
        accept(await deleteInvoice(tx, caller.account, params.id, caller.actor));
        return undefined;
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/invoices/:id/log',
      does: 'What happened to an invoice, newest first',
      may: 'read',
      params: InvoiceParams,
      answer: InvoiceLog,
    },
    async ({ db, caller, params }) => {
      const entries = await getLog(db, caller.account, 'invoice', params.id);
      // Every invoice has at least the entry of its arrival.
      if (entries.length === 0) throw notFound('invoice');
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
