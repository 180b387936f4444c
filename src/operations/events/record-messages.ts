import { roomMissing } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { allRooms } from '../../domain/recorded-rooms.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Records the messages of rooms in the log of events, for event streams that ask for them. Rooms must exist when they are first asked for. */
export const recordMessages = write({
  id: 'recordMessages',
  allowed: appOnly,

  async run({ app, store, now, tick, emit }, { rooms }: { rooms: string[] }) {
    await store.recordedRooms.lock(app.id)
    const added = await store.recordedRooms.ask(app.id, rooms, now)
    if (added.length === 0) return
    for (const room of added)
      if (room !== allRooms && !(await store.rooms.findRoom(app.id, room)))
        throw roomMissing({ chatroom_id: room })
    await store.recordedRooms.add(app.id, added, tick(), now, limits.feedRooms.value)
    emit({ type: 'app.changed' })
  },
})

/** Stops to record messages that no stream has asked for since a time. */
export const pruneRecordedRooms = write({
  id: 'pruneRecordedRooms',
  allowed: appOnly,

  async run({ app, store, emit }, { beforeMs }: { beforeMs: number }) {
    await store.recordedRooms.lock(app.id)
    if (await store.recordedRooms.dropUnasked(app.id, beforeMs)) emit({ type: 'app.changed' })
  },
})
