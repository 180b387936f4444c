import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Stores that something has happened in these rooms just now; it is no change of them, and publishes nothing. */
export const touchRooms = write({
  id: 'touchRooms',
  allowed: appOnly,
  run: ({ app, store, now }, { rooms }: { rooms: string[] }) =>
    store.rooms.setActive(app.id, rooms, now * 1000),
})
