import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, sentenceOf } from '../api.ts';
import { signIn } from '../session.ts';
import styles from './sign-in.module.css';

export function SignIn() {
  const { next } = useSearch({ from: '/sign-in' });
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const enter = useMutation({
    mutationFn: () => signIn(email.trim(), password),
    onSuccess: () => router.history.push(ownPath(next)),
  });
  return (
    <main className={styles.page}>
      <form
        className={styles.card}
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <img src="/mark.svg" alt="" width={36} height={36} />
        <h1 className={styles.title}>Sign in to Lentune for Procore</h1>
        <TextInput
          size="sm"
          label="Email"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          size="sm"
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {enter.error !== null && (
          <p className={styles.error} role="alert">
            {refusal(enter.error)}
          </p>
        )}
        <Button size="sm" type="submit" loading={enter.isPending} fullWidth>
          Sign in
        </Button>
        <p className={styles.foot}>No access yet? An administrator of your account adds people.</p>
      </form>
    </main>
  );
}

/** The way back after signing in stays inside this app. */
function ownPath(next: string | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') ? next : '/';
}

function refusal(error: Error): string {
  if (error instanceof ApiError && error.status === 429) return 'Too many tries. Wait a minute, then try again.';
  const isWrong = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return isWrong ? 'The email or the password is not right.' : sentenceOf(error);
}
