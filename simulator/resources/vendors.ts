import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { message, notFound, onFields } from '../engine/errors.ts';
import { now, nulls, pick, requireFields, seconds } from '../engine/fields.ts';
import { requireFreeOriginId } from '../engine/origin.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';

export interface VendorRow extends Row {
  company_id: number;
  name: string;
  abbreviated_name: string | null;
  address: string | null;
  city: string | null;
  zip: string | null;
  state_code: string | null;
  country_code: string | null;
  business_phone: string | null;
  email_address: string | null;
  website: string | null;
  trade_name: string | null;
  notes: string | null;
  is_active: boolean;
  business_register: { id: number; type: string; identifier: string } | null;
  /** projects whose directory it stands in */
  project_ids: number[];
  origin_id: string | null;
  origin_data: string | null;
  origin_code: string | null;
  created_at: string;
  updated_at: string;
}

const WRITABLE = [
  'name',
  'abbreviated_name',
  'address',
  'city',
  'zip',
  'state_code',
  'country_code',
  'business_phone',
  'email_address',
  'website',
  'trade_name',
  'notes',
  'is_active',
  'origin_id',
  'origin_data',
  'origin_code',
] as const;

export const vendorTable = (sim: Simulator) => sim.store.table<VendorRow>('vendors');

export function buildVendor(fields: Partial<VendorRow>): Omit<VendorRow, 'id'> {
  const at = now();
  return {
    company_id: 0,
    name: '',
    abbreviated_name: null,
    address: null,
    city: null,
    zip: null,
    state_code: null,
    country_code: 'NZ',
    business_phone: null,
    email_address: null,
    website: null,
    trade_name: null,
    notes: null,
    is_active: true,
    business_register: null,
    project_ids: [],
    origin_id: null,
    origin_data: null,
    origin_code: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

export const vendors: Resource = {
  tables: [
    {
      name: 'vendors',
      firstId: 598_134_326_000_001,
      ledger: true,
      build: buildVendor,
      event: (row: VendorRow) => ({ resource: 'Company Vendors', companyId: row.company_id, projectId: null }),
    },
  ],
  routes(api) {
    const base = '/rest/v1.0/vendors';
    api.get(base, list);
    api.post(base, (call) => created(presentVendor(call, createVendor(call, call.wrapped('vendor')))));
    api.patch(`${base}/sync`, sync);
    api.get(`${base}/:id`, (call) => ok(presentShown(call, findVendor(call))));
    api.patch(`${base}/:id`, (call) =>
      ok(presentVendor(call, updateVendor(call, findVendor(call), call.wrapped('vendor')))),
    );
    api.post(`${base}/:id/business_register`, (call) => created(writeRegister(call, true)));
    api.patch(`${base}/:id/business_register`, (call) => ok(writeRegister(call, false)));
    api.get('/rest/v1.0/companies/:company_id/vendors/inactive', listInactive);
    api.patch('/rest/v1.0/companies/:company_id/vendors/inactive/:id', (call) => {
      const vendor = findVendor(call);
      return ok(presentVendor(call, vendorTable(call.sim).update(vendor.id, { is_active: true, updated_at: now() })));
    });
  },
};

/** Active vendors; whether inactive ones show here too is a switch, the contract only infers it. */
function list(call: Call) {
  const all = vendorTable(call.sim).where('company_id', call.company().id);
  const rows = call.sim.switches.inactive_vendors === 'in the list' ? all : all.filter((vendor) => vendor.is_active);
  return page(call, filterVendors(call, rows), (row) => presentVendor(call, row), { table: 'vendors' });
}

/** The filters that company and project vendor lists share. */
export function filterVendors(call: Call, all: VendorRow[]): VendorRow[] {
  const { query, sim } = call;
  let rows = among(all, query.filter('id'), (vendor) => vendor.id);
  rows = among(rows, query.filter('origin_id'), (vendor) => vendor.origin_id);
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at, sim.switches.updated_at_inclusive === 'yes');
  rows = within(rows, query.range('created_at'), (row) => row.created_at);
  const search = query.text('filters[search]')?.trim().toLowerCase();
  if (search) rows = rows.filter((vendor) => searchText(vendor).includes(search));
  const sort = query.text('sort');
  return sorted(rows, sort?.includes('name') ? sort.replace('main_office_name', 'name') : undefined);
}

const searchText = (vendor: VendorRow): string =>
  [vendor.name, vendor.trade_name, vendor.origin_code, vendor.business_register?.identifier].join(' ').toLowerCase();

function listInactive(call: Call) {
  const company = call.company();
  const rows = vendorTable(call.sim)
    .where('company_id', company.id)
    .filter((vendor) => !vendor.is_active);
  const present = (vendor: VendorRow) => {
    const reactivate = `/rest/v1.0/companies/${company.id}/vendors/inactive/${vendor.id}`;
    return { ...presentVendor(call, vendor), _links: { reactivate } };
  };
  return page(call, sorted(rows, call.query.text('sort')), present, { table: 'vendors' });
}

export function findVendor(call: Call): VendorRow {
  const vendor = vendorTable(call.sim).get(Number(call.params.id));
  if (vendor === undefined || vendor.company_id !== call.companyId) throw notFound();
  return vendor;
}

/** Two vendors may have the same name: nothing documented forbids it. */
export function createVendor(call: Call, body: Body, projectIds: number[] = []): VendorRow {
  const company = call.company();
  requireFields(body, 'name');
  requireCodes(body);
  requireFreeOriginId(call.sim, 'vendors', company.id, body.origin_id);
  return vendorTable(call.sim).insert(
    buildVendor({ ...pick(body, WRITABLE), company_id: company.id, project_ids: projectIds }),
  );
}

export function updateVendor(call: Call, vendor: VendorRow, body: Body): VendorRow {
  if (body.name === null || body.name === '') throw onFields(400, { name: ["can't be blank"] });
  requireCodes(body);
  requireFreeOriginId(call.sim, 'vendors', vendor.company_id, body.origin_id, vendor.id);
  return vendorTable(call.sim).update(vendor.id, { ...pick(body, WRITABLE), updated_at: now() });
}

const COUNTRIES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

function requireCodes(body: Body): void {
  const country = String(body.country_code ?? '');
  if (country !== '' && !(/^[A-Z]{2}$/.test(country) && COUNTRIES.of(country) !== undefined)) {
    throw onFields(400, { country_code: ['is not included in the list'] });
  }
}

function sync(call: Call) {
  const company = call.company();
  const own = () => vendorTable(call.sim).where('company_id', company.id);
  return syncAction(call, {
    find: (id) => own().find((vendor) => vendor.id === id),
    findByOriginId: (originId) => own().find((vendor) => vendor.origin_id === originId),
    create: (body) => createVendor(call, body),
    update: (vendor, body) => updateVendor(call, vendor, body),
    present: (vendor) => presentVendor(call, vendor),
  });
}

function writeRegister(call: Call, isNew: boolean) {
  const vendor = findVendor(call);
  const body = call.wrapped('business_register');
  requireFields(body, 'type', 'identifier');
  if (isNew && vendor.business_register !== null) throw message(409, 'Business register already exists');
  const register = { id: vendor.id + 1, type: String(body.type), identifier: String(body.identifier) };
  vendorTable(call.sim).update(vendor.id, { business_register: register, updated_at: now() });
  return presentRegister(register);
}

const presentRegister = (register: VendorRow['business_register']) =>
  register === null ? null : { ...register, verified_at: null, verification_status: null };

/** The fields of a vendor in every list and after a write. */
export function presentVendor(call: Call, vendor: VendorRow) {
  return {
    ...nulls('business_id fax_number labor_union license_number logo mobile_phone non_union_prevailing_wage'),
    ...nulls('primary_contact union_member vendor_group bidding parent'),
    id: vendor.id,
    name: vendor.name,
    company: vendor.name,
    abbreviated_name: vendor.abbreviated_name,
    legal_name: vendor.name,
    trade_name: vendor.trade_name,
    address: vendor.address,
    city: vendor.city,
    zip: vendor.zip,
    state_code: vendor.state_code,
    country_code: vendor.country_code,
    business_phone: vendor.business_phone,
    email_address: vendor.email_address,
    website: vendor.website,
    notes: vendor.notes,
    is_active: vendor.is_active,
    is_connected: false,
    authorized_bidder: false,
    prequalified: false,
    synced_to_erp: vendor.origin_id !== null,
    company_vendor: true,
    contact_count: 0,
    children_count: 0,
    attachments: [],
    business_register: presentRegister(vendor.business_register),
    bidding_distribution: [],
    project_ids: vendor.project_ids,
    standard_cost_codes: [],
    trades: [],
    origin_id: vendor.origin_id,
    origin_data: call.sim.originData(vendor),
    origin_code: vendor.origin_code,
    created_at: seconds(vendor.created_at),
    updated_at: seconds(vendor.updated_at),
  };
}

const presentShown = (call: Call, vendor: VendorRow) => ({
  ...presentVendor(call, vendor),
  ...nulls('business contract_signer state_name'),
  country_name: vendor.country_code === 'NZ' ? 'New Zealand' : null,
  origin_custom_fields: [],
  erp_custom_fields: [],
  invoice_contacts: [],
  active_users_count: 0,
  bids_count: 0,
  open_bids_count: 0,
  projects_count: vendor.project_ids.length,
});
