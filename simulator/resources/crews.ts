import { type Call, page, type Resource } from '../engine/api.ts';
import { now, nulls, seconds } from '../engine/fields.ts';
import { sorted, within } from '../engine/query.ts';
import type { Row } from '../engine/store.ts';
import { everyone, type Person } from './people.ts';

/** People who work together on a project; leader and members are parties, with a login or without. */
interface CrewRow extends Row {
  project_id: number;
  company_id: number;
  name: string;
  lead_party_id: number | null;
  member_ids: number[];
  created_at: string;
  updated_at: string;
}

/** Crews of a project, which the API only lists (contract section 5). */
export const crews: Resource = {
  tables: [
    {
      name: 'crews',
      firstId: 598_134_325_660_001,
      ledger: true,
      build: (fields: Partial<CrewRow>, sim) => ({
        project_id: 0,
        name: '',
        lead_party_id: null,
        member_ids: [],
        created_at: now(),
        updated_at: now(),
        ...fields,
        company_id:
          sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0)?.company_id ?? 0,
      }),
    },
  ],
  routes(api) {
    api.get('/rest/v1.0/projects/:project_id/crews', list);
  },
};

function list(call: Call) {
  const project = call.project('directory');
  const all = call.sim.store.table<CrewRow>('crews').where('project_id', project.id);
  const isInclusive = call.sim.switches.updated_at_inclusive === 'yes';
  const rows = within(all, call.query.range('updated_at'), (row) => row.updated_at, isInclusive);
  const parties = everyone(call.sim, project.company_id);
  return page(call, sorted(rows, undefined), (row) => present(row, parties), { table: 'crews' });
}

const present = (row: CrewRow, parties: readonly Person[]) => ({
  id: row.id,
  name: row.name,
  project_id: row.project_id,
  company_id: row.company_id,
  employees: [],
  lead_party: parties.filter((party) => party.id === row.lead_party_id).map(presentParty)[0] ?? null,
  members: parties.filter((party) => row.member_ids.includes(party.id)).map(presentParty),
  created_at: seconds(row.created_at),
  updated_at: seconds(row.updated_at),
  ...nulls('created_by lead'),
});

const presentParty = ({ id, first_name, last_name, is_employee, employee_id, user_id, is_active }: Person) => ({
  id,
  first_name,
  last_name,
  is_employee,
  employee_id,
  user_id,
  is_active,
});
