import { asClaimPart } from '../../db/queries/claim-parts.ts';
import { queueUndo, undoParts } from '../../db/queries/invoice-undo.ts';
import { lockInvoice } from '../../db/queries/invoices.ts';
import type { Part } from '../../db/queries/push-parts.ts';
import { judgeClaimUndo, undoneTotal } from '../../domain/claim-undo.ts';
import { sum } from '../../domain/decimal.ts';
import { judgeUndo, reversalNumber, type UndoJudgement } from '../../domain/undo.ts';
import { lookForUndo } from '../../procore/claim-look.ts';
import { lookAtRecord } from '../../procore/direct-cost-look.ts';
import { Invoice } from '../../schemas/invoices.ts';
import { UndoPreview, UndoRequest } from '../../schemas/undo.ts';
import type { RouteContext } from '../context.ts';
import { accept, showInvoice } from '../invoice-answers.ts';
import { companyApiFor } from '../live-records.ts';
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
          parts.map((part) => (part.target === 'requisition' ? claimPreview(deps, part) : costPreview(deps, part))),
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

async function costPreview(deps: RouteContext['deps'], part: Part): Promise<PartPreview> {
  const seen = await lookAtRecord(companyApiFor(deps, part).directCosts, part);
  const lines = seen.kind === 'ours' ? seen.record.lines : [];
  return preview(part, judgeUndo(part.agreed, seen), sum(lines.map(({ amount }) => amount)).toFixed(2));
}

async function claimPreview(deps: RouteContext['deps'], part: Part): Promise<PartPreview> {
  const claim = asClaimPart(part);
  const seen = await lookForUndo(companyApiFor(deps, part), claim);
  const place = claim.desired === null ? '' : ` on ${claim.desired.commitment.text}`;
  const shown = preview(part, judgeClaimUndo(claim.agreed, seen), undoneTotal(claim.agreed, seen.own));
  return { ...shown, projectText: `Claim${place}, ${shown.projectText}` };
}

type PartPreview = UndoPreview['parts'][number];

const preview = (part: Part, judged: UndoJudgement, total: string): PartPreview => ({
  partId: part.id,
  projectText: part.desired?.projectText ?? '',
  procoreId: part.procoreId ?? '',
  total,
  ...judged,
  reversal: judged.action === 'reverse' ? reversalNumber(part.desired?.header.invoiceNumber ?? '') : null,
});
