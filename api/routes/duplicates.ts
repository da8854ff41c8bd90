import { undecidedParts } from '../../db/queries/push-parts.ts';
import { compareDuplicate } from '../../domain/duplicate.ts';
import { candidatesOf } from '../../procore/direct-cost-look.ts';
import { DuplicateView } from '../../schemas/duplicates.ts';
import type { RouteContext } from '../context.ts';
import { directCostsFor } from '../live-records.ts';
import { InvoiceParams } from './invoices.ts';

export function duplicateRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/invoices/:id/duplicate',
      does: 'The records of its number in Procore that are not ours, beside what we would make of them',
      may: 'read',
      params: InvoiceParams,
      answer: DuplicateView,
    },
    async ({ db, caller, params: { id } }) => {
      const parts = await undecidedParts(db, caller.account, id);
      const places = await Promise.all(
        parts.map(async (part) => {
          const { desired } = part;
          if (desired === null) return { partId: part.id, projectText: '', records: [] };
          const records = await candidatesOf(directCostsFor(deps, part), part.projectProcoreId, desired);
          return {
            partId: part.id,
            projectText: desired.projectText,
            records: records.map((record) => ({
              procoreId: record.id,
              status: record.status,
              ...compareDuplicate(desired, record),
            })),
          };
        }),
      );
      return { places: places.filter(({ records }) => records.length > 0) };
    },
  );
}
