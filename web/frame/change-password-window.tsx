import { Button, Modal, PasswordInput, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { LEAST_PASSWORD_LENGTH } from '../../schemas/members.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { changePassword } from '../session.ts';

export function ChangePasswordWindow({ onClose }: { onClose: () => void }) {
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const change = useMutation({
    mutationFn: () => changePassword({ currentPassword, newPassword }),
    onSuccess: () => {
      announce('Your password is changed. You are signed out everywhere else.');
      onClose();
    },
    onError: announceError,
  });
  const isIncomplete = currentPassword === '' || newPassword.length < LEAST_PASSWORD_LENGTH;
  return (
    <Modal opened onClose={onClose} title="Change password">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isIncomplete) change.mutate();
        }}
      >
        <Stack gap="sm">
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            data-autofocus
            value={currentPassword}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            description={`At least ${LEAST_PASSWORD_LENGTH} characters`}
            autoComplete="new-password"
            value={newPassword}
            onChange={(event) => setNew(event.currentTarget.value)}
          />
          <Button type="submit" disabled={isIncomplete} loading={change.isPending}>
            Change password
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
