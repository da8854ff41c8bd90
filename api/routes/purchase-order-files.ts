import { z } from 'zod';
import { readOrderFile } from '../../db/queries/purchase-order-attachments.ts';
import { addOrderFile, removeOrderFile } from '../../db/queries/purchase-order-files.ts';
import { getSettings } from '../../db/queries/settings.ts';
import { Id } from '../../schemas/common.ts';
import { AttachmentQuery } from '../../schemas/invoices.ts';
import { PurchaseOrder } from '../../schemas/purchase-orders.ts';
import type { RouteContext } from '../context.ts';
import { acceptOrder, showOrder } from '../purchase-order-answers.ts';
import { notFound } from '../refusal.ts';
import { fileHeaders, uploadedPdf } from '../uploaded-pdf.ts';
import { OrderParams } from './purchase-orders.ts';

const FileParams = z.object({ id: Id, fileId: Id });

/** The files of a purchase order that is entered here: PDFs. */
export function purchaseOrderFileRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'post',
      path: '/api/purchase-orders/:id/files',
      does: 'Attaches a PDF to a purchase order; one of the same name is replaced',
      may: 'purchase-order.edit',
      params: OrderParams,
      query: AttachmentQuery,
      takes: 'application/pdf',
      body: z.instanceof(Buffer, { error: 'Send the file itself.' }),
      answer: PurchaseOrder,
      status: 201,
    },
    async ({ db, caller, params: { id }, query, body }) => {
      const { attachmentMaxMb } = await getSettings(db, caller.account);
      const file = uploadedPdf(body, query.filename, attachmentMaxMb, 'purchase order');
      return db.transaction(async (tx) => {
        acceptOrder(await addOrderFile(tx, caller.account, id, caller.actor, file));
        return showOrder(tx, deps, caller, id);
      });
    },
  );

  route(
    {
      method: 'get',
      path: '/api/purchase-orders/:id/files/:fileId',
      does: 'A file of a purchase order',
      may: 'read',
      params: FileParams,
      streams: true,
    },
    async ({ db, caller, params: { fileId }, response }) => {
      const file = await readOrderFile(db, caller.account, fileId);
      if (file === null) throw notFound('file');
      response.set(fileHeaders(file)).send(Buffer.from(file.bytes));
      return undefined;
    },
  );

  route(
    {
      method: 'delete',
      path: '/api/purchase-orders/:id/files/:fileId',
      does: 'Removes a file from a purchase order; what Procore has of it stays there',
      may: 'purchase-order.edit',
      params: FileParams,
      answer: PurchaseOrder,
    },
    ({ db, caller, params: { id, fileId } }) =>
      db.transaction(async (tx) => {
        acceptOrder(await removeOrderFile(tx, caller.account, id, caller.actor, fileId));
        return showOrder(tx, deps, caller, id);
      }),
  );
}
