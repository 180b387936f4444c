import type { Event } from '../domain/event.ts'
import { rateLimitedLog } from '../metrics/rate-limited-log.ts'
import type { Parts } from './parts.ts'
import { whileMoving } from './reading.ts'
import type { LiveUser } from './session.ts'

/** For how long after an event another one may be of an earlier time. */
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
 * Events on PostgreSQL do not come in the order of their transactions: a node that is busy publishes a join after another one has
 * published the removal that followed, and of two connections the later commit may be answered first. So where a user who is
 * connected here was moved by another node, or twice in a short time, the store is asked where that user is in the end.
 */
export function lateEvents({ store, live, log }: Pick<Parts, 'store' | 'live' | 'log'>) {
  async function look(user: LiveUser, room: string): Promise<void> {
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

  const failed = rateLimitedLog(log, 'where users are could not be checked after an event')
  const check = (user: LiveUser, room: string): Promise<void> => look(user, room).catch(failed)

  /** Each user of this node whom one of these events moves; `isSettled` where no other event did a short time ago. */
  function* movedIn(events: Event[]): Generator<{ user: LiveUser; room: string; isSettled: boolean }> {
    const now = performance.now()
    for (const event of events) {
      for (const username of movedBy(event)) {
        const user = live.user(event.app, username)
        if (!user) continue
        const isSettled = user.movedMs === undefined || now - user.movedMs > unsettledMs
        user.movedMs = now
        yield { user, room: event.room, isSettled }
      }
    }
  }

  return {
    /** Events of other nodes, which this one has applied. */
    elsewhere(events: Event[]): void {
      for (const { user, room } of movedIn(events)) void check(user, room)
    },

    /** Events of this node: whoever has caused them goes on when it is known where those are who were moved. */
    here(events: Event[]): undefined | Promise<void> {
      let checks: Promise<void>[] | undefined
      for (const { user, room, isSettled } of movedIn(events))
        if (!isSettled) checks = [...(checks ?? []), check(user, room)]
      return checks && Promise.all(checks).then(() => undefined)
    },
  }
}
