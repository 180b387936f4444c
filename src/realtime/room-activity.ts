import { coalesced, every } from '../cluster/every.ts'
import { theApp } from '../domain/event.ts'
import { isAppGone } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import { type Touched, touchRooms } from '../operations/rooms/touch-rooms.ts'
import type { Parts } from './parts.ts'
import type { LiveRoom, Noted } from './session.ts'

/** Rooms of one transaction: few enough that no write waits for it. */
const batch = 200
const lookMs = 1000
const most = { held: limits.activeRooms.value, noted: limits.activeRoomsNoted.value }

/**
 * Stores when something last happened in rooms: a message that this node accepted, or a write. The first of it is stored
 * within a second or so, so that a room that was quiet never looks idle; what follows is stored when half a minute is over,
 * as of when it happened, to the second (docs/adr/0104). Where more rooms are lively than are held in memory, each is stored
 * at once and forgotten.
 */
export function roomActivity({ commit, log }: Pick<Parts, 'commit' | 'log'>) {
  const failed = rateLimitedLog(log, 'when something last happened in rooms could not be stored')
  const apps = new Map<number, Map<string, Noted>>()
  let size = 0
  const isFull = () => size >= most.held

  /** Rooms of an app that are to be stored; forgets those in which nothing happens any more. */
  function takeActive(rooms: Map<string, Noted>, elapsedMs: number, all: boolean): Touched[] {
    const active: Touched[] = []
    const holdMs = isFull() ? 0 : limits.activityDelay.value
    for (const [id, noted] of rooms) {
      if (noted.isActive) Object.assign(noted, { isActive: false, isStored: false, activeMs: elapsedMs })
      if (noted.heldUntilMs > elapsedMs && !all && holdMs > 0) continue
      if (!noted.isStored) {
        active.push({ id, agoMs: Math.floor(elapsedMs - noted.activeMs) })
        noted.isStored = true
        noted.heldUntilMs = elapsedMs + holdMs
      } else if (rooms.delete(id)) {
        noted.isForgotten = true
        size -= 1
      }
    }
    return active
  }

  /** What was not stored is tried again at the next look. */
  function again(rooms: Map<string, Noted>, ids: string[]): void {
    for (const id of ids) {
      const noted = rooms.get(id)
      if (noted) Object.assign(noted, { isStored: false, heldUntilMs: 0 })
    }
  }

  async function storeOf(app: number, rooms: Map<string, Noted>, active: Touched[]): Promise<void> {
    for (let from = 0; from < active.length; from += batch) {
      const some = active.slice(from, from + batch)
      try {
        again(rooms, await commit(app, theApp, touchRooms, { rooms: some }))
      } catch (error) {
        if (isAppGone(error)) continue
        again(
          rooms,
          some.map(({ id }) => id),
        )
        failed(error)
      }
    }
  }

  async function store(all: boolean): Promise<void> {
    const elapsedMs = performance.now()
    for (const [app, rooms] of apps) {
      const active = takeActive(rooms, elapsedMs, all)
      if (rooms.size === 0) apps.delete(app)
      await storeOf(app, rooms, active)
    }
  }

  const looking = coalesced(async () => {
    await store(false)
    return false
  }, failed)
  const end = every(lookMs, looking.run, failed)

  return {
    /** Something happened in a room; `live` is that of this node, where somebody is in it: a lively one is not looked up. */
    touch(app: number, room: string, live?: LiveRoom): void {
      if (live?.noted && !live.noted.isForgotten) {
        live.noted.isActive = true
        return
      }
      const rooms = apps.get(app) ?? new Map<string, Noted>()
      if (rooms.size === 0) apps.set(app, rooms)
      let noted = rooms.get(room)
      if (noted) noted.isActive = true
      else {
        if (isFull()) void looking.run()
        if (size >= most.noted) return
        noted = { isActive: true, activeMs: 0, isStored: false, heldUntilMs: 0, isForgotten: false }
        rooms.set(room, noted)
        size += 1
      }
      if (live) live.noted = noted
    },

    /** Stores what is noted. */
    async stop(): Promise<void> {
      end()
      await looking.stop()
      await store(true)
    },
  }
}

export type RoomActivity = ReturnType<typeof roomActivity>
