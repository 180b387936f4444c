import type { Awaitable } from '../store/database.ts'

/** What became of a call that counts towards a limit. */
export interface Counted {
  isOver: boolean
  /** Calls a second. */
  limit: number
  /** Calls that are left of this second. */
  remaining: number
}

/** Counts the calls of an app's operations in seconds; what is over the limit is not counted. */
export interface Rates {
  count(app: number, operation: string, limit: number): Awaitable<Counted>
}
