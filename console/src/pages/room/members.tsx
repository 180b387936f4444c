import { useLingui } from '@lingui/react/macro'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useMemo, useRef, useState } from 'react'
import type { AppPath } from '../../api/client.ts'
import { inputClass } from '../../ui/field.tsx'
import { useVirtualRows } from '../../ui/row-keys.ts'
import { Scroller } from '../../ui/scroller.tsx'
import { Loading, Problem } from '../../ui/states.tsx'
import type { Moderation } from './moderation.ts'
import { detailsQuery, membersQuery, onlineQuery } from './room-queries.ts'
import { StandingBadges } from './standing-badges.tsx'
import type { Standing } from './standings.ts'
import { UserMenu } from './user-menu.tsx'

interface Props {
  app: AppPath
  room: string
  standingOf(user: string): Standing
  moderation: Moderation | undefined
}

const rowPixels = 40

/** Who is in the room, the owner first; who of those in sight is online. */
export const Members = memo(function Members({ app, room, standingOf, moderation }: Props) {
  const { t } = useLingui()
  const place = useRef<HTMLElement>(null)
  const [search, setSearch] = useState('')
  const { data: details } = useQuery(detailsQuery(app, room))
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    membersQuery(app, room),
  )
  const members = useMemo(() => {
    const others = data?.pages.flatMap((page) => page.data as string[]) ?? []
    const all = details ? [details.owner, ...others] : others
    return search ? all.filter((user) => user.includes(search.trim().toLowerCase())) : all
  }, [data, details, search])
  const virtual = useVirtualizer({
    count: members.length,
    getScrollElement: () => place.current,
    estimateSize: () => rowPixels,
    overscan: 10,
  })
  useVirtualRows(place, members.length, virtual.scrollToIndex)
  const shown = virtual.getVirtualItems()
  const first = shown[0]?.index ?? 0
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasNextPage && !isFetching && last >= members.length - 20) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage, last, members.length])
  const inSight = useMemo(() => {
    const from = Math.floor(first / 50) * 50
    return members.slice(from, from + 100)
  }, [members, first])
  const { data: online } = useQuery({ ...onlineQuery(app, inSight), placeholderData: (before) => before })

  if (error) return <Problem error={error} onRetry={refetch} />
  if (!data) return <Loading />
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="p-2">
        <input
          type="search"
          aria-label={t`Find a member`}
          placeholder={t`Find a member`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={inputClass}
        />
      </div>
      <Scroller isList ref={place} label={t`Members`} className="min-h-0 flex-1 overflow-y-auto">
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const user = members[index]
            if (user === undefined) return null
            const isOnline = online?.has(user) ?? false
            return (
              <div
                key={user}
                data-row={index}
                tabIndex={-1}
                className="absolute top-0 left-0 flex h-10 w-full items-center gap-2 px-3 hover:bg-raised"
                style={{ transform: `translateY(${start}px)` }}
              >
                <span
                  role="img"
                  aria-label={isOnline ? t`online` : t`offline`}
                  title={isOnline ? t`online` : t`offline`}
                  className={`size-2 shrink-0 rounded-full ${isOnline ? 'bg-good' : 'border border-edge'}`}
                />
                <span className="min-w-0 flex-1 truncate">{user}</span>
                <StandingBadges standing={standingOf(user)} />
                {moderation ? (
                  <UserMenu app={app} user={user} standing={standingOf(user)} moderation={moderation} />
                ) : null}
              </div>
            )
          })}
        </div>
      </Scroller>
    </div>
  )
})
