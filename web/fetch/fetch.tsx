import { Button } from '@mantine/core';
import { IconCloudDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import type { Fetch } from '../../schemas/fetches.ts';
import { Screen, Section } from '../elements/screen.tsx';
import { EmptyState, Loaded } from '../elements/states.tsx';
import { formatCount, formatDay, formatMoment } from '../format.ts';
import { hasRole } from '../session.ts';
import { companiesQuery } from '../settings/queries.ts';
import styles from './fetch.module.css';
import { FetchForm } from './fetch-form.tsx';
import { FetchProgress, stateWords } from './fetch-progress.tsx';
import { fetchesQuery, fetchQuery, isRunning } from './queries.ts';

export function FetchScreen() {
  const { session } = useRouteContext({ from: '/frame' });
  const { id } = useSearch({ from: '/frame/fetch' });
  const navigate = useNavigate({ from: '/fetch' });
  const companies = useQuery(companiesQuery);
  const fetches = useQuery(fetchesQuery);
  const mayFetch = hasRole(session, 'admin', 'operator');
  const shownId = id ?? fetches.data?.find(isRunning)?.id ?? fetches.data?.[0]?.id;
  return (
    <Screen title="Fetch" width="form">
      <Loaded query={companies}>
        {(known) =>
          known.length === 0 ? (
            <EmptyState
              icon={IconCloudDownload}
              title="Procore is not connected yet"
              action={
                <Button renderRoot={(root) => <Link to="/settings" search={{ tab: 'procore' }} {...root} />}>
                  Open Connection settings
                </Button>
              }
            >
              Connect to Procore first; then its projects, vendors and cost codes can be fetched.
            </EmptyState>
          ) : (
            <>
              {mayFetch && (
                <Section
                  title="Fetch Procore project"
                  hint="Dates pick projects modified in Procore on those days, both included. With a project id they are ignored."
                >
                  <FetchForm companies={known} onStarted={(fetch) => void navigate({ search: { id: fetch.id } })} />
                </Section>
              )}
              {shownId !== undefined && <ShownFetch key={shownId} id={shownId} mayCancel={mayFetch} />}
              <Loaded query={fetches}>{(all) => all.length > 0 && <History fetches={all} shownId={shownId} />}</Loaded>
            </>
          )
        }
      </Loaded>
    </Screen>
  );
}

/** Counts are read again on each live message; the clock is there for the seconds between them. */
const PROGRESS_MS = 2_000;

function ShownFetch({ id, mayCancel }: { id: string; mayCancel: boolean }) {
  const query = useQuery({
    ...fetchQuery(id),
    refetchInterval: ({ state }) => (state.data !== undefined && isRunning(state.data) ? PROGRESS_MS : false),
  });
  return <Loaded query={query}>{(fetch) => <FetchProgress fetch={fetch} mayCancel={mayCancel} />}</Loaded>;
}

function History({ fetches, shownId }: { fetches: Fetch[]; shownId: string | undefined }) {
  return (
    <Section title="History">
      <table className={styles.history} aria-label="Fetches so far">
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">What</th>
            <th scope="col">Company</th>
            <th scope="col">Result</th>
            <th scope="col" data-number>
              Brought
            </th>
            <th scope="col" data-number>
              Skipped
            </th>
            <th scope="col" data-number>
              Failed
            </th>
          </tr>
        </thead>
        <tbody>
          {fetches.map((fetch) => (
            <tr key={fetch.id} data-shown={fetch.id === shownId || undefined}>
              <td>
                <Link to="/fetch" search={{ id: fetch.id }}>
                  {formatMoment(fetch.createdAt)}
                </Link>
              </td>
              <td>{whatOf(fetch)}</td>
              <td>{fetch.companyName}</td>
              <td title={failureWords(fetch)}>{stateWords(fetch)}</td>
              <td data-number>{formatCount(fetch.projects.done)}</td>
              <td data-number>{formatCount(fetch.projects.skipped)}</td>
              <td data-number>{formatCount(fetch.projects.failed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

/** Why projects failed, as far as a line takes. */
const failureWords = ({ failures, problem }: Fetch): string | undefined =>
  [problem, ...failures.map(({ reason, count }) => `${formatCount(count)}: ${reason}`)]
    .filter((text) => text !== null)
    .join('\n') || undefined;

function whatOf(fetch: Fetch): string {
  if (fetch.retryOf !== null) return 'What had failed';
  if (fetch.projectId !== null) return `Project ${fetch.projectId}`;
  if (fetch.startDate === null || fetch.endDate === null) return 'All projects';
  return `${formatDay(fetch.startDate)} to ${formatDay(fetch.endDate)}`;
}
