import { Button, NativeSelect } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import type { Company } from '../../schemas/connection.ts';
import { Comparisons as Answer } from '../../schemas/reconcile.ts';
import { api, queryClient } from '../api.ts';
import { announceError } from '../elements/announce.tsx';
import { DataTable } from '../elements/data-table.tsx';
import { Section } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { countOf, formatCount, formatMoment } from '../format.ts';
import styles from './settings.module.css';

type Run = Answer['runs'][number];
type Intervals = Partial<Pick<Answer, 'changesEveryMinutes' | 'sweepEveryHours'>>;

const comparisonsQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['companies', companyId, 'comparisons'],
    queryFn: () => api.get(`/api/companies/${companyId}/comparisons`, Answer),
    refetchInterval: ({ state }) => (state.data?.runs.some(isUnderWay) ? WATCH_MS : false),
  });

const WATCH_MS = 2_000;
const isUnderWay = (run: Run) => run.state === 'running' || run.pending > 0;

interface ComparisonsProps {
  company: Company;
  isOnly: boolean;
  mayChange: boolean;
  mayStart: boolean;
}

/** How a company is kept equal with Procore where webhooks do not tell: how often, how long it takes, and what it found. */
export function Comparisons({ company, isOnly, mayChange, mayStart }: ComparisonsProps) {
  const query = useQuery(comparisonsQuery(company.id));
  const path = `/api/companies/${company.id}/comparisons`;
  const keep = (answer: Answer) => queryClient.setQueryData(comparisonsQuery(company.id).queryKey, answer);
  const change = useMutation({
    mutationFn: (intervals: Intervals) => api.patch(path, Answer, intervals),
    onSuccess: keep,
    onError: announceError,
  });
  const start = useMutation({
    mutationFn: (mode: Run['mode']) => api.post(path, Answer, { mode }),
    onSuccess: keep,
    onError: announceError,
    onSettled: () => setTimeout(() => void query.refetch(), 1_000),
  });
  return (
    <Section
      title={isOnly ? 'Compare with Procore' : `Compare ${company.name} with Procore`}
      hint="Finds changes and deletions no webhook told of. It takes at most a quarter of the calls Procore allows."
      action={
        mayStart && (
          <div className={styles.buttons}>
            <Button
              variant="default"
              leftSection={<IconRefresh size={14} aria-hidden />}
              loading={start.isPending}
              onClick={() => start.mutate('delta')}
            >
              Look for changes now
            </Button>
            <Button variant="default" loading={start.isPending} onClick={() => start.mutate('full')}>
              Compare everything now
            </Button>
          </div>
        )
      }
    >
      <Loaded query={query}>
        {(now) => (
          <>
            <div className={styles.toggles}>
              <Interval
                label="Look for changes"
                value={now.changesEveryMinutes}
                choices={MINUTES}
                isDisabled={!mayChange || change.isPending}
                onChange={(changesEveryMinutes) => change.mutate({ changesEveryMinutes })}
              />
              <Interval
                label="Compare everything"
                value={now.sweepEveryHours}
                choices={HOURS}
                isDisabled={!mayChange || change.isPending}
                onChange={(sweepEveryHours) => change.mutate({ sweepEveryHours })}
              />
            </div>
            <p className={styles.soft}>{planWords(now)}</p>
            <p className={styles.soft}>{deliveryWords(now.deliveries)}</p>
            {now.runs.length > 0 && <Runs runs={now.runs} />}
          </>
        )}
      </Loaded>
    </Section>
  );
}

const MINUTES: [number, string][] = [
  [5, 'Every 5 minutes'],
  [15, 'Every 15 minutes'],
  [60, 'Every hour'],
  [240, 'Every 4 hours'],
  [1440, 'Every day'],
];
const HOURS: [number, string][] = [
  [1, 'Every hour'],
  [6, 'Every 6 hours'],
  [24, 'Every day'],
  [168, 'Every week'],
];

interface IntervalProps {
  label: string;
  value: number;
  choices: [number, string][];
  isDisabled: boolean;
  onChange: (value: number) => void;
}

function Interval({ label, value, choices, isDisabled, onChange }: IntervalProps) {
  const known = choices.some(([choice]) => choice === value)
    ? choices
    : [...choices, [value, `Every ${value}`] as const];
  return (
    <NativeSelect
      label={label}
      value={String(value)}
      disabled={isDisabled}
      data={known.map(([choice, words]) => ({ value: String(choice), label: words }))}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
    />
  );
}

function planWords({ plan }: Answer): string {
  if (plan.isPaused) return 'Paused until Procore is connected again.';
  const allowance =
    plan.hourlyLimit === null
      ? `Procore has not said yet how many calls it allows; ${formatCount(plan.callsPerHour)} an hour are used at most.`
      : `Of ${formatCount(plan.hourlyLimit)} calls an hour, ${formatCount(plan.callsPerHour)} are used at most.`;
  const sweep = `A comparison of everything takes about ${durationWords(plan.sweepMinutes)}.`;
  const stretched = `That is not enough for the settings above: changes are looked for every ${durationWords(plan.changesEveryMinutes)}, everything is compared every ${durationWords(plan.sweepEveryHours * 60)}.`;
  return [allowance, sweep, ...(plan.isStretched ? [stretched] : [])].join(' ');
}

function durationWords(minutes: number): string {
  if (minutes < 60) return countOf(Math.max(1, Math.round(minutes)), 'minute');
  if (minutes < 48 * 60) return countOf(Math.round(minutes / 60), 'hour');
  return countOf(Math.round(minutes / 1440), 'day');
}

function deliveryWords({ failing, discarded, checkedAt }: Answer['deliveries']): string {
  if (checkedAt === null) return 'Procore has not been asked about its webhook deliveries yet.';
  if (failing + discarded === 0) return `All webhooks arrive (asked ${formatMoment(checkedAt)}).`;
  return `Procore retries ${countOf(failing, 'webhook')} and gave up ${formatCount(discarded)} (asked ${formatMoment(checkedAt)}).`;
}

function Runs({ runs }: { runs: Run[] }) {
  return (
    <DataTable
      label="Comparisons so far"
      rows={runs}
      keyOf={(run) => run.id}
      columns={[
        { header: 'Began', width: 150, cell: (run) => formatMoment(run.createdAt) },
        { header: 'What', width: 110, cell: (run) => (run.mode === 'full' ? 'Everything' : 'Changes') },
        { header: 'Result', cell: (run) => resultWords(run) },
      ]}
    />
  );
}

function resultWords(run: Run): string {
  const missed =
    run.missedCount === 0 ? 'nothing webhooks had missed' : `${countOf(run.missedCount, 'change')} webhooks had missed`;
  if (isUnderWay(run)) return `Under way: ${missed} so far, ${countOf(run.pending, 'record')} to look at.`;
  return [`Found ${missed}.`, run.problem].filter((text) => text !== null).join(' ');
}
