import { z } from 'zod';
import { importInvoices } from '../../db/queries/invoice-import.ts';
import { ImportResult } from '../../schemas/invoices.ts';
import type { RouteContext } from '../context.ts';

export function invoiceImportRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'post',
      path: '/api/invoices/import',
      does: 'Imports a CSV file of invoices: all of it, or nothing and every error with its row',
      may: 'invoice.edit',
      takes: 'text/csv',
      body: z.string(),
      answer: ImportResult,
    },
    ({ db, caller, body }) => db.transaction((tx) => importInvoices(tx, caller.account, caller.actor, body)),
  );
}
