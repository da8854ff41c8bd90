import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { page } from '../../schemas/common.ts';
import { api } from '../api.ts';

interface SearchPageRequest<T extends z.ZodType> {
  /** first word of the cache key, the name live events use */
  key: string;
  path: string;
  row: T;
  query: Record<string, string | undefined>;
  limit?: number;
  isEnabled?: boolean;
}

/** One searchable list of the API, page after page. The old rows stay while a new search is on its way. */
export function useSearchPage<T extends z.ZodType>({
  key,
  path,
  row,
  query,
  limit = 100,
  isEnabled = true,
}: SearchPageRequest<T>) {
  const result = useInfiniteQuery({
    queryKey: [key, path, query, limit],
    queryFn: ({ pageParam }) => api.get(path, page(row), { ...query, limit, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  });
  const pages = result.data?.pages ?? [];
  return {
    isLoading: result.isPending && isEnabled,
    /** a refusal while nothing is shown; with rows on screen the frame says that they are old */
    error: result.data === undefined ? result.error : null,
    retry: () => void result.refetch(),
    rows: pages.flatMap((one) => one.rows),
    total: pages[0]?.total ?? 0,
    hasMore: result.hasNextPage,
    isLoadingMore: result.isFetchingNextPage,
    loadMore: () => void result.fetchNextPage(),
  };
}
