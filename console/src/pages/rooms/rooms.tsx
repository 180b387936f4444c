import { useLingui } from '@lingui/react/macro'
import { useInfiniteQuery } from '@tanstack/react-query'
import { MessagesSquare, Plus } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { SearchBox } from '../../ui/search-box.tsx'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Column, DataTable } from '../../ui/table.tsx'
import { CreateRoom } from './create-room.tsx'

interface ListedRoom {
  id: string
  name: string
  owner: string
  affiliations_count: number
  disabled: boolean
}

const pageSize = 200

/** How many rooms are gone through for a search before it stops. */
const searched = 10_000

function useRooms(app: AppPageProps['app']) {
  return useInfiniteQuery({
    queryKey: ['rooms', app.org_name, app.app_name],
    queryFn: ({ pageParam }) =>
      call(
        api.GET('/{org_name}/{app_name}/chatrooms', {
          params: { path: app, query: { limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ cursor }) => cursor,
  })
}

const isFound = ({ id, name, owner }: ListedRoom, text: string): boolean =>
  id === text || owner === text || name.toLowerCase().includes(text.toLowerCase())

function useColumns(app: AppPageProps['app']): Column<ListedRoom>[] {
  const { t, i18n } = useLingui()
  return [
    {
      id: 'name',
      title: t`Name`,
      sortBy: ({ name }) => name,
      className: 'max-w-0 w-full',
      cell: ({ id, name, disabled }) => (
        <span className="flex min-w-0 items-center gap-2">
          <Link
            href={linkOf(app, `rooms/${id}`)}
            className="truncate font-medium text-ink hover:text-accent hover:underline"
          >
            {name || id}
          </Link>
          {disabled ? <Badge tone="warn">{t`Disabled`}</Badge> : null}
        </span>
      ),
    },
    {
      id: 'id',
      title: t`Room ID`,
      isWideOnly: true,
      cell: ({ id }) => <span className="font-mono text-xs text-dim">{id}</span>,
    },
    {
      id: 'owner',
      title: t`Owner`,
      sortBy: ({ owner }) => owner,
      className: 'max-w-40 truncate',
      cell: ({ owner }) => owner,
    },
    {
      id: 'members',
      title: t`Members`,
      isNumber: true,
      sortBy: ({ affiliations_count: count }) => count,
      cell: ({ affiliations_count: count }) => i18n.number(count),
    },
  ]
}

/** The rooms of an app, newest first; more are read as one scrolls. */
export function Rooms({ app }: AppPageProps) {
  const { t } = useLingui()
  const may = useMay()
  const [, go] = useLocation()
  const [search] = useParam('q')
  const [isCreating, setCreating] = useState(false)
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = useRooms(app)
  const rooms = useMemo(() => data?.pages.flatMap((page) => page.data ?? []) ?? [], [data])
  const found = useMemo(
    () => (search ? rooms.filter((room) => isFound(room, search.trim())) : rooms),
    [rooms, search],
  )
  const columns = useColumns(app)
  const isWorthReading = hasNextPage && !isFetching && (!search || rooms.length < searched)
  const more = useCallback(() => {
    if (isWorthReading) void fetchNextPage()
  }, [isWorthReading, fetchNextPage])
  const isSearching = search !== '' && hasNextPage && rooms.length < searched

  return (
    <Page
      isFull
      title={t`Chat rooms`}
      actions={
        <>
          <SearchBox label={t`Name, room ID or owner`} />
          {may('admin') ? (
            <Button look="accent" onClick={() => setCreating(true)}>
              <Plus size={16} aria-hidden="true" />
              {t`Create room`}
            </Button>
          ) : null}
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col rounded-lg border border-line bg-panel">
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {data === undefined ? error ? null : <Loading rows={10} /> : null}
        {data ? (
          <DataTable
            label={t`Chat rooms`}
            rows={found}
            columns={columns}
            idOf={({ id }) => id}
            onOpen={({ id }) => go(linkOf(app, `rooms/${id}`))}
            onEnd={more}
            empty={
              isSearching ? (
                <Loading />
              ) : search ? (
                <Empty icon={MessagesSquare} title={t`No room is called that.`} />
              ) : (
                <Empty icon={MessagesSquare} title={t`This app has no chat rooms yet.`}>
                  {t`Create one here, or let your server do it: POST /chatrooms.`}
                </Empty>
              )
            }
          />
        ) : null}
      </div>
      <CreateRoom app={app} open={isCreating} onClose={() => setCreating(false)} />
    </Page>
  )
}
