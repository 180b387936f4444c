import type { App } from './apps/app.ts'
import type { AppEvent, Caller, RoomEvent } from './events.ts'
import type { Store } from './store/store.ts'

/** What happens as a whole or not at all: one operation inside one transaction of the store. */
export interface Unit {
  /** The app as it is inside this transaction. */
  app: App
  caller: Caller
  store: Store
  /** Unix ms at which the unit began. */
  now: number
  /** Microseconds since the epoch, each call later than the last: the order of rooms and members. */
  tick(): number
  /** Says what has happened; listeners hear of it after the commit. */
  emit(event: RoomEvent | AppEvent, room?: string): void
}
