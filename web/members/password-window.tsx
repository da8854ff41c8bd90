import { Button, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member } from '../../schemas/members.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { CopyField } from '../elements/copy-field.tsx';
import { type Chosen, FirstPassword, isLongEnough } from './first-password.tsx';
import { setPassword } from './queries.ts';

/** Gives somebody another password, for one that was forgotten or told. */
export function PasswordWindow({ member, onClose }: { member: Member; onClose: () => void }) {
  const [chosen, setChosen] = useState<Chosen>(null);
  const save = useMutation({
    mutationFn: () => setPassword(member.id, chosen ?? undefined),
    onSuccess: ({ password }) => {
      if (password !== null) return;
      announce(`${member.name} signs in with the new password.`);
      onClose();
    },
    onError: announceError,
  });
  const made = save.data?.password ?? null;
  return (
    <Modal opened onClose={onClose} title={`New password for ${member.name}`} closeOnClickOutside={made === null}>
      {made === null ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isLongEnough(chosen)) save.mutate();
          }}
        >
          <Stack gap="sm">
            <Text size="sm">The password they have ends, and they are signed out wherever they are signed in.</Text>
            <FirstPassword password={chosen} onChange={setChosen} />
            <Button type="submit" disabled={!isLongEnough(chosen)} loading={save.isPending}>
              Set the password
            </Button>
          </Stack>
        </form>
      ) : (
        <Stack gap="sm">
          <Text size="sm">This is the only time the password is shown; hand it over now.</Text>
          <CopyField label="Password" value={made} />
          <Button onClick={onClose}>Done</Button>
        </Stack>
      )}
    </Modal>
  );
}
