import { z } from 'zod';
import { readAttachment } from '../../db/queries/attachments.ts';
import { addAttachment, removeAttachment } from '../../db/queries/invoice-files.ts';
import { getSettings } from '../../db/queries/settings.ts';
import { Id } from '../../schemas/common.ts';
import { AttachmentQuery, Invoice } from '../../schemas/invoices.ts';
import type { RouteContext } from '../context.ts';
import { accept, showInvoice } from '../invoice-answers.ts';
import { notFound } from '../refusal.ts';
import { fileHeaders, uploadedPdf } from '../uploaded-pdf.ts';
import { InvoiceParams } from './invoices.ts';

const FileParams = z.object({ id: Id, attachmentId: Id });

/** The files of an invoice: PDFs, known by their content, not by what they are called. */
export function attachmentRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'post',
      path: '/api/invoices/:id/attachments',
      does: 'Attaches a PDF to an invoice; one of the same name is replaced',
      may: 'invoice.edit',
      params: InvoiceParams,
      query: AttachmentQuery,
      takes: 'application/pdf',
      body: z.instanceof(Buffer, { error: 'Send the file itself.' }),
      answer: Invoice,
      status: 201,
    },
    async ({ db, caller, params: { id }, query, body }) => {
      const { attachmentMaxMb } = await getSettings(db, caller.account);
      const file = uploadedPdf(body, query.filename, attachmentMaxMb, 'invoice');
      return db.transaction(async (tx) => {
        accept(await addAttachment(tx, caller.account, id, caller.actor, file));
        return showInvoice(tx, deps, caller, id);
      });
    },
  );

  route(
    {
      method: 'get',
      path: '/api/invoices/:id/attachments/:attachmentId',
      does: 'A file of an invoice',
      may: 'read',
      params: FileParams,
      streams: true,
    },
    async ({ db, caller, params: { attachmentId }, response }) => {
      const file = await readAttachment(db, caller.account, attachmentId);
      if (file === null) throw notFound('file');
      response.set(fileHeaders(file)).send(Buffer.from(file.bytes));
      return undefined;
    },
  );

  route(
    {
      method: 'delete',
      path: '/api/invoices/:id/attachments/:attachmentId',
      does: 'Removes a file from an invoice; what Procore has of it stays there',
      may: 'invoice.edit',
      params: FileParams,
      answer: Invoice,
    },
    ({ db, caller, params: { id, attachmentId } }) =>
      db.transaction(async (tx) => {
        accept(await removeAttachment(tx, caller.account, id, caller.actor, attachmentId));
        return showInvoice(tx, deps, caller, id);
      }),
  );
}
