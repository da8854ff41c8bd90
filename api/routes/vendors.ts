import { writeAudit } from '../../db/queries/audit.ts';
import { createVendor, findVendor, listVendors } from '../../db/queries/vendors.ts';
import { PageQuery, page } from '../../schemas/common.ts';
import { Vendor, VendorCreate } from '../../schemas/records.ts';
import type { RouteContext } from '../context.ts';
import { invalidInput } from '../refusal.ts';

export function vendorRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/vendors',
      does: 'Suppliers by code',
      may: 'read',
      query: PageQuery,
      answer: page(Vendor),
    },
    ({ db, caller, query }) => listVendors(db, caller.account, query),
  );

  route(
    {
      method: 'post',
      path: '/api/vendors',
      does: 'Enters a supplier; Procore learns of it with its first invoice',
      may: 'vendor.create',
      body: VendorCreate,
      answer: Vendor,
      status: 201,
    },
    ({ db, caller: { account, actor }, body }) =>
      db.transaction(async (tx) => {
        const id = await createVendor(tx, account, body);
        if (id === null) {
          throw invalidInput([{ path: 'code', message: `Another supplier has the code ${body.code ?? ''}.` }]);
        }
        await writeAudit(tx, { account, actor, action: 'vendor.created', subject: body.description });
        return findVendor(tx, account, id);
      }),
  );
}
