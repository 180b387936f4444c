import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { AppPath } from '../../api/client.ts'
import { adminsQuery, bannedQuery, detailsQuery, mutedQuery } from './room-queries.ts'

/** How a user stands in a room. */
export interface Standing {
  isOwner: boolean
  isAdmin: boolean
  isMuted: boolean
  isBanned: boolean
}

/** How each user stands in a room. */
export function useStandings(app: AppPath, room: string): (user: string) => Standing {
  const { data: details } = useQuery(detailsQuery(app, room))
  const { data: admins } = useQuery(adminsQuery(app, room))
  const { data: muted } = useQuery(mutedQuery(app, room))
  const { data: banned } = useQuery(bannedQuery(app, room))
  const sets = useMemo(
    () => ({
      admins: new Set(admins),
      muted: new Set(muted?.map(({ user }) => user)),
      banned: new Set(banned?.map(({ user }) => user)),
    }),
    [admins, muted, banned],
  )
  const owner = details?.owner
  return useCallback(
    (user) => ({
      isOwner: user === owner,
      isAdmin: sets.admins.has(user),
      isMuted: sets.muted.has(user),
      isBanned: sets.banned.has(user),
    }),
    [sets, owner],
  )
}
