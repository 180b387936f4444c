import { useLingui } from '@lingui/react/macro'
import { queryOptions } from '@tanstack/react-query'
import { type AppPath, api, call } from '../../api/client.ts'
import { from } from '../../api/pages.ts'

/** What can be done to many rooms, in the order shown. */
export const bulkActions = [
  'mute',
  'add_members',
  'remove_members',
  'modify',
  'transfer',
  'dissolve',
] as const
export type BulkAction = (typeof bulkActions)[number]

/** Those that must be typed before they are done. */
export const isDestructive = (action: string): boolean =>
  action === 'dissolve' || action === 'remove_members' || action === 'transfer'

export function useActionNames(): Record<string, string> {
  const { t } = useLingui()
  return {
    create: t`Create`,
    mute: t`Mute everybody`,
    add_members: t`Add members`,
    remove_members: t`Remove members`,
    modify: t`Change details`,
    transfer: t`Transfer`,
    dissolve: t`Dissolve`,
  }
}

/** Which rooms: those chosen one by one, or all that a filter finds. */
export type Target = { rooms: string[] } | { filter: Record<string, string | number> }

export interface Job {
  id: string
  action: string
  dry_run: boolean
  state: string
  error?: string
  total: number
  done: number
  refused: number
  changed: number
  created: number
  ended?: number
  confirm?: string
}

export interface JobRoom {
  room: string
  outcome: string
  members: number
  messages?: number
  error_description?: string
}

const bulkPath = '/{org_name}/{app_name}/chatrooms/bulk'

const jobsKey = (app: AppPath) => ['bulk', app.org_name, app.app_name]

const isOpen = ({ ended }: Pick<Job, 'ended'>): boolean => ended === undefined

/** A job, read again and again until it ends. */
export const jobQuery = (app: AppPath, id: string) =>
  queryOptions({
    queryKey: [...jobsKey(app), id],
    refetchInterval: ({ state: { data } }) => (data && isOpen(data) ? 400 : false),
    queryFn: async (): Promise<Job> =>
      (await call(api.GET(`${bulkPath}/{bulk_id}`, { params: { path: { ...app, bulk_id: id } } })))
        .data as Job,
  })

export const jobsQuery = (app: AppPath) =>
  queryOptions({
    queryKey: [...jobsKey(app), 'all'],
    refetchInterval: ({ state: { data } }) => (data?.some(isOpen) ? 1000 : false),
    queryFn: async (): Promise<Job[]> =>
      ((await call(api.GET(bulkPath, { params: { path: app, query: { limit: 50 } } }))).data ?? []) as Job[],
  })

/** A page of what became of each room. */
export async function readJobRooms(app: AppPath, id: string, outcome: string, cursor: string, limit: number) {
  const { data, cursor: next } = await call(
    api.GET(`${bulkPath}/{bulk_id}/rooms`, {
      params: {
        path: { ...app, bulk_id: id },
        query: { limit, ...(outcome ? { outcome: outcome as 'done' } : {}), ...from(cursor) },
      },
    }),
  )
  return { rows: (data ?? []) as JobRoom[], cursor: next }
}

/** Begins a job and returns its id. */
export async function startJob(app: AppPath, body: object): Promise<string> {
  const { data } = await call(api.POST(bulkPath, { params: { path: app }, body }))
  return (data as Job).id
}

export const stopJob = (app: AppPath, id: string): Promise<unknown> =>
  call(api.POST(`${bulkPath}/{bulk_id}/stop`, { params: { path: { ...app, bulk_id: id } } }))
