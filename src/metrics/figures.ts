import { eventLoopLag } from './event-loop-lag.ts'
import type { Metrics } from './metrics.ts'
import type { Value } from './readings.ts'

const everyMs = 5000
/** Samples of a minute, and the one before it. */
const kept = 13

interface Sample {
  atMs: number
  requests: number
  errors: number
  /** Requests that took as long as each bound at most, by the bound in seconds. */
  buckets: Map<number, number>
  messages: number
  delivered: number
  dropped: number
}

const sum = (values: Value[]): number => values.reduce((total, { value }) => total + value, 0)

function bucketsOf(values: Value[]): Map<number, number> {
  const buckets = new Map<number, number>()
  for (const { labels, value } of values) {
    if (labels.le === undefined) continue
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)
    buckets.set(bound, (buckets.get(bound) ?? 0) + value)
  }
  return buckets
}

async function sampleOf(metrics: Metrics): Promise<Sample> {
  const requests = await metrics.read('chatroomd_requests_total')
  return {
    atMs: performance.now(),
    requests: sum(requests),
    errors: sum(requests.filter(({ labels }) => Number(labels.status) >= 500)),
    buckets: bucketsOf(await metrics.read('chatroomd_request_duration_seconds')),
    messages: sum(await metrics.read('chatroomd_messages_total')),
    delivered: sum(await metrics.read('chatroomd_messages_delivered_total')),
    dropped: sum(await metrics.read('chatroomd_messages_dropped_total')),
  }
}

/** The time in ms that 99 of 100 requests between two samples took at most, within the bounds of the buckets; null without any. */
function p99(first: Sample, last: Sample): number | null {
  const grown = [...last.buckets]
    .map(([bound, count]) => [bound, count - (first.buckets.get(bound) ?? 0)] as const)
    .sort(([a], [b]) => a - b)
  const all = grown.at(-1)?.[1] ?? 0
  if (all === 0) return null
  let [below, countBelow] = [0, 0]
  for (const [bound, count] of grown) {
    if (count >= all * 0.99) {
      if (bound === Number.POSITIVE_INFINITY) return below * 1000
      const part = (all * 0.99 - countBelow) / (count - countBelow)
      return (below + (bound - below) * part) * 1000
    }
    ;[below, countBelow] = [bound, count]
  }
  return null
}

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))

/** Samples what is counted every few seconds, and says what happened lately. Stop it at the end. */
export function figuresOf(metrics: Metrics) {
  const samples: Sample[] = []
  const lag = eventLoopLag()
  const take = async () => {
    lag.turn()
    samples.push(await sampleOf(metrics))
    if (samples.length > kept) samples.shift()
  }
  const timer = setInterval(() => void take(), everyMs)
  timer.unref()
  const one = async (name: string): Promise<number | null> => {
    const values = await metrics.read(name)
    return values.length === 0 ? null : sum(values)
  }

  return {
    async read() {
      const now = await sampleOf(metrics)
      // Of the last seconds, or since the start where that was later.
      const recent = samples.findLast(({ atMs }) => now.atMs - atMs >= everyMs) ?? samples[0]
      const first = samples[0] ?? { ...now, buckets: new Map() }
      const perSecond = (of: (sample: Sample) => number): number => {
        const [seconds, before] = recent
          ? [(now.atMs - recent.atMs) / 1000, of(recent)]
          : [process.uptime(), 0]
        return seconds < 0.1 ? 0 : rounded((of(now) - before) / seconds)
      }
      const slowest = p99(first, now)
      return {
        requests_per_second: perSecond(({ requests }) => requests),
        errors_per_second: perSecond(({ errors }) => errors),
        p99_ms: slowest === null ? null : rounded(slowest),
        messages_in_per_second: perSecond(({ messages }) => messages),
        messages_out_per_second: perSecond(({ delivered }) => delivered),
        dropped_per_second: perSecond(({ dropped }) => dropped),
        connections: await one('chatroomd_connections'),
        buffered_bytes: await one('chatroomd_buffered_bytes'),
        writer_waiting: await one('chatroomd_writer_waiting'),
        database_busy: await one('chatroomd_database_busy'),
        database_pool: await one('chatroomd_database_pool'),
        event_loop_lag_ms: rounded(lag.worstMs()),
        memory_bytes: await one('process_resident_memory_bytes'),
        log_lines_lost: await one('chatroomd_log_lines_lost_total'),
      }
    },
    stop() {
      clearInterval(timer)
      lag.stop()
    },
  }
}
