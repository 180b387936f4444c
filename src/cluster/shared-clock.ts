import { readFileSync } from 'node:fs'

/**
 * Monotonic ms that the threads of a process agree on, to within 10: in Bun `performance.now()` and `process.hrtime()` begin
 * anew in each thread. Times of it are comparable with `performance.now()` of the same thread plus `sinceMs`.
 */
export function sharedClock(): { sinceMs: number; now(): number } {
  // Threads are for Linux only.
  const [seconds] = readFileSync('/proc/uptime', 'utf8').split(' ')
  const sinceMs = Number(seconds) * 1000 - performance.now()
  return { sinceMs, now: () => performance.now() + sinceMs }
}
