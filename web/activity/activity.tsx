import { Button, SegmentedControl } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ActivityEntry, ActivityPage } from '../../schemas/activity.ts';
import { api } from '../api.ts';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { SearchField } from '../elements/search-field.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../elements/states.tsx';
import { formatMoment } from '../format.ts';
import { changeInWords, deedInWords } from './words.ts';

const COLUMNS: Column<ActivityEntry>[] = [
  { header: 'When', width: 160, cell: (row) => formatMoment(row.at) },
  { header: 'Who', width: 200, cell: (row) => row.actor ?? 'The integration' },
  { header: 'What', width: 210, cell: (row) => deedInWords(row.action) },
  { header: 'About', width: 200, cell: (row) => <About row={row} /> },
  { header: 'In words', cell: (row) => row.message ?? row.changes.map(changeInWords).join('; ') },
];

function About({ row }: { row: ActivityEntry }) {
  if (row.document?.kind === 'invoice')
    return (
      <Link to="/invoices/$id" params={{ id: row.document.id }}>
        {row.subject}
      </Link>
    );
  if (row.document?.kind === 'purchase_order')
    return (
      <Link to="/purchase-orders/$id" params={{ id: row.document.id }}>
        {row.subject}
      </Link>
    );
  return row.subject;
}

/** What people and the integration did, newest first. */
export function ActivityScreen() {
  const { search, show = 'all' } = useSearch({ from: '/frame/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const entries = useInfiniteQuery({
    queryKey: ['activity', show, search],
    queryFn: ({ pageParam }) => api.get('/api/activity', ActivityPage, { show, search, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = entries.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Screen
      title="Activity"
      actions={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Show"
            value={show}
            onChange={(value) =>
              void navigate({
                search: { search, show: value === 'all' ? undefined : (value as 'changes' | 'documents') },
                replace: true,
              })
            }
            data={[
              { value: 'all', label: 'All' },
              { value: 'changes', label: 'Changes by people' },
              { value: 'documents', label: 'Documents' },
            ]}
          />
          <SearchField
            label="Search activity"
            value={search}
            onSearch={(text) => void navigate({ search: (before) => ({ ...before, search: text }), replace: true })}
          />
        </>
      }
    >
      {entries.error !== null && rows.length === 0 && (
        <ErrorState error={entries.error} onRetry={() => void entries.refetch()} />
      )}
      {entries.isPending && <LoadingRows rows={14} />}
      {entries.isSuccess && rows.length === 0 && (
        <EmptyState icon={IconHistory} title={search ? `Nothing about "${search}"` : 'Nothing has happened yet'}>
          Changes of settings, decisions, and each document checked, approved or sent appear here.
        </EmptyState>
      )}
      {rows.length > 0 && <DataTable label="Activity" columns={COLUMNS} rows={rows} keyOf={(row) => row.id} />}
      {entries.hasNextPage && (
        <Button
          variant="default"
          m="md"
          loading={entries.isFetchingNextPage}
          onClick={() => void entries.fetchNextPage()}
        >
          Load more
        </Button>
      )}
    </Screen>
  );
}
