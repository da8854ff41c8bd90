import { now } from '../engine/fields.ts';
import { refreshFullCodes } from '../engine/full-codes.ts';
import { removeRemembered } from '../engine/removed.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import type { UserRow } from '../resources/company-users.ts';

/** The kinds of rows a person edits in Procore, named as in the API. */
export const COLLECTIONS = [
  'companies',
  'projects',
  'project_stages',
  'vendors',
  'cost_codes',
  'standard_cost_codes',
  'sub_jobs',
  'line_item_types',
  'tax_codes',
  'direct_costs',
  'direct_cost_line_items',
  'budget_rows',
  'company_users',
  'people',
  'project_people',
  'crews',
  'timecard_time_types',
  'timecard_entries',
  'wbs_codes',
  'wbs_segments',
  'purchase_order_contracts',
  'purchase_order_contract_line_items',
  'work_order_contracts',
  'work_order_contract_line_items',
  'billing_periods',
  'requisitions',
  'requisition_items',
  'change_order_packages',
  'change_order_requests',
  'potential_change_orders',
  'potential_change_order_line_items',
  'change_order_statuses',
  'change_order_settings',
  'xero_organisations',
  'xero_contacts',
  'xero_accounts',
  'xero_tax_rates',
  'xero_invoices',
  'xero_attachments',
];

type Fields = Record<string, unknown>;

function tableOf(sim: Simulator, collection: string) {
  if (!COLLECTIONS.includes(collection))
    throw new Error(`there is no collection "${collection}"; known: ${COLLECTIONS.join(', ')}`);
  return sim.store.table<Row & Fields>(collection);
}

/** Changes are made by the company's administrator, as webhooks will tell. */
function personOf(sim: Simulator, companyId: unknown): number {
  const people = sim.store.table<UserRow>('company_users').where('company_id', Number(companyId));
  return people.find((user) => user.job_title === 'company administrator')?.id ?? people[0]?.id ?? 0;
}

export function listRecords(sim: Simulator, collection: string, query: Record<string, string>) {
  const wanted = { company_id: query.companyId, project_id: query.projectId };
  const records = tableOf(sim, collection)
    .all()
    .filter((row) =>
      Object.entries(wanted).every(([field, value]) => value === undefined || String(row[field]) === value),
    );
  return { count: records.length, records };
}

export const showRecord = (sim: Simulator, collection: string, id: number) => tableOf(sim, collection).get(id);

export function createRecord(sim: Simulator, collection: string, fields: Fields) {
  const table = tableOf(sim, collection);
  const build = sim.tables.get(collection)?.build;
  if (build === undefined) throw new Error(`${collection} are not created here`);
  // Built inside the edit: a budget row may need a budget code that is not there yet.
  return sim.edit(
    () => {
      const row = build(fields as Partial<Row>, sim) as Omit<Row & Fields, 'id'> & Fields;
      if (row.company_id === 0) throw new Error('company_id (or, for rows of a project, project_id) is needed');
      return table.insert(row);
    },
    (row) => personOf(sim, row.company_id),
  );
}

/** Fields are the API's own names; an unknown one is refused, so that a typing mistake does not pass as an edit. */
export function updateRecord(sim: Simulator, collection: string, id: number, fields: Fields) {
  const table = tableOf(sim, collection);
  const row = table.get(id);
  if (row === undefined) return undefined;
  const unknown = Object.keys(fields).filter((name) => !(name in row));
  if (unknown.length > 0)
    throw new Error(`${collection} have no ${unknown.join(', ')}; known: ${Object.keys(row).join(', ')}`);
  const stamped = 'updated_at' in row && fields.updated_at === undefined ? { ...fields, updated_at: now() } : fields;
  const whole = { ...row, ...stamped };
  const derived = 'full_code' in row ? (sim.tables.get(collection)?.build?.(whole, sim) ?? {}) : {};
  return sim.edit(
    () => {
      const updated = table.update(id, { ...stamped, ...derived });
      if ('full_code' in row) refreshFullCodes(sim, collection, id);
      return updated;
    },
    () => personOf(sim, row.company_id),
  );
}

export function removeRecord(sim: Simulator, collection: string, id: number) {
  const table = tableOf(sim, collection);
  const row = table.get(id);
  if (row === undefined) return undefined;
  sim.edit(
    () => {
      if (collection === 'direct_costs') {
        const lines = sim.store.table<Row & { direct_cost_id: number }>('direct_cost_line_items');
        for (const line of lines.where('direct_cost_id', id)) lines.remove(line.id);
      }
      const takesAlong = sim.tables.get(collection)?.takesAlong;
      takesAlong?.(row, sim);
      if (takesAlong === undefined) table.remove(id);
      else removeRemembered(sim, collection, row);
    },
    () => personOf(sim, row.company_id),
  );
  return { ok: true };
}
