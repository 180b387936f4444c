import { every } from '../cluster/every.ts'
import { theApp } from '../domain/event.ts'
import { isAppGone } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import { touchRooms } from '../operations/rooms/touch-rooms.ts'
import type { Parts } from './parts.ts'

/** Rooms of one transaction: few enough that no write waits for it. */
const batch = 200
const lookMs = 1000
const most = limits.activeRooms.value

/** A room in which something happened in the last seconds. */
interface Noted {
  /** Something happened since it was stored. */
  isActive: boolean
  /** When it may be stored again, by a monotonic clock. */
  heldUntilMs: number
}

/**
 * Stores when something last happened in rooms: a message that this node accepted, or a write. The first of it is stored
 * within a second or so, so that a room that was quiet never looks idle; what follows is stored together, when half a
 * minute is over (docs/adr/0104).
 */
export function roomActivity({ commit, log }: Pick<Parts, 'commit' | 'log'>) {
  const failed = rateLimitedLog(log, 'when something last happened in rooms could not be stored')
  const apps = new Map<number, Map<string, Noted>>()
  let size = 0

  /** Rooms of an app that are to be stored; forgets those in which nothing happens any more. */
  function takeActive(rooms: Map<string, Noted>, elapsedMs: number, all: boolean): string[] {
    const active: string[] = []
    for (const [id, noted] of rooms) {
      if (noted.heldUntilMs > elapsedMs && !all) continue
      if (noted.isActive) {
        active.push(id)
        noted.isActive = false
        noted.heldUntilMs = elapsedMs + limits.activityDelay.value
      } else if (rooms.delete(id)) size -= 1
    }
    return active
  }

  /** What was not stored is tried again at the next look. */
  function again(rooms: Map<string, Noted>, ids: string[]): void {
    for (const id of ids) {
      const noted = rooms.get(id)
      if (noted) Object.assign(noted, { isActive: true, heldUntilMs: 0 })
    }
  }

  async function storeOf(app: number, rooms: Map<string, Noted>, ids: string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += batch) {
      const some = ids.slice(from, from + batch)
      try {
        again(rooms, await commit(app, theApp, touchRooms, { rooms: some }))
      } catch (error) {
        if (isAppGone(error)) continue
        again(rooms, some)
        failed(error)
      }
    }
  }

  async function store(all: boolean): Promise<void> {
    const elapsedMs = performance.now()
    for (const [app, rooms] of apps) {
      const ids = takeActive(rooms, elapsedMs, all)
      if (rooms.size === 0) apps.delete(app)
      await storeOf(app, rooms, ids)
    }
  }

  const end = every(lookMs, () => store(false), failed)

  return {
    /** Something happened in a room. */
    touch(app: number, room: string): void {
      const rooms = apps.get(app) ?? new Map<string, Noted>()
      if (rooms.size === 0) apps.set(app, rooms)
      const noted = rooms.get(room)
      if (noted) {
        noted.isActive = true
        return
      }
      if (size >= most) return
      rooms.set(room, { isActive: true, heldUntilMs: 0 })
      size += 1
    },

    /** Stores what is noted. */
    async stop(): Promise<void> {
      end()
      await store(true)
    },
  }
}

export type RoomActivity = ReturnType<typeof roomActivity>
