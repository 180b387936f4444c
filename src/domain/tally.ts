import { BoundedMap } from './bounded-map.ts'
import { limits } from './limits.ts'
import { Meter } from './meter.ts'

/** What passes in a second. */
export type Rated = Pick<Meter, 'wouldPass' | 'passes'>

/** A number that goes up and down. */
export interface Counter {
  /** Adds to it; returns what it is then. */
  add(change: number): number
}

/**
 * What a process counts of users, addresses and rooms, whichever of its threads serves them. A key begins with what it is
 * that is counted.
 */
export interface Tally {
  /** Whether several threads count. */
  isShared: boolean
  meter(key: string): Rated
  counter(key: string): Counter
  /** For so many ms from now. */
  pause(key: string, ms: number): void
  isPaused(key: string): boolean
}

/** Of a process that serves with one thread. `elapsedMs` is of a monotonic clock. */
export function ownTally(elapsedMs: () => number): Tally {
  const counts = new Map<string, number>()
  const until = new BoundedMap<string, number>(limits.userMeters.value)

  return {
    isShared: false,
    meter: () => new Meter(elapsedMs()),

    counter: (key) => ({
      add(change) {
        const count = (counts.get(key) ?? 0) + change
        if (count === 0) counts.delete(key)
        else counts.set(key, count)
        return count
      },
    }),

    pause: (key, ms) => until.set(key, elapsedMs() + ms),
    isPaused: (key) => (until.get(key) ?? 0) > elapsedMs(),
  }
}
