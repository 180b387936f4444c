import { high, mostAtOnce } from '../domain/meter.ts'
import type { Counter, Rated, Tally } from '../domain/tally.ts'
import { sharedClock } from './shared-clock.ts'
import type { SharedMemory } from './shared-memory.ts'
import type { Fingerprint } from './shared-table.ts'

/** Rounding of times must not take the last of a budget. */
const slack = 1e-6

/**
 * Counts in memory that all threads of the process share. A meter is the time until which it is not full again: one whose time has
 * passed loses nothing when another takes its place.
 */
export function sharedTally({
  meters,
  counts,
  seeds,
}: Pick<SharedMemory, 'meters' | 'counts' | 'seeds'>): Tally {
  const clock = sharedClock()
  const [seed = 0, other = 0] = seeds

  const fingerprint = (key: string): Fingerprint => ({
    high: Bun.hash.xxHash32(key, seed >>> 0) | 0,
    low: Bun.hash.xxHash32(key, other >>> 0) | 0,
  })

  function meter(text: string): Rated {
    const key = fingerprint(text)
    return {
      wouldPass(rate, now, priority = high) {
        const used = Math.max(0, ((meters.read(key) - now - clock.sinceMs) * rate) / 1000)
        return used + 1 <= mostAtOnce(rate, priority) + slack
      },

      passes(rate, now, priority = high, cost = 1) {
        const at = now + clock.sinceMs
        let isPassed = false
        meters.update(key, Number.POSITIVE_INFINITY, (until) => {
          const used = Math.max(0, ((until - at) * rate) / 1000)
          isPassed = used + cost <= mostAtOnce(rate, priority) + slack
          return isPassed ? Math.max(until, at) + (cost * 1000) / rate : until
        })
        return isPassed
      },
    }
  }

  function counter(text: string): Counter {
    const key = fingerprint(text)
    // What had no place must not become less than nothing.
    return { add: (change) => counts.update(key, 0, (count) => Math.max(0, count + change)) }
  }

  return {
    isShared: true,
    meter,
    counter,
    pause(text, ms) {
      const untilMs = clock.now() + ms
      meters.update(fingerprint(text), Number.POSITIVE_INFINITY, (until) => Math.max(until, untilMs))
    },
    isPaused: (text) => meters.read(fingerprint(text)) > clock.now(),
  }
}
