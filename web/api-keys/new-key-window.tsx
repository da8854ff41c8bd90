import { Button, Checkbox, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Role } from '../../schemas/session.ts';
import { announceError } from '../elements/announce.tsx';
import { CopyField } from '../elements/copy-field.tsx';
import { makeApiKey } from './queries.ts';

/** Asks for a name and what the machine may do, then shows its key this once. */
export function NewKeyWindow({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<string[]>(['clerk']);
  const make = useMutation({
    mutationFn: () => makeApiKey({ name, roles: Role.array().parse(roles) }),
    onError: announceError,
  });
  return (
    <Modal opened onClose={onClose} title="New key" closeOnClickOutside={make.data === undefined}>
      {make.data === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="Name"
              description="The program that will use it"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              required
              data-autofocus
            />
            <Checkbox.Group label="May do what these may" value={roles} onChange={setRoles}>
              <Stack gap={6} mt={6}>
                {Role.options.map((role) => (
                  <Checkbox key={role} value={role} label={role.charAt(0).toUpperCase() + role.slice(1)} />
                ))}
              </Stack>
            </Checkbox.Group>
            <Button type="submit" loading={make.isPending}>
              Make the key
            </Button>
          </Stack>
        </form>
      ) : (
        <Stack gap="sm">
          <Text size="sm">This is the only time the key is shown. Copy it to the program now.</Text>
          <CopyField label="Key" value={make.data.key} />
          <Button onClick={onClose}>Done</Button>
        </Stack>
      )}
    </Modal>
  );
}
