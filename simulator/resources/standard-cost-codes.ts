import { type Body, type Call, created, ok, page, type Resource } from '../engine/api.ts';
import { notFound, onFields } from '../engine/errors.ts';
import { numberOf, pick, requireFields } from '../engine/fields.ts';
import { refreshFullCodes } from '../engine/full-codes.ts';
import { requireFreeOriginId } from '../engine/origin.ts';
import { among, sorted } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { syncAction } from '../engine/sync.ts';

export interface StandardListRow extends Row {
  company_id: number;
  name: string;
  is_erp_list: boolean;
}

export interface StandardCodeRow extends Row {
  company_id: number;
  standard_cost_code_list_id: number;
  parent_id: number | null;
  code: string;
  full_code: string;
  name: string;
  origin_id: string | null;
  origin_data: string | null;
}

const lists = (sim: Simulator) => sim.store.table<StandardListRow>('standard_cost_code_lists');
const codes = (sim: Simulator) => sim.store.table<StandardCodeRow>('standard_cost_codes');

/** Completes a code: its full code is its parents' segments and its own, joined by a dash. */
export function buildStandardCode(fields: Partial<StandardCodeRow>, sim: Simulator): Omit<StandardCodeRow, 'id'> {
  const parent = codes(sim).get(fields.parent_id ?? 0);
  const list =
    lists(sim).get(fields.standard_cost_code_list_id ?? 0) ?? lists(sim).where('company_id', fields.company_id ?? 0)[0];
  const code = fields.code ?? '';
  return {
    company_id: list?.company_id ?? 0,
    standard_cost_code_list_id: list?.id ?? 0,
    parent_id: null,
    name: '',
    origin_id: null,
    origin_data: null,
    ...fields,
    code,
    full_code: parent === undefined ? code : `${parent.full_code}-${code}`,
  };
}

/** The company's master cost codes. The default view tells only ids: ask for view=extended. */
export const standardCostCodes: Resource = {
  tables: [
    { name: 'standard_cost_code_lists', firstId: 598_134_325_800_001 },
    {
      name: 'standard_cost_codes',
      firstId: 598_134_327_000_001,
      ledger: true,
      build: buildStandardCode,
      event: (row: StandardCodeRow) => ({
        resource: 'Standard Cost Codes',
        companyId: row.company_id,
        projectId: null,
      }),
    },
  ],
  routes(api) {
    api.get('/rest/v1.0/standard_cost_code_lists', (call) =>
      page(call, lists(call.sim).where('company_id', call.company().id), presentList, {
        table: 'standard_cost_code_lists',
      }),
    );
    const base = '/rest/v1.0/standard_cost_codes';
    api.get(base, (call) => {
      const list = chosenList(call, call.query.number('standard_cost_code_list_id'));
      const rows = among(
        codes(call.sim).where('standard_cost_code_list_id', list.id),
        call.query.filter('origin_id'),
        (row) => row.origin_id,
      );
      return page(call, sorted(rows, undefined), (row) => present(call, row), { table: 'standard_cost_codes' });
    });
    api.post(base, (call) => created(present(call, create(call, call.wrapped('standard_cost_code')))));
    api.patch(`${base}/sync`, sync);
    api.get(`${base}/:id`, (call) => {
      const row = codes(call.sim).get(Number(call.params.id));
      const list = chosenList(call, call.query.number('standard_cost_code_list_id'));
      if (row === undefined || row.standard_cost_code_list_id !== list.id) throw notFound();
      return ok(present(call, row));
    });
  },
};

function chosenList(call: Call, id: unknown): StandardListRow {
  const company = call.company();
  if (id === undefined || id === null) throw onFields(400, { standard_cost_code_list_id: ["can't be blank"] });
  const list = lists(call.sim).get(Number(id));
  if (list === undefined || list.company_id !== company.id) throw notFound();
  return list;
}

function create(call: Call, body: Body): StandardCodeRow {
  const list = chosenList(call, call.body.standard_cost_code_list_id);
  requireFields(body, 'code', 'name');
  requireFreeOriginId(call.sim, 'standard_cost_codes', list.company_id, body.origin_id);
  const parentId = numberOf(body.parent_id);
  const siblings = codes(call.sim).where('standard_cost_code_list_id', list.id);
  if (siblings.some((row) => row.parent_id === parentId && row.code === body.code)) {
    throw onFields(400, { code: ['has already been taken'] });
  }
  const fields = { ...pick(body, ['code', 'name', 'origin_id', 'origin_data']), parent_id: parentId };
  return codes(call.sim).insert(buildStandardCode({ ...fields, standard_cost_code_list_id: list.id }, call.sim));
}

function sync(call: Call) {
  const list = chosenList(call, call.body.standard_cost_code_list_id);
  const own = () => codes(call.sim).where('standard_cost_code_list_id', list.id);
  return syncAction(call, {
    find: (id) => own().find((row) => row.id === id),
    findByOriginId: (originId) => own().find((row) => row.origin_id === originId),
    create: (body) => create(call, body),
    update: (row, body) => {
      const fields = { ...row, ...pick(body, ['name', 'code', 'origin_id', 'origin_data']) } as StandardCodeRow;
      const updated = codes(call.sim).update(row.id, buildStandardCode(fields, call.sim));
      refreshFullCodes(call.sim, 'standard_cost_codes', row.id);
      return updated;
    },
    present: (row) => present(call, row),
  });
}

const presentList = (list: StandardListRow) => ({
  id: list.id,
  name: list.name,
  is_erp_list: list.is_erp_list,
  available_to_use_on_new_projects: true,
});

function present(call: Call, row: StandardCodeRow) {
  const view = call.query.text('view') ?? 'default';
  const ids = { id: row.id, standard_cost_code_list_id: row.standard_cost_code_list_id };
  if (view === 'default') return ids;
  const { parent_id, code, full_code, name, origin_id } = row;
  if (view === 'compact') return { ...ids, full_code, name };
  return { ...ids, parent_id, code, full_code, name, origin_id, origin_data: call.sim.originData(row) };
}

export const codesOfList = (sim: Simulator, listId: number): StandardCodeRow[] =>
  codes(sim).where('standard_cost_code_list_id', listId);
