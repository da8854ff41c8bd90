import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { requireFields, textOf } from '../engine/fields.ts';
import { requireFreeOriginId } from '../engine/origin.ts';
import { among } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';

export interface LineItemTypeRow extends Row {
  company_id: number;
  /** null for the company's own; a project may have more */
  project_id: number | null;
  name: string;
  code: string;
  base_type: string;
  origin_id: string | null;
  origin_data: string | null;
}

const BASE_TYPES = ['equipment', 'materials', 'commitment', 'owner_cost', 'professional_services', 'labor', 'other'];

export const typeTable = (sim: Simulator) => sim.store.table<LineItemTypeRow>('line_item_types');

export const buildLineItemType = (fields: Partial<LineItemTypeRow>): Omit<LineItemTypeRow, 'id'> => ({
  company_id: 0,
  project_id: null,
  name: '',
  code: '',
  base_type: 'other',
  origin_id: null,
  origin_data: null,
  ...fields,
});

/** Cost types a project can use: the company's and its own. */
export const typesOfProject = (sim: Simulator, project: { id: number; company_id: number }): LineItemTypeRow[] =>
  typeTable(sim)
    .where('company_id', project.company_id)
    .filter((type) => type.project_id === null || type.project_id === project.id);

/** Cost types. Written as csv_import_code, read as code. */
export const lineItemTypes: Resource = {
  tables: [
    {
      name: 'line_item_types',
      firstId: 598_134_325_900_001,
      ledger: true,
      build: buildLineItemType,
      event: (row: LineItemTypeRow) => ({
        resource: 'Line Item Types',
        companyId: row.company_id,
        projectId: row.project_id,
      }),
    },
  ],
  routes(api) {
    const base = '/rest/v1.0/line_item_types';
    api.get(base, (call) => {
      const rows =
        call.query.text('project_id') === undefined
          ? ofCompany(call)
          : typesOfProject(call.sim, call.project('cost_codes'));
      const found = among(rows, call.query.filter('origin_id'), (row) => row.origin_id);
      return page(call, found, (row) => presentLineItemType(call.sim, row), { table: 'line_item_types' });
    });
    api.post(base, (call) => created(presentLineItemType(call.sim, create(call, call.wrapped('line_item_type')))));
    api.patch(`${base}/sync`, sync);
    api.get(`${base}/:id`, (call) => ok(presentLineItemType(call.sim, find(call))));
    api.patch(`${base}/:id`, (call) =>
      ok(presentLineItemType(call.sim, update(call, find(call), call.wrapped('line_item_type')))),
    );
  },
};

const ofCompany = (call: Call): LineItemTypeRow[] =>
  typeTable(call.sim)
    .where('company_id', call.company().id)
    .filter((type) => type.project_id === null);

function find(call: Call): LineItemTypeRow {
  const row = typeTable(call.sim).get(Number(call.params.id));
  if (row === undefined || row.company_id !== call.company().id) throw notFound();
  return row;
}

function attributes(body: Body): Partial<LineItemTypeRow> {
  if (body.base_type !== undefined && !BASE_TYPES.includes(String(body.base_type))) {
    throw onFields(400, { base_type: ['is not included in the list'] });
  }
  return {
    ...(body.name === undefined ? {} : { name: String(body.name) }),
    ...(body.csv_import_code === undefined ? {} : { code: String(body.csv_import_code) }),
    ...(body.base_type === undefined ? {} : { base_type: String(body.base_type) }),
    ...(body.origin_id === undefined ? {} : { origin_id: textOf(body.origin_id) }),
    ...(body.origin_data === undefined ? {} : { origin_data: textOf(body.origin_data) }),
  };
}

function create(call: Call, body: Body): LineItemTypeRow {
  const company = call.company();
  requireFields(body, 'name', 'csv_import_code');
  if (ofCompany(call).some((row) => row.code === body.csv_import_code)) {
    throw onFields(400, { csv_import_code: ['has already been taken'] });
  }
  requireFreeOriginId(call.sim, 'line_item_types', company.id, body.origin_id);
  return typeTable(call.sim).insert(buildLineItemType({ ...attributes(body), company_id: company.id }));
}

function update(call: Call, row: LineItemTypeRow, body: Body): LineItemTypeRow {
  requireFreeOriginId(call.sim, 'line_item_types', row.company_id, body.origin_id, row.id);
  return typeTable(call.sim).update(row.id, attributes(body));
}

function sync(call: Call) {
  return syncAction(call, {
    find: (id) => ofCompany(call).find((row) => row.id === id),
    findByOriginId: (originId) => ofCompany(call).find((row) => row.origin_id === originId),
    create: (body) => create(call, body),
    update: (row, body) => update(call, row, body),
    present: (row) => presentLineItemType(call.sim, row),
  });
}

export const presentLineItemType = (sim: Simulator, row: LineItemTypeRow) => ({
  id: row.id,
  name: row.name,
  code: row.code,
  base_type: row.base_type,
  origin_id: row.origin_id,
  origin_data: sim.originData(row),
});
