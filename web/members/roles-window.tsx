import { Button, Modal, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member } from '../../schemas/members.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { changeRoles } from './queries.ts';
import { RoleChoice } from './role-choice.tsx';

export function RolesWindow({ member, onClose }: { member: Member; onClose: () => void }) {
  const [roles, setRoles] = useState(member.roles);
  const save = useMutation({
    mutationFn: () => changeRoles(member.id, roles),
    onSuccess: () => {
      announce(`The roles of ${member.name} are saved.`);
      onClose();
    },
    onError: announceError,
  });
  return (
    <Modal opened onClose={onClose} title={`Roles of ${member.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (roles.length > 0) save.mutate();
        }}
      >
        <Stack gap="sm">
          <RoleChoice roles={roles} onChange={setRoles} />
          <Button type="submit" disabled={roles.length === 0} loading={save.isPending}>
            Save
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
