import type { Lockout } from '../auth/lockout.ts'
import type { Calls } from '../cluster/calls.ts'
import type { Config } from '../config.ts'
import type { HeardFigures } from '../domain/node-figures.ts'
import type { Copy } from '../domain/upkeep.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { readCopy, type upkeepOn } from './upkeep/upkeep.ts'

/** What the console shows of the process, as the first thread has it. */
export interface Overview {
  countApps(): Promise<ReadonlyMap<number, { rooms: number; users: number }>>
  figures(): Promise<HeardFigures[]>
  recentLog(): string[] | Promise<string[]>
}

type UpkeepOfFirst = ReturnType<typeof upkeepOn>
type Called<Name extends keyof UpkeepOfFirst> = Promise<ReturnType<UpkeepOfFirst[Name]>>

/** Backup, export and doctor, for any other thread: the first one runs them, and the copies are files that each can read. */
export const upkeepOfFirst = (config: Config, { call }: Calls) => ({
  job: () => call('upkeepJob') as Called<'job'>,
  begin: (wanted: Parameters<UpkeepOfFirst['begin']>[0]) => call('beginUpkeep', wanted) as Called<'begin'>,
  open: (operator: string) => call('openCopy', operator) as Called<'open'>,
  read: (copy: Copy) => readCopy(config, copy),
  close: () => call('closeCopy') as Called<'close'>,
  remove: (operator: string) => call('removeCopy', operator) as Called<'remove'>,
})

/** The overview of the process, for any other thread: the first one has the figures of all. */
export const overviewOfFirst = ({ call }: Calls): Overview => ({
  countApps: async () => (await call('countApps')) as Awaited<ReturnType<Overview['countApps']>>,
  figures: async () => (await call('figures')) as HeardFigures[],
  recentLog: async () => (await call('recentLog')) as string[],
})

/** Attempts to sign in, for any other thread: the first one counts those of all. */
export const lockoutOfFirst = ({ call }: Calls): Lockout => ({
  attempt: (by) => call('attemptSignIn', by) as Promise<void>,
  succeeded: (by) => call('signedIn', by) as Promise<void>,
})

/** The metrics of this thread, whose text has those of all threads. */
export const metricsOfFirst = (metrics: Metrics, { call }: Calls): Metrics => ({
  ...metrics,
  text: async () => (await call('metricsText')) as string,
})
