import type { Logger } from 'pino'
import type { Metrics } from '../metrics.ts'
import { requestIdOf } from './request-id.ts'

/** Upper bounds of the buckets of durations, in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The requests of one operation that were answered. */
interface Tally {
  operation: string
  statuses: Map<number, number>
  /** How many took as long as each bound at most and longer than the one before; the last, longer than all. */
  buckets: number[]
  seconds: number
}

const tallied = Symbol('tally')
type Tallied = Request & { [tallied]?: Tally }

/** Says which operation a request is for. */
export type Mark = (request: Request) => void

const pathOf = ({ url }: Request): string => url.replace(/^[^:]+:\/\/[^/]+/, '').replace(/[?#].*$/s, '')

/**
 * Counts requests by operation and writes a line about each at level `debug`. On the hot path that is two looks at the
 * clock and a few additions: 0.2 µs.
 */
export function traffic(metrics: Metrics, log: Logger) {
  const tallies: Tally[] = []
  const add = (operation: string): Tally => {
    const known = tallies.find((each) => each.operation === operation)
    if (known) return known
    const tally = { operation, statuses: new Map(), buckets: [...bounds, 0].fill(0), seconds: 0 }
    tallies.push(tally)
    return tally
  }
  const unmarked = add('none')

  metrics.counter(
    'chatroomd_requests_total',
    'Requests that were answered, by operation and status.',
    () =>
      tallies.flatMap(({ operation, statuses }) =>
        [...statuses].map(([status, count]): [object, number] => [{ operation, status }, count]),
      ) as [Record<string, string>, number][],
  )
  metrics.histogram('chatroomd_request_duration_seconds', 'From request to answer, by operation.', () =>
    tallies
      .filter(({ statuses }) => statuses.size > 0)
      .map(({ operation, buckets, seconds }) => ({ labels: { operation }, bounds, buckets, seconds })),
  )

  function count({ statuses, buckets }: Tally, status: number, seconds: number): void {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    let place = 0
    while (place < bounds.length && seconds > (bounds[place] as number)) place += 1
    buckets[place] = (buckets[place] as number) + 1
  }

  const tells = log.isLevelEnabled('debug')

  function answered(request: Tallied, { status }: Response, started: number): void {
    const ms = performance.now() - started
    const tally = request[tallied] ?? unmarked
    count(tally, status, ms / 1000)
    tally.seconds += ms / 1000
    if (!tells) return
    const { method } = request
    const requestId = requestIdOf(request)
    log.debug(
      { requestId, method, path: pathOf(request), operation: tally.operation, status, ms },
      'answered',
    )
  }

  return {
    /** Makes an operation known, which several routes may share; answers what marks its requests. */
    operation(name: string): Mark {
      const tally = add(name)
      return (request: Tallied) => {
        request[tallied] = tally
      }
    },

    /** Serves requests and takes note of their answers. */
    watch:
      (serve: (request: Request) => Response | Promise<Response>) =>
      (request: Request): Response | Promise<Response> => {
        const started = performance.now()
        const reply = serve(request)
        if (reply instanceof Response) {
          answered(request, reply, started)
          return reply
        }
        return reply.then((response) => {
          answered(request, response, started)
          return response
        })
      },
  }
}
