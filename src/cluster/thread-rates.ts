import type { Awaitable } from '../store/database.ts'
import { counted } from './rate-limiter.ts'
import type { Rates } from './rate-types.ts'
import { sharedClock } from './shared-clock.ts'

/** The bits of a cell that count; those above have the second, of which none is taken for another within half an hour. */
const countBits = 20
const mostCounted = 2 ** countBits - 1
const seconds = 2 ** (31 - countBits)

/** The second by a clock that all threads share. */
function secondsOf({ now }: ReturnType<typeof sharedClock>): () => number {
  return () => Math.floor(now() / 1000) % seconds
}

/**
 * Counts calls in memory that all threads share. `cellOf` names the cell of an operation of an app, the same for every
 * thread.
 */
export function threadRates(
  cells: Int32Array,
  cellOf: (key: string) => Promise<number>,
  secondNow = secondsOf(sharedClock()),
): Rates {
  const known = new Map<string, number>()

  /** Counts one call in its cell; returns how many there are in this second. */
  function countIn(cell: number): number {
    for (;;) {
      const before = Atomics.load(cells, cell)
      const own = secondNow()
      // Another thread may be a little ahead.
      const second = before >>> countBits === (own + 1) % seconds ? before >>> countBits : own
      const used = before >>> countBits === second ? before & mostCounted : 0
      const next = Math.min(used + 1, mostCounted)
      if (Atomics.compareExchange(cells, cell, before, second * 2 ** countBits + next) === before) return next
    }
  }

  async function find(key: string): Promise<number> {
    const cell = await cellOf(key)
    known.set(key, cell)
    return cell
  }

  return {
    count(app, operation, limit): Awaitable<ReturnType<typeof counted>> {
      const key = `${app} ${operation}`
      const cell = known.get(key)
      if (cell !== undefined) return counted(limit, countIn(cell))
      return find(key).then((found) => counted(limit, countIn(found)))
    },
  }
}

/** Gives each key a cell, as the first thread does for all of them; when there are no more, the last is shared. */
export function cellsOf(count: number): (key: string) => number {
  const given = new Map<string, number>()
  return (key) => {
    const cell = given.get(key) ?? Math.min(given.size, count - 1)
    if (given.size < count) given.set(key, cell)
    return cell
  }
}
