import { type Call, page, type Resource } from '../engine/api.ts';
import { now, nulls, seconds } from '../engine/fields.ts';
import { among } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import type { UserRow } from './company-users.ts';

/** Someone who works without a login: Procore's "reference user". */
export interface PersonRow extends Row {
  company_id: number;
  first_name: string;
  last_name: string;
  email: string | null;
  employee_id: string | null;
  is_employee: boolean;
  is_active: boolean;
  created_at: string;
  updated_at: string;
}

/** That a person stands in a project's directory. */
export interface ProjectPersonRow extends Row {
  company_id: number;
  project_id: number;
  party_id: number;
}

/** A login is a person, too, under an id of its own: `person.id` is the party of time cards, `user_id` the login. */
const PARTY_OF_USER = 1_000_000;
export const partyOfUser = (userId: number): number => userId + PARTY_OF_USER;

export const projectPeople = (sim: Simulator) => sim.store.table<ProjectPersonRow>('project_people');

export const buildPerson = (fields: Partial<PersonRow>): Omit<PersonRow, 'id'> => ({
  company_id: 0,
  first_name: '',
  last_name: '',
  email: null,
  employee_id: null,
  is_employee: true,
  is_active: true,
  created_at: now(),
  updated_at: now(),
  ...fields,
});

/** People of the company and of one project, logins and reference users alike (contract section 5). */
export const people: Resource = {
  tables: [
    { name: 'people', firstId: 598_134_325_630_001, ledger: true, build: buildPerson },
    {
      name: 'project_people',
      firstId: 598_134_325_640_001,
      ledger: true,
      build: (fields: Partial<ProjectPersonRow>, sim) => ({
        project_id: 0,
        party_id: 0,
        ...fields,
        company_id:
          sim.store.table<Row & { company_id: number }>('projects').get(fields.project_id ?? 0)?.company_id ?? 0,
      }),
    },
  ],
  routes(api) {
    api.get('/rest/v1.0/companies/:company_id/people', (call) => list(call, everyone(call.sim, call.company().id)));
    api.get('/rest/v1.0/projects/:project_id/people', (call) => {
      const project = call.project('directory');
      const members = new Set(
        projectPeople(call.sim)
          .where('project_id', project.id)
          .map((row) => row.party_id),
      );
      return list(
        call,
        everyone(call.sim, project.company_id).filter((person) => members.has(person.id)),
      );
    });
  },
};

/** A person as both lists and time cards see one. */
export interface Person extends PersonRow {
  user_id: number | null;
}

export function everyone(sim: Simulator, companyId: number): Person[] {
  const users = sim.store.table<UserRow>('company_users').where('company_id', companyId);
  const logins = users
    .filter((user) => !user.is_service_account)
    .map(
      ({ id, email_address, ...user }): Person => ({ ...user, id: partyOfUser(id), user_id: id, email: email_address }),
    );
  const reference = sim.store.table<PersonRow>('people').where('company_id', companyId);
  return [...logins, ...reference.map((person) => ({ ...person, user_id: null }))];
}

function list(call: Call, all: Person[]) {
  const { query } = call;
  const search = query.text('filters[search]')?.toLowerCase();
  const isReference = (person: Person) => person.user_id === null;
  let rows = all.filter((person) => person.is_active);
  rows = among(rows, query.filter('is_employee'), (person) => person.is_employee);
  if (query.text('filters[reference_users_only]') === 'true') rows = rows.filter(isReference);
  if (query.text('filters[without_reference_users]') === 'true') rows = rows.filter((person) => !isReference(person));
  if (search)
    rows = rows.filter((person) =>
      `${person.first_name} ${person.last_name} ${person.email ?? ''}`.toLowerCase().includes(search),
    );
  return page(call, rows, (person) => present(call, person), { table: 'people' });
}

function present(call: Call, person: Person) {
  const shared = {
    id: person.id,
    first_name: person.first_name,
    last_name: person.last_name,
    employee_id: person.employee_id,
    is_employee: person.is_employee,
    user_id: person.user_id,
    contact: { is_active: person.is_active, email: person.email },
    ...nulls('user_uuid work_classification_id origin_id'),
  };
  if (call.params.project_id === undefined) return shared;
  return {
    ...shared,
    reference_user: person.user_id === null,
    created_at: seconds(person.created_at),
    updated_at: seconds(person.updated_at),
    ...nulls('work_classification vendor initials avatar email mobile_phone business_phone job_title fax_number'),
  };
}
