import { type Call, created, empty, ok, page, type Resource } from '../engine/api.ts';
import { notFound } from '../engine/errors.ts';
import { now } from '../engine/fields.ts';
import {
  createVendor,
  filterVendors,
  findVendor,
  presentVendor,
  updateVendor,
  type VendorRow,
  vendorTable,
} from './vendors.ts';

/** A project's directory: the company vendors that belong to it. It has no updated_at filter. */
export const projectVendors: Resource = {
  tables: [],
  routes(api) {
    const base = '/rest/v1.1/projects/:project_id/vendors';
    api.get(base, (call) => {
      const project = call.project('directory');
      const rows = vendorTable(call.sim)
        .where('company_id', project.company_id)
        .filter((vendor) => vendor.is_active && vendor.project_ids.includes(project.id));
      return page(call, filterVendors(call, rows), (row) => presentInView(call, row), { table: 'vendors' });
    });
    api.post(base, (call) => {
      const project = call.project('directory');
      return created(present(call, createVendor(call, call.wrapped('vendor'), [project.id])));
    });
    api.get(`${base}/:id`, (call) => ok(present(call, member(call))));
    api.patch(`${base}/:id`, (call) => ok(present(call, updateVendor(call, member(call), call.wrapped('vendor')))));
    api.post(`${base}/:id/actions/add`, (call) => {
      const project = call.project('directory');
      const vendor = findVendor(call);
      if (vendor.project_ids.includes(project.id)) return created(present(call, vendor));
      const projectIds = [...vendor.project_ids, project.id];
      return created(
        present(call, vendorTable(call.sim).update(vendor.id, { project_ids: projectIds, updated_at: now() })),
      );
    });
    api.delete(`${base}/:id/actions/remove`, (call) => {
      const vendor = member(call);
      const left = vendor.project_ids.filter((id) => id !== Number(call.params.project_id));
      vendorTable(call.sim).update(vendor.id, { project_ids: left, updated_at: now() });
      return empty(204);
    });
  },
};

function member(call: Call): VendorRow {
  const project = call.project('directory');
  const vendor = findVendor(call);
  if (!vendor.project_ids.includes(project.id)) throw notFound();
  return vendor;
}

function present(call: Call, vendor: VendorRow) {
  const { contact_count: _, standard_cost_codes: __, ...row } = presentVendor(call, vendor);
  return { ...row, business: null };
}

function presentInView(call: Call, vendor: VendorRow) {
  const view = call.query.text('view');
  if (view === 'ids_only') return { id: vendor.id };
  if (view === 'name' || view === 'minimal') return { id: vendor.id, name: vendor.name };
  return present(call, vendor);
}
