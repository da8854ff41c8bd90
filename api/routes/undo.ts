import { queueUndo, undoParts } from '../../db/queries/invoice-undo.ts';
import { lockInvoice } from '../../db/queries/invoices.ts';
import { sum } from '../../domain/decimal.ts';
import { judgeUndo, reversalNumber } from '../../domain/undo.ts';
import { lookAtRecord } from '../../procore/direct-cost-look.ts';
import { Invoice } from '../../schemas/invoices.ts';
import { UndoPreview, UndoRequest } from '../../schemas/undo.ts';
import type { RouteContext } from '../context.ts';
import { accept, showInvoice } from '../invoice-answers.ts';
import { directCostsFor } from '../live-records.ts';
import { notFound } from '../refusal.ts';
import { InvoiceParams } from './invoices.ts';

/** Taking an invoice back from Procore: shown first, then done as shown. */
export function undoRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/invoices/:id/undo',
      does: 'What taking an invoice back from Procore would come to; asks Procore, writes nothing',
      may: 'invoice.undo',
      params: InvoiceParams,
      answer: UndoPreview,
    },
    async ({ db, caller: { account }, params: { id } }) => {
      if ((await lockInvoice(db, account, id)) === null) throw notFound('invoice');
      const parts = await undoParts(db, account, id);
      return {
        parts: await Promise.all(
          parts.map(async (part) => {
            const seen = await lookAtRecord(directCostsFor(deps, part), part);
            const lines = seen.kind === 'ours' ? seen.record.lines : [];
            const judged = judgeUndo(part.agreed, seen);
            const number = part.desired?.header.invoiceNumber ?? '';
            return {
              partId: part.id,
              projectText: part.desired?.projectText ?? '',
              procoreId: part.procoreId ?? '',
              total: sum(lines.map(({ amount }) => amount)).toFixed(2),
              ...judged,
              reversal: judged.action === 'reverse' ? reversalNumber(number) : null,
            };
          }),
        ),
      };
    },
  );

  route(
    {
      method: 'post',
      path: '/api/invoices/:id/undo',
      does: 'Takes an invoice back from Procore as the preview showed',
      may: 'invoice.undo',
      params: InvoiceParams,
      body: UndoRequest,
      answer: Invoice,
      status: 202,
    },
    ({ db, caller, params: { id }, body: { reason, parts } }) =>
      db.transaction(async (tx) => {
        const actions = Object.fromEntries(parts.map(({ partId, action }) => [partId, action]));
        accept(await queueUndo(tx, caller.account, id, caller.actor, { reason, actions }));
        return showInvoice(tx, deps, caller, id);
      }),
  );
}
