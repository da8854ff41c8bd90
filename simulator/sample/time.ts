import type { Simulator } from '../engine/simulator.ts';
import type { UserRow } from '../resources/company-users.ts';
import { buildPerson, partyOfUser, projectPeople } from '../resources/people.ts';
import { timeTypes } from '../resources/timecard-time-types.ts';

/** Crew who work without a login; the last one has neither email nor employee id. */
const CREW: [first: string, last: string, email: string | null, employeeId: string | null][] = [
  ['Manu', 'Parata', 'manu.parata@crew.example.nz', 'E-201'],
  ['Josie', 'Tane', null, 'E-202'],
  ['Wiremu', 'Hohepa', null, null],
];

/** Time types, people without a login, and who works on which project. */
export function addTime(sim: Simulator, companyId: number): void {
  for (const [time_type, abbreviated_time_type] of [
    ['Regular Time', 'RT'],
    ['Overtime', 'OT'],
    ['Double Time', 'DT'],
  ] as const)
    timeTypes(sim).insert({ company_id: companyId, time_type, abbreviated_time_type });
  const users = sim.store.table<UserRow>('company_users');
  const own = users.where('company_id', companyId).filter((user) => !user.is_service_account);
  own.forEach((user, index) => {
    users.update(user.id, { employee_id: `E-${101 + index}` });
  });
  const crew = CREW.map(([first_name, last_name, email, employee_id]) => {
    const { created_at, updated_at } = own[0]!;
    const person = { company_id: companyId, first_name, last_name, email, employee_id, created_at, updated_at };
    return sim.store.table('people').insert(buildPerson(person) as object as { id: number });
  });
  const parties = [...own.map((user) => partyOfUser(user.id)), ...crew.map((person) => person.id)];
  for (const project of sim.store.table<{ id: number; company_id: number }>('projects').where('company_id', companyId))
    for (const party_id of parties)
      projectPeople(sim).insert({ company_id: companyId, project_id: project.id, party_id });
  const [project] = sim.store.table<{ id: number; company_id: number }>('projects').where('company_id', companyId);
  if (project === undefined) return;
  const { created_at, updated_at } = own[0]!;
  sim.store.table<{ id: number }>('crews').insert({
    project_id: project.id,
    company_id: companyId,
    name: 'Formwork',
    lead_party_id: parties[0],
    member_ids: crew.map((person) => person.id),
    created_at,
    updated_at,
  } as object as { id: number });
}
