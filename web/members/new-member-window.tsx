import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { AddedMember } from '../../schemas/members.ts';
import type { Role } from '../../schemas/session.ts';
import { announceError } from '../elements/announce.tsx';
import { CopyField } from '../elements/copy-field.tsx';
import { type Chosen, FirstPassword, isLongEnough } from './first-password.tsx';
import { addMember } from './queries.ts';
import { RoleChoice } from './role-choice.tsx';

/** Asks who it is and what they may do, then says how they sign in. */
export function NewMemberWindow({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [roles, setRoles] = useState<Role[]>(['clerk']);
  const [password, setPassword] = useState<Chosen>(null);
  const add = useMutation({
    mutationFn: () => addMember({ name, email: email.trim(), roles, ...(password === null ? {} : { password }) }),
    onError: announceError,
  });
  const isIncomplete = name.trim() === '' || email.trim() === '' || roles.length === 0 || !isLongEnough(password);
  return (
    <Modal opened onClose={onClose} title="New sign-in" closeOnClickOutside={add.data === undefined}>
      {add.data === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!isIncomplete) add.mutate();
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="Name"
              data-autofocus
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label="Email"
              type="email"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <RoleChoice roles={roles} onChange={setRoles} />
            <FirstPassword password={password} onChange={setPassword} />
            <Button type="submit" disabled={isIncomplete} loading={add.isPending}>
              Add
            </Button>
          </Stack>
        </form>
      ) : (
        <Stack gap="sm">
          <Added member={add.data} />
          <Button onClick={onClose}>Done</Button>
        </Stack>
      )}
    </Modal>
  );
}

function Added({ member: { name, email, password, isKnown } }: { member: AddedMember }) {
  if (isKnown)
    return (
      <Text size="sm">
        {name} signs in here already, for another account, and keeps the name and the password they have. Whoever knows
        that password can now sign in to this account as {email}.
      </Text>
    );
  if (password === null)
    return (
      <Text size="sm">
        {name} signs in as {email} with the password you chose.
      </Text>
    );
  return (
    <>
      <Text size="sm">
        {name} signs in as {email}. This is the only time the password is shown; hand it over now.
      </Text>
      <CopyField label="Password" value={password} />
    </>
  );
}
