import { dayMs, hourMs, minuteMs } from '../time.ts'

/** Milliseconds from each failure to the next attempt; after the last one a callback is given up. */
const pausesMs = [
  0,
  5000,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
]

const longestMs = dayMs

/**
 * Milliseconds until the next attempt after so many; undefined where there is none. Up to a tenth is added, so that
 * what failed together does not come back together. A receiver may ask for more by `Retry-After`.
 */
export function backoff(attempts: number, random: () => number, retryAfterMs = 0): number | undefined {
  const pauseMs = pausesMs[attempts - 1]
  if (pauseMs === undefined) return undefined
  return Math.round(Math.max(pauseMs * (1 + random() / 10), Math.min(retryAfterMs, longestMs)))
}
