import { every } from '../cluster/every.ts'
import { theApp } from '../domain/event.ts'
import { isAppGone } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import { touchRooms } from '../operations/rooms/touch-rooms.ts'
import type { Parts } from './parts.ts'

/** Rooms of one transaction: few enough that no write waits for it. */
const batch = 200
const most = limits.activeRooms.value

/**
 * Stores when something last happened in rooms: a message that this node accepted, or a write. A room is noted once in
 * some seconds, however much happens there (docs/adr/0095).
 */
export function roomActivity({ commit, log }: Pick<Parts, 'commit' | 'log'>) {
  const failed = rateLimitedLog(log, 'when something last happened in rooms could not be stored')
  let apps = new Map<number, Set<string>>()
  let noted = 0

  async function storeOf(app: number, rooms: string[]): Promise<void> {
    try {
      for (let from = 0; from < rooms.length; from += batch)
        await commit(app, theApp, touchRooms, { rooms: rooms.slice(from, from + batch) })
    } catch (error) {
      if (!isAppGone(error)) failed(error)
    }
  }

  async function store(): Promise<void> {
    const given = apps
    apps = new Map()
    noted = 0
    for (const [app, rooms] of given) await storeOf(app, [...rooms])
  }

  const end = every(limits.activityDelay.value, store, failed)

  return {
    /** Something happened in a room. */
    touch(app: number, room: string): void {
      let rooms = apps.get(app)
      if (rooms === undefined) {
        rooms = new Set()
        apps.set(app, rooms)
      }
      if (rooms.has(room) || noted >= most) return
      rooms.add(room)
      noted += 1
    },

    /** Stores what is noted. */
    async stop(): Promise<void> {
      end()
      await store()
    },
  }
}

export type RoomActivity = ReturnType<typeof roomActivity>
