import { appOperator, type Caller, type Event } from '../domain/event.ts'
import { bytesOf } from './bytes.ts'
import { roomDomain, userDomain } from './encode.ts'
import { type Meta, Meta_NameSpace, MUCBody, MUCBody_Operation as Op } from './generated/protocol.ts'

/** One event as clients know it, and who gets it. */
export interface Notice {
  body: MUCBody
  /** `room`: everyone in it; otherwise these users, in the room or not. */
  to: 'room' | string[]
  /** Members who are left out. */
  but: string[]
}

const actorOf = (by: Caller): string => (by.kind === 'user' ? by.username : appOperator)

const user = (name: string) => ({ name, domain: userDomain })

/**
 * The notices of an event, in order, and who gets them (client protocol: room events); nothing for events of
 * the app.
 */
export function noticesOf(event: Event): Notice[] {
  const notice = (
    operation: Op,
    more: Partial<MUCBody> = {},
    to: Notice['to'] = 'room',
    but: string[] = [],
  ): Notice => ({
    body: {
      mucId: { name: event.room, domain: roomDomain },
      operation,
      from: user(actorOf(event.by)),
      isChatroom: true,
      ...more,
    },
    to,
    but,
  })
  /** One notice for each of several users, sent to that user alone. */
  const each = (operation: Op, usernames: string[], more: Partial<MUCBody> = {}): Notice[] =>
    usernames.map((username) => notice(operation, { to: [user(username)], ...more }, [username]))

  /** Who came or went: several stand in one notice, which clients take apart. */
  const movement = (operation: Op, usernames: string[], mucMemberCount: number, ext?: string): Notice => {
    const members = usernames.length > 1 ? usernames : []
    return notice(
      operation,
      { from: user(usernames[0] ?? ''), members, mucMemberCount, ext },
      'room',
      usernames,
    )
  }

  switch (event.type) {
    case 'room.created':
      return [notice(Op.CREATE, {}, [event.owner, ...event.members])]
    case 'room.changed':
    case 'room.slowed':
    case 'room.rescheduled':
      return [notice(Op.UPDATE)]
    case 'room.expiring':
      return [
        notice(Op.UPDATE, { ext: JSON.stringify({ dissolves_at: event.dissolvesAt, reason: event.reason }) }),
      ]
    case 'room.transferred':
      return [notice(Op.ASSIGN_OWNER, { to: [user(event.to)] })]
    case 'room.dissolved':
      return [notice(Op.DESTROY)]
    case 'room.muted':
      return [notice(Op.BAN_GROUP)]
    case 'room.unmuted':
      return [notice(Op.REMOVE_BAN_GROUP)]
    case 'member.joined':
      return [movement(Op.PRESENCE, event.usernames, event.memberCount, event.ext)]
    case 'member.left':
      return [movement(Op.ABSENCE, event.usernames, event.memberCount)]
    case 'member.removed':
    case 'member.blocked':
      return [
        movement(Op.ABSENCE, event.usernames, event.memberCount),
        ...each(Op.KICK, event.usernames, { mucMemberCount: event.memberCount }),
      ]
    case 'member.unblocked':
      return each(Op.ALLOW, event.usernames)
    case 'member.muted':
      return each(Op.ADD_MUTE, event.usernames, { ext: JSON.stringify({ user_mute_time: event.expires }) })
    case 'member.unmuted':
      return each(Op.REMOVE_MUTE, event.usernames)
    case 'member.allowed':
      return each(Op.ADD_USER_WHITE_LIST, event.usernames)
    case 'member.disallowed':
      return each(Op.REMOVE_USER_WHITE_LIST, event.usernames)
    case 'admin.added':
      return each(Op.ADD_ADMIN, [event.username])
    case 'admin.removed':
      return each(Op.REMOVE_ADMIN, [event.username])
    case 'announcement.changed':
      return event.announcement === ''
        ? [notice(Op.DELETE_ANNOUNCEMENT)]
        : [notice(Op.UPDATE_ANNOUNCEMENT, { reason: event.announcement })]
    case 'attributes.set':
      return [notice(Op.SET_METADATA, attributesSet(event), 'room', others(event.by))]
    case 'attributes.removed':
      return [notice(Op.DELETE_METADATA, attributesRemoved(event), 'room', others(event.by))]
    case 'file.uploaded':
      return [notice(Op.UPLOAD_FILE)]
    case 'file.deleted':
      return [notice(Op.DELETE_FILE)]
    default:
      return []
  }
}

/** Changes of attributes go to all but the one who made them. */
const others = (by: Caller): string[] => (by.kind === 'user' ? [by.username] : [])

const attributes = ({ by }: Event, ext: object): Partial<MUCBody> => ({
  eventInfo: { ext: JSON.stringify({ ...ext, operator: actorOf(by) }) },
})

type EventOf<Type extends Event['type']> = Event & { type: Type }

const attributesSet = (event: EventOf<'attributes.set'>): Partial<MUCBody> =>
  attributes(event, {
    properties: event.attributes,
    result: { successKeys: Object.keys(event.attributes), errorKeys: {} },
    auto_delete: event.autoDelete ? 'DELETE' : 'NO_DELETE',
    is_forced: event.forced,
  })

const attributesRemoved = (event: EventOf<'attributes.removed'>): Partial<MUCBody> =>
  attributes(event, { result: { successKeys: event.keys, errorKeys: {} } })

export const noticeMeta = (body: MUCBody, id: bigint, now: number): Meta => ({
  id,
  from: body.from,
  to: body.mucId,
  timestamp: BigInt(now),
  ns: Meta_NameSpace.MUC,
  payload: bytesOf(MUCBody, body),
})
