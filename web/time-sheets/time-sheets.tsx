import { Button, SegmentedControl, Select } from '@mantine/core';
import { IconClockHour4 } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { TimeSheetRow } from '../../schemas/time-sheets.ts';
import { announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { EmptyState, Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { formatDay, today } from '../format.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import { peopleQuery } from '../people/queries.ts';
import { meQuery, openTimeSheet, timeSheetsQuery } from './queries.ts';
import { STATUS_WORDS } from './status.ts';
import styles from './time-sheets.module.css';

const COLUMNS: Column<TimeSheetRow>[] = [
  { header: 'Integration', width: 130, cell: (row) => <IntegrationMark state={row.integration} isShort /> },
  {
    header: 'Person',
    cell: (row) => (
      <Link to="/time-sheets/$id" params={{ id: row.id }}>
        {row.userName}
      </Link>
    ),
  },
  { header: 'Week of', width: 140, cell: (row) => formatDay(row.weekStart) },
  { header: 'Hours', width: 90, align: 'right', cell: (row) => row.hours },
  {
    header: 'Status',
    width: 260,
    cell: (row) => (
      <>
        {row.rejectedReason === null ? STATUS_WORDS[row.status] : 'Rejected'}{' '}
        {row.hasDrift && <Tag tone="warn">Changed in Procore</Tag>}
      </>
    ),
  },
];

const TABS = [
  { value: 'all', label: 'All' },
  { value: 'submitted', label: 'To approve' },
  { value: 'failed', label: 'Failed' },
] as const;

export function TimeSheetsScreen() {
  const { tab = 'all' } = useSearch({ from: '/frame/time-sheets' });
  const navigate = useNavigate({ from: '/time-sheets' });
  const me = useQuery(meQuery).data;
  const query = useQuery(
    timeSheetsQuery({
      status: tab === 'submitted' ? 'submitted' : undefined,
      integration: tab === 'failed' ? 'failed' : undefined,
    }),
  );
  const open = useMutation({
    mutationFn: (userId: string | undefined) => openTimeSheet(userId, today()),
    onSuccess: (sheet) => void navigate({ to: '/time-sheets/$id', params: { id: sheet.id } }),
    onError: announceError,
  });
  return (
    <Screen
      title="Time sheets"
      actions={
        <>
          {me?.canEnterForOthers && <PersonPicker onPick={(userId) => open.mutate(userId)} />}
          {me?.userId != null && (
            <Button loading={open.isPending} onClick={() => open.mutate(undefined)}>
              My week
            </Button>
          )}
        </>
      }
    >
      <SegmentedControl
        className={styles.tabs}
        aria-label="Which time sheets"
        value={tab}
        data={[...TABS]}
        onChange={(next) => void navigate({ search: { tab: next as (typeof TABS)[number]['value'] }, replace: true })}
      />
      <Loaded query={query}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState icon={IconClockHour4} title={tab === 'all' ? 'No time sheets yet' : 'Nothing here'}>
              {me?.canEnterForOthers ? 'Choose a person to enter their week.' : 'Open your week to begin.'}
            </EmptyState>
          ) : (
            <DataTable label="Time sheets" columns={COLUMNS} rows={rows} keyOf={(row) => row.id} />
          )
        }
      </Loaded>
    </Screen>
  );
}

/** Opens this week of somebody whose time one may enter. */
function PersonPicker({ onPick }: { onPick(userId: string): void }) {
  const people = useQuery(peopleQuery).data?.rows ?? [];
  const [value, setValue] = useState<string | null>(null);
  return (
    <Select
      aria-label="Enter time for"
      placeholder="Enter time for"
      searchable
      data={people.filter((one) => one.isActive).map((one) => ({ value: one.id, label: one.name }))}
      value={value}
      onChange={(id) => {
        setValue(id);
        if (id !== null) onPick(id);
      }}
    />
  );
}
