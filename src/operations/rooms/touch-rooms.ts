import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/**
 * Stores that something has happened in these rooms just now; it is no change of them, and publishes nothing. Returns
 * those that another transaction holds.
 */
export const touchRooms = write({
  id: 'touchRooms',
  allowed: appOnly,
  run: async ({ app, store }, { rooms }: { rooms: string[] }) =>
    store.rooms.setActive(app.id, rooms, (await store.clock.steadyMs()) * 1000),
})
