import type { Event } from '../domain/event.ts'
import type { Parts } from './parts.ts'
import { whileMoving } from './reading.ts'
import type { LiveUser } from './session.ts'

/** For how long after an event of another node this node's own may be of an earlier time, or a later one, than it seems. */
const unsettledMs = 2000

const nobody: readonly string[] = []

/** The users whom an event puts into a room or takes out of one. */
function movedBy(event: Event): readonly string[] {
  switch (event.type) {
    case 'room.created':
      return [event.owner, ...event.members]
    case 'member.joined':
    case 'member.left':
    case 'member.removed':
    case 'member.blocked':
      return event.usernames
    default:
      return nobody
  }
}

/**
 * Events of several nodes do not come in the order of their transactions: a node that is busy publishes a join after another
 * one has published the removal that followed. So where another node moves a user who is connected here, the store is asked
 * where that user is in the end.
 */
export function lateEvents({ store, live, log }: Pick<Parts, 'store' | 'live' | 'log'>) {
  /** Whether any other node has ever moved a user of this one. */
  let hasOthers = false

  async function check(user: LiveUser, room: string): Promise<void> {
    while (user.sessions.length > 0) {
      const { value: isMember, moved } = await whileMoving(user, () =>
        store.rooms.isMember(user.app, room, user.username),
      )
      if (moved.has(room)) continue
      if (isMember === user.rooms.has(room) || user.sessions.length === 0) return
      if (isMember) live.enter(user, room)
      else live.leave(user, room)
      return
    }
  }

  function checkSoon(user: LiveUser, room: string): void {
    check(user, room).catch((error) => log.error({ err: error }, 'a user could not be read again'))
  }

  return {
    /** Events of other nodes, which this one has applied. */
    elsewhere(events: Event[]): void {
      for (const event of events) {
        for (const username of movedBy(event)) {
          const user = live.user(event.app, username)
          if (!user) continue
          hasOthers = true
          user.movedElsewhereMs = performance.now()
          checkSoon(user, event.room)
        }
      }
    },

    /** Events of this node: an event of another one that belongs after them may have come before. */
    here(events: Event[]): void {
      if (!hasOthers) return
      const since = performance.now() - unsettledMs
      for (const event of events) {
        for (const username of movedBy(event)) {
          const user = live.user(event.app, username)
          if (user && (user.movedElsewhereMs ?? 0) > since) checkSoon(user, event.room)
        }
      }
    },
  }
}
