import { type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { message, notFound } from '../engine/errors.ts';
import { now, nulls, numberOf, pick, requireFields, seconds } from '../engine/fields.ts';
import { requireFreeOriginId } from '../engine/origin.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';

export interface UserRow extends Row {
  company_id: number;
  first_name: string;
  last_name: string;
  email_address: string;
  job_title: string;
  mobile_phone: string | null;
  employee_id: string | null;
  is_active: boolean;
  is_employee: boolean;
  vendor_id: number | null;
  origin_id: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
  /** offered on the consent page */
  can_sign_in: boolean;
  /** who client-credentials calls act as */
  is_service_account: boolean;
}

const WRITABLE = [
  'first_name',
  'last_name',
  'email_address',
  'job_title',
  'mobile_phone',
  'employee_id',
  'is_active',
  'is_employee',
  'vendor_id',
  'origin_id',
  'origin_data',
] as const;

const users = (sim: Simulator) => sim.store.table<UserRow>('company_users');

export function buildUser(fields: Partial<UserRow>): Omit<UserRow, 'id'> {
  const at = now();
  return {
    company_id: 0,
    first_name: '',
    last_name: '',
    email_address: '',
    job_title: '',
    mobile_phone: null,
    employee_id: null,
    is_active: true,
    is_employee: true,
    vendor_id: null,
    origin_id: null,
    origin_data: null,
    created_at: at,
    updated_at: at,
    can_sign_in: false,
    is_service_account: false,
    ...fields,
  };
}

export const companyUsers: Resource = {
  tables: [
    {
      name: 'company_users',
      firstId: 598_134_325_620_001,
      ledger: true,
      build: buildUser,
      event: (row: UserRow) => ({ resource: 'Company Users', companyId: row.company_id, projectId: null }),
    },
  ],
  routes(api) {
    const base = '/rest/v1.3/companies/:company_id/users';
    api.get(base, list);
    api.post(base, (call) => created(presentSaved(call, create(call, call.wrapped('user')))));
    api.patch(`${base}/sync`, sync);
    api.get(`${base}/:id`, (call) => ok(presentDetail(call, find(call))));
    api.patch(`${base}/:id`, (call) => ok(presentSaved(call, update(call, find(call), call.wrapped('user')))));
  },
};

/** Active users only: the inactive ones have a list of their own. */
function list(call: Call) {
  const company = call.company();
  let rows = users(call.sim)
    .where('company_id', company.id)
    .filter((user) => user.is_active && !user.is_service_account);
  const inclusive = call.sim.switches.updated_at_inclusive === 'yes';
  rows = within(rows, call.query.range('updated_at'), (row) => row.updated_at, inclusive);
  rows = within(rows, call.query.range('created_at'), (row) => row.created_at);
  rows = among(rows, call.query.filter('vendor_id'), (row) => row.vendor_id);
  rows = among(rows, call.query.filter('origin_id'), (row) => row.origin_id);
  const search = call.query.text('filters[search]')?.toLowerCase();
  if (search)
    rows = rows.filter((row) =>
      `${row.first_name} ${row.last_name} ${row.email_address}`.toLowerCase().includes(search),
    );
  return page(call, sorted(rows, undefined), (row) => presentListed(call, row), { table: 'company_users' });
}

function find(call: Call): UserRow {
  const user = users(call.sim).get(Number(call.params.id));
  if (user === undefined || user.company_id !== call.company().id) throw notFound();
  return user;
}

function create(call: Call, body: Record<string, unknown>): UserRow {
  const company = call.company();
  requireFields(body, 'last_name', 'email_address');
  if (
    users(call.sim)
      .where('company_id', company.id)
      .some((user) => user.email_address === body.email_address)
  ) {
    throw message(409, 'A user with this email address already exists.');
  }
  requireFreeOriginId(call.sim, 'company_users', company.id, body.origin_id);
  return users(call.sim).insert(buildUser({ ...pick(body, WRITABLE), company_id: company.id }));
}

function update(call: Call, user: UserRow, body: Record<string, unknown>): UserRow {
  requireFreeOriginId(call.sim, 'company_users', user.company_id, body.origin_id, user.id);
  return users(call.sim).update(user.id, { ...pick(body, WRITABLE), updated_at: now() });
}

function sync(call: Call) {
  const company = call.company();
  const own = users(call.sim).where('company_id', company.id);
  return syncAction(call, {
    find: (id) => own.find((user) => user.id === id),
    findByOriginId: (originId) => own.find((user) => user.origin_id === originId),
    create: (attributes) => create(call, attributes),
    update: (row, attributes) => update(call, row, attributes),
    present: (row) => ({ ...presentSaved(call, row), locale: null }),
  });
}

function shared(call: Call, user: UserRow) {
  const vendor = call.sim.store.table<Row & { name: string }>('vendors').get(numberOf(user.vendor_id) ?? 0);
  return {
    ...nulls('address avatar business_id business_phone business_phone_extension city country_code email_signature'),
    ...nulls('fax_number last_login_at notes state_code zip work_classification_id'),
    id: user.id,
    first_name: user.first_name,
    last_name: user.last_name,
    name: `${user.first_name} ${user.last_name}`.trim(),
    initials: `${user.first_name.charAt(0)}${user.last_name.charAt(0)}`,
    email_address: user.email_address,
    job_title: user.job_title,
    mobile_phone: user.mobile_phone,
    employee_id: user.employee_id,
    is_active: user.is_active,
    is_employee: user.is_employee,
    vendor: vendor === undefined ? null : { id: vendor.id, name: vendor.name },
    origin_id: user.origin_id,
    origin_data: call.sim.originData(user),
    created_at: seconds(user.created_at),
    updated_at: seconds(user.updated_at),
  };
}

const presentListed = (call: Call, user: UserRow) =>
  call.query.text('view') === 'ids_only'
    ? { id: user.id }
    : {
        ...shared(call, user),
        ...nulls('contact_id welcome_email_sent_at permission_template company_permission_template role'),
        erp_integrated_accountant: false,
        verified_employee: true,
      };

const presentDetail = (call: Call, user: UserRow) => ({
  ...shared(call, user),
  ...nulls('contact_id default_permission_template_id company_permission_template_id role'),
  is_insurance_manager: false,
  verified_employee: true,
});

const presentSaved = (call: Call, user: UserRow) => ({
  ...shared(call, user),
  ...nulls('default_permission_template_id company_permission_template_id'),
  is_insurance_manager: false,
});
