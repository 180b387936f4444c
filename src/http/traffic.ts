import type { Server } from 'bun'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics/metrics.ts'
import type { Deps } from './deps.ts'
import { loggedOf } from './logged-request.ts'

/** Upper bounds of the buckets of durations, in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The finished requests of one operation. */
interface Tally {
  operation: string
  statuses: Map<number, number>
  /** How many took as long as each bound at most and longer than the one before; the last, longer than all. */
  buckets: number[]
  seconds: number
}

/** Records a finished request; `startedMs` is of the monotonic clock. */
export type Recorder = (
  request: Request,
  response: Response,
  startedMs: number,
  server?: Server<unknown>,
) => void

type Logged = Pick<Deps, 'addressOf' | 'accessLog'>

/**
 * Counts requests by operation, and writes a line about each at level `debug`, else about one of `accessLog`. On the hot
 * path that is two looks at the clock and a few additions: 0.2 µs.
 */
export function traffic(metrics: Metrics, log: Logger, { addressOf, accessLog }: Logged) {
  const tallies: Tally[] = []
  const add = (operation: string): Tally => {
    const known = tallies.find((each) => each.operation === operation)
    if (known) return known
    const tally = { operation, statuses: new Map(), buckets: [...bounds, 0].fill(0), seconds: 0 }
    tallies.push(tally)
    return tally
  }

  metrics.counter(
    'chatroomd_requests_total',
    'Requests that were served, by operation and status.',
    () =>
      tallies.flatMap(({ operation, statuses }) =>
        [...statuses].map(([status, count]): [object, number] => [{ operation, status }, count]),
      ) as [Record<string, string>, number][],
  )
  metrics.histogram('chatroomd_request_duration_seconds', 'From request to response, by operation.', () =>
    tallies
      .filter(({ statuses }) => statuses.size > 0)
      .map(({ operation, buckets, seconds }) => ({ labels: { operation }, bounds, buckets, seconds })),
  )

  function count({ statuses, buckets }: Tally, status: number, seconds: number): void {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    let index = 0
    while (index < bounds.length && seconds > (bounds[index] as number)) index += 1
    buckets[index] = (buckets[index] as number) + 1
  }

  const levelNow = () => (log.isLevelEnabled('debug') ? 'debug' : 'info')
  let level: 'debug' | 'info' = levelNow()
  log.on('level-change', () => {
    level = levelNow()
  })
  let unlogged = 0

  /** The records of an operation, which several routes may share. */
  return (operation: string): Recorder => {
    const tally = add(operation)
    return (request, { status }, startedMs, server) => {
      const ms = performance.now() - startedMs
      count(tally, status, ms / 1000)
      tally.seconds += ms / 1000
      const every = level === 'debug' ? 1 : accessLog
      if (every === 0) return
      unlogged += 1
      if (unlogged < every) return
      unlogged = 0
      log[level]({ ...loggedOf(request, server, addressOf), operation, status, ms }, 'answered')
    }
  }
}
