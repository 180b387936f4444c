import type { Awaitable } from '../store/database.ts'

/** Who is connected, to whatever node. */
export interface Presence {
  /** Those of `usernames` that are online. */
  online(app: number, usernames: string[]): Awaitable<Set<string>>
  /** Ends a user's connections. */
  disconnect(app: number, username: string): Awaitable<void>
}
