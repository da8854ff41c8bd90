import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconCloudOff, IconLock, type TablerIcon } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError, sentenceOf } from '../api.ts';
import { formatMoment } from '../format.ts';
import { Details } from './details.tsx';
import styles from './states.module.css';

interface EmptyStateProps {
  icon: TablerIcon;
  title: string;
  /** what to do first */
  children: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <div className={styles.state}>
      <Icon size={28} stroke={1.5} className={styles.icon} aria-hidden />
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.text}>{children}</p>
      {action}
    </div>
  );
}

/** Why a screen cannot be shown: no answer, no permission, or a refusal, each with what to do. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 403) return <NoPermission />;
  const isOffline = error instanceof ApiError && error.code === 'UNREACHABLE';
  return (
    <div className={styles.state} role="alert">
      {isOffline ? (
        <IconCloudOff size={28} stroke={1.5} className={styles.icon} aria-hidden />
      ) : (
        <IconAlertTriangle size={28} stroke={1.5} className={styles.icon} aria-hidden />
      )}
      <h2 className={styles.title}>{isOffline ? 'No connection to the server' : 'This could not be loaded'}</h2>
      <p className={styles.text}>
        {sentenceOf(error)}
        {isOffline && ' We keep trying by ourselves.'}
      </p>
      <Button onClick={onRetry}>Try again</Button>
      <Details>
        <pre className={styles.technical}>{technical(error)}</pre>
      </Details>
    </div>
  );
}

function NoPermission({ children }: { children?: ReactNode }) {
  return (
    <EmptyState icon={IconLock} title="You may not see this">
      {children ?? 'Your role does not include this screen. An administrator of your account can give it to you.'}
    </EmptyState>
  );
}

/** Rows of the height the table will have, so that nothing jumps. */
export function LoadingRows({ rows = 10 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className={styles.loading}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <Skeleton key={index} height={12} radius="xl" width={`${94 - ((index * 13) % 40)}%`} />
      ))}
    </div>
  );
}

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}

/** The states every screen has, around the one that shows the data. */
export function Loaded<T>({ query, loading, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return loading ?? <LoadingRows />;
}

export function ScreenPending() {
  return <LoadingRows rows={12} />;
}

export function ScreenError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <ErrorState
      error={error}
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}

export function NotFound() {
  return (
    <div className={styles.state}>
      <h2 className={styles.title}>There is no such page</h2>
      <p className={styles.text}>It may have been moved, or the address was cut short.</p>
      <Link to="/">Go to the overview</Link>
    </div>
  );
}

function technical(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const fields = error.fields.map((field) => `${field.path}: ${field.message}`);
  return [`${error.code} (${error.status})`, `at ${formatMoment(new Date().toISOString())}`, ...fields].join('\n');
}
