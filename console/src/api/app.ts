import { queryOptions } from '@tanstack/react-query'
import { type AppPath, consoleCall } from './client.ts'

/** An app as the console lists it. */
export interface AppRow {
  key: string
  rooms: number
  users: number
  created: number
}

export const appsQuery = queryOptions({
  queryKey: ['apps'],
  queryFn: async () => (await consoleCall<{ apps: AppRow[] }>('GET', 'apps')).apps,
})

export function pathOf(key: string): AppPath {
  const [org_name = '', app_name = ''] = key.split('#')
  return { org_name, app_name }
}

/** Where the pages of an app are. */
export const linkOf = ({ org_name, app_name }: AppPath, page: string): string =>
  `/a/${encodeURIComponent(org_name)}/${encodeURIComponent(app_name)}/${page}`
