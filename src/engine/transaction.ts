import type { App } from '../domain/app.ts'
import type { AppEvent, Caller, RoomEvent } from '../domain/event.ts'
import type { WriteStore } from '../store/store.ts'

/** What a write is given: it happens as a whole or not at all. */
export interface Transaction {
  /** The app as it is inside this transaction. */
  app: App
  caller: Caller
  store: WriteStore
  /** Unix ms. */
  now: number
  /** The version that the room must have, if the caller names one. */
  version: string | undefined
  /** Microseconds since the epoch, each later than the last: the order of rooms and members. */
  tick(): number
  /** Appends an event, which is published after the commit; of the operation's room unless it names another. */
  emit(event: RoomEvent | AppEvent, room?: string): void
}
