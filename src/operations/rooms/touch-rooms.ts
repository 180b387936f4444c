import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** A room, and how long ago something last happened there. */
export interface Touched {
  id: string
  agoMs: number
}

/**
 * Stores when something last happened in rooms; it is no change of them, and publishes nothing. Returns
 * those that another transaction holds.
 */
export const touchRooms = write({
  id: 'touchRooms',
  allowed: appOnly,

  async run({ app, store }, { rooms }: { rooms: Touched[] }) {
    const steadyMs = await store.clock.steadyMs()
    return store.rooms.setActive(
      app.id,
      rooms.map(({ id, agoMs }) => ({ id, activeUs: (steadyMs - agoMs) * 1000 })),
    )
  },
})
