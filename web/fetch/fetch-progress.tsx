import { Button, Progress } from '@mantine/core';
import { IconExternalLink, IconPlayerPause, IconPlayerPlay, IconRefresh, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { Fetch, FetchItem, FetchWithItems } from '../../schemas/fetches.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { DataTable } from '../elements/data-table.tsx';
import { Details } from '../elements/details.tsx';
import { Section } from '../elements/screen.tsx';
import { countOf, formatCount, formatMoment } from '../format.ts';
import { hasRole } from '../session.ts';
import styles from './fetch.module.css';
import { cancelFetch, holdFetch, importAnyway, isRunning, retryFailed } from './queries.ts';

type Item = z.infer<typeof FetchItem>;

const STATE_WORDS: Record<Fetch['state'], string> = {
  queued: 'Starting',
  listing: 'Listing projects',
  running: 'Running',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

const ITEM_WORDS: Record<Item['state'], string> = {
  pending: 'Waiting',
  done: 'Done',
  skipped: 'Skipped',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const KINDS: Record<string, string> = {
  vendors: 'Vendors',
  master_cost_codes: 'Master cost codes',
  cost_types: 'Cost types',
  tax_codes: 'Tax codes',
};

/** One fetch: how far it is, what it brought, and for each project what became of it. */
export function FetchProgress({ fetch, mayCancel }: { fetch: FetchWithItems; mayCancel: boolean }) {
  const { projects } = fetch;
  const ended = projects.done + projects.skipped + projects.failed + projects.cancelled;
  const share = (count: number) => (projects.seen === 0 ? 0 : (count / projects.seen) * 100);
  const running = isRunning(fetch);
  return (
    <Section
      title={`${stateWords(fetch)}: ${fetch.companyName}`}
      hint={
        running
          ? 'You can leave this page; the fetch goes on by itself.'
          : `Ended ${fetch.finishedAt === null ? '' : formatMoment(fetch.finishedAt)}`
      }
      action={mayCancel && <Actions fetch={fetch} />}
    >
      {fetch.problem !== null && (
        <p className={styles.problem} role="alert">
          {fetch.problem}
        </p>
      )}
      <div className={styles.progressHead}>
        <span>
          Projects <strong className="figures">{formatCount(ended)}</strong> of{' '}
          <span className="figures">{formatCount(projects.seen)}</span>
        </span>
        <span className={styles.soft}>{paceWords(fetch)}</span>
      </div>
      <Progress.Root size="md" radius="xl">
        <Progress.Section value={share(projects.done)} color="accent" aria-label="Projects done" />
        <Progress.Section value={share(projects.skipped + projects.cancelled)} color="gray.5" aria-label="Skipped" />
        <Progress.Section value={share(projects.failed)} color="red.6" aria-label="Failed" />
      </Progress.Root>
      <dl className={styles.counts}>
        <Count name="Seen" count={projects.seen} />
        <Count name="Done" count={projects.done} />
        <Count name="Skipped" count={projects.skipped} />
        <Count name="Failed" count={projects.failed} />
        {running && <Count name="Waiting" count={projects.pending} />}
        {projects.cancelled > 0 && <Count name="Cancelled" count={projects.cancelled} />}
        <Count name="Cost codes" count={fetch.progress.costCodes} />
        {running && fetch.counts.vendors === undefined && (
          <Count name="Vendors so far" count={fetch.progress.vendors} />
        )}
        {Object.entries(fetch.counts).map(([kind, count]) => (
          <Count key={kind} name={KINDS[kind] ?? kind.replaceAll('_', ' ')} count={count} />
        ))}
      </dl>
      <Items fetchId={fetch.id} items={fetch.items} />
      {fetch.temporalUrl !== null && (
        <Details>
          <a href={fetch.temporalUrl} target="_blank" rel="noreferrer">
            Open in Temporal <IconExternalLink size={13} aria-hidden />
          </a>
        </Details>
      )}
    </Section>
  );
}

/** What is going on, in a word. */
export const stateWords = (fetch: Fetch): string =>
  fetch.pausedAt !== null && isRunning(fetch) ? 'Paused' : STATE_WORDS[fetch.state];

function Actions({ fetch }: { fetch: FetchWithItems }) {
  const navigate = useNavigate();
  const isPaused = fetch.pausedAt !== null;
  const hold = useMutation({
    mutationFn: () => holdFetch(fetch.id, isPaused ? 'resume' : 'pause'),
    onError: announceError,
  });
  const cancel = useMutation({ mutationFn: () => cancelFetch(fetch.id), onError: announceError });
  const retry = useMutation({
    mutationFn: () => retryFailed(fetch.id),
    onSuccess: ({ id }) => void navigate({ to: '/fetch', search: { id } }),
    onError: announceError,
  });
  if (!isRunning(fetch))
    return (
      fetch.projects.failed > 0 && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={retry.isPending}
          onClick={() => retry.mutate()}
        >
          {fetch.projects.failed === 1 ? 'Retry this one' : `Retry these ${formatCount(fetch.projects.failed)}`}
        </Button>
      )
    );
  const HoldIcon = isPaused ? IconPlayerPlay : IconPlayerPause;
  return (
    <div className={styles.actions}>
      <Button
        variant="default"
        leftSection={<HoldIcon size={14} aria-hidden />}
        loading={hold.isPending}
        onClick={() => hold.mutate()}
      >
        {isPaused ? 'Go on' : 'Pause'}
      </Button>
      <Button
        variant="default"
        leftSection={<IconX size={14} aria-hidden />}
        loading={cancel.isPending}
        onClick={() => cancel.mutate()}
      >
        Cancel
      </Button>
    </div>
  );
}

/** Rate, time left and calls, as far as they are known. */
function paceWords({ progress, callsUsed }: FetchWithItems): string {
  const { projectsPerMinute, secondsLeft, allowance } = progress;
  return [
    projectsPerMinute === null ? null : `${projectsPerMinute} projects a minute`,
    secondsLeft === null ? null : `about ${leftWords(secondsLeft)} left`,
    `${formatCount(callsUsed)} calls to Procore used`,
    allowance === null ? null : `${formatCount(allowance.used)} of ${formatCount(allowance.limit)} this hour`,
  ]
    .filter((words) => words !== null)
    .join(' · ');
}

const leftWords = (seconds: number): string =>
  seconds < 90 ? countOf(Math.max(1, seconds), 'second') : countOf(Math.round(seconds / 60), 'minute');

function Count({ name, count }: { name: string; count: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{formatCount(count)}</dd>
    </div>
  );
}

/** Shown at first: enough for a look. */
const FIRST_ITEMS = 12;
const ORDER: Item['state'][] = ['failed', 'skipped', 'cancelled', 'pending', 'done'];

function Items({ fetchId, items }: { fetchId: string; items: Item[] }) {
  const [isAll, setAll] = useState(false);
  const { session } = useRouteContext({ from: '/frame' });
  const isAdmin = hasRole(session, 'admin');
  if (items.length === 0) return null;
  const sorted = [...items].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return (
    <div className={styles.items}>
      <DataTable
        label="Projects of this fetch"
        rows={isAll ? sorted : sorted.slice(0, FIRST_ITEMS)}
        keyOf={(item) => item.id}
        columns={[
          { header: 'Project', width: 130, cell: (item) => <strong>{item.projectNumber ?? 'Not numbered'}</strong> },
          { header: 'Name', width: 240, cell: (item) => item.projectName },
          {
            header: 'Result',
            width: 100,
            cell: (item) => <span data-state={item.state}>{ITEM_WORDS[item.state]}</span>,
          },
          { header: 'Reason', cell: (item) => <span title={item.reason ?? undefined}>{item.reason}</span> },
          {
            header: '',
            width: 130,
            align: 'right',
            cell: (item) => item.mayImportAnyway && isAdmin && <ImportAnyway fetchId={fetchId} item={item} />,
          },
        ]}
      />
      {items.length > FIRST_ITEMS && !isAll && (
        <Button variant="subtle" mt="xs" onClick={() => setAll(true)}>
          Show all {countOf(items.length, 'project')}
        </Button>
      )}
    </div>
  );
}

function ImportAnyway({ fetchId, item }: { fetchId: string; item: Item }) {
  const bring = useMutation({
    mutationFn: (reason: string) => importAnyway(fetchId, item.id, reason),
    onSuccess: () => announce('The project is being imported and will be kept current by hand.'),
    onError: announceError,
  });
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={bring.isPending}
      onClick={() => {
        const reason = window.prompt('Why import it although its stage is not ticked?')?.trim();
        if (reason) bring.mutate(reason);
      }}
    >
      Import anyway
    </Button>
  );
}
