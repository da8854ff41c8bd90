import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { notFound } from '../engine/errors.ts';
import { pick, requireFields } from '../engine/fields.ts';
import { requireFreeOriginId } from '../engine/origin.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';

export interface TaxCodeRow extends Row {
  company_id: number;
  code: string;
  description: string | null;
  /** percent */
  rate1: number;
  archived: boolean;
  default_tax_code: boolean;
  origin_id: string | null;
  origin_data: string | null;
}

const WRITABLE = ['code', 'description', 'rate1', 'archived', 'default_tax_code', 'origin_id', 'origin_data'] as const;

export const taxCodeTable = (sim: Simulator) => sim.store.table<TaxCodeRow>('tax_codes');

export const buildTaxCode = (fields: Partial<TaxCodeRow>): Omit<TaxCodeRow, 'id'> => ({
  company_id: 0,
  code: '',
  description: null,
  rate1: 0,
  archived: false,
  default_tax_code: false,
  origin_id: null,
  origin_data: null,
  ...fields,
});

/** Tax codes: archived ones stay in the list, and no webhook tells of a change. */
export const taxCodes: Resource = {
  tables: [{ name: 'tax_codes', firstId: 598_134_325_950_001, ledger: true, build: buildTaxCode }],
  routes(api) {
    const base = '/rest/v1.0/tax_codes';
    const paging = { table: 'tax_codes', size: 100, cap: 100 };
    api.get(base, (call) => page(call, ofCompany(call), (row) => present(call, row), paging));
    api.post(base, (call) => created(present(call, create(call, call.wrapped('tax_code')))));
    api.patch(`${base}/sync`, sync);
    api.get(`${base}/:id`, (call) => ok(present(call, find(call))));
    api.patch(`${base}/:id`, (call) => ok(present(call, update(call, find(call), call.wrapped('tax_code')))));
  },
};

const ofCompany = (call: Call): TaxCodeRow[] => taxCodeTable(call.sim).where('company_id', call.company().id);

function find(call: Call): TaxCodeRow {
  const row = taxCodeTable(call.sim).get(Number(call.params.id));
  if (row === undefined || row.company_id !== call.company().id) throw notFound();
  return row;
}

function create(call: Call, body: Body): TaxCodeRow {
  const company = call.company();
  requireFields(body, 'code');
  requireFreeOriginId(call.sim, 'tax_codes', company.id, body.origin_id);
  return taxCodeTable(call.sim).insert(buildTaxCode({ ...pick(body, WRITABLE), company_id: company.id }));
}

const update = (call: Call, row: TaxCodeRow, body: Body): TaxCodeRow =>
  taxCodeTable(call.sim).update(row.id, pick(body, WRITABLE));

function sync(call: Call) {
  return syncAction(call, {
    find: (id) => ofCompany(call).find((row) => row.id === id),
    findByOriginId: (originId) => ofCompany(call).find((row) => row.origin_id === originId),
    create: (body) => create(call, body),
    update: (row, body) => update(call, row, body),
    present: (row) => present(call, row),
  });
}

const present = (call: Call, row: TaxCodeRow) => ({
  id: row.id,
  code: row.code,
  description: row.description,
  rate1: row.rate1,
  archived: row.archived,
  default_tax_code: row.default_tax_code,
  display_in_budget: false,
  origin_id: row.origin_id,
  origin_data: call.sim.originData(row),
});
