import { Checkbox, Stack } from '@mantine/core';
import { Role } from '../../schemas/session.ts';

const MAY: Record<Role, string> = {
  admin: 'Settings, connections, people, overrides',
  clerk: 'Enters, checks and sends invoices and purchase orders',
  approver: 'Approves invoices, purchase orders and time sheets',
  operator: 'Fetches projects, sends and retries what waits',
  viewer: 'Reads everything, changes nothing',
};

/** "Clerk": a role as people write it. */
export const roleInWords = (role: Role) => role.charAt(0).toUpperCase() + role.slice(1);

interface RoleChoiceProps {
  roles: Role[];
  onChange(roles: Role[]): void;
}

/** What a person may do, each role with one line on it. */
export function RoleChoice({ roles, onChange }: RoleChoiceProps) {
  return (
    <Checkbox.Group label="Roles" value={roles} onChange={(chosen) => onChange(Role.array().parse(chosen))}>
      <Stack gap={6} mt={6}>
        {Role.options.map((role) => (
          <Checkbox key={role} value={role} label={roleInWords(role)} description={MAY[role]} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
