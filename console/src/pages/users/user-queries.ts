import { queryOptions } from '@tanstack/react-query'
import { type AppPath, api, call } from '../../api/client.ts'
import { from } from '../../api/pages.ts'

export const userKey = (app: AppPath, user: string): string[] => ['user', app.org_name, app.app_name, user]

const at = (app: AppPath, username: string) => ({ params: { path: { ...app, username } } })

export const userQuery = (app: AppPath, username: string) =>
  queryOptions({
    queryKey: [...userKey(app, username), 'one'],
    queryFn: async () =>
      (await call(api.GET('/{org_name}/{app_name}/users/{username}', at(app, username)))).entities?.[0] ??
      null,
  })

export const devicesQuery = (app: AppPath, username: string) =>
  queryOptions({
    queryKey: [...userKey(app, username), 'devices'],
    refetchInterval: 10_000,
    queryFn: async () =>
      (
        await call(
          api.GET('/{org_name}/{app_name}/users/{username}/resources', {
            params: { path: { ...app, username }, query: { times: true } },
          }),
        )
      ).data ?? [],
  })

/** Seconds for which a user is muted in all chat rooms; -1: for ever. */
export const mutesQuery = (app: AppPath, username: string) =>
  queryOptions({
    queryKey: [...userKey(app, username), 'mutes'],
    queryFn: async () =>
      Number(
        (await call(api.GET('/{org_name}/{app_name}/mutes/{username}', at(app, username)))).data?.chatroom ??
          0,
      ),
  })

/** Chat rooms of a user on one page. */
const roomsPage = 200

/** A page of the chat rooms that a user is in; the cursor is the number of the page. */
export async function readRooms(app: AppPath, username: string, cursor: string) {
  const page = Number(cursor || 1)
  const { data = [] } = await call(
    api.GET('/{org_name}/{app_name}/users/{username}/joined_chatrooms', {
      params: { path: { ...app, username }, query: { pagenum: page, pagesize: roomsPage } },
    }),
  )
  const rows = data as { id: string; name: string }[]
  return { rows, cursor: rows.length < roomsPage ? undefined : String(page + 1) }
}

export interface Sanction {
  kind: 'muted' | 'blocked'
  chatroom: string
  name: string
  expire: number
  reason: string
}

export async function readSanctions(app: AppPath, username: string, cursor: string) {
  const { data = [], cursor: next } = await call(
    api.GET('/{org_name}/{app_name}/users/{username}/sanctions', {
      params: { path: { ...app, username }, query: { limit: 100, ...from(cursor) } },
    }),
  )
  return { rows: data as Sanction[], cursor: next }
}
