import { queueUndo } from '../../db/queries/invoice-undo.ts';
import { lockInvoice } from '../../db/queries/invoices.ts';
import { Invoice } from '../../schemas/invoices.ts';
import { UndoPreview, UndoRequest } from '../../schemas/undo.ts';
import type { RouteContext } from '../context.ts';
import { accept, showInvoice } from '../invoice-answers.ts';
import { notFound } from '../refusal.ts';
import { lookAtUndo } from '../undo-look.ts';
import { InvoiceParams } from './invoices.ts';

/** Taking an invoice back from Procore and accounting: shown first, then done as shown. */
export function undoRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/invoices/:id/undo',
      does: 'What taking an invoice back would come to; asks Procore and accounting, writes nothing',
      may: 'invoice.undo',
      params: InvoiceParams,
      answer: UndoPreview,
    },
    async ({ db, caller: { account }, params: { id } }) => {
      if ((await lockInvoice(db, account, id)) === null) throw notFound('invoice');
      return lookAtUndo(deps, account, id);
    },
  );

  route(
    {
      method: 'post',
      path: '/api/invoices/:id/undo',
      does: 'Takes an invoice back as the preview showed',
      may: 'invoice.undo',
      params: InvoiceParams,
      body: UndoRequest,
      answer: Invoice,
      status: 202,
    },
    ({ db, caller, params: { id }, body: { reason, parts, bill } }) =>
      db.transaction(async (tx) => {
        const actions = Object.fromEntries(parts.map(({ partId, action }) => [partId, action]));
        accept(await queueUndo(tx, caller.account, id, caller.actor, { reason, actions, bill: bill ?? undefined }));
        return showInvoice(tx, deps, caller, id);
      }),
  );
}
