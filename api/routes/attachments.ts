import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readAttachment } from '../../db/queries/attachments.ts';
import { addAttachment, removeAttachment } from '../../db/queries/invoice-files.ts';
import { getSettings } from '../../db/queries/settings.ts';
import { MEGABYTE } from '../../domain/plan.ts';
import { Id } from '../../schemas/common.ts';
import { AttachmentQuery, Invoice } from '../../schemas/invoices.ts';
import type { RouteContext } from '../context.ts';
import { accept, showInvoice } from '../invoice-answers.ts';
import { invalidInput, notFound, Refusal } from '../refusal.ts';
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
      if (body.length > attachmentMaxMb * MEGABYTE)
        throw new Refusal(413, 'TOO_LARGE', `The file is larger than ${attachmentMaxMb} MB.`);
      if (!isPdf(body)) throw invalidInput([{ path: '', message: 'This is not a PDF.' }]);
      return db.transaction(async (tx) => {
        const file = {
          filename: filenameOf(query.filename),
          contentType: 'application/pdf',
          size: body.length,
          sha256: createHash('sha256').update(body).digest('hex'),
          bytes: new Uint8Array(body),
        };
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
      response
        .set({
          'content-type': file.contentType,
          'content-disposition': `inline; filename*=UTF-8''${encodeURIComponent(file.filename)}`,
          // Our own screen shows it in a frame; nothing in it may run or load.
          'content-security-policy': "frame-ancestors 'self'",
        })
        .send(Buffer.from(file.bytes));
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

/** Readers accept some bytes before the mark, so we do too. */
const isPdf = (bytes: Buffer): boolean => bytes.subarray(0, 1024).includes('%PDF-');

/** The last part of a path, without signs a file name cannot have. */
function filenameOf(text: string): string {
  const name = (text.split(/[/\\]/).at(-1) ?? '').replaceAll(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '').trim() || 'invoice';
  return /\.pdf$/i.test(name) ? name : `${name}.pdf`;
}
