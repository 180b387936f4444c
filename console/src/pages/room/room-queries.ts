import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { type AppPath, api, call } from '../../api/client.ts'
import { readRoom } from '../../api/room.ts'
import { roomKey } from './room-feed.ts'

const at = (app: AppPath, room: string) => ({ params: { path: { ...app, chatroom_id: room } } })

export const detailsQuery = (app: AppPath, room: string) =>
  queryOptions({
    queryKey: [...roomKey(app, room), 'details'],
    queryFn: () => readRoom(app, room),
  })

export const adminsQuery = (app: AppPath, room: string) =>
  queryOptions({
    queryKey: [...roomKey(app, room), 'admins'],
    queryFn: async () =>
      (await call(api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/admin', at(app, room)))).data ?? [],
  })

export const mutedQuery = (app: AppPath, room: string) =>
  queryOptions({
    queryKey: [...roomKey(app, room), 'muted'],
    queryFn: async () =>
      (await call(api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/mute', at(app, room)))).data ?? [],
  })

export const bannedQuery = (app: AppPath, room: string) =>
  queryOptions({
    queryKey: [...roomKey(app, room), 'banned'],
    queryFn: async () =>
      (await call(api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/bans', at(app, room)))).data ?? [],
  })

export const announcementQuery = (app: AppPath, room: string) =>
  queryOptions({
    queryKey: [...roomKey(app, room), 'announcement'],
    queryFn: async () =>
      (await call(api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/announcement', at(app, room)))).data
        ?.announcement ?? '',
  })

export const slowModeQuery = (app: AppPath, room: string) =>
  queryOptions({
    queryKey: [...roomKey(app, room), 'slow'],
    queryFn: async () =>
      (await call(api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/slow_mode', at(app, room)))).data
        ?.slowMode ?? 0,
  })

export interface Life {
  idle_timeout: number
  empty_timeout: number
  warn_before: number
  opens_at: number
  expires_at: number
  keep: boolean
  /** Fields that the room leaves to its app. */
  from_app: string[]
  dissolves_at?: number
}

export const lifecycleQuery = (app: AppPath, room: string) =>
  queryOptions({
    queryKey: [...roomKey(app, room), 'lifecycle'],
    queryFn: async () =>
      (await call(api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/lifecycle', at(app, room))))
        .data as Life,
  })

export const attributesQuery = (app: AppPath, room: string) =>
  queryOptions({
    queryKey: [...roomKey(app, room), 'attributes'],
    queryFn: async () =>
      ((
        await call(
          api.POST('/{org_name}/{app_name}/metadata/chatroom/{chatroom_id}', { ...at(app, room), body: {} }),
        )
      ).data ?? {}) as Record<string, string>,
  })

const membersPage = 500

export const membersQuery = (app: AppPath, room: string) =>
  infiniteQueryOptions({
    queryKey: [...roomKey(app, room), 'members'],
    queryFn: ({ pageParam }) =>
      call(
        api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/users', {
          params: {
            path: { ...app, chatroom_id: room },
            query: { version: 'v3', limit: membersPage, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ cursor }) => cursor,
  })

/** Who of up to 100 users is online. */
export const onlineQuery = (app: AppPath, usernames: readonly string[]) =>
  queryOptions({
    queryKey: ['online', app.org_name, app.app_name, usernames],
    enabled: usernames.length > 0,
    refetchInterval: 15_000,
    async queryFn() {
      const { data } = await call(
        api.POST('/{org_name}/{app_name}/users/batch/status', {
          params: { path: app },
          body: { usernames: [...usernames] },
        }),
      )
      const states = (data ?? []) as Record<string, string>[]
      return new Set(states.flatMap((state) => Object.keys(state).filter((user) => state[user] === 'online')))
    },
  })
