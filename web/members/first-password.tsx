import { PasswordInput, Stack, Switch } from '@mantine/core';
import { LEAST_PASSWORD_LENGTH } from '../../schemas/members.ts';

/** A password to be: `null` while one is to be made. */
export type Chosen = string | null;

export const isLongEnough = (password: Chosen) => password === null || password.length >= LEAST_PASSWORD_LENGTH;

interface FirstPasswordProps {
  password: Chosen;
  onChange(password: Chosen): void;
}

/** One that is made, which is the better, or one the admin types. */
export function FirstPassword({ password, onChange }: FirstPasswordProps) {
  return (
    <Stack gap="xs">
      <Switch
        label="Make a password and show it once"
        checked={password === null}
        onChange={(event) => onChange(event.currentTarget.checked ? null : '')}
      />
      {password !== null && (
        <PasswordInput
          label="Password"
          description={`At least ${LEAST_PASSWORD_LENGTH} characters`}
          autoComplete="new-password"
          value={password}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Stack>
  );
}
