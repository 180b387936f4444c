import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type AppPath, api, call, isRefusal } from './client.ts'

/** As many as one looks through by eye. */
const shown = 20

/** Users whose ids begin with what is typed. */
export const usersFoundQuery = (app: AppPath, typed: string) =>
  queryOptions({
    queryKey: ['users', app.org_name, app.app_name, 'found', typed],
    placeholderData: keepPreviousData,
    async queryFn() {
      const { entities = [] } = await call(
        api.GET('/{org_name}/{app_name}/users', {
          params: { path: app, query: { limit: shown, ...(typed ? { prefix: typed } : {}) } },
        }),
      )
      return entities.map(({ username, nickname }) => ({ value: username, text: nickname ?? undefined }))
    },
  })

/** Chat rooms whose id is what is typed, or whose name contains it. */
export const roomsFoundQuery = (app: AppPath, typed: string) =>
  queryOptions({
    queryKey: ['rooms', app.org_name, app.app_name, 'found', typed],
    placeholderData: keepPreviousData,
    async queryFn() {
      const one = /^\d{10,}$/.test(typed) ? await roomOf(app, typed) : undefined
      if (one) return [{ value: one.id, text: one.name }]
      const { data = [] } = await call(
        api.GET('/{org_name}/{app_name}/chatrooms', {
          params: { path: app, query: { limit: shown, ...(typed ? { name: typed } : {}) } },
        }),
      )
      return data.map(({ id, name }) => ({ value: String(id), text: String(name) }))
    },
  })

/** What one room is; undefined where there is none. */
export async function roomOf(app: AppPath, room: string) {
  try {
    const { data } = await call(
      api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}', {
        params: { path: { ...app, chatroom_id: room } },
      }),
    )
    const [first] = Array.isArray(data) ? data : [data]
    return first as { id: string; name: string; owner: string; disabled?: boolean } | undefined
  } catch (error) {
    if (isRefusal(error, 404)) return undefined
    throw error
  }
}
