import { listTaxCodes } from '../../db/queries/tax-codes.ts';
import { TaxCodeList } from '../../schemas/records.ts';
import type { RouteContext } from '../context.ts';

export function taxCodeRoutes({ route }: RouteContext): void {
  route(
    { method: 'get', path: '/api/tax-codes', does: "Lentune's own tax codes", may: 'read', answer: TaxCodeList },
    ({ db, caller }) => listTaxCodes(db, caller.account),
  );
}
