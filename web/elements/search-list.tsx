import type { ReactNode } from 'react';
import { type Column, DataTable, LoadMore } from './data-table.tsx';
import type { useSearchPage } from './search-page.ts';
import { ErrorState, LoadingRows } from './states.tsx';

/** What `useSearchPage` gives, narrowed to the rows of one screen. */
type SearchPage<Row> = Omit<ReturnType<typeof useSearchPage>, 'rows'> & { rows: Row[] };

interface SearchListProps<Row> {
  label: string;
  noun: string;
  page: SearchPage<Row>;
  columns: Column<Row>[];
  keyOf: (row: Row) => string;
  isMuted?: (row: Row) => boolean;
  /** shown instead of a table without rows */
  empty: ReactNode;
}

/** A searchable table in each of its states. */
export function SearchList<Row>({ label, noun, page, columns, keyOf, isMuted, empty }: SearchListProps<Row>) {
  if (page.error !== null) return <ErrorState error={page.error} onRetry={page.retry} />;
  if (page.isLoading) return <LoadingRows rows={14} />;
  if (page.rows.length === 0) return empty;
  return (
    <>
      <DataTable label={label} columns={columns} rows={page.rows} keyOf={keyOf} {...(isMuted && { isMuted })} />
      <LoadMore
        shown={page.rows.length}
        total={page.total}
        noun={noun}
        hasMore={page.hasMore}
        isLoading={page.isLoadingMore}
        onMore={page.loadMore}
      />
    </>
  );
}
