import type { Calls } from '../cluster/calls.ts'
import type { HeardFigures } from '../domain/node-figures.ts'
import type { Metrics } from '../metrics/metrics.ts'

/** What the console shows of the process, as the first thread has it. */
export interface Overview {
  countApps(): Promise<ReadonlyMap<number, { rooms: number; users: number }>>
  figures(): Promise<HeardFigures[]>
  recentLog(): string[] | Promise<string[]>
}

/** The overview of the process, for any other thread: the first one has the figures of all. */
export const overviewOfFirst = ({ call }: Calls): Overview => ({
  countApps: async () => (await call('countApps')) as Awaited<ReturnType<Overview['countApps']>>,
  figures: async () => (await call('figures')) as HeardFigures[],
  recentLog: async () => (await call('recentLog')) as string[],
})

/** The metrics of this thread, whose text has those of all threads. */
export const metricsOfFirst = (metrics: Metrics, { call }: Calls): Metrics => ({
  ...metrics,
  text: async () => (await call('metricsText')) as string,
})
