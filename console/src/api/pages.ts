import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'

interface PageOf<Row> {
  rows: readonly Row[]
  cursor?: string | undefined
}

/** A list that is read page by page, as far as one scrolls. */
export function usePages<Row>(key: readonly unknown[], read: (cursor: string) => Promise<PageOf<Row>>) {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: '',
    getNextPageParam: ({ cursor }) => cursor,
  })
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows), [data])
  const mayRead = hasNextPage && !isFetching
  const more = useCallback(() => {
    if (mayRead) void fetchNextPage()
  }, [mayRead, fetchNextPage])
  return { rows, error, refetch, more, hasMore: hasNextPage, isFetching }
}

export const from = (cursor: string): { cursor?: string } => (cursor ? { cursor } : {})
