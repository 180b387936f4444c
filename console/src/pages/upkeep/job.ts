import { queryOptions } from '@tanstack/react-query'
import { consoleCall } from '../../api/client.ts'

export interface Check {
  check: string
  meaning: { en: string; zh: string }
  found: number
  mended: number
  examples: (string | number)[][]
}

export interface UpkeepJob {
  kind: 'backup' | 'export' | 'doctor'
  operator: string
  state: 'running' | 'done' | 'failed'
  started: number
  ended?: number
  error?: string
  file?: string
  bytes?: number
  findings?: { sound: boolean; left: number; checks: Check[] }
}

export const upkeepKey = ['upkeep']

const readJob = async (): Promise<UpkeepJob | null> =>
  (await consoleCall<{ job: UpkeepJob | null }>('GET', 'upkeep')).job

/** What was begun last, read again and again until it ends. */
export const upkeepQuery = queryOptions({
  queryKey: upkeepKey,
  queryFn: readJob,
  refetchInterval: ({ state: { data } }) => (data?.state === 'running' ? 1000 : false),
})

export const begin = (kind: UpkeepJob['kind']): Promise<unknown> => consoleCall('POST', 'upkeep', { kind })

export const remove = (): Promise<unknown> => consoleCall('DELETE', 'upkeep')
