const [second, minute, hour] = [1000, 60_000, 3_600_000]

/** Milliseconds from each failure to the next attempt; after the last one a callback is given up. */
const pauses = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

const longest = 24 * hour

/**
 * Milliseconds until the next attempt after so many; undefined where there is none. Up to a tenth is added, so that
 * what failed together does not come back together. A receiver may ask for more by `Retry-After`.
 */
export function backoff(attempts: number, random: () => number, retryAfterMs = 0): number | undefined {
  const pause = pauses[attempts - 1]
  if (pause === undefined) return undefined
  return Math.round(Math.max(pause * (1 + random() / 10), Math.min(retryAfterMs, longest)))
}
