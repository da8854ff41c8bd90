import type { DirectoryPerson } from '../db/schema/index.ts';
import type { Person } from '../procore/people.ts';

/** Who counts of a directory of Procore, as we keep one: those who are active. */
export const directoryOf = (people: readonly Person[]): DirectoryPerson[] =>
  people
    .filter((person) => person.contact?.is_active !== false)
    .map((person) => ({
      partyId: person.id,
      userId: person.user_id,
      name: [person.first_name, person.last_name].filter(Boolean).join(' '),
      email: person.contact?.email ?? null,
      employeeId: person.employee_id,
      isEmployee: person.is_employee ?? false,
    }));
