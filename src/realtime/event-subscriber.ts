import type { Event } from '../domain/event.ts'
import { delivery } from './encode.ts'
import { type MUCBody, StatisticsBody_Operation } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import { notifyFrame, pinNotice } from './pin-notices.ts'
import { type NoticeTerms, presenceThrottle } from './presence-throttle.ts'
import { notifyOfRemoval } from './removal-notices.ts'
import { noticeMeta, noticesOf } from './room-events.ts'
import type { LiveRoom, LiveUser, Session } from './session.ts'

type UserChange = Extract<Event, { type: 'user.changed' }>['change']

/** Why a user's connections end when it was changed. */
const logoutFor: Partial<Record<UserChange, StatisticsBody_Operation>> = {
  password: StatisticsBody_Operation.USER_KICKED_BY_CHANGE_PASSWORD,
  deactivated: StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE,
  disconnected: StatisticsBody_Operation.USER_KICKED_BY_OTHER_DEVICE,
  deleted: StatisticsBody_Operation.USER_REMOVED,
}

/** Events after which others may speak in a room; whoever leaves loses the roles that let it. */
const changesSpeech = new Set<Event['type']>([
  'room.transferred',
  'room.disabled',
  'room.enabled',
  'room.slowed',
  'room.rescheduled',
  'room.muted',
  'room.unmuted',
  'member.left',
  'member.removed',
  'member.blocked',
  'member.muted',
  'member.unmuted',
  'member.allowed',
  'member.disallowed',
  'admin.added',
  'admin.removed',
])

type LogOut = (session: Session, operation: StatisticsBody_Operation) => void

/** Updates what is live of one user, and notifies its devices; false for events that are about something else. */
function onUserEvent(parts: Pick<Parts, 'live' | 'newId' | 'now'>, event: Event, logOut: LogOut): boolean {
  switch (event.type) {
    case 'user.changed': {
      const operation = logoutFor[event.change]
      if (operation === undefined) return true
      for (const session of [...(parts.live.user(event.app, event.username)?.sessions ?? [])])
        if (event.resource === undefined || session.resource === event.resource) logOut(session, operation)
      return true
    }
    case 'user.muted': {
      const user = parts.live.user(event.app, event.username)
      if (user) user.mutes = undefined
      return true
    }
    case 'superAdmin.added':
    case 'superAdmin.removed': {
      const user = parts.live.user(event.app, event.username)
      if (user) user.superAdmin = undefined
      return true
    }
    case 'history.removed':
      notifyOfRemoval(parts, event)
      return true
    default:
      return false
  }
}

/** Updates this node's live state from the events of all nodes, and notifies clients. */
export function eventSubscriber(
  parts: Pick<Parts, 'live' | 'newId' | 'now' | 'outbox'>,
  logOut: LogOut,
  terms: NoticeTerms,
) {
  const { live, newId, now, outbox } = parts

  function frameOf(body: MUCBody): Uint8Array {
    const at = now()
    return delivery(body.mucId ?? {}, [noticeMeta(body, newId(at), at)], at)
  }

  /** The sessions of these users that are in a room. */
  function sessionsIn(room: LiveRoom, usernames: string[]): Session[] {
    const sessions: Session[] = []
    for (const username of usernames) {
      const user = live.user(room.app, username)
      if (user?.rooms.has(room.id)) sessions.push(...user.sessions)
    }
    return sessions
  }

  const isThrottled = presenceThrottle((event) => notifyNow(event), terms)

  function notify(event: Event): void {
    const room = live.room(event.app, event.room)
    if (!room || !isThrottled(room, event)) notifyNow(event)
  }

  function notifyNow(event: Event): void {
    const room = live.room(event.app, event.room)
    const notice = pinNotice(event)
    if (notice) {
      if (room) outbox.publish(room, notifyFrame(event.room, notice, newId(now()), now()))
      return
    }
    for (const { body, to, but } of noticesOf(event)) {
      if (to === 'room') {
        if (room) outbox.publish(room, frameOf(body), sessionsIn(room, but), event.type === 'room.dissolved')
        continue
      }
      const sessions = to.flatMap((username) => live.user(event.app, username)?.sessions ?? [])
      if (sessions.length === 0) continue
      const frame = frameOf(body)
      for (const session of sessions) outbox.sendTo(room, session, frame)
    }
  }

  const here = (app: number, usernames: string[]): LiveUser[] =>
    usernames.map((username) => live.user(app, username)).filter((user) => user !== undefined)

  /** Returns whether any of a new room's members is here; most rooms are created with nobody at this node. */
  function enterCreated(app: number, room: string, members: string[]): boolean {
    const users = here(app, members)
    for (const user of users) live.enter(user, room)
    return users.length > 0
  }

  /** Of this node or another. */
  return function onEvent(event: Event): void {
    if (onUserEvent(parts, event, logOut)) return
    const room = live.room(event.app, event.room)
    if (room && changesSpeech.has(event.type)) room.speech = undefined
    switch (event.type) {
      case 'room.created':
        if (!enterCreated(event.app, event.room, [event.owner, ...event.members])) return
        break
      case 'member.left':
      case 'member.removed':
      case 'member.blocked':
        for (const user of here(event.app, event.usernames)) live.leave(user, event.room)
        break
    }
    notify(event)
    if (event.type === 'member.joined') {
      for (const user of here(event.app, event.usernames)) live.enter(user, event.room)
    }
    if (event.type === 'room.dissolved') {
      for (const user of [...(room?.users ?? [])]) live.leave(user, event.room)
    }
  }
}
